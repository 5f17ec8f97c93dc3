"""The words of appeals, in the reader's language."""

from db.rules.appeal_lifecycle import AppealAct, AppealState, Status, Subject
from portal.locale import _


def state(value: str) -> str:
    return {
        AppealState.FILED: _("Filed, to be taken up"),
        AppealState.HEARD: _("Being heard"),
        AppealState.QUESTIONED: _("Question to the bureau"),
        AppealState.UPHELD: _("Upheld, record put right"),
        AppealState.REFUSED: _("Appeal refused"),
        AppealState.WITHDRAWN: _("Withdrawn"),
    }[AppealState(value)]


def state_class(value: str) -> str:
    """The colour of its badge."""
    return {"upheld": "good", "refused": "", "withdrawn": "", "questioned": "minor"}.get(value, "notice")


def step(value: str) -> str:
    """A step of an appeal, in the timeline."""
    return {
        "filed": _("Appeal filed"),
        "evidence": _("Evidence added"),
        AppealAct.ASSIGN: _("Taken up"),
        AppealAct.QUESTION: _("Asked the bureau"),
        AppealAct.ANSWER: _("The bureau answered"),
        AppealAct.UPHOLD: _("Upheld"),
        AppealAct.REFUSE: _("Appeal refused"),
        AppealAct.WITHDRAW: _("Withdrawn"),
    }.get(value, value)


def subject(value: str) -> str:
    return {Subject.FIGURE: _("A figure"), Subject.VENUE: _("A venue's record")}[Subject(value)]


def claim(status: str, is_so: bool) -> str:
    """What the record should say."""
    said = {
        (Status.ACCESS, True): _("was accessed"),
        (Status.ACCESS, False): _("was not accessed"),
        (Status.DUTY, True): _("had 24-hour duty"),
        (Status.DUTY, False): _("had no 24-hour duty"),
    }
    return said[Status(status), is_so]
