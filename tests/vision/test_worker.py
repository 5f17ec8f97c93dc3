"""From the picture to the alarm, with a real worker, a real model, and a film of a crowd."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
from PIL import Image
from sqlalchemy import text

from db.commands.cameras import NewRule, NewStream
from db.evidence.sniffing import JPEG
from db.queries import camera_frames
from db.queries.camera_frames import RecordedFrames
from db.rules.access_scope import EVERYTHING
from db.rules.camera_rules import VisionRule
from tests.vision.conftest import Site
from vision.detectors.protocol import Detector
from vision.training.films import Film
from vision.worker import Choice, Worker

LIMIT_SECONDS = 90.0


@contextmanager
def working(
    site: Site, detector: Detector, name: str = "one", faces: Callable[[], Detector] | None = None
) -> Iterator[Worker]:
    worker = Worker(site.made.record, site.store, Choice(name, "cpu", 0, lambda: detector, faces=faces))
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(30)
        assert not thread.is_alive()


def until(site: Site, sql: str, seconds: float = LIMIT_SECONDS) -> Any:
    """The first row of the query, once there is one."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        row = site.owner.execute(text(sql)).first()
        if row is not None:
            return row
        time.sleep(0.1)
    raise AssertionError(f"nothing came of: {sql}")


def test_a_crowd_becomes_an_alarm_with_its_picture_and_clip(
    site: Site, detector: Detector, crowd: tuple[Film, Path]
) -> None:
    _film, path = crowd
    rule = NewRule(VisionRule.CROWDING, params={"people": 3, "seconds": 1})
    camera = site.camera(NewStream("file", str(path), "every", is_repeating=True), rule)
    with working(site, detector):
        alarm = until(site, "select * from alarms where kind = 'crowding'")
        verdict = until(site, "select * from vision_verdicts")
        frame = until(site, "select * from camera_frames where clip is not null")
    assert (alarm.device_id, alarm.area_id, alarm.signal, alarm.state) == (
        *(camera, site.venue.area_id, "crowd", "raised"),
    )
    assert alarm.value >= 3
    assert (verdict.alarm_id, verdict.frame_id, verdict.model, verdict.mode) == (
        *(alarm.id, frame.id, "nanodet-g", "ring"),
    )
    assert sum(box["name"] == "person" for box in verdict.boxes) >= 3
    with site.made.record.scoped(EVERYTHING) as session:
        near = RecordedFrames().near(session, [camera, camera + 1], alarm.raised_at)
        file = camera_frames.one(session, frame.id)
    assert list(near) == [camera]
    assert near[camera].picture == f"/api/v1/frames/{frame.id}"
    assert near[camera].clip == f"/api/v1/frames/{frame.id}/clip"
    picture, _kind = site.store.read(file.sha256, JPEG, "original")
    assert Image.open(io.BytesIO(picture)).size == (480, 270)
    assert file.clip is not None
    with av.open(str(site.store.clip(file.clip))) as clip:
        assert clip.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _picture in clip.decode(video=0)) >= 5
    assert frame.clip_from <= frame.taken_at <= frame.clip_until
    model = site.owner.execute(text("select * from vision_models")).one()
    assert model.card["is_synthetic"] is False
    assert model.card["licence"].startswith("Apache-2.0")
    lease = site.owner.execute(text("select * from camera_watches")).one()
    assert lease.leased_by is None, "a worker that ends gives its cameras up"
    assert lease.seen_at > alarm.raised_at or lease.seen_at <= datetime.now(UTC)
