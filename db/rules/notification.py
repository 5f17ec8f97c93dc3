"""Which channels carry a notice, and when. Rules are data: the first that fits counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from itertools import product

from db.rules.alarm_kinds import Level
from db.rules.alarm_lifecycle import Refusal
from db.rules.channels import BY_CHANNEL, KINDS_FOR_FIRE, OUTGOING, Channel

FOLDS_FROM = Level.MINOR
"""Messages of this level or a lesser one fold: one a minute and address, however many there are to tell."""
FOLD_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Rule:
    """What carries which notices; None leaves that side open."""

    id: int
    reason: str | None
    kind: str | None
    worst_level: int | None
    """Fits notices of this level or a worse one (a smaller number)."""
    role: str | None
    channels: tuple[str, ...]
    pierces_quiet: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule looks at; `kind` is the alarm's, None where the notice is about none."""

    reason: str
    kind: str | None
    level: int
    role: str


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `starts` to before `ends`, over midnight where `ends` is earlier."""

    starts: time
    ends: time


LAST_RESORT = Rule(0, None, None, None, None, ("portal", "web_push", "sms"), False)
"""Where no rule fits, nobody is left untold."""


def rule_for(rules: Sequence[Rule], subject: Subject) -> Rule:
    """The first rule that fits."""
    return next((rule for rule in rules if _fits(rule, subject)), LAST_RESORT)


_OF_FIRES = ("raised", "level_raised", "escalated", "idle", "promise_passed", "confirmed")
"""For what somebody is told of a fire while it is open."""


def refused(rules: Sequence[Rule]) -> Refusal | None:
    """Why these rules, in this order, cannot stand; None where they can."""
    for rule in rules:
        if not set(rule.channels) <= set(Channel):
            return Refusal("This channel is not known.")
        if not rule.channels:
            return Refusal("A rule without a channel would tell nobody.")
    roles = {rule.role or "" for rule in rules} | {""}
    for reason, kind, role in product(_OF_FIRES, ("fire", None), sorted(roles)):
        if _kinds(rule_for(rules, Subject(reason, kind, Level.CRITICAL, role))) < KINDS_FOR_FIRE:
            return Refusal("A fire is told over two kinds of channel at least (GB/T 45839-2025).")
    for number, rule in enumerate(rules):
        if any(_covers(earlier, rule) for earlier in rules[:number]):
            return Refusal("A rule before it says this already: it would never count.")
    return None


def _kinds(rule: Rule) -> int:
    """Kinds of channel beside the portal."""
    return len({BY_CHANNEL[each].kind for each in OUTGOING if each.value in rule.channels})


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whatever fits the later one fits the earlier one."""
    return (
        earlier.reason in (None, later.reason)
        and earlier.kind in (None, later.kind)
        and (
            earlier.worst_level is None or (later.worst_level is not None and later.worst_level <= earlier.worst_level)
        )
        and earlier.role in (None, later.role)
    )


def _fits(rule: Rule, subject: Subject) -> bool:
    return (
        rule.reason in (None, subject.reason)
        and rule.kind in (None, subject.kind)
        and (rule.worst_level is None or subject.level <= rule.worst_level)
        and rule.role in (None, subject.role)
    )


def folds(level: int) -> bool:
    """True where the message may go together with others to the same address."""
    return level >= FOLDS_FROM


def pierces(rule: Rule, subject: Subject) -> bool:
    """True where quiet hours do not hold the message back: a fire's never are, whatever a rule says."""
    return rule.pierces_quiet or subject.kind == "fire" or subject.level <= Level.CRITICAL


def quiet_until(quiet: QuietHours | None, now: datetime, zone: tzinfo) -> datetime | None:
    """When the quiet that holds at `now` ends; None where none holds. Equal ends mean no quiet at all."""
    if quiet is None or quiet.starts == quiet.ends:
        return None
    local = now.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    over_midnight = quiet.ends < quiet.starts
    holds = clock >= quiet.starts or clock < quiet.ends if over_midnight else quiet.starts <= clock < quiet.ends
    if not holds:
        return None
    day = local.date() + timedelta(days=1) if over_midnight and clock >= quiet.starts else local.date()
    return datetime.combine(day, quiet.ends, zone)


def due_at(now: datetime, level: int, quiet_end: datetime | None, folds_until: datetime | None) -> datetime:
    """When a new message is due: now, after the quiet hours, or with the next digest."""
    due = now if quiet_end is None else max(now, quiet_end)
    return max(due, folds_until) if folds(level) and folds_until is not None else due
