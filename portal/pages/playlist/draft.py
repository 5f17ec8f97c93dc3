"""A playlist while somebody edits it: plain lines in the page's store, nothing on the record before it is saved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from db.errors import InvalidInput
from db.queries.wall_playlists import Playlist
from db.rules.wall_playlist import LONGEST_SECONDS, SHORTEST_SECONDS, Scene, SceneKind

NEW_SECONDS = 20


def of_playlist(playlist: Playlist) -> dict[str, Any]:
    """The draft before anything was changed; `seen` says which one it began from."""
    lines = [
        {"kind": scene.kind.value, "seconds": scene.seconds, "area": scene.area, "on": scene.is_on}
        for scene in playlist.scenes
    ]
    return {"lines": lines, "seen": playlist.edited_at.isoformat() if playlist.edited_at else None}


def scenes(draft: dict[str, Any]) -> list[Scene]:
    """What is to be saved; `InvalidInput` where a line is not whole."""
    try:
        return [
            Scene(SceneKind(line["kind"]), int(line["seconds"]), line["area"] and int(line["area"]), bool(line["on"]))
            for line in draft["lines"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput("A scene stays for 5 to 600 seconds.") from error


def seen(draft: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(draft["seen"]) if draft.get("seen") else None


def moved(lines: Sequence[Any], i: int, by: int) -> list[Any]:
    """The line one place further up or down; at the end it stays."""
    out = list(lines)
    j = i + by
    if 0 <= i < len(out) and 0 <= j < len(out):
        out[i], out[j] = out[j], out[i]
    return out


def with_seconds(lines: Sequence[Any], i: int, seconds: float | None) -> list[Any]:
    """Its seconds as typed, held within what a wall can do; nonsense leaves them as they were."""
    if seconds is None:
        return list(lines)
    held = min(LONGEST_SECONDS, max(SHORTEST_SECONDS, round(seconds)))
    return [line | {"seconds": held} if k == i else line for k, line in enumerate(lines)]


def with_new(lines: Sequence[Any], kind: str, area: int | None) -> list[Any]:
    """One more line at the end."""
    if SceneKind(kind) is SceneKind.REGION and area is None:
        raise InvalidInput("Choose the region that the scene is about.")
    about = area if SceneKind(kind) is SceneKind.REGION else None
    return [*lines, {"kind": kind, "seconds": NEW_SECONDS, "area": about, "on": True}]
