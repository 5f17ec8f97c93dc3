"""Heads are found for whoever blurs them, and where they cannot be looked for nothing is claimed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from db.commands.camera_verdicts import keep_frame
from db.commands.cameras import NewRule, NewStream
from db.queries import camera_frames
from db.queries.camera_frames import Headless
from db.rules.access_scope import EVERYTHING
from db.rules.camera_rules import VisionRule
from tests.db.pictures import jpeg
from tests.vision.conftest import Site
from tests.vision.test_worker import until, working
from vision.detectors.loading import load
from vision.detectors.protocol import Detector
from vision.frames import Colours
from vision.heads import Heads
from vision.recorder import FindHeads, Recorder
from vision.training.data import scene
from vision.training.films import Film
from vision.weights.store import WeightStore


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return load("mtcnn-faces", WeightStore("", tmp_path_factory.mktemp("weights")))


def test_the_face_detector_answers_shares_of_the_picture(faces: Detector) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    for picture in (noise, np.zeros((20, 20, 3), np.uint8), np.full((9, 400, 3), 255, np.uint8)):
        (seen,) = faces.detect([picture])
        assert ((seen.boxes >= 0) & (seen.boxes <= 1)).all()


def test_heads_of_rendered_people_are_covered(faces: Detector, detector: Detector) -> None:
    """Of those that the person detector can see at all; rendered scenes, since no real faces may be kept here."""
    heads, covered, people = Heads(lambda: detector, lambda: faces), 0, 0
    for seed in range(400, 408):
        sample = scene(seed)
        found = heads.of(sample.picture)
        assert found is not None
        for left, top, right, bottom in sample.truth.named("person").boxes.tolist():
            if bottom - top < 0.25:
                continue
            people += 1
            x, y = (left + right) / 2, top + 0.08 * (bottom - top)
            covered += any(a <= x <= c and b <= y <= d for a, b, c, d in found)
    assert people >= 4
    assert covered / people >= 0.8


def frame_of(site: Site) -> Headless:
    """A picture that somebody kept without looking for heads."""
    camera = site.camera(NewStream("file", "/film.mp4"))
    stored, now = site.store.keep(jpeg()), datetime.now(UTC)
    with site.made.record.scoped(EVERYTHING) as session:
        number = keep_frame(session, camera, stored, now, None)
        assert camera_frames.headless(session, [camera], now - timedelta(days=1), now, 4) == [
            Headless(number, stored.sha256)
        ]
    return Headless(number, stored.sha256)


def masked_by(site: Site, find: FindHeads) -> object:
    """The picture's heads on record after a recorder has been asked for them."""
    frame = frame_of(site)
    recorder = Recorder(site.made.record, site.store, "", find)
    recorder.start()
    recorder.masks(frame)
    recorder.stop(60)
    return site.owner.scalar(text("select heads from camera_frames where id = :id"), {"id": frame.id})


def test_a_picture_that_others_kept_is_looked_at_later(site: Site, faces: Detector, detector: Detector) -> None:
    assert masked_by(site, Heads(lambda: detector, lambda: faces).of) is not None


def test_an_error_leaves_heads_unknown(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_picture: Colours) -> None:
        raise RuntimeError("the model is gone")

    assert masked_by(site, broken) is None
    assert "the model is gone" in caplog.text
    assert masked_by(site, Heads(lambda: None, lambda: pytest.fail("asked without people")).of) is None


def test_a_worker_finds_the_heads_of_what_it_keeps(
    site: Site, faces: Detector, detector: Detector, crowd: tuple[Film, Path]
) -> None:
    """The alarm comes first, its picture's heads after it."""
    rule = NewRule(VisionRule.CROWDING, params={"people": 3, "seconds": 1})
    site.camera(NewStream("file", str(crowd[1]), "every", is_repeating=True), rule)
    with working(site, detector, faces=lambda: faces):
        frame = until(site, "select * from camera_frames where heads is not null")
    assert frame.alarm_id is not None
    assert len(frame.heads) >= 3
    models = site.owner.execute(text("select name from vision_models order by name")).scalars().all()
    assert models == ["mtcnn-faces", "nanodet-g"]
