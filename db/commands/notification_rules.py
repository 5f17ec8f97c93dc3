"""Rules of notification, changed by whoever answers for the whole province."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound, WrongState
from db.queries import telling
from db.rules.channels import CHANNELS, Channel
from db.rules.notification import Rule, refused

MOST_RULES = 60
NEW = 0
"""In place of a rule's number."""

_TURN = text("select pg_advisory_xact_lock(hashtext('notification rules'))")
_SET = text(
    "update notification_rules set reason = :reason, kind = :kind, worst_level = :worst_level, role = :role,"
    " channels = :channels, pierces_quiet = :pierces_quiet where id = :id returning id"
)
_CHANNELS = text("update notification_rules set channels = :channels where id = :id returning id")
_ADD = text(
    "insert into notification_rules (position, reason, kind, worst_level, role, channels, pierces_quiet)"
    " values ((select coalesce(max(position), 0) + 10 from notification_rules), :reason, :kind, :worst_level, :role,"
    " :channels, :pierces_quiet) returning id"
)
_REMOVE = text("delete from notification_rules where id = :id returning id")
# Places are unique at every moment: first out of the way, then to where they belong.
_ASIDE = text("update notification_rules set position = -position where position > 0")
_PLACES = text(
    "update notification_rules r set position = o.place * 10"
    " from unnest(cast(:ids as int[])) with ordinality o (id, place) where r.id = o.id"
)


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule as somebody fills it in; None leaves that side open."""

    channels: tuple[str, ...]
    reason: str | None = None
    kind: str | None = None
    worst_level: int | None = None
    role: str | None = None
    pierces_quiet: bool = False
    before: int | None = None
    """The rule that it comes before; None: last."""


def put(session: Session, rule_id: int, written: WrittenRule, operator: Operator) -> int:
    """Change a rule, or put a new one (`NEW`) among them; answers its number.

    `InvalidInput` where the rules could not stand so: a fire keeps two kinds of channel whatever comes first.
    """
    rules = _locked(session)
    ordered = tuple(row.channel.value for row in CHANNELS if row.channel.value in written.channels)
    if len(ordered) != len(set(written.channels)):
        raise InvalidInput("This channel is not known.")
    facts = {name: getattr(written, name) for name in ("reason", "kind", "worst_level", "role", "pierces_quiet")}
    rule = Rule(rule_id, channels=ordered, **facts)
    after = _placed([each for each in rules if each.id != rule_id], rule, written.before)
    if rule_id != NEW and len(after) != len(rules):
        raise NotFound("There is no such rule.")
    if len(after) > MOST_RULES:
        raise WrongState("There are too many rules already; change one of them.")
    _check(after)
    number = session.scalar(_SET if rule_id != NEW else _ADD, {**facts, "channels": list(ordered), "id": rule_id})
    if number is None:
        raise NotFound("There is no such rule.")
    _order(session, [int(number) if each is rule else each.id for each in after])
    _note(session, int(number), "written", {**facts, "channels": list(ordered)}, operator)
    return int(number)


def remove(session: Session, rule_id: int, operator: Operator) -> None:
    """Take a rule away; the others keep their order."""
    rules = _locked(session)
    after = [each for each in rules if each.id != rule_id]
    if len(after) == len(rules):
        raise NotFound("There is no such rule.")
    _check(after)
    if session.scalar(_REMOVE, {"id": rule_id}) is None:
        raise NotFound("There is no such rule.")
    _note(session, rule_id, "removed", {}, operator)


def switch(session: Session, rule_id: int, channel: Channel, operator: Operator) -> bool:
    """Put a channel into a rule, or take it out; True where it is in now."""
    rules = _locked(session)
    rule = next((each for each in rules if each.id == rule_id), None)
    if rule is None:
        raise NotFound("There is no such rule.")
    chosen = set(rule.channels) ^ {channel.value}
    ordered = tuple(row.channel.value for row in CHANNELS if row.channel.value in chosen)
    _check([replace(each, channels=ordered) if each is rule else each for each in rules])
    if session.scalar(_CHANNELS, {"id": rule_id, "channels": list(ordered)}) is None:  # the database lets nobody else
        raise NotFound("There is no such rule.")
    _note(session, rule_id, "changed", {"channel": channel.value, "in": channel.value in chosen}, operator)
    return channel.value in chosen


def _locked(session: Session) -> list[Rule]:
    """The rules as they stand, with nobody else at them."""
    session.execute(_TURN)
    return telling.notification_rules(session)


def _placed(rules: Sequence[Rule], rule: Rule, before: int | None) -> list[Rule]:
    at = next((n for n, each in enumerate(rules) if each.id == before), len(rules))
    return [*rules[:at], rule, *rules[at:]]


def _check(rules: Sequence[Rule]) -> None:
    refusal = refused(rules)
    if refusal is not None:
        raise InvalidInput(refusal.reason)


def _order(session: Session, ids: Sequence[int]) -> None:
    session.execute(_ASIDE)
    session.execute(_PLACES, {"ids": list(ids)})


def _note(session: Session, rule_id: int, what: str, detail: dict[str, Any], operator: Operator) -> None:
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act=f"notification rule {what}",
        subject=f"notification_rules/{rule_id}",
        detail=detail,
    )
