"""The life of an alarm: which act leads from which state to which, and what it needs."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import AlarmKind, AlarmState, Verdict


class Act(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    PROMISE = "promise"
    VERIFY = "verify"
    HANDLE = "handle"
    CLOSE = "close"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"
    COMMENT = "comment"
    ATTACH = "attach"
    SILENCE = "silence"


RAISED, ACKNOWLEDGED = AlarmState.RAISED, AlarmState.ACKNOWLEDGED
VERIFIED, HANDLED, CLOSED = AlarmState.VERIFIED, AlarmState.HANDLED, AlarmState.CLOSED
OPEN_STATES = (RAISED, ACKNOWLEDGED, VERIFIED, HANDLED)

STEPS: dict[tuple[AlarmState, Act], AlarmState] = {
    (RAISED, Act.ACKNOWLEDGE): ACKNOWLEDGED,
    (ACKNOWLEDGED, Act.VERIFY): VERIFIED,
    (VERIFIED, Act.VERIFY): VERIFIED,
    (HANDLED, Act.VERIFY): VERIFIED,
    (VERIFIED, Act.HANDLE): HANDLED,
    (VERIFIED, Act.CLOSE): CLOSED,
    (HANDLED, Act.CLOSE): CLOSED,
    (CLOSED, Act.REOPEN): ACKNOWLEDGED,
    **{(state, Act.PROMISE): state for state in (ACKNOWLEDGED, VERIFIED, HANDLED)},
    **{(state, act): state for state in OPEN_STATES for act in (Act.HAND_OVER, Act.SILENCE)},
    **{(state, act): state for state in AlarmState for act in (Act.COMMENT, Act.ATTACH)},
}
"""Everything that is not here is refused. Silence closes nothing: no act is the machine's."""

LONGEST_PROMISE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act is refused, in one sentence; {who} and {at} stand for the last step's person and time."""

    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules need to know of an alarm."""

    state: AlarmState
    kind: AlarmKind
    verdict: Verdict | None = None
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An act with what it says."""

    act: Act
    by: int = 0
    verdict: Verdict | None = None
    corrects: Verdict | None = None
    """The verdict that this one takes the place of: two at once do not overwrite each other."""
    cause: Cause | None = None
    words: str | None = None
    promised_for: datetime | None = None
    evidence: tuple[str, ...] = field(default=())
    owner_seen: int | None = None
    """Whose the alarm was when it was handed over, 0 for nobody's; None asks nothing."""


def step(standing: Standing, asked: Asked, now: datetime) -> AlarmState | Refusal:
    """The state after the act, or why it is refused. A fire is never closed without a verdict."""
    after = STEPS.get((standing.state, asked.act))
    if after is None:
        return _does_not_fit(standing.state, asked.act)
    if asked.act is Act.CLOSE and standing.kind is AlarmKind.FIRE and standing.verdict is None:
        return Refusal("A fire alarm cannot be closed without a verdict.")
    if asked.act is Act.VERIFY:
        return _verdict_wrong(standing, asked) or after
    return _holder_wrong(standing, asked) or _words_wrong(asked, now) or after


def _does_not_fit(state: AlarmState, act: Act) -> Refusal:
    if state is CLOSED:
        return Refusal("The alarm is closed already: {who}, {at}.")
    if act is Act.ACKNOWLEDGE:
        return Refusal("The alarm is acknowledged already: {who}, {at}.")
    if act is Act.REOPEN:
        return Refusal("The alarm is open: {who}, {at}.")
    if act is Act.HANDLE and state is HANDLED:
        return Refusal("The alarm is handled already: {who}, {at}.")
    if act in (Act.HANDLE, Act.CLOSE):
        return Refusal("Say first what it was.")
    return Refusal("Acknowledge the alarm first.")


def _verdict_wrong(standing: Standing, asked: Asked) -> Refusal | None:
    if asked.verdict is None:
        return Refusal("Say what it was.")
    if standing.state is not ACKNOWLEDGED and asked.corrects is not standing.verdict:
        return Refusal("The alarm has a verdict already: {who}, {at}.")
    if standing.verdict is Verdict.REAL_FIRE and asked.verdict is not Verdict.REAL_FIRE:
        return Refusal("A confirmed fire is not taken back: the fire service was told. Close it, and say so.")
    if (asked.cause is not None) != (asked.verdict is Verdict.FALSE):
        return Refusal("A false alarm needs its cause, and no other verdict has one.")
    if asked.cause is Cause.OTHER and not asked.words:
        return Refusal("Another cause needs words.")
    return None


def _holder_wrong(standing: Standing, asked: Asked) -> Refusal | None:
    if asked.act is Act.PROMISE and standing.owner_id != asked.by:
        return Refusal("Only who has the alarm in hand can promise.")
    if asked.act is Act.HAND_OVER and asked.owner_seen not in (None, standing.owner_id or 0):
        return Refusal("The alarm is in other hands by now: {who}, {at}.")
    return None


def _words_wrong(asked: Asked, now: datetime) -> Refusal | None:
    promised = asked.promised_for
    if promised is not None and not now < promised <= now + LONGEST_PROMISE:
        return Refusal("A promise is for a time to come, at most 30 days ahead.")
    if asked.act is Act.PROMISE and promised is None:
        return Refusal("Say by when.")
    if asked.act is Act.COMMENT and not asked.words:
        return Refusal("A comment needs words.")
    if asked.act is Act.ATTACH and not asked.evidence:
        return Refusal("Name the evidence.")
    if asked.act is Act.REOPEN and not asked.words:
        return Refusal("Say why it is opened again.")
    return None
