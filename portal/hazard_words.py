"""The words of hazards, work orders and evidence, in the reader's language."""

from datetime import timedelta

from db.rules.evidence_checks import Doubt, Stage
from db.rules.hazard_kinds import Grade, HazardKind, Source
from db.rules.hazard_lifecycle import HazardAct, HazardState
from db.rules.order_lifecycle import OrderAct, OrderState, Urgency
from portal import words
from portal.locale import _


def grade(value: str) -> str:
    return {Grade.GENERAL: _("General"), Grade.MAJOR: _("Major hazard")}[Grade(value)]


def grade_short(value: str) -> str:
    """As it stands in a narrow column."""
    return {Grade.GENERAL: _("Gen."), Grade.MAJOR: _("Maj.")}[Grade(value)]


def grade_class(value: str) -> str:
    """The colour of its badge."""
    return {Grade.GENERAL: "minor", Grade.MAJOR: "major"}[Grade(value)]


def source(value: str) -> str:
    return {
        Source.ALARM: _("Alarm"),
        Source.VISION: _("Camera analysis"),
        Source.PATROL: _("Online patrol"),
        Source.INSPECTION: _("Inspection"),
        Source.SELF_CHECK: _("Self-check"),
        Source.COMPLAINT: _("Complaint"),
    }[Source(value)]


def kind(value: str) -> str:
    return {
        HazardKind.ESCAPE_ROUTE: _("Escape route or exit blocked or locked"),
        HazardKind.EQUIPMENT: _("Fire equipment missing or unfit"),
        HazardKind.ELECTRICAL: _("Wiring and use of electricity"),
        HazardKind.CHARGING: _("E-bikes parked or charged against the rules"),
        HazardKind.FIRE_USE: _("Open fire or smoking"),
        HazardKind.GAS: _("Gas lines and use of gas"),
        HazardKind.COMBUSTIBLES: _("Combustibles piled up"),
        HazardKind.DETECTION: _("Detection or monitoring out of order"),
        HazardKind.CROWDING: _("Too many people"),
        HazardKind.DUTY: _("Watch not kept"),
        HazardKind.MANAGEMENT: _("Rules, drills or training lacking"),
        HazardKind.OTHER: _("Something else"),
    }[HazardKind(value)]


def state(value: str) -> str:
    return {
        HazardState.FOUND: _("To be assigned"),
        HazardState.ASSIGNED: _("Assigned"),
        HazardState.RECTIFYING: _("Being rectified"),
        HazardState.SUBMITTED: _("To be accepted"),
        HazardState.SENT_BACK: _("Sent back"),
        HazardState.ACCEPTED: _("Accepted, to be closed"),
        HazardState.CLOSED: _("Hazard closed"),
    }[HazardState(value)]


def step(value: str) -> str:
    """A step of a hazard's life, in the timeline."""
    return {
        "found": _("Found"),
        "found_again": _("Found again"),
        "evidence": _("Evidence added"),
        HazardAct.ASSIGN: _("Assigned"),
        HazardAct.START: _("Rectifying begun"),
        HazardAct.SUBMIT: _("Submitted for acceptance"),
        HazardAct.ACCEPT: _("Accepted"),
        HazardAct.SEND_BACK: _("Sent back"),
        HazardAct.CLOSE: _("Hazard closed"),
        HazardAct.LOOK_BACK: _("Looked back at"),
        HazardAct.REOPEN: _("Came back, opened again"),
        HazardAct.EXTEND: _("Deadline moved"),
        HazardAct.RAISE_GRADE: _("Grade raised"),
        "imported": _("Taken over from a ledger"),
    }.get(value, value)


def order_state(value: str) -> str:
    return {
        OrderState.GIVEN: _("Given, not taken on yet"),
        OrderState.REFUSED: _("Refused"),
        OrderState.ACCEPTED: _("Taken on"),
        OrderState.ARRIVED: _("On the spot"),
        OrderState.FINISHED: _("Finished, to be confirmed"),
        OrderState.HANDED_BACK: _("Handed back"),
        OrderState.CONFIRMED: _("Confirmed"),
        OrderState.CANCELLED: _("Withdrawn"),
    }[OrderState(value)]


def order_step(value: str) -> str:
    return {
        "given": _("Given"),
        "evidence": _("Evidence added"),
        OrderAct.ACCEPT: _("Taken on"),
        OrderAct.REFUSE: _("Refused"),
        OrderAct.ARRIVE: _("On the spot"),
        OrderAct.FINISH: _("Finished"),
        OrderAct.HAND_BACK: _("Handed back"),
        OrderAct.CONFIRM: _("Confirmed"),
        OrderAct.RETURN: _("Returned, to be done again"),
        OrderAct.GIVE_AGAIN: _("Given again"),
        OrderAct.CANCEL: _("Withdrawn"),
    }.get(value, value)


def urgency(value: str) -> str:
    return {Urgency.URGENT: _("Urgent"), Urgency.USUAL: _("Usual")}[Urgency(value)]


def stage(value: str) -> str:
    return {Stage.BEFORE: _("Before"), Stage.AFTER: _("After the fix"), Stage.ARRIVAL: _("On arrival")}[Stage(value)]


def span(left: timedelta) -> str:
    """How much is left, or how long it has been: beyond some days the hours are noise."""
    length = abs(left)
    return _("{n} days").format(n=f"{length.days:,}") if length.days >= 3 else words.lasting(length)


def doubt(value: str) -> str:
    return {
        Doubt.TAKEN_BEFORE: _("taken before the hazard was found"),
        Doubt.TAKEN_LATER: _("the camera's clock is ahead"),
        Doubt.FAR_AWAY: _("taken more than 1 km from the venue"),
        Doubt.NO_TIME: _("says no time of its own"),
        Doubt.USED_ELSEWHERE: _("used elsewhere too"),
        Doubt.LIKE_BEFORE: _("hardly different from the picture before"),
    }[Doubt(value)]
