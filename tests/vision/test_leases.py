"""Cameras are shared out fairly, and a dead worker's are taken over within half a minute."""

from datetime import UTC, datetime, timedelta

import pytest

from db.commands import camera_leases, cameras
from db.commands.actor import Actor
from db.commands.camera_leases import CameraNews, WorkerNews
from db.commands.cameras import NewRule, NewStream
from db.errors import InvalidInput, NotFound
from db.queries import cameras as camera_queries
from db.rules.access_scope import EVERYTHING, Scope
from db.rules.camera_rules import Fitness, VisionRule
from tests import factories
from tests.vision.conftest import Site

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
RTSP = NewStream("rtsp", "rtsp://10.0.0.1/1")


def turn(site: Site, name: str, seconds: float, budget: float = 10.0) -> frozenset[int]:
    news = WorkerNews(name, "cpu", "nanodet-g", NOW, 0, budget, {})
    with site.made.record.scoped(EVERYTHING) as session:
        return camera_leases.turn(session, news, NOW + timedelta(seconds=seconds))


def test_cameras_are_shared_by_budget_and_taken_over_from_the_dead(site: Site) -> None:
    held = {site.camera(RTSP) for _n in range(9)}
    assert turn(site, "one", 0) == held, "one worker takes all"
    assert turn(site, "two", 1) == frozenset()
    first = turn(site, "one", 5)
    second = turn(site, "two", 6)
    assert (len(first), len(second)) in ((5, 4), (6, 3))
    assert first | second == held
    assert not first & second
    lost = turn(site, "two", 10) | turn(site, "two", 15) | turn(site, "two", 20)
    assert lost == second, "within its lease the first is not robbed"
    assert turn(site, "two", 30) == held, "the first was heard of last 25 s ago"


def test_a_bigger_budget_gets_more(site: Site) -> None:
    for _n in range(8):
        site.camera(RTSP)
    turn(site, "small", 0, 10)
    turn(site, "big", 1, 30)
    assert len(turn(site, "small", 5, 10)) <= 3
    assert len(turn(site, "big", 6, 30)) >= 5


def test_who_leaves_gives_up_at_once(site: Site) -> None:
    camera = site.camera(RTSP)
    assert turn(site, "one", 0) == {camera}
    with site.made.record.scoped(EVERYTHING) as session:
        camera_leases.leave(session, "one", [camera])
    assert turn(site, "two", 1) == {camera}


def test_news_of_a_camera_that_is_anothers_by_now_is_not_taken(site: Site) -> None:
    camera = site.camera(RTSP)
    turn(site, "one", 0)
    news = CameraNews(camera, 15.0, 2.5, True, Fitness.FROZEN, NOW, 1280, 720, None)
    with site.made.record.scoped(EVERYTHING) as session:
        camera_leases.tell(session, "other", [news], NOW)
        assert camera_queries.listed(session)[0].fitness is Fitness.UNKNOWN
        camera_leases.tell(session, "one", [news], NOW)
        (row,) = camera_queries.listed(session)
    assert (row.fitness, row.fitness_since, row.is_degraded, row.analysed_fps) == (Fitness.FROZEN, NOW, True, 2.5)


@pytest.mark.parametrize(
    "stream",
    [
        NewStream("rtsp", "http://10.0.0.1/"),
        NewStream("hls", "rtsp://10.0.0.1/"),
        NewStream("tape", "x"),
        NewStream("file", "  "),
        NewStream("file", "/x.mp4", "sometimes"),
        NewStream("file", "/x.mp4", target_fps=0),
        NewStream("file", "/x.mp4", target_fps=26),
    ],
)
def test_a_stream_that_cannot_be_is_refused(site: Site, stream: NewStream) -> None:
    with pytest.raises(InvalidInput):
        site.camera(stream)


def test_only_a_camera_within_scope_is_connected(site: Site) -> None:
    smoke, _code = factories.device(site.owner, site.venue)
    camera, _code = factories.device(site.owner, site.venue, "camera")
    for device, scope in ((smoke, EVERYTHING), (camera, Scope(360_900, 360_999, ()))):
        with pytest.raises(NotFound), site.made.record.scoped(scope) as session:
            cameras.connect(session, device, RTSP, site.actor, NOW)


def test_a_rule_belongs_to_a_zone_of_its_own_camera(site: Site) -> None:
    one, other = site.camera(RTSP), site.camera(RTSP)
    actor: Actor = site.actor
    with site.made.record.scoped(EVERYTHING) as session:
        zone = cameras.draw_zone(session, other, "走廊", [[0, 0], [1, 0], [1, 1]], actor, NOW)
        with pytest.raises(NotFound):
            cameras.add_rule(session, one, NewRule(VisionRule.CROWDING, zone), actor, NOW)
        with pytest.raises(InvalidInput):
            cameras.add_rule(session, one, NewRule(VisionRule.CROWDING), actor, NOW)
        cameras.add_rule(session, one, NewRule(VisionRule.SMOKING), actor, NOW)
        number = cameras.add_rule(session, other, NewRule(VisionRule.CROWDING, zone), actor, NOW)
        sets = camera_queries.sets(session, [one, other])
        assert sets[one].rules == (), "smoking is off until somebody turns it on"
        assert sets[other].rules[0].params == {"people": 8, "seconds": 5}
        cameras.retire_rule(session, number, actor, NOW)
        assert camera_queries.sets(session, [other])[other].rules == ()
