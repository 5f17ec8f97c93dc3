"""What judges are given, and what they find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from db.rules.camera_rules import SeenBox
from vision.detections import Detections
from vision.frames import Colours, Grey


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One picture as judges see it."""

    at: datetime
    seconds: float
    grey: Grey
    things: Detections
    """Followed by the tracker; from an earlier picture where the gate found nothing new."""
    is_fresh: bool
    """The detector looked at this very picture."""
    colours: Callable[[], Colours] = field(repr=False)
    """The whole picture in colour, for whoever needs it."""
    hints: Detections | None = None
    """What the second model saw, where it looked."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a judge found in a picture, whether or not it lasts yet."""

    is_so: bool
    score: float
    """From 0 to 1: how sure."""
    value: float | None = None
    """What the signal says: people, share, seconds."""
    boxes: Sequence[SeenBox] = ()


class Judge(Protocol):
    """One rule on one camera; keeps what it needs to remember."""

    def look(self, look: Look) -> Found | None:
        """None: this picture says nothing about the rule."""
        ...


def boxes_of(things: Detections) -> list[SeenBox]:
    """Things as verdicts keep them."""
    return [
        SeenBox(name, float(score), (float(box[0]), float(box[1]), float(box[2]), float(box[3])))
        for name, score, box in zip(things.names(), things.scores, things.boxes, strict=True)
    ]
