"""What is doubtful about a picture offered as evidence: shown beside it, never silently passed over."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FAR_METRES = 1000.0
"""A phone indoors, or one that writes GCJ-02 into its pictures, is some hundred metres off."""
CLOCK_SLACK = timedelta(minutes=10)
ALIKE_BITS = 5
"""Two pictures whose 64 bits of brightness differ in no more are the same view with the same things in it."""
EARTH_RADIUS_METRES = 6_371_000.0


class Stage(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    ARRIVAL = "arrival"


class Doubt(StrEnum):
    TAKEN_BEFORE = "taken_before"
    """Taken before the hazard was found, or the work was given."""
    TAKEN_LATER = "taken_later"
    """Taken after it was uploaded: the camera's clock is wrong."""
    FAR_AWAY = "far_away"
    NO_TIME = "no_time"
    USED_ELSEWHERE = "used_elsewhere"
    LIKE_BEFORE = "like_before"
    """Hardly another picture than the one from before the fix."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture says of itself, and when it came. Only pictures are judged; documents pass."""

    stage: Stage
    uploaded_at: datetime
    taken_at: datetime | None
    lng: float | None
    lat: float | None
    is_elsewhere: bool = False
    is_like_before: bool = False


def doubts(picture: Picture, since: datetime, venue_lng: float | None, venue_lat: float | None) -> tuple[Doubt, ...]:
    """Everything doubtful; `since` is when the hazard was found or the work given."""
    said = []
    if picture.taken_at is None:
        said.append(Doubt.NO_TIME)
    elif picture.taken_at > picture.uploaded_at + CLOCK_SLACK:
        said.append(Doubt.TAKEN_LATER)
    elif picture.stage is not Stage.BEFORE and picture.taken_at < since - CLOCK_SLACK:
        said.append(Doubt.TAKEN_BEFORE)
    at_venue = None if venue_lng is None or venue_lat is None else (venue_lng, venue_lat)
    if picture.lng is not None and picture.lat is not None and at_venue is not None:
        is_far = metres_between(picture.lng, picture.lat, *at_venue) > FAR_METRES
        said += [Doubt.FAR_AWAY] if is_far else []
    if picture.is_elsewhere:
        said.append(Doubt.USED_ELSEWHERE)
    if picture.is_like_before and picture.stage is not Stage.BEFORE:
        said.append(Doubt.LIKE_BEFORE)
    return tuple(said)


def are_alike(one: int, other: int) -> bool:
    """True for two fingerprints of brightness (`evidence.pictures`) of what is hardly two pictures."""
    return ((one ^ other) & ((1 << 64) - 1)).bit_count() <= ALIKE_BITS


def metres_between(lng: float, lat: float, other_lng: float, other_lat: float) -> float:
    """Along the ground, good to a metre over some kilometres."""
    lat_1, lat_2 = math.radians(lat), math.radians(other_lat)
    across = math.sin(math.radians(other_lng - lng) / 2) ** 2 * math.cos(lat_1) * math.cos(lat_2)
    half = math.sin((lat_2 - lat_1) / 2) ** 2 + across
    return 2 * EARTH_RADIUS_METRES * math.asin(math.sqrt(half))
