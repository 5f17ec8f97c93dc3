"""Workers as processes: one is killed in the middle, a camera falls silent; the record says so in time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db.commands.cameras import NewStream
from tests.vision.conftest import Site
from vision.play.rtsp_camera import RtspCamera
from vision.training import films
from vision.training.films import Film

pytestmark = pytest.mark.broad
START_SECONDS = 120.0


@contextmanager
def workers(site: Site, var: Path, n: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """As `anwang up` runs them."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANWANG_")} | {
        "ANWANG_VAR_DIR": str(var),
        "ANWANG_DATABASE_APP_URL": site.made.app_url.render_as_string(hide_password=False),
        "ANWANG_REDIS_URL": "redis://127.0.0.1:1/0",
        "ANWANG_MQTT_URL": "mqtt://127.0.0.1:1",
        "ANWANG_EVIDENCE_DIR": str(site.store.folder),
    }
    running = []
    for number in range(n):
        with (var / f"worker-{number}.log").open("wb") as log:
            command = [sys.executable, "-m", "vision.worker", str(number)]
            running.append(subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT))
    try:
        yield running
    finally:
        for process in running:
            if process.poll() is None:
                process.terminate()
        for process in running:
            process.wait(60)


def until(is_so: Callable[[], Any], seconds: float) -> float:
    """Seconds until it is so."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, "waited in vain"
        time.sleep(0.2)
    return time.monotonic() - began


def holders(site: Site) -> dict[str, int]:
    sql = "select leased_by, count(*) from camera_watches where leased_until > now() group by 1"
    return {name: n for name, n in site.owner.execute(text(sql)) if name}


def test_a_killed_workers_cameras_move_within_half_a_minute(
    site: Site, shown: Callable[[Film], Path], tmp_path: Path
) -> None:
    film = shown(films.quiet(3, (320, 180), seconds=4.0))
    for _n in range(6):
        site.camera(NewStream("file", str(film), "key_frames", is_repeating=True))
    with workers(site, tmp_path, 2) as running:
        until(lambda: sorted(holders(site).values()) in ([3, 3], [2, 4]), START_SECONDS)
        dead = running[0]
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        moved = until(lambda: list(holders(site).values()) == [6], 35)
        assert moved <= 30
        at = datetime.now(UTC)
        sql = text("select count(*) from camera_watches where seen_at > :at")
        until(lambda: site.owner.scalar(sql, {"at": at}) == 6, 30)
    assert holders(site) == {}, "who ends in order gives everything up"


def test_a_camera_that_falls_silent_is_lost_within_a_minute_and_comes_back(
    site: Site, shown: Callable[[Film], Path], tmp_path: Path
) -> None:
    source = RtspCamera(shown(films.quiet(3, (320, 180), seconds=30.0)))
    camera = site.camera(NewStream("rtsp", source.address))
    fitness = text("select fitness from camera_watches where device_id = :id")
    try:
        with workers(site, tmp_path, 1):
            until(lambda: site.owner.scalar(fitness, {"id": camera}) == "fit", START_SECONDS)
            source.is_mute = True
            said = until(lambda: site.owner.scalar(fitness, {"id": camera}) == "lost", 60)
            assert said <= 60
            until(lambda: site.owner.scalar(text("select count(*) from alarms where kind = 'camera_unfit'")) == 1, 30)
            source.is_mute = False
            until(lambda: site.owner.scalar(fitness, {"id": camera}) == "fit", 90)
    finally:
        source.close()
    proven = site.owner.scalar(text("select proven_at from device_latest where device_id = :id"), {"id": camera})
    assert proven is not None
