"""Rules of judging, without a model: what counts, from when on, and when it is over."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from db.errors import InvalidInput
from db.rules.camera_rules import VisionRule, checked_polygon, checked_threshold, params_of
from db.rules.timetables import Hours, Period, is_due, periods_at
from db.rules.vision_learning import Judged, learn
from vision.detections import Detections, overlaps
from vision.judge.looks import Look
from vision.judge.people import Crowding, Desk
from vision.judge.persistence import Persistence, Turn
from vision.judge.zones import Zone
from vision.motion import MotionGate
from vision.schedule import Budget, Turns, fairest
from vision.tracking import Tracker

CLASSES = ("person", "carton")
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
LEFT = Zone(((0, 0), (0.5, 0), (0.5, 1), (0, 1)))


def people(*places: float, score: float = 0.8) -> Detections:
    """Persons whose feet stand here, from left to right."""
    return Detections.of([("person", score, (x - 0.03, 0.4, x + 0.03, 0.8)) for x in places], CLASSES)


def look(things: Detections, seconds: float, is_fresh: bool = True) -> Look:
    grey = np.full((90, 160), 100, np.uint8)
    at = NOW + timedelta(seconds=seconds)
    return Look(at, seconds, grey, things, is_fresh, lambda: np.zeros((90, 160, 3), np.uint8))


@pytest.mark.parametrize(
    ("boxes", "scores", "labels", "wrong"),
    [
        (np.zeros((2, 4)), np.zeros(1), np.zeros(1, int), "do not go together"),
        (np.zeros((1, 4)), np.zeros(1), np.array([2]), "outside the classes"),
        (np.array([[0.5, 0, 0.4, 1]]), np.zeros(1), np.zeros(1, int), "inside out"),
        (np.array([[0, 0, np.nan, 1]]), np.zeros(1), np.zeros(1, int), "inside out"),
    ],
)
def test_detections_are_checked(boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Detections(boxes, scores, labels, CLASSES)


def test_overlap_is_shared_area_by_all_area() -> None:
    one = np.array([[0, 0, 0.2, 0.2], [0.5, 0.5, 1, 1]], np.float32)
    other = np.array([[0.1, 0, 0.3, 0.2]], np.float32)
    assert overlaps(one, other)[:, 0] == pytest.approx([1 / 3, 0])


@pytest.mark.parametrize(
    ("point", "is_in"), [((0.25, 0.5), True), ((0.75, 0.5), False), ((0.01, 0.99), True), ((0.51, 0.5), False)]
)
def test_a_zone_holds_what_stands_in_it(point: tuple[float, float], is_in: bool) -> None:
    assert bool(LEFT.holds(np.array([point], np.float32))[0]) is is_in


def test_a_zones_mask_covers_its_share() -> None:
    assert LEFT.mask(100, 100).mean() == pytest.approx(0.5, abs=0.02)
    assert Zone(()).mask(10, 10).all()


def test_a_thing_must_last_and_an_interruption_within_the_gap_is_none() -> None:
    lasting = Persistence(3.0, gap_seconds=1.0, off_seconds=2.0, repeat_seconds=10.0)
    said = [(t, lasting.feed(t, is_so)) for t, is_so in ((0, True), (1, True), (1.8, False), (2.5, True), (3, True))]
    assert [t for t, turn in said if turn is Turn.BEGINS] == [3]
    assert lasting.feed(12.9, True) is Turn.NOTHING
    assert lasting.feed(13.1, True) is Turn.LASTS
    assert lasting.feed(14, False) is Turn.NOTHING
    assert lasting.feed(15.5, False) is Turn.ENDS
    assert lasting.feed(16, True) is Turn.NOTHING


def test_an_interruption_beyond_the_gap_begins_anew() -> None:
    lasting = Persistence(3.0, gap_seconds=1.0)
    for t, is_so in ((0, True), (1, True), (2.5, False), (3.0, True), (5.5, True)):
        assert lasting.feed(t, is_so) is Turn.NOTHING
    assert lasting.feed(6.1, True) is Turn.BEGINS


def test_people_are_counted_in_the_zone_and_by_their_feet() -> None:
    judge, tracker = Crowding(LEFT, 3, 0.35), Tracker()
    found = None
    for t in range(3):
        found = judge.look(look(tracker.follow(people(0.1, 0.25, 0.4, 0.7, 0.9), t / 5), t / 5))
    assert found is not None
    assert (found.is_so, found.value) == (True, 3)
    assert len(found.boxes) == 3


def test_somebody_hidden_for_a_moment_still_counts() -> None:
    judge, tracker = Crowding(LEFT, 2, 0.35), Tracker()
    judge.look(look(tracker.follow(people(0.1, 0.3), 0.0), 0.0))
    hidden = judge.look(look(tracker.follow(people(0.1), 0.5), 0.5))
    gone = judge.look(look(tracker.follow(people(0.1), 3.0), 3.0))
    assert hidden is not None
    assert gone is not None
    assert (hidden.is_so, gone.is_so) == (True, False)


def test_a_desk_is_unattended_from_the_moment_that_nobody_is_there() -> None:
    judge = Desk(LEFT, 0.35)
    first = judge.look(look(people(0.2), 0.0))
    away = judge.look(look(people(0.8), 12.0))
    assert first is not None
    assert away is not None
    assert (first.is_so, away.is_so, away.value) == (False, True, 12.0)


def test_a_track_goes_on_through_unsure_detections_and_never_begins_with_one() -> None:
    tracker = Tracker()
    first = tracker.follow(people(0.3), 0.0)
    unsure = tracker.follow(people(0.31, 0.7, score=0.25), 0.2)
    assert first.tracks is not None
    assert unsure.tracks is not None
    assert list(unsure.tracks) == list(first.tracks)
    later = tracker.follow(people(0.31), 9.0)
    assert later.tracks is not None
    assert later.tracks[0] != first.tracks[0]


def test_the_gate_stays_shut_over_noise_and_opens_for_what_moves() -> None:
    rng, gate = np.random.default_rng(1), MotionGate(look_seconds=60)
    calm = np.full((180, 320), 120.0)
    due = []
    for n in range(50):
        due.append(gate.feed((calm + rng.normal(0, 4, calm.shape)).astype(np.uint8), n / 5).is_due)
    assert sum(due[10:]) == 0
    brighter = (calm * 1.15 + rng.normal(0, 4, calm.shape)).astype(np.uint8)
    assert not gate.feed(brighter, 10.2).is_due
    moved = calm.copy()
    moved[60:100, 100:120] = 30
    assert gate.feed(moved.astype(np.uint8), 10.4).is_due
    assert gate.feed(np.zeros((90, 160), np.uint8), 10.6).is_due, "another size is another picture"


def test_the_gate_opens_by_itself_now_and_then() -> None:
    gate = MotionGate(look_seconds=5)
    calm = np.full((180, 320), 120, np.uint8)
    due = [n / 5 for n in range(100) if gate.feed(calm, n / 5).is_due]
    assert [t for t in due if t > 1.5] == pytest.approx([6.2, 11.2, 16.2], abs=0.5)


def test_the_latest_camera_is_next_and_nobody_starves() -> None:
    slow, fast = Turns(1.0, 0.0, looked=0.0), Turns(10.0, 0.0, looked=0.95)
    assert fairest([slow, fast], 1.0, 1) == [0]
    turns = [Turns(5.0, 0.0) for _n in range(20)]
    for step in range(100):
        now = step * 0.1
        for n in fairest(turns, now, 4):
            turns[n].note(now)
    counts = [len(each.moments) for each in turns]
    assert max(counts) - min(counts) <= 1
    assert all(each.is_degraded(20.0, 15.0) for each in turns)


def test_a_budget_is_kept_over_time() -> None:
    budget, given = Budget(10.0), 0
    for step in range(100):
        room = min(budget.room(step * 0.1), 5)
        budget.spend(room)
        given += room
    assert 95 <= given <= 115


TIMETABLE = (
    Hours(Period.TEACHING, frozenset(range(1, 6)), time(8), time(17, 30)),
    Hours(Period.DORMITORY_NIGHT, frozenset(range(1, 8)), time(22), time(6)),
    Hours(Period.EXAM, frozenset(range(1, 8)), time(9), time(11), date(2026, 6, 7), date(2026, 6, 9)),
    Hours(Period.HOLIDAY, frozenset(range(1, 8)), time(0), time(23, 59), date(2026, 10, 1), date(2026, 10, 7)),
)


@pytest.mark.parametrize(
    ("moment", "periods"),
    [
        ("2026-03-02 10:00", {Period.TEACHING}),
        ("2026-03-01 10:00", {Period.OUTSIDE_TEACHING}),
        ("2026-03-02 23:00", {Period.DORMITORY_NIGHT, Period.OUTSIDE_TEACHING}),
        ("2026-03-03 05:59", {Period.DORMITORY_NIGHT, Period.OUTSIDE_TEACHING}),
        ("2026-03-03 06:00", {Period.OUTSIDE_TEACHING}),
        ("2026-06-07 10:00", {Period.EXAM}),
        ("2026-06-08 10:00", {Period.EXAM, Period.TEACHING}),
        ("2026-10-01 10:00", {Period.HOLIDAY, Period.OUTSIDE_TEACHING}),
    ],
)
def test_hours_follow_the_timetable(moment: str, periods: set[Period]) -> None:
    at = datetime.fromisoformat(f"{moment}+08:00")
    assert periods_at(TIMETABLE, at) == periods


def test_a_rule_without_hours_is_always_judged() -> None:
    assert is_due(frozenset(), frozenset({Period.HOLIDAY}))
    assert not is_due(frozenset({Period.TEACHING}), frozenset({Period.OUTSIDE_TEACHING}))


@pytest.mark.parametrize("params", [{"people": 0}, {"people": 2.5}, {"people": True}, {"seconds": -1}, {"other": 1}])
def test_numbers_of_a_rule_keep_to_their_limits(params: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        params_of(VisionRule.CROWDING, params)


@pytest.mark.parametrize("corners", [[], [[0, 0], [1, 1]], [[0, 0], [1, 0], [2, 1]], [[0, 0], [0.5, 0.5], [1, 1]], "x"])
def test_a_zone_must_enclose_something_in_the_picture(corners: object) -> None:
    with pytest.raises(InvalidInput):
        checked_polygon(corners)


def test_a_threshold_keeps_to_its_rules_limits() -> None:
    assert checked_threshold(VisionRule.CROWDING, 0.7) == 0.7
    with pytest.raises(InvalidInput):
        checked_threshold(VisionRule.CROWDING, 0.71)


def test_few_verdicts_teach_nothing() -> None:
    assert learn(VisionRule.CROWDING, 0.35, 0.5, [Judged(0.4, False)] * 7) is None


def test_refusals_below_what_was_right_raise_the_threshold_within_limits() -> None:
    judged = [Judged(0.4, False), Judged(0.8, True)] * 6
    threshold = 0.35
    for _n in range(20):
        lesson = learn(VisionRule.CROWDING, threshold, 0.5, judged)
        assert lesson is not None
        assert not lesson.is_muted
        assert lesson.threshold >= threshold
        threshold = lesson.threshold
    assert threshold == 0.7, "the rule's own limit"


def test_a_rule_that_is_mostly_wrong_is_muted_and_never_silenced_by_its_threshold() -> None:
    lesson = learn(VisionRule.CROWDING, 0.35, 0.5, [Judged(0.5, False)] * 10)
    assert lesson is not None
    assert (lesson.threshold, lesson.is_muted) == (0.35, True)


def test_a_long_clean_run_brings_a_raised_threshold_down_to_the_rules_own() -> None:
    threshold = 0.42
    for _n in range(10):
        lesson = learn(VisionRule.CROWDING, threshold, 0.5, [Judged(0.8, True)] * 20)
        assert lesson is not None
        threshold = lesson.threshold
    assert threshold == 0.35
