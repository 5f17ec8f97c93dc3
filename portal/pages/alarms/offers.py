"""What may be done with an alarm now, by this person: every act that the desk offers, and why one is closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from db.rules.access_scope import Role
from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import AlarmState, Verdict
from db.rules.alarm_lifecycle import Act, Asked, Refusal, Standing, step
from db.rules.remote_silence import Condition, Known, closed_because, missing
from db.rules.role_acts import LOOKS_ONLY, why_not


@dataclass(frozen=True, slots=True)
class Offer:
    """An act on the desk: the form that it opens, its key, and the act itself with what it needs at least."""

    form: str
    key: str
    asked: Asked
    kind: str = ""


OFFERS: tuple[Offer, ...] = (
    Offer("fire", "F", Asked(Act.VERIFY, verdict=Verdict.REAL_FIRE), "danger"),
    Offer("take", "A", Asked(Act.ACKNOWLEDGE), "primary"),
    Offer("false", "X", Asked(Act.VERIFY, verdict=Verdict.FALSE, cause=Cause.DUST)),
    Offer("hazard", "V", Asked(Act.VERIFY, verdict=Verdict.REAL_HAZARD)),
    Offer("drill", "T", Asked(Act.VERIFY, verdict=Verdict.TEST_OR_DRILL)),
    Offer("handle", "D", Asked(Act.HANDLE)),
    Offer("close", "L", Asked(Act.CLOSE), "primary"),
    Offer("reopen", "R", Asked(Act.REOPEN, words="–")),
    Offer("hand", "H", Asked(Act.HAND_OVER)),
    Offer("promise", "P", Asked(Act.PROMISE)),
    Offer("silence", "S", Asked(Act.SILENCE)),
    Offer("comment", "C", Asked(Act.COMMENT, words="–")),
    Offer("attach", "E", Asked(Act.ATTACH, evidence=("–",))),
)
BY_FORM = {offer.form: offer for offer in OFFERS}

MAIN: dict[AlarmState, tuple[str, ...]] = {
    AlarmState.RAISED: ("fire", "take", "false", "silence"),
    AlarmState.ACKNOWLEDGED: ("fire", "hazard", "false", "silence"),
    AlarmState.VERIFIED: ("handle", "close"),
    AlarmState.HANDLED: ("close",),
    AlarmState.CLOSED: ("reopen", "comment"),
}
"""The large buttons; they are shown closed, with the reason. The others are shown where they are open."""

IN_BULK = ("take", "false", "drill", "hand", "close")


def refusal(offer: Offer, standing: Standing, role: Role, person_id: int, now: datetime) -> Refusal | None:
    """Why this offer is closed to this person; None where it is open."""
    forbidden = why_not(offer.asked.act, role)
    if forbidden is not None:
        return forbidden
    asked = replace(offer.asked, by=person_id)
    if asked.act is Act.PROMISE:
        asked = replace(asked, promised_for=now + timedelta(minutes=1))
    if asked.act is Act.VERIFY:
        asked = replace(asked, corrects=standing.verdict)
        if standing.state is AlarmState.RAISED:  # who says what it was takes it on
            standing = replace(standing, state=AlarmState.ACKNOWLEDGED)
        if asked.verdict is standing.verdict and asked.verdict is not Verdict.FALSE:
            return Refusal("The alarm has this verdict.")
    after = step(standing, asked, now)
    return after if isinstance(after, Refusal) else None


def silence_refusals(standing: Standing, known: Known, role: Role, *, is_silent: bool) -> list[Refusal]:
    """Everything that keeps the alarm from being silenced now; empty where one condition opens it."""
    shut = closed_because(standing, is_silent)
    if shut is not None:
        return [shut]
    forbidden = why_not(Act.SILENCE, role)
    lacking = [each for each in (missing(condition, known) for condition in Condition) if each is not None]
    if forbidden is LOOKS_ONLY:
        return [forbidden]
    if forbidden is not None:
        return [forbidden, *lacking]
    return lacking if len(lacking) == len(Condition) else []


def open_forms(
    standing: Standing, role: Role, person_id: int, now: datetime, silence: Sequence[Refusal]
) -> dict[str, list[Refusal]]:
    """By form: why it is closed; an empty list where it is open."""
    told = {}
    for offer in OFFERS:
        if offer.form == "silence":
            told[offer.form] = list(silence)
        else:
            shut = refusal(offer, standing, role, person_id, now)
            told[offer.form] = [shut] if shut else []
    return told
