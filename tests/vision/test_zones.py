"""What is drawn in the portal is what a running worker judges, seconds later."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from db.commands import camera_zones
from db.commands.camera_verdicts import keep_frame
from db.commands.camera_zones import NewZones
from db.commands.cameras import NewStream
from db.errors import InvalidInput, NotAllowed, WrongState
from db.queries import camera_zones as zone_queries
from db.queries.camera_zones import Watched
from db.rules.access_scope import EVERYTHING, Role
from db.rules.camera_rules import Mode, VisionRule
from db.rules.zone_checks import DrawnRule, DrawnZone, FaultyZones
from tests.db.pictures import jpeg
from tests.vision.conftest import Site
from tests.vision.test_worker import working
from vision.detectors.protocol import Detector
from vision.training.films import Film

FILE = NewStream("file", "/film.mp4")
SQUARE = ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.5))
LOWER = ((0.1, 0.5), (0.5, 0.5), (0.5, 0.9), (0.1, 0.9))
CROWD = DrawnRule(VisionRule.CROWDING, Mode.RING, params={"people": 3, "seconds": 2})
THERE = DrawnRule(VisionRule.EQUIPMENT_MISSING, Mode.RING)


def record(site: Site, camera: int, *zones: DrawnZone, revision: int, frame: int | None = None) -> int:
    new = NewZones(camera, revision, zones, (), frame)
    with site.made.record.scoped(EVERYTHING) as session:
        return camera_zones.record(session, new, site.actor, datetime.now(UTC))


def standing(site: Site, camera: int) -> Watched:
    with site.made.record.scoped(EVERYTHING) as session:
        return zone_queries.of_camera(session, camera)


def picture(site: Site, camera: int, seed: str) -> tuple[int, bytes]:
    stored = site.store.keep(jpeg(seed=seed))
    with site.made.record.scoped(EVERYTHING) as session:
        return keep_frame(session, camera, stored, datetime.now(UTC), None), stored.sha256


def test_a_running_worker_takes_new_zones_within_30_seconds(
    site: Site, detector: Detector, crowd: tuple[Film, Path]
) -> None:
    camera = site.camera(NewStream("file", str(crowd[1]), is_repeating=True))
    with working(site, detector) as worker:
        deadline = time.monotonic() + 60
        while camera not in worker._cameras and time.monotonic() < deadline:
            time.sleep(0.1)
        watched = worker._cameras[camera]
        assert watched.camera.rules == ()
        record(site, camera, DrawnZone("走廊", SQUARE, (CROWD,)), revision=0)
        drawn = time.monotonic()
        while not watched.camera.rules and time.monotonic() < drawn + 30:
            time.sleep(0.1)
        assert worker._cameras[camera] is watched, "the stream is not opened anew"
    (rule,) = watched.camera.rules
    assert (rule.rule, rule.corners, rule.params["people"]) == (VisionRule.CROWDING, SQUARE, 3)


def test_numbers_stay_where_a_rule_goes_on(site: Site) -> None:
    camera = site.camera(FILE)
    record(site, camera, DrawnZone("走廊", SQUARE, (CROWD,)), revision=0)
    before = standing(site, camera)
    zone, rule = before.zones[-1], before.zones[-1].rules[0]
    site.owner.execute(
        text("update camera_rules set threshold = 0.5, muted_at = now() where id = :id"), {"id": rule.id}
    )
    kept = replace(CROWD, id=rule.id, params={"people": 20, "seconds": 2})
    record(site, camera, DrawnZone("大厅", LOWER, (kept,), zone.id), revision=1)
    after = standing(site, camera)
    (one,) = after.zones
    assert (one.id, one.name, one.corners, one.rules[0].id) == (zone.id, "大厅", LOWER, rule.id)
    assert (one.rules[0].params["people"], one.rules[0].threshold) == (20, 0.5), "what was learnt is not set back"
    assert one.rules[0].muted_at is not None
    record(site, camera, revision=2)
    assert standing(site, camera).zones == ()


def test_equipment_is_registered_from_the_picture_that_was_drawn_upon(site: Site) -> None:
    camera, other = site.camera(FILE), site.camera(FILE)
    (first, looks), (second, anew), (foreign, _) = (
        *(picture(site, camera, "one"), picture(site, camera, "two")),
        picture(site, other, "three"),
    )
    reference = text("select reference from camera_rules where device_id = :id and retired_at is null")

    def kept() -> bytes:
        return bytes(site.owner.scalar(reference, {"id": camera}) or b"")

    record(site, camera, DrawnZone("灭火器", SQUARE, (THERE,)), revision=0, frame=first)
    assert kept() == looks
    zone = standing(site, camera).zones[0]
    same = replace(THERE, id=zone.rules[0].id)
    record(site, camera, DrawnZone("灭火器", SQUARE, (same,), zone.id), revision=1, frame=second)
    assert kept() == looks, "what has not moved keeps its look"
    record(site, camera, DrawnZone("灭火器", LOWER, (same,), zone.id), revision=2, frame=second)
    assert kept() == anew
    again = replace(same, registers=True)
    record(site, camera, DrawnZone("灭火器", LOWER, (again,), zone.id), revision=3, frame=first)
    assert kept() == looks
    with pytest.raises(InvalidInput, match="no picture to register"):
        record(site, camera, DrawnZone("灭火器", LOWER, (again,), zone.id), revision=4, frame=foreign)


def test_who_began_from_an_older_edition_changes_nothing(site: Site) -> None:
    camera = site.camera(FILE)
    record(site, camera, DrawnZone("走廊", SQUARE, (CROWD,)), revision=0)
    with pytest.raises(WrongState, match="测试员"):
        record(site, camera, DrawnZone("大厅", LOWER), revision=0)
    assert [zone.name for zone in standing(site, camera).zones] == ["走廊"]


@pytest.mark.parametrize("role", [Role.MAINTAINER, Role.ANALYST, Role.WALL, Role.ADMINISTRATOR])
def test_who_may_not_draw(site: Site, role: Role) -> None:
    camera = site.camera(FILE)
    new, actor = NewZones(camera, 0, ()), replace(site.actor, role=role)
    with site.made.record.scoped(EVERYTHING) as session, pytest.raises(NotAllowed):
        camera_zones.record(session, new, actor, datetime.now(UTC))


BOW = ((0.1, 0.1), (0.5, 0.5), (0.5, 0.1), (0.1, 0.5))


@pytest.mark.parametrize(
    ("zones", "where", "said"),
    [
        ([DrawnZone(" ", SQUARE)], (0, None), "a name of 1"),
        ([DrawnZone("甲", SQUARE), DrawnZone("甲", LOWER)], (1, None), "called 甲"),
        ([DrawnZone("甲", BOW)], (0, None), "crosses itself|encloses nothing"),
        ([DrawnZone("甲", SQUARE[:2])], (0, None), "three to forty"),
        ([DrawnZone("甲", [[0.1, 0.1], [1.2, 0.1], [0.5, 0.5]])], (0, None), "within the picture"),
        ([DrawnZone("甲", SQUARE, (CROWD, CROWD))], (0, 1), "twice"),
        ([DrawnZone("甲", SQUARE, (replace(CROWD, params={"people": 2.5}),))], (0, 0), "between 1 and 1000"),
        ([DrawnZone("甲", SQUARE, (replace(CROWD, threshold=0.9),))], (0, 0), "threshold"),
        ([DrawnZone(str(n), SQUARE) for n in range(21)], (None, None), "at most"),
    ],
)
def test_what_cannot_be_taken_is_said_where_it_stands(
    site: Site, zones: list[DrawnZone], where: tuple[int | None, int | None], said: str
) -> None:
    camera = site.camera(FILE)
    with pytest.raises(FaultyZones, match=said) as refused:
        record(site, camera, *zones, revision=0)
    assert (refused.value.zone, refused.value.rule) == where
    assert standing(site, camera).revision == 0
