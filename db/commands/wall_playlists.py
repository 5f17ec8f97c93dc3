"""A region's playlist, written: as a whole, by those who supervise the region."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.actor import Actor
from db.errors import InvalidInput, NotAllowed, WrongState
from db.queries import wall_playlists
from db.rules.access_scope import region_range
from db.rules.role_acts import EDIT_PLAYLISTS
from db.rules.wall_playlist import LONGEST_SECONDS, MOST_SCENES, SHORTEST_SECONDS, Scene, SceneKind

_HOLD = text("select pg_advisory_xact_lock(hashtextextended('wall_scenes/' || :region, 0))")
_CLEAR = text("delete from wall_scenes where region = :region")
_ADD = text(
    """
    insert into wall_scenes (region, county_lo, county_hi, position, kind, area, seconds, is_on, edited_at, edited_by)
    values (:region, :lo, :hi, :position, :kind, :area, :seconds, :is_on, :now, :by)
    """
)


def save(
    session: Session, region: int, scenes: Sequence[Scene], seen: datetime | None, actor: Actor, now: datetime
) -> None:
    """Replace the playlist; `seen` is the `edited_at` of the one that the editor had before them."""
    _may(actor)
    _check(region, scenes)
    session.execute(_HOLD, {"region": region})
    if wall_playlists.of_region(session, region).edited_at != seen:
        raise WrongState("Somebody else changed this playlist meanwhile; reload the page and look at theirs first.")
    lo, hi = region_range(region)
    session.execute(_CLEAR, {"region": region})
    for position, scene in enumerate(scenes, start=1):
        row = {"position": position, "kind": scene.kind, "area": scene.area, "seconds": scene.seconds}
        row |= {"region": region, "lo": lo, "hi": hi, "is_on": scene.is_on, "now": now, "by": actor.person_id}
        session.execute(_ADD, row)
    _note(session, region, actor, {"scenes": [f"{scene.kind} {scene.seconds}" for scene in scenes]})


def forget(session: Session, region: int, actor: Actor) -> None:
    """Back to the usual playlist."""
    _may(actor)
    session.execute(_CLEAR, {"region": region})
    _note(session, region, actor, {"scenes": "usual"})


def _may(actor: Actor) -> None:
    if actor.role not in EDIT_PLAYLISTS:
        raise NotAllowed("Your role may look, not act.")


def _check(region: int, scenes: Sequence[Scene]) -> None:
    if not any(scene.is_on for scene in scenes):
        raise InvalidInput("A wall needs at least one scene that is on.")
    if len(scenes) > MOST_SCENES:
        raise InvalidInput("A playlist has at most 24 scenes.")
    if any(not SHORTEST_SECONDS <= scene.seconds <= LONGEST_SECONDS for scene in scenes):
        raise InvalidInput("A scene stays for 5 to 600 seconds.")
    lo, hi = region_range(region)
    for scene in scenes:
        if (scene.kind is SceneKind.REGION) != (scene.area is not None):
            raise InvalidInput("Choose the region that the scene is about.")
        if scene.area is not None and not (lo <= scene.area <= hi):
            raise InvalidInput("A wall shows parts of its own region alone.")


def _note(session: Session, region: int, actor: Actor, detail: dict[str, object]) -> None:
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="edit wall playlist",
        subject=f"wall_playlists/{region}",
        detail=detail,
    )
