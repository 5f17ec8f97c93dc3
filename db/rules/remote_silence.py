"""When a sounding device may be silenced from afar: one of three conditions of GB/T 45839-2025 must hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from db.rules.alarm_kinds import AlarmKind, AlarmState, Verdict
from db.rules.alarm_lifecycle import Refusal, Standing
from db.rules.signal_kinds import BY_SIGNAL, SignalKind

SOUNDING = frozenset({AlarmKind.FIRE, AlarmKind.GAS})
"""Kinds whose devices have a sounder."""

MQTT = "mqtt"
"""The one door that takes a silence to a device: to those with a login of their own at the broker, over a topic that
nobody else reads. GB/T 26875.3 knows no such command, and the platforms' doors carry none down. Where no door can, what
is asked for is recorded, and said so."""
CARRIED_WITHIN = timedelta(seconds=30)
"""A silence that could not be sent by then is not sent at all: what holds now may not hold later."""


class Condition(StrEnum):
    VALUE_BACK = "value_back"
    VIDEO_CLEAR = "video_clear"
    PERSON_CONFIRMS = "person_confirms"


@dataclass(frozen=True, slots=True)
class LastWord:
    """The latest signal of the alarm's kind from one of its devices."""

    device_code: str
    signal: str | None
    value: float | None
    alarm: bool | None
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the record knows that bears on silencing."""

    last_words: Sequence[LastWord]
    """One for each device that had a part in the alarm."""
    frames_after: Sequence[str]
    """Cameras of the same area with a picture taken since the alarm was raised."""
    registered: Sequence[str]
    """The venue's registered people."""


def closed_because(standing: Standing, is_silent: bool) -> Refusal | None:
    """Why nothing can be silenced here at all; None where a condition may open it."""
    if standing.state is AlarmState.CLOSED:
        return Refusal("The alarm is closed.")
    if standing.kind not in SOUNDING:
        return Refusal("Nothing sounds for this kind of alarm.")
    if standing.verdict is Verdict.REAL_FIRE:
        return Refusal("A confirmed fire is not silenced.")
    if is_silent:
        return Refusal("It was silenced already.")
    return None


def missing(condition: Condition, known: Known) -> Refusal | None:
    """Why this condition does not hold; None where it does, or where a person can make it hold."""
    if condition is Condition.VALUE_BACK:
        return None if _is_back(known.last_words) else Refusal("The detector's value is not back below alarm.")
    if condition is Condition.VIDEO_CLEAR:
        return None if known.frames_after else Refusal("No picture of the same area since the alarm.")
    return None if known.registered else Refusal("The venue has no registered person who could confirm.")


def _is_back(words: Sequence[LastWord]) -> bool:
    """Every device that rang has said since that it does not; silence says nothing."""
    return bool(words) and all(_is_calm(word) for word in words)


def _is_calm(word: LastWord) -> bool:
    """It says so outright, or its value is below the limit at which it rings."""
    if word.signal is None or word.alarm:
        return False
    if word.alarm is False:
        return True
    limit = BY_SIGNAL[SignalKind(word.signal)].rings_at
    return limit is not None and word.value is not None and word.value < limit
