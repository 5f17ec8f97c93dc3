"""The words of an alarm's life as people read them, in the reader's language."""

from datetime import datetime
from typing import Any

from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import Verdict
from db.rules.alarm_lifecycle import Act
from db.rules.remote_silence import Condition
from portal import ladder_words, words
from portal.locale import _


def cause(value: str) -> str:
    return {
        Cause.COOKING: _("Cooking"),
        Cause.STEAM: _("Steam"),
        Cause.DUST: _("Dust"),
        Cause.INSECTS: _("Insects"),
        Cause.DEVICE_FAULT: _("Faulty device"),
        Cause.TEST_BUTTON: _("Test button"),
        Cause.CONSTRUCTION: _("Building work"),
        Cause.OTHER: _("Other cause"),
    }[Cause(value)]


def ending(verdict: str | None, why: str | None) -> str:
    """What it was found to be: False alarm · Cooking."""
    if verdict is None:
        return _("No verdict")
    return f"{words.verdict(verdict)} · {cause(why)}" if why else words.verdict(verdict)


def step(value: str) -> str:
    """A step of an alarm's life; one that another version wrote stands as it is."""
    return {
        "raised": _("Raised"),
        "told_apart": _("Told apart"),
        "joined": _("Another device joined"),
        "level_raised": _("Level raised"),
        "acknowledged": _("Acknowledged"),
        "promised": _("New promise"),
        "verified": _("Verified"),
        "handled": _("Handled"),
        "closed": _("Closed"),
        "reopened": _("Reopened"),
        "handed_over": _("Handed over"),
        "comment": _("Comment"),
        "evidence": _("Evidence added"),
        "silenced": _("Silenced from afar"),
        "live_again": _("No drill: live again"),
        **ladder_words.steps(),
    }.get(value, value)


def step_says(note: str | None, facts: dict[str, Any], now: datetime) -> list[str]:
    """What a step tells besides who and when."""
    said = []
    if facts.get("verdict"):
        said.append(ending(facts["verdict"], facts.get("cause")))
    elif note in list(Verdict):
        return [words.verdict(note or "")]
    if facts.get("corrects"):
        said.append(_("instead of: {verdict}").format(verdict=words.verdict(facts["corrects"])))
    if facts.get("promised_for"):
        said.append(_("by {at}").format(at=words.minute(datetime.fromisoformat(facts["promised_for"]), now)))
    if facts.get("to"):
        said.append(_("to {name}").format(name=facts["to"]))
    if facts.get("condition"):
        said.append(condition(facts["condition"]))
        if facts.get("confirmed_by"):
            said.append(facts["confirmed_by"])
        if facts.get("carried_by") == "none":
            said.append(_("on record only: no door carries it to the device"))
        elif facts.get("carried_by"):
            said.append(_("sent to the device over {door}").format(door=facts["carried_by"].upper()))
    if note:
        said.append(note)
    return said + [_("Evidence: {reference}").format(reference=each) for each in facts.get("evidence", [])]


def condition(value: str) -> str:
    """A lawful ground of silencing."""
    return {
        Condition.VALUE_BACK: _("Value back below alarm"),
        Condition.VIDEO_CLEAR: _("Video of the area shows no fire"),
        Condition.PERSON_CONFIRMS: _("Registered person confirms no fire"),
    }[Condition(value)]


def act(value: Act) -> str:
    """An act as it stands on its button."""
    return {
        Act.ACKNOWLEDGE: _("I take it"),
        Act.PROMISE: _("New promise"),
        Act.VERIFY: _("Say what it was"),
        Act.HANDLE: _("Handled"),
        Act.CLOSE: _("Close"),
        Act.REOPEN: _("Open again"),
        Act.HAND_OVER: _("Hand over"),
        Act.COMMENT: _("Comment"),
        Act.ATTACH: _("Add evidence"),
        Act.SILENCE: _("Silence from afar"),
    }[value]


def notice_reason(value: str) -> str:
    """Why somebody is told; a word that another part added stands as it is."""
    return {
        "raised": _("Raised"),
        "level_raised": _("Level raised"),
        "escalated": _("Nobody moved"),
        "promise_due": _("Promise has passed"),
        **ladder_words.reasons(),
        "handed_over": _("Handed over"),
    }.get(value, value)
