"""What every detector is to the rest of the room."""

from collections.abc import Sequence
from typing import Protocol

from vision.detections import Detections
from vision.frames import Colours


class Detector(Protocol):
    """A model with its weights, loaded once for a worker."""

    @property
    def name(self) -> str: ...

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def input_size(self) -> tuple[int, int] | None:
        """Width and height within which pictures are best scaled beforehand; None: as `Frame.for_detector` does."""
        ...

    def detect(self, pictures: Sequence[Colours]) -> list[Detections]:
        """One answer a picture, in order; boxes are shares of the picture as it was given."""
        ...
