"""`python -m vision.play.events`: cameras of the demonstration in which crowds gather, each at a moment told.

For `anwang bench vision`: prints `{"device": …, "at": …}` when the picture leaves in which the rule's time is full.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from db import addresses
from db.commands import cameras
from db.commands.actor import Actor
from db.commands.cameras import NewRule, NewStream
from db.rules.access_scope import EVERYTHING
from db.rules.camera_rules import VisionRule
from db.session import Record
from db.settings import load
from vision.play.rtsp_camera import RtspCamera
from vision.training import films

FPS = 10
PLAYER = Actor(None, "bench", "local")  # type: ignore[arg-type]
# One camera a venue at which nothing rings: every event is an alarm of its own.
_CHOSEN = text(
    """
    select distinct on (d.venue_id) d.id from devices d where d.kind = 'camera' and d.retired_on is null
        and not exists (select from alarms a where a.venue_id = d.venue_id and a.closed_at is null)
    order by d.venue_id, d.id limit :n
    """
)


def play(n: int, seconds: float) -> None:
    """So many cameras, each its film over and over; only the first gathering of each counts."""
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang bench cameras")
    with record.scoped(EVERYTHING) as session:
        chosen = list(session.scalars(_CHOSEN, {"n": n}))
    playing = []
    with tempfile.TemporaryDirectory(prefix="anwang-events-") as folder:
        for number, device in enumerate(chosen):
            film = films.crowd(7_000 + number, (640, 360), people=3, seconds=20.0, begins=8.0 + number % 5)
            path = Path(folder) / f"{number}.mp4"
            film.write(path, FPS)
            full = round((film.events[0].since + film.params["seconds"]) * FPS)
            playing.append(RtspCamera(path, sent=_telling(device, full)))
            with record.scoped(EVERYTHING) as session:
                now = datetime.now(UTC)
                stream = NewStream("rtsp", playing[-1].address, "every", 5.0)
                cameras.connect(session, device, stream, PLAYER, now)
                zone = cameras.draw_zone(session, device, "画面", films.WHOLE, PLAYER, now)
                rule = replace(NewRule(VisionRule.CROWDING, zone), params=film.params)
                cameras.add_rule(session, device, rule, PLAYER, now)
        record.close()
        time.sleep(seconds)
        for camera in playing:
            camera.close()


def _telling(device: int, full: int) -> Callable[[int], None]:
    def sent(n: int) -> None:
        if n == full:
            print(json.dumps({"device": device, "at": datetime.now(UTC).isoformat()}), flush=True)

    return sent


if __name__ == "__main__":
    play(int(sys.argv[1]), float(sys.argv[2]))
