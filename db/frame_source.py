"""Where pictures of cameras come from: one interface, whatever takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a camera, and the clip around it where there is one; addresses within this site."""

    camera_id: int
    taken_at: datetime
    id: int
    picture: str
    clip: str | None = None

    @property
    def masked(self) -> str:
        """The picture with nobody recognisable in it, for displays in halls."""
        return f"{self.picture}?masked=1"


class FrameSource(Protocol):
    """Pictures of these cameras nearest to a moment, by camera; none for a camera that has none."""

    def near(self, session: Session, camera_ids: Sequence[int], at: datetime, /) -> dict[int, Frame]: ...


class NoFrames:
    """No camera's pictures are taken yet."""

    def near(self, _session: Session, _camera_ids: Sequence[int], _at: datetime) -> dict[int, Frame]:
        return {}
