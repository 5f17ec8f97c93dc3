"""The life of a hazard: which act leads from which state to which, who may do it, and what it needs."""

from dataclasses import dataclass
from enum import StrEnum

from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Refusal
from db.rules.hazard_kinds import Grade


class HazardState(StrEnum):
    """`CLOSED` ends a hazard, but for the look-back that a major one still owes."""

    FOUND = "found"
    ASSIGNED = "assigned"
    RECTIFYING = "rectifying"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class HazardAct(StrEnum):
    ASSIGN = "assign"
    START = "start"
    SUBMIT = "submit"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    CLOSE = "close"
    LOOK_BACK = "look_back"
    REOPEN = "reopen"
    EXTEND = "extend"
    RAISE_GRADE = "raise_grade"


SUPERVISION = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY})
ON_SITE = frozenset({Role.VENUE, Role.MAINTAINER})
FIVE_LEVELS = SUPERVISION | ON_SITE

MAY: dict[HazardAct, frozenset[Role]] = {
    HazardAct.ASSIGN: SUPERVISION | {Role.VENUE},
    HazardAct.START: ON_SITE,
    HazardAct.SUBMIT: ON_SITE,
    HazardAct.ACCEPT: SUPERVISION,
    HazardAct.SEND_BACK: SUPERVISION,
    HazardAct.CLOSE: SUPERVISION,
    HazardAct.LOOK_BACK: SUPERVISION,
    HazardAct.REOPEN: SUPERVISION,
    HazardAct.EXTEND: SUPERVISION,
    HazardAct.RAISE_GRADE: SUPERVISION,
}
"""Who may do what; analysts, administrators and walls look."""

_S, _A = HazardState, HazardAct
BEING_RECTIFIED = (_S.ASSIGNED, _S.RECTIFYING, _S.SENT_BACK)
OPEN = tuple(state for state in HazardState if state is not _S.CLOSED)

STEPS: dict[tuple[HazardState, HazardAct], HazardState] = {
    (_S.FOUND, _A.ASSIGN): _S.ASSIGNED,
    **{(state, _A.ASSIGN): _S.ASSIGNED for state in BEING_RECTIFIED},
    (_S.ASSIGNED, _A.START): _S.RECTIFYING,
    (_S.SENT_BACK, _A.START): _S.RECTIFYING,
    **{(state, _A.SUBMIT): _S.SUBMITTED for state in BEING_RECTIFIED},
    (_S.SUBMITTED, _A.ACCEPT): _S.ACCEPTED,
    (_S.SUBMITTED, _A.SEND_BACK): _S.SENT_BACK,
    (_S.ACCEPTED, _A.CLOSE): _S.CLOSED,
    (_S.CLOSED, _A.LOOK_BACK): _S.CLOSED,
    (_S.CLOSED, _A.REOPEN): _S.FOUND,
    **{(state, _A.EXTEND): state for state in BEING_RECTIFIED},
    **{(state, _A.RAISE_GRADE): state for state in OPEN},
}
"""Everything that is not here is refused."""

NEXT: dict[HazardState, frozenset[Role]] = {
    _S.FOUND: frozenset({Role.COUNTY}),
    _S.ASSIGNED: ON_SITE,
    _S.RECTIFYING: ON_SITE,
    _S.SENT_BACK: ON_SITE,
    _S.SUBMITTED: frozenset({Role.COUNTY}),
    _S.ACCEPTED: frozenset({Role.COUNTY}),
    _S.CLOSED: frozenset({Role.COUNTY}),
}
"""Whose turn it is; a closed one is somebody's turn only while its look-back is owed."""


@dataclass(frozen=True, slots=True)
class HazardCase:
    """What the rules ask of a hazard. Evidence counts since it was last found."""

    state: HazardState
    grade: Grade
    submitted_by: int | None = None
    has_evidence: bool = False
    """A photograph, frame or document after the fix."""
    has_picture: bool = False
    """A photograph or frame after the fix."""
    owes_look_back: bool = False


def step(
    case: HazardCase, act: HazardAct, role: Role, person_id: int, *, is_accepted_in_writing: bool = False
) -> HazardState | Refusal:
    """The state after the act, or why it is refused."""
    if role not in MAY[act]:
        return Refusal("This is not for your role.") if role in FIVE_LEVELS else Refusal("Your role may look, not act.")
    after = STEPS.get((case.state, act))
    if after is None:
        return _NOT_NOW[act]
    if act is HazardAct.SUBMIT and not case.has_evidence:
        return Refusal("Add a photograph of the same spot after the fix first.")
    if act is HazardAct.ACCEPT and case.submitted_by == person_id:
        return Refusal("Whoever submitted it does not accept it.")
    if act is HazardAct.CLOSE and not (case.has_picture or is_accepted_in_writing):
        return Refusal("Closing needs a photograph after the fix, or a named official's written acceptance.")
    if act is HazardAct.LOOK_BACK and not case.owes_look_back:
        return Refusal("No look-back is due here.")
    if act is HazardAct.RAISE_GRADE and case.grade is Grade.MAJOR:
        return Refusal("It is a major hazard already.")
    return after


def may_add_evidence(state: HazardState, stage: str, role: Role) -> Refusal | None:
    """Pictures before belong to a hazard that is not rectified yet, pictures after to one that has been assigned."""
    if role not in FIVE_LEVELS:
        return Refusal("Your role may look, not act.")
    if state is HazardState.CLOSED:
        return Refusal("The hazard is closed.")
    if stage == "before" and state not in (HazardState.FOUND, *BEING_RECTIFIED):
        return Refusal("The hazard has been rectified already; a picture of before comes too late.")
    if stage != "before" and state is HazardState.FOUND:
        return Refusal("Nobody has been assigned yet.")
    return None


def graver(grade: Grade) -> Grade:
    """A hazard that comes back is graver than before."""
    return Grade.MAJOR if grade is Grade.GENERAL else grade


_NOT_NOW: dict[HazardAct, Refusal] = {
    HazardAct.ASSIGN: Refusal("It is past assigning."),
    HazardAct.START: Refusal("There is nothing to begin now."),
    HazardAct.SUBMIT: Refusal("There is nothing to submit now."),
    HazardAct.ACCEPT: Refusal("Nothing has been submitted for acceptance."),
    HazardAct.SEND_BACK: Refusal("Nothing has been submitted that could be sent back."),
    HazardAct.CLOSE: Refusal("It is closed only once it has been accepted."),
    HazardAct.LOOK_BACK: Refusal("Only a closed hazard is looked back at."),
    HazardAct.REOPEN: Refusal("The hazard is open."),
    HazardAct.EXTEND: Refusal("No deadline for rectifying is running."),
    HazardAct.RAISE_GRADE: Refusal("The hazard is closed."),
}
