"""The life of an appeal: a bureau doubts a figure or a venue's status, the province hears it and decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Refusal


class AppealState(StrEnum):
    """The last three end an appeal."""

    FILED = "filed"
    HEARD = "heard"
    QUESTIONED = "questioned"
    UPHELD = "upheld"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class AppealAct(StrEnum):
    ASSIGN = "assign"
    QUESTION = "question"
    ANSWER = "answer"
    UPHOLD = "uphold"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class Subject(StrEnum):
    """What is doubted."""

    FIGURE = "figure"
    VENUE = "venue"


class Status(StrEnum):
    """What a venue's history can be wrong about."""

    ACCESS = "access"
    DUTY = "duty"


MAY_FILE = frozenset({Role.CITY, Role.COUNTY})
"""The bureaus whose figures they are."""
MAY_HEAR = frozenset({Role.PROVINCE, Role.ANALYST})
MAY_DECIDE = frozenset({Role.PROVINCE})
"""Whoever computes the figures does not decide about them."""

DECIDED_WITHIN = timedelta(days=7)
ANSWERED_WITHIN = timedelta(days=3)

_S, _A = AppealState, AppealAct
ENDED = frozenset({_S.UPHELD, _S.REFUSED, _S.WITHDRAWN})
APPEAL_STEPS: dict[tuple[AppealState, AppealAct], AppealState] = {
    (_S.FILED, _A.ASSIGN): _S.HEARD,
    (_S.HEARD, _A.ASSIGN): _S.HEARD,
    (_S.HEARD, _A.QUESTION): _S.QUESTIONED,
    (_S.QUESTIONED, _A.ANSWER): _S.HEARD,
    **{(state, _A.UPHOLD): _S.UPHELD for state in (_S.HEARD, _S.QUESTIONED)},
    **{(state, _A.REFUSE): _S.REFUSED for state in (_S.HEARD, _S.QUESTIONED)},
    **{(state, _A.WITHDRAW): _S.WITHDRAWN for state in (_S.FILED, _S.HEARD, _S.QUESTIONED)},
}
"""Everything that is not here is refused."""

FILERS_ACTS = frozenset({_A.ANSWER, _A.WITHDRAW})
NEEDS_WORDS = frozenset({_A.QUESTION, _A.ANSWER, _A.UPHOLD, _A.REFUSE})


@dataclass(frozen=True, slots=True)
class AppealCase:
    """What the rules ask of an appeal."""

    state: AppealState
    filer_role: Role
    filed_by: int
    assigned_to: int | None = None


def appeal_step(case: AppealCase, act: AppealAct, role: Role, person: int, words: str) -> AppealState | Refusal:
    """The state after the act, or why it is refused."""
    refusal = _not_for(case, act, role, person)
    if refusal is not None:
        return refusal
    after = APPEAL_STEPS.get((case.state, act))
    if after is None:
        return Refusal("This step does not fit the appeal's state.")
    if act in NEEDS_WORDS and not words.strip():
        return Refusal("Say why, in a few words.")
    return after


def _not_for(case: AppealCase, act: AppealAct, role: Role, person: int) -> Refusal | None:
    if act in FILERS_ACTS:
        return None if role is case.filer_role else Refusal("This is for the bureau that filed the appeal.")
    if act in (AppealAct.UPHOLD, AppealAct.REFUSE):
        if role not in MAY_DECIDE:
            return Refusal("The province's office decides appeals.")
        return Refusal("Nobody decides about an appeal of their own.") if person == case.filed_by else None
    return None if role in MAY_HEAR else Refusal("The province's office and its analysts hear appeals.")


def appeal_act_by(state: AppealState, decide_by: datetime, now: datetime) -> datetime | None:
    """By when the next step is due; None where the appeal has ended."""
    if state in ENDED:
        return None
    return min(now + ANSWERED_WITHIN, decide_by) if state is AppealState.QUESTIONED else decide_by


def decided_by_after_answer(decide_by: datetime, asked_at: datetime, now: datetime) -> datetime:
    """The time that the bureau took to answer is not counted against the province."""
    return decide_by + max(now - asked_at, timedelta(0))
