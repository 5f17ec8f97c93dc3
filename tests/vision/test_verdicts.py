"""What cameras found, on record: alarms, reviews, people's word, and what it teaches."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from db.commands import alarms, camera_verdicts, vision_reviews
from db.commands.alarms import AlarmSignal
from db.commands.camera_verdicts import Given, NewVerdict
from db.commands.cameras import NewRule, NewStream
from db.errors import WrongState
from db.evidence.refusals import export
from db.queries import cameras as camera_queries
from db.queries import vision_verdicts
from db.rules.access_scope import EVERYTHING
from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import AlarmKind, Level, Verdict
from db.rules.camera_rules import Fitness, Mode, SeenBox, VisionRule
from tests import factories
from tests.db.pictures import jpeg
from tests.vision.conftest import Site
from vision.training import data

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
FILE = NewStream("file", "/film.mp4")
PERSON = SeenBox("person", 0.8, (0.1, 0.2, 0.3, 0.9))


def found(
    site: Site, camera: int, rule: VisionRule | None, rule_id: int | None, minutes: float = 0, **how: object
) -> Given:
    at = NOW + timedelta(minutes=minutes)
    facts = {"mode": Mode.RING, "score": 0.8, "boxes": (PERSON,), "value": 9.0} | how
    verdict = NewVerdict(camera, rule, rule_id, observed_at=at, threshold=0.35, model="nanodet-g", **facts)  # type: ignore[arg-type]
    with site.made.record.scoped(EVERYTHING) as session:
        return camera_verdicts.give(session, verdict, site.store.keep(jpeg(seed=f"{camera}/{minutes}")), at)


def rule_of(site: Site, camera: int) -> int:
    return int(site.owner.scalar(text("select max(id) from camera_rules where device_id = :id"), {"id": camera}) or 0)


def judge(site: Site, alarm_id: int, verdict: Verdict, at: datetime) -> None:
    with site.made.record.scoped(EVERYTHING) as session:
        cause = Cause.COOKING if verdict is Verdict.FALSE else None
        alarms.verify(session, alarm_id, verdict, site.actor, at, cause=cause)
        alarms.close(session, alarm_id, site.actor, at)


def test_repeats_fold_and_every_verdict_keeps_its_picture(site: Site) -> None:
    camera = site.camera(FILE, NewRule(VisionRule.CROWDING))
    first = found(site, camera, VisionRule.CROWDING, rule_of(site, camera))
    again = found(site, camera, VisionRule.CROWDING, rule_of(site, camera), 1)
    assert (first.is_new, again.is_new, again.alarm_id) == (True, False, first.alarm_id)
    row = site.owner.execute(text("select kind, signal_count, signal, value from alarms")).one()
    assert row == ("crowding", 2, "crowd", 9.0)
    assert site.owner.scalar(text("select count(*) from camera_frames where alarm_id is not null")) == 2
    said = site.owner.execute(text("select signal, alarm from signals order by observed_at limit 1")).one()
    assert said == ("crowd", True)


def test_a_review_rings_nobody_and_is_judged_once(site: Site) -> None:
    camera = site.camera(FILE, NewRule(VisionRule.SMOKING, mode=Mode.REVIEW))
    given = found(site, camera, VisionRule.SMOKING, rule_of(site, camera), mode=Mode.REVIEW)
    assert given.alarm_id is None
    assert site.owner.scalar(text("select count(*) from alarms")) == 0
    with site.made.record.scoped(EVERYTHING) as session:
        assert [each.id for each in vision_verdicts.waiting(session)] == [given.verdict_id]
        vision_reviews.settle(session, given.verdict_id, False, site.actor, NOW)
        assert vision_verdicts.waiting(session) == []
        with pytest.raises(WrongState):
            vision_reviews.settle(session, given.verdict_id, True, site.actor, NOW)


def test_what_rang_is_judged_at_its_alarm(site: Site) -> None:
    camera = site.camera(FILE, NewRule(VisionRule.CROWDING))
    given = found(site, camera, VisionRule.CROWDING, rule_of(site, camera))
    with site.made.record.scoped(EVERYTHING) as session, pytest.raises(WrongState, match="at its alarm"):
        vision_reviews.settle(session, given.verdict_id, True, site.actor, NOW)


def test_an_unfit_camera_raises_its_own_kind(site: Site) -> None:
    camera = site.camera(FILE)
    given = found(site, camera, None, None, fitness=Fitness.COVERED, value=0.0)
    row = site.owner.execute(text("select kind, level from alarms where id = :id"), {"id": given.alarm_id}).one()
    assert row == ("camera_unfit", Level.NOTICE)
    assert site.owner.scalar(text("select text from signals")) == "covered"


def test_flames_ring_nobody_and_speak_for_a_fire_that_a_detector_reports(site: Site) -> None:
    camera = site.camera(FILE, NewRule(VisionRule.FLAME))
    given = found(site, camera, VisionRule.FLAME, rule_of(site, camera), mode=Mode.REVIEW, value=0.9)
    assert given.alarm_id is None
    assert site.owner.scalar(text("select count(*) from alarms")) == 0
    detector = factories.device(site.owner, site.venue)
    place = (site.venue.id, site.venue.county, site.venue.area_id, *detector)
    with site.made.record.scoped(EVERYTHING) as session:
        signal = AlarmSignal(*place, AlarmKind.FIRE, "smoke", 0.3, NOW + timedelta(seconds=20))
        alarms.raise_alarm(session, signal, NOW)
    assert site.owner.scalar(text("select level from alarms")) == Level.CRITICAL


def test_a_rule_that_people_refuse_is_muted_until_it_does_better(site: Site, tmp_path: Path) -> None:
    camera = site.camera(FILE, NewRule(VisionRule.CROWDING))
    rule = rule_of(site, camera)
    for n in range(10):
        given = found(site, camera, VisionRule.CROWDING, rule, n * 20)
        assert given.alarm_id is not None
        right = Verdict.REAL_HAZARD if n == 9 else Verdict.FALSE
        judge(site, given.alarm_id, right, NOW + timedelta(minutes=n * 20 + 1))
    with site.made.record.scoped(EVERYTHING) as session:
        assert vision_reviews.learn_from_verdicts(session, NOW) == 1
        assert vision_reviews.learn_from_verdicts(session, NOW) == 0, "nothing is learnt twice"
        (row,) = vision_verdicts.precision(session, NOW - timedelta(days=1))
        (known,) = camera_queries.sets(session, [camera])[camera].rules
        refused = vision_verdicts.refusals(session, NOW - timedelta(days=1))
    assert (row.found, row.confirmed, row.refused, row.precision) == (10, 1, 9, 0.1)
    assert known.is_muted
    assert row.muted_at is not None
    assert export(refused, site.store, tmp_path / "out") == 9
    told = json.loads((tmp_path / "out" / data.ANNOTATIONS).read_text())
    assert len(told["images"]) == len(told["annotations"]) == 9
    assert [each["name"] for each in told["categories"]] == ["not person"]
    classes, samples = data.read(tmp_path / "out")
    sample = next(iter(samples))
    assert (classes, len(sample.truth)) == (("not person",), 1)
    assert site.owner.scalar(text("select count(*) from audit_log where act = 'camera rule learns'")) == 1


def test_a_moving_picture_proves_the_camera(site: Site) -> None:
    camera = site.camera(FILE)
    with site.made.record.scoped(EVERYTHING) as session:
        camera_verdicts.prove(session, camera, NOW, NOW)
    latest = site.owner.execute(text("select signal, value, proven_at from device_latest")).one()
    assert latest == ("picture", 1.0, NOW)
