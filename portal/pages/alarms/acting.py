"""What a button of the desk does: upon the alarm that the panel shows, or upon the ticked ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dash import html
from dash.development.base_component import Component
from sqlalchemy.orm import Session

from db.commands import alarm_bulk, alarms, silences
from db.commands.actor import Actor
from db.commands.alarm_bulk import Report
from db.commands.silences import Ground
from db.errors import AnwangError, InvalidInput
from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import Verdict
from db.rules.alarm_lifecycle import Act, Asked
from db.rules.remote_silence import Condition
from db.rules.role_acts import why_not
from portal import asking
from portal.locale import _
from portal.pages.alarms.facts import FRAMES
from portal.pages.alarms.forms import TICKED, until
from portal.refusals import in_words


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button with what was typed beside it, and the alarm as its person saw it."""

    alarm: int
    act: Act
    value: str
    words: str | None
    evidence: tuple[str, ...]
    close_too: bool
    seen_verdict: str | None = None
    seen_owner: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One sentence for the person, whether it was done, and what was refused of many."""

    sentence: str
    is_done: bool
    report: Component | None = None


def understood(
    button: dict[str, Any],
    words: str | None,
    evidence: str | None,
    close_too: list[str] | None,
    seen: dict[str, Any] | None,
) -> Pressed:
    """What the browser says, checked."""
    try:
        alarm, act = int(button["alarm"]), Act(button["act"])
    except (KeyError, OverflowError, TypeError, ValueError):
        raise InvalidInput("This button is not known; load the page again.") from None
    shown = seen or {}
    references = tuple(filter(None, (part.strip() for part in (evidence or "").replace("；", ";").split(";"))))
    return Pressed(
        alarm,
        act,
        str(button.get("value", "")),
        words,
        references,
        "close" in (close_too or []),
        shown.get("verdict") if shown.get("alarm") == alarm else None,
        shown.get("owner") if shown.get("alarm") == alarm else None,
    )


def answer(press: Pressed, ticked: Sequence[int]) -> Answer:
    """Do it, and say so; a refusal says why and changes nothing."""
    now = datetime.now(UTC)
    try:
        with asking.reading() as session:
            if press.alarm == TICKED:
                return _many(session, press, ticked, now)
            sentence = _one(session, press, asking.actor(), now)
    except AnwangError as refusal:
        return Answer(in_words(refusal), is_done=False)
    return Answer(sentence, is_done=True)


def _one(session: Session, press: Pressed, actor: Actor, now: datetime) -> str:
    alarm, said = press.alarm, press.words
    if press.act is Act.ACKNOWLEDGE:
        alarms.acknowledge(session, alarm, actor, now, said, until(press.value, now))
        return _("Acknowledged. The alarm is yours now.")
    if press.act is Act.PROMISE:
        alarms.promise(session, alarm, until(press.value, now) or now, actor, now, said)
        return _("The new promise is on record.")
    if press.act is Act.VERIFY:
        return _verify(session, press, actor, now)
    if press.act is Act.HAND_OVER:
        alarms.hand_over(session, alarm, _number(press.value), actor, now, said, press.seen_owner)
        return _("Handed over; they are told.")
    if press.act is Act.SILENCE:
        return _silence(session, press, actor, now)
    if press.act is Act.HANDLE:
        alarms.handle(session, alarm, actor, now, said, press.evidence)
    elif press.act is Act.CLOSE:
        alarms.close(session, alarm, actor, now, said)
    elif press.act is Act.REOPEN:
        alarms.reopen(session, alarm, actor, now, said or "")
    elif press.act is Act.COMMENT:
        alarms.comment(session, alarm, said or "", actor, now, press.evidence)
    else:
        alarms.attach(session, alarm, press.evidence, actor, now, said)
    return _("It is on record.")


def _verify(session: Session, press: Pressed, actor: Actor, now: datetime) -> str:
    verdict, cause = _judgement(press.value)
    corrects = Verdict(press.seen_verdict) if press.seen_verdict else None
    alarms.verify(session, press.alarm, verdict, actor, now, press.words, cause, press.evidence, corrects)
    if verdict in (Verdict.FALSE, Verdict.TEST_OR_DRILL) and _closes_too(press, actor):
        alarms.close(session, press.alarm, actor, now)
        return _("Verified and closed.")
    if verdict is Verdict.REAL_FIRE:
        return _("Real fire on record; it goes to the fire service.")
    return _("The verdict is on record.")


def _closes_too(press: Pressed, actor: Actor) -> bool:
    return press.close_too and actor.role is not None and why_not(Act.CLOSE, actor.role) is None


def _silence(session: Session, press: Pressed, actor: Actor, now: datetime) -> str:
    name, _colon, person = press.value.partition(":")
    if name not in list(Condition):
        raise InvalidInput("This button is not known; load the page again.")
    ground = Ground(Condition(name), int(person) if person.isdigit() else None, press.words)
    done = silences.silence(session, press.alarm, ground, actor, now, FRAMES)
    if done.carried_by is None:
        return _("On record. No door carries a silence to this device: press its button on the spot.")
    return _("Sent to the device. If it sounds on, press its button on the spot.")


def _many(session: Session, press: Pressed, ticked: Sequence[int], now: datetime) -> Answer:
    actor = asking.actor()
    if not ticked:
        raise InvalidInput("Tick the alarms first.")
    asked = [Asked(press.act, words=press.words, promised_for=until(press.value, now), evidence=press.evidence)]
    if press.act is Act.VERIFY:
        verdict, cause = _judgement(press.value)
        asked = [Asked(Act.VERIFY, verdict=verdict, cause=cause, words=press.words, evidence=press.evidence)]
        if _closes_too(press, actor):
            asked.append(Asked(Act.CLOSE))
    person = _number(press.value) if press.act is Act.HAND_OVER else None
    report = alarm_bulk.act_on_many(session, ticked, asked, actor, now, person_id=person)
    said = _("{done} of {n} done.").format(done=report.done, n=len(report.outcomes))
    return Answer(said, is_done=report.done > 0, report=_refused(report, said))


def _refused(report: Report, said: str) -> Component | None:
    """A line for each alarm that was refused."""
    lines = [
        html.Li([html.B(f"#{each.alarm_id} "), in_words(each.refusal)]) for each in report.outcomes if each.refusal
    ]
    if not lines:
        return None
    return html.Div(
        [html.B(said), html.Ul(lines), html.Button("×", className="plain report-shut")], className="bulk-report"
    )


def _judgement(value: str) -> tuple[Verdict, Cause | None]:
    verdict, _colon, cause = value.partition(":")
    if verdict not in list(Verdict) or (cause and cause not in list(Cause)):
        raise InvalidInput("This button is not known; load the page again.")
    return Verdict(verdict), Cause(cause) if cause else None


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
