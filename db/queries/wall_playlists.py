"""A region's playlist, read: by its walls, and by whoever edits it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.wall_playlist import USUAL, Scene, SceneKind

_OF_REGION = text(
    """
    select s.kind, s.seconds, s.area, s.is_on, s.edited_at, p.name as edited_by
    from wall_scenes s left join people p on p.id = s.edited_by where s.region = :region order by s.position
    """
)


@dataclass(frozen=True, slots=True)
class Playlist:
    """What a region's walls go through; `edited_at` None: nobody made one, and it is the usual."""

    scenes: tuple[Scene, ...]
    edited_at: datetime | None = None
    edited_by: str | None = None

    @property
    def played(self) -> tuple[Scene, ...]:
        return tuple(scene for scene in self.scenes if scene.is_on)


def of_region(session: Session, region: int) -> Playlist:
    """The region's own playlist, else the usual one."""
    rows = session.execute(_OF_REGION, {"region": region}).all()
    if not rows:
        return Playlist(USUAL)
    scenes = tuple(Scene(SceneKind(row.kind), row.seconds, row.area, row.is_on) for row in rows)
    return Playlist(scenes, rows[0].edited_at, rows[0].edited_by)
