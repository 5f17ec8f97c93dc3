"""What a wall may go through, and for how long."""

from dataclasses import dataclass
from enum import StrEnum


class SceneKind(StrEnum):
    """What one stop of a wall's rotation shows."""

    ACCESS = "access"
    DUTY = "duty"
    BEHIND = "behind"
    """The part of the region that is furthest behind."""
    HOUR = "hour"
    """The last hour's alarms, one after another."""
    REGION = "region"
    """A part of the region that somebody chose."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One stop; `area` is a region's code for `REGION` alone."""

    kind: SceneKind
    seconds: int
    area: int | None = None
    is_on: bool = True


SHORTEST_SECONDS, LONGEST_SECONDS = 5, 600
MOST_SCENES = 24
USUAL = (
    Scene(SceneKind.ACCESS, 25),
    Scene(SceneKind.DUTY, 20),
    Scene(SceneKind.BEHIND, 20),
    Scene(SceneKind.HOUR, 30),
)
"""Where nobody has made a playlist."""
