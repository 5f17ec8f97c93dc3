"""Cameras of the demonstration: a real film of a campus path, and rendered corridors in which things happen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import cameras
from db.commands.actor import Actor
from db.commands.cameras import NewRule, NewStream
from db.rules.access_scope import EVERYTHING
from db.rules.camera_rules import Fitness, VisionRule
from db.rules.timetables import Hours, Period
from db.session import Record
from vision.training import films, real_film
from vision.training.films import Film

REAL = real_film.FILM
"""`prerequisites.sh --films` fetches it; PETS 2009, research use with credit."""
FPS = 10
# The venue that has an account of its own in the demonstration comes first; entrances before corridors.
_CHOSEN = text(
    """
    select d.id, d.venue_id, a.kind from devices d join areas a on a.id = d.area_id
    where d.kind = 'camera' and d.is_demo and d.retired_on is null and d.county = 360702
    order by exists (select from grants g where g.venue_id = d.venue_id) desc, d.venue_id,
        a.kind <> 'entrance', d.id limit :most
    """
)
_HAS = text("select 1 from camera_streams where device_id = :id")
WORKDAYS, ALL_DAYS = frozenset(range(1, 6)), frozenset(range(1, 8))
TIMETABLE = (
    Hours(Period.TEACHING, WORKDAYS, time(8), time(17, 30)),
    Hours(Period.DORMITORY_NIGHT, ALL_DAYS, time(22), time(6)),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A film and the rule that watches it; `path` where it is a real one."""

    name: str
    film: Callable[[], Film] | None
    rule: NewRule | None = None
    corners: films.Corners = ()
    decode: str = "low_fps"


def plans() -> list[Plan]:
    """In the order in which cameras get them."""
    size = (960, 540)
    path = ((0.02, 0.3), (0.98, 0.3), (0.98, 0.98), (0.02, 0.98))
    return [
        Plan("campus-path", None, NewRule(VisionRule.CROWDING, params={"people": 8, "seconds": 3}), path),
        Plan("corridor-blocked", lambda: films.blocked(11, size, seconds=60.0)),
        Plan("corridor-crowd", lambda: films.crowd(12, size, people=5, seconds=40.0)),
        Plan("corridor-extinguisher", lambda: films.equipment(13, size, seconds=60.0)),
        Plan("watch-room", lambda: films.desk(14, size, seconds=60.0)),
        Plan("corridor-covered", lambda: films.unfit(15, Fitness.COVERED, size, seconds=90.0), decode="key_frames"),
        Plan("corridor-quiet", lambda: films.quiet(16, size, seconds=40.0), decode="key_frames"),
    ]


def furnish(record: Record, folder: Path, actor: Actor) -> Iterator[str]:
    """Connect some cameras, each as soon as its film is there; says what it has done. What stands already, stays."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [plan for plan in plans() if plan.film is not None or (folder / REAL).exists()]
    with record.scoped(EVERYTHING) as session:
        chosen = session.execute(_CHOSEN, {"most": len(wanted)}).all()
        for venue_id in {row.venue_id for row in chosen}:
            cameras.set_timetable(session, venue_id, TIMETABLE, actor)
    for row, plan in zip(chosen, wanted, strict=False):
        with record.scoped(EVERYTHING) as session:
            if session.scalar(_HAS, {"id": row.id}):
                continue
        film = plan.film() if plan.film is not None else None
        path = folder / (f"{plan.name}.mp4" if film is not None else REAL)
        if film is not None and not path.exists():
            partial = path.with_name(f".{path.name}")
            film.write(partial, FPS)
            partial.replace(path)
        with record.scoped(EVERYTHING) as session:
            _connect(session, row.id, plan, film, path, actor)
        yield f"{plan.name} plays"


def _connect(session: Session, device_id: int, plan: Plan, film: Film | None, path: Path, actor: Actor) -> None:
    now = datetime.now(UTC)
    stream = NewStream("file", str(path), plan.decode, 5.0, is_repeating=True)
    cameras.connect(session, device_id, stream, actor, now)
    rule, corners = plan.rule, plan.corners
    if film is not None and film.rule is not None:
        rule, corners = NewRule(film.rule, params=film.params), film.corners
    if rule is not None:
        zone = cameras.draw_zone(session, device_id, "画面", corners or films.WHOLE, actor, now)
        cameras.add_rule(session, device_id, replace(rule, zone_id=zone), actor, now)
