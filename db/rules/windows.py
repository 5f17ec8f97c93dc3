"""Drill and maintenance windows: what may be announced, and which signal falls inside one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from db.rules.alarm_kinds import AlarmKind
from db.rules.alarm_lifecycle import Refusal
from db.rules.device_kinds import DeviceKind


class WindowKind(StrEnum):
    DRILL = "drill"
    MAINTENANCE = "maintenance"


LONGEST: dict[WindowKind, timedelta] = {
    WindowKind.DRILL: timedelta(hours=4),
    WindowKind.MAINTENANCE: timedelta(hours=12),
}
"""Longer work is announced day by day: a window that is forgotten must not blind a venue."""
FURTHEST_AHEAD = timedelta(days=60)
PAST_ALLOWED = timedelta(minutes=5)
"""For the time that filling in the form takes."""

COVERABLE: dict[WindowKind, frozenset[DeviceKind]] = {
    WindowKind.DRILL: frozenset(
        {
            DeviceKind.SMOKE_DETECTOR,
            DeviceKind.HEAT_DETECTOR,
            DeviceKind.MANUAL_CALL_POINT,
            DeviceKind.USER_TRANSMISSION_DEVICE,
            DeviceKind.LOUDSPEAKER_COLUMN,
            DeviceKind.CAMERA,
        }
    ),
    WindowKind.MAINTENANCE: frozenset(DeviceKind),
}
"""Nobody drills with gas or power: those stay live in every drill."""
USUAL: dict[WindowKind, tuple[DeviceKind, ...]] = {
    WindowKind.DRILL: (DeviceKind.SMOKE_DETECTOR, DeviceKind.HEAT_DETECTOR, DeviceKind.MANUAL_CALL_POINT),
    WindowKind.MAINTENANCE: (DeviceKind.SMOKE_DETECTOR,),
}
"""Chosen in the form unless somebody chooses otherwise."""
NEVER_COVERED = frozenset({AlarmKind.DUTY_UNANSWERED, AlarmKind.ACCESS_LOST})
"""These are about people and contracts; no work at a device explains them."""


class WindowPhase(StrEnum):
    COMING = "coming"
    NOW = "now"
    OVER = "over"
    CALLED_OFF = "called_off"


@dataclass(frozen=True, slots=True)
class Span:
    """A window as far as signals are concerned."""

    starts_at: datetime
    over_at: datetime
    area_id: int | None
    """None: the whole venue."""
    device_kinds: frozenset[str]


def covers(span: Span, kind: AlarmKind, area_id: int | None, device_kind: str | None, observed_at: datetime) -> bool:
    """True where the signal was expected: in its time, its area, of its kinds of device.

    A signal of no area falls only into a window of the whole venue, one of no device into none.
    """
    return (
        kind not in NEVER_COVERED
        and device_kind in span.device_kinds
        and span.starts_at <= observed_at < span.over_at
        and (span.area_id is None or span.area_id == area_id)
    )


def phase(starts_at: datetime, ended_at: datetime | None, over_at: datetime, now: datetime) -> WindowPhase:
    if ended_at is not None and ended_at <= starts_at:
        return WindowPhase.CALLED_OFF
    if now >= over_at:
        return WindowPhase.OVER
    return WindowPhase.NOW if now >= starts_at else WindowPhase.COMING


def refused(
    kind: WindowKind,
    starts_at: datetime,
    ends_at: datetime,
    device_kinds: Sequence[DeviceKind],
    reason: str,
    now: datetime,
) -> Refusal | None:
    """Why a window cannot be announced so, or None."""
    if not reason.strip():
        return Refusal("Say why: people will read it.")
    if ends_at <= starts_at:
        return Refusal("A window ends after it begins.")
    if starts_at < now - PAST_ALLOWED:
        return Refusal("A window cannot begin in the past.")
    if starts_at > now + FURTHEST_AHEAD:
        return Refusal("A window begins within 60 days.")
    if kind is WindowKind.DRILL and ends_at - starts_at > LONGEST[kind]:
        return Refusal("A drill lasts 4 hours at most.")
    if ends_at - starts_at > LONGEST[kind]:
        return Refusal("Maintenance lasts 12 hours at most; announce longer work day by day.")
    if not device_kinds:
        return Refusal("Choose at least one kind of device.")
    if not set(device_kinds) <= COVERABLE[kind]:
        return Refusal("A drill does not cover gas detectors, meters or hydrants: they stay live.")
    return None
