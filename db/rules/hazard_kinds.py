"""What a hazard is, how grave, who found it, and the days that each grade gives."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from db.rules.access_scope import Role
from db.rules.alarm_kinds import AlarmKind
from db.rules.written_values import folded


class Grade(StrEnum):
    GENERAL = "general"
    MAJOR = "major"


class Source(StrEnum):
    ALARM = "alarm"
    VISION = "vision"
    PATROL = "patrol"
    INSPECTION = "inspection"
    SELF_CHECK = "self_check"
    COMPLAINT = "complaint"


class HazardKind(StrEnum):
    ESCAPE_ROUTE = "escape_route"
    EQUIPMENT = "equipment"
    ELECTRICAL = "electrical"
    CHARGING = "charging"
    FIRE_USE = "fire_use"
    GAS = "gas"
    COMBUSTIBLES = "combustibles"
    DETECTION = "detection"
    CROWDING = "crowding"
    DUTY = "duty"
    MANAGEMENT = "management"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Terms:
    """How long whoever is next may take, by grade."""

    assign: timedelta
    rectify: timedelta
    """Where the assigner names no day."""
    longest: timedelta
    """No deadline is set later than this from the day of assigning."""
    accept: timedelta
    close: timedelta
    look_back: timedelta | None
    """After closing; None: nobody has to look again."""


TERMS: dict[Grade, Terms] = {
    Grade.GENERAL: Terms(
        timedelta(days=3), timedelta(days=15), timedelta(days=60), timedelta(days=5), timedelta(days=3), None
    ),
    Grade.MAJOR: Terms(
        timedelta(days=1),
        timedelta(days=30),
        timedelta(days=90),
        timedelta(days=3),
        timedelta(days=3),
        timedelta(days=30),
    ),
}

OF_ALARM: dict[AlarmKind, HazardKind] = {
    AlarmKind.FIRE: HazardKind.FIRE_USE,
    AlarmKind.GAS: HazardKind.GAS,
    AlarmKind.ELECTRICAL: HazardKind.ELECTRICAL,
    AlarmKind.SMOKING: HazardKind.FIRE_USE,
    AlarmKind.CROWDING: HazardKind.CROWDING,
    AlarmKind.ESCAPE_ROUTE_BLOCKED: HazardKind.ESCAPE_ROUTE,
    AlarmKind.EQUIPMENT_MISSING: HazardKind.EQUIPMENT,
    AlarmKind.DUTY_UNANSWERED: HazardKind.DUTY,
    AlarmKind.DEVICE_FAULT: HazardKind.DETECTION,
    AlarmKind.DEVICE_SILENT: HazardKind.DETECTION,
    AlarmKind.CAMERA_UNFIT: HazardKind.DETECTION,
    AlarmKind.ACCESS_LOST: HazardKind.DETECTION,
}
"""What a verified alarm stands for."""

SOURCES_OF: dict[Role, tuple[Source, ...]] = {
    Role.PROVINCE: (Source.INSPECTION, Source.PATROL, Source.COMPLAINT),
    Role.CITY: (Source.INSPECTION, Source.PATROL, Source.COMPLAINT),
    Role.COUNTY: (Source.INSPECTION, Source.PATROL, Source.COMPLAINT),
    Role.VENUE: (Source.SELF_CHECK,),
    Role.MAINTAINER: (Source.INSPECTION,),
}
"""What each role may write down by hand, the usual one first; the others look."""


def spot_key(kind: HazardKind, area_id: int | None, place: str, what: str) -> str:
    """What makes it the same hazard at the same spot of a venue; what has no kind of its own goes by its words."""
    spot = f"area {area_id}" if area_id is not None else folded(place)
    return f"{kind.value}/{spot}/{folded(what)}" if kind is HazardKind.OTHER else f"{kind.value}/{spot}"
