"""The acts of the panel: which forms a person is shown, and what a filled one does."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from db.commands import hazards as commands
from db.commands.acting import Acting
from db.commands.hazards import Assignment
from db.errors import InvalidInput
from db.queries.evidence import EvidenceSeen
from db.queries.hazards import Candidate, HazardDetail
from db.rules.alarm_lifecycle import Refusal
from db.rules.hazard_deadlines import default_due_on
from db.rules.hazard_kinds import Grade
from db.rules.hazard_lifecycle import MAY, STEPS, HazardAct, HazardCase, HazardState, step
from portal import words
from portal.asking import Asker
from portal.components.case import ActForm, Field
from portal.locale import _
from portal.words import HERE

ORDER = (
    *(HazardAct.ASSIGN, HazardAct.SUBMIT, HazardAct.START, HazardAct.ACCEPT, HazardAct.SEND_BACK, HazardAct.CLOSE),
    *(HazardAct.LOOK_BACK, HazardAct.REOPEN, HazardAct.EXTEND, HazardAct.RAISE_GRADE),
)
AWAITED = {
    HazardState.FOUND: HazardAct.ASSIGN,
    HazardState.ASSIGNED: HazardAct.SUBMIT,
    HazardState.RECTIFYING: HazardAct.SUBMIT,
    HazardState.SENT_BACK: HazardAct.SUBMIT,
    HazardState.SUBMITTED: HazardAct.ACCEPT,
    HazardState.ACCEPTED: HazardAct.CLOSE,
    HazardState.CLOSED: HazardAct.LOOK_BACK,
}
"""What the state waits for; it stands open."""


def case_of(hazard: HazardDetail, seen: Sequence[EvidenceSeen]) -> HazardCase:
    """The hazard as the rules see it."""
    after = [each for each in seen if each.stage == "after" and each.round == hazard.row.round]
    return HazardCase(
        HazardState(hazard.row.state),
        Grade(hazard.row.grade),
        hazard.submitted_by,
        bool(after),
        any(each.is_picture for each in after),
        hazard.row.look_back_on is not None and hazard.looked_back_at is None,
    )


def forms(
    hazard: HazardDetail, case: HazardCase, known: Sequence[Candidate], asker: Asker, now: datetime, upload: object
) -> list[ActForm]:
    """Acts that the role has in this state: those open now as forms, the others with the reason."""
    shown = []
    for act in ORDER:
        if asker.role not in MAY[act] or (case.state, act) not in STEPS:
            continue
        after = step(case, act, asker.role, asker.person_id, is_accepted_in_writing=True)
        waits_for_picture = act is HazardAct.SUBMIT and not case.has_evidence
        if isinstance(after, Refusal) and not waits_for_picture:
            if act not in (HazardAct.LOOK_BACK, HazardAct.RAISE_GRADE):
                shown.append(ActForm(act, _name(act, case), refused=_(after.reason)))
            continue
        shown.append(
            ActForm(
                act,
                _name(act, case),
                _fields(act, hazard, case, known, now),
                above=upload if act is HazardAct.SUBMIT else None,
                is_main=AWAITED[case.state] is act,
            )
        )
    return shown


def _name(act: HazardAct, case: HazardCase) -> str:
    again = case.state is not HazardState.FOUND
    return {
        HazardAct.ASSIGN: _("Assign anew") if again else _("Assign"),
        HazardAct.START: _("Begin rectifying"),
        HazardAct.SUBMIT: _("Rectified: submit for acceptance"),
        HazardAct.ACCEPT: _("Accept"),
        HazardAct.SEND_BACK: _("Send back"),
        HazardAct.CLOSE: _("Close the hazard"),
        HazardAct.LOOK_BACK: _("Looked back: it stayed away"),
        HazardAct.REOPEN: _("It came back: open again"),
        HazardAct.EXTEND: _("Move the deadline"),
        HazardAct.RAISE_GRADE: _("Raise to a major hazard"),
    }[act]


def _fields(
    act: HazardAct, hazard: HazardDetail, case: HazardCase, known: Sequence[Candidate], now: datetime
) -> tuple[Field, ...]:
    today = now.astimezone(HERE).date()
    if act is HazardAct.ASSIGN:
        choices = tuple((each.key, _candidate(each)) for each in known)
        due_on = default_due_on(case.grade, today).isoformat()
        return (
            Field("responsible", _("Who is to put it right"), "choice", choices[0][0] if choices else None, choices),
            Field("due_on", _("Deadline"), "date", due_on),
            Field("measure", _("Measure: what is to be done"), "words", hazard.row.measure),
            Field("requirement", _("Requirement: what it must be like afterwards"), "words", hazard.row.requirement),
        )
    if act is HazardAct.SEND_BACK:
        return (
            Field("words", _("Why it is not right yet")),
            Field("due_on", _("New deadline"), "date", hint=_("Left empty, the old one stays.")),
        )
    if act is HazardAct.EXTEND:
        return Field("words", _("Why")), Field("due_on", _("New deadline"), "date")
    if act is HazardAct.CLOSE and not case.has_picture:
        return (Field("words", _("Your written acceptance"), hint=_("There is no photograph after the fix.")),)
    labels = {
        HazardAct.START: _("Remark"),
        HazardAct.SUBMIT: _("What was done"),
        HazardAct.ACCEPT: _("Remark"),
        HazardAct.CLOSE: _("Remark"),
        HazardAct.LOOK_BACK: _("What was seen"),
        HazardAct.REOPEN: _("What was seen"),
        HazardAct.RAISE_GRADE: _("Why"),
    }
    return (Field("words", labels[act]),)


def _candidate(each: Candidate) -> str:
    role = words.role(each.role) if each.role in ("venue", "maintainer") else words.person_duty(each.role)
    return f"{each.name} · {each.unit or role}"


def perform(
    session: Session, act: HazardAct, hazard_id: int, acting: Acting, now: datetime, filled: dict[str, str]
) -> None:
    """Do what a filled form asks; refusals are of `db.errors`."""
    said = filled.get("words", "")
    if act is HazardAct.ASSIGN:
        assignment = Assignment(
            filled.get("responsible", ""),
            _day(filled.get("due_on")),
            filled.get("measure", ""),
            filled.get("requirement", ""),
        )
        commands.assign(session, hazard_id, acting, now, assignment)
    elif act is HazardAct.SEND_BACK:
        commands.send_back(session, hazard_id, acting, now, said, _day(filled.get("due_on")))
    elif act is HazardAct.EXTEND:
        day = _day(filled.get("due_on"))
        if day is None:
            raise InvalidInput("Name the new deadline.")
        commands.extend(session, hazard_id, acting, now, said, day)
    else:
        SIMPLE[act](session, hazard_id, acting, now, said)


SIMPLE: dict[HazardAct, Callable[[Session, int, Acting, datetime, str], None]] = {
    HazardAct.START: commands.start,
    HazardAct.SUBMIT: commands.submit,
    HazardAct.ACCEPT: commands.accept,
    HazardAct.CLOSE: commands.close,
    HazardAct.LOOK_BACK: commands.look_back,
    HazardAct.REOPEN: commands.reopen,
    HazardAct.RAISE_GRADE: commands.raise_grade,
}


def _day(written: str | None) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError as error:
        raise InvalidInput("A day is written as 2024-01-15.") from error


def done_words(act: HazardAct) -> str:
    """What the person is told after the act."""
    return {
        HazardAct.ASSIGN: _("Assigned; whoever is to put it right is told."),
        HazardAct.START: _("Begun."),
        HazardAct.SUBMIT: _("Submitted; the bureau is told."),
        HazardAct.ACCEPT: _("Accepted. It can be closed now."),
        HazardAct.SEND_BACK: _("Sent back; whoever is to put it right is told."),
        HazardAct.CLOSE: _("The hazard has been closed."),
        HazardAct.LOOK_BACK: _("Looked back at; nothing is owed any more."),
        HazardAct.REOPEN: _("Open again, as a major hazard."),
        HazardAct.EXTEND: _("The deadline has been moved."),
        HazardAct.RAISE_GRADE: _("It is a major hazard now."),
    }[act]
