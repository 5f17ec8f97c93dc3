"""The life of an alarm: which act leads from which state to which, and what it needs."""

from dataclasses import dataclass
from enum import StrEnum

from db.rules.alarm_kinds import AlarmKind, AlarmState, Verdict


class Act(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"
    HANDLE = "handle"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act is refused, in one sentence."""

    reason: str


STEPS: dict[tuple[AlarmState, Act], AlarmState] = {
    (AlarmState.RAISED, Act.ACKNOWLEDGE): AlarmState.ACKNOWLEDGED,
    (AlarmState.ACKNOWLEDGED, Act.VERIFY): AlarmState.VERIFIED,
    (AlarmState.VERIFIED, Act.HANDLE): AlarmState.HANDLED,
    (AlarmState.VERIFIED, Act.CLOSE): AlarmState.CLOSED,
    (AlarmState.HANDLED, Act.CLOSE): AlarmState.CLOSED,
    (AlarmState.CLOSED, Act.REOPEN): AlarmState.ACKNOWLEDGED,
}
"""Everything that is not here is refused. Silence closes nothing: no act is the machine's."""


def step(state: AlarmState, act: Act, kind: AlarmKind, verdict: Verdict | None) -> AlarmState | Refusal:
    """The state after the act, or why it is refused. A fire is never closed without a verdict."""
    after = STEPS.get((state, act))
    if act is Act.ACKNOWLEDGE and state is AlarmState.CLOSED:
        return Refusal("The alarm is closed.")
    if act is Act.ACKNOWLEDGE and state is not AlarmState.RAISED:
        return Refusal("The alarm is acknowledged already.")
    if after is None:
        return Refusal("This step does not fit the alarm's state.")
    if act is Act.CLOSE and kind is AlarmKind.FIRE and verdict is None:
        return Refusal("A fire alarm cannot be closed without a verdict.")
    return after
