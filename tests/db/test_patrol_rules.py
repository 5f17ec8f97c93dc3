"""Whose turn it is, what is drawn on a picture, when a shout must be confirmed: decisions without a record."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Refusal
from db.rules.loudspeakers import Adapter, refusal_of
from db.rules.patrol import Candidate, Outcome, PlanTerms, Seen, common_region, draw, is_due, outcome_of
from db.rules.patrol_marks import MarkKind, read_marks
from db.rules.shouting import STALE_AFTER, TRIES, Caution, cautions, next_try
from db.rules.timetables import Hours, Period

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
"""Twelve in Shanghai, a Thursday."""


def test_those_never_looked_at_come_first_then_the_longest_ago() -> None:
    found = [Candidate(1, NOON), Candidate(2, NOON - timedelta(days=9)), Candidate(3, None), Candidate(4, None)]
    assert set(draw(found, 2, "a")) == {3, 4}
    assert draw(found, 4, "a")[2:] == [2, 1]


@given(some.permutations([Candidate(n, None) for n in range(1, 30)]), some.text(max_size=8))
def test_a_draw_can_be_made_again(found: list[Candidate], seed: str) -> None:
    ordered = sorted(found, key=lambda each: each.venue_id)
    assert draw(found, 7, seed) == draw(ordered, 7, seed)


def test_the_lot_is_fair() -> None:
    """Over many seeds each of ten equals is drawn about as often."""
    found = [Candidate(n, None) for n in range(10)]
    times = [0] * 10
    for seed in range(600):
        for venue in draw(found, 3, str(seed)):
            times[venue] += 1
    assert min(times) > 130
    assert max(times) < 230


def test_everybody_has_their_turn_before_anybody_has_a_second() -> None:
    last: dict[int, datetime | None] = dict.fromkeys(range(12))
    for day in range(4):
        for venue in draw([Candidate(*each) for each in last.items()], 3, str(day)):
            assert last[venue] is None
            last[venue] = NOON + timedelta(days=day)
    assert None not in last.values()


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (PlanTerms(360_700, Role.COUNTY, None, frozenset({4})), True),
        (PlanTerms(360_700, Role.COUNTY, None, frozenset({5})), False),
        (PlanTerms(360_700, Role.CITY, None, frozenset({4})), False),
        (PlanTerms(360_100, Role.COUNTY, None, frozenset({4})), False),
        (PlanTerms(360_702, None, 7, frozenset({4})), True),
        (PlanTerms(360_702, None, 8, frozenset({4})), False),
    ],
)
def test_whom_a_plan_sends_out(plan: PlanTerms, expected: bool) -> None:
    assert is_due(plan, date(2026, 11, 26), 7, Role.COUNTY, 360_702) is expected


def test_two_regions_have_the_smaller_in_common() -> None:
    assert common_region(360_000, 360_702) == 360_702
    assert common_region(360_702, 360_700) == 360_702
    assert common_region(360_702, 360_703) is None


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        ({1: Seen.SEEN}, None),
        ({1: Seen.SEEN, 2: Seen.UNPLAYABLE}, Outcome.LOOKED),
        ({1: Seen.UNPLAYABLE, 2: Seen.UNPLAYABLE}, Outcome.UNPLAYABLE),
    ],
)
def test_how_a_visit_ends(looks: dict[int, Seen], expected: Outcome | None) -> None:
    assert outcome_of([1, 2], looks) is expected


MARK = {"kind": "rectangle", "x": 0.1, "y": 0.2, "x2": 0.5, "y2": 0.6, "words": ""}


@pytest.mark.parametrize(
    "told",
    [
        [],
        "no",
        [MARK] * 41,
        [MARK | {"x": 1.2}],
        [MARK | {"x": float("nan")}],
        [MARK | {"y": None}],
        [MARK | {"y": True}],
        [MARK | {"kind": "circle"}],
        [MARK | {"kind": "words", "words": " "}],
        [MARK | {"words": "字" * 61}],
        [MARK, 3],
    ],
)
def test_marks_that_cannot_be_read_are_refused(told: object) -> None:
    assert isinstance(read_marks(told), Refusal)


def test_marks_are_read() -> None:
    marks = read_marks([MARK, MARK | {"kind": "words", "words": " 堵塞\n通道 "}])
    assert not isinstance(marks, Refusal)
    assert [(mark.kind, mark.words) for mark in marks] == [(MarkKind.RECTANGLE, ""), (MarkKind.WORDS, "堵塞 通道")]


SCHOOL = (Hours(Period.TEACHING, frozenset(range(1, 6)), time(8), time(17, 30)),)


@pytest.mark.parametrize(
    ("timetable", "hour", "expected"),
    [
        (SCHOOL, 12, (Caution.TEACHING,)),
        (SCHOOL, 18, ()),
        (SCHOOL, 23, (Caution.NIGHT,)),
        ((), 12, ()),
        ((), 6, (Caution.NIGHT,)),
        ((Hours(Period.DORMITORY_NIGHT, frozenset({4}), time(21), time(7)),), 21, (Caution.NIGHT,)),
        ((*SCHOOL, Hours(Period.HOLIDAY, frozenset({4}), time(0), time(23, 59))), 12, ()),
    ],
)
def test_when_a_shout_must_be_confirmed(timetable: tuple[Hours, ...], hour: int, expected: tuple[Caution, ...]) -> None:
    assert cautions(timetable, NOON + timedelta(hours=hour - 12)) == expected


def test_tries_end() -> None:
    waits = [next_try(NOON, tries, NOON) for tries in range(1, TRIES)]
    assert all(wait is not None and wait > NOON for wait in waits)
    assert next_try(NOON, TRIES, NOON) is None
    assert next_try(NOON, 1, NOON + STALE_AFTER) is None


@pytest.mark.parametrize(
    ("adapter", "address", "is_fine"),
    [
        (Adapter.HTTP, "http://10.1.2.3/play", True),
        (Adapter.HTTP, "ftp://10.1.2.3/play", False),
        (Adapter.HTTP, "http://admin:secret@10.1.2.3/play", False),
        (Adapter.HTTP, "http://", False),
        (Adapter.SIP, "sip:8001@10.1.2.3", True),
    ],
)
def test_addresses_of_loudspeakers(adapter: Adapter, address: str, is_fine: bool) -> None:
    assert (refusal_of(adapter, address) is None) is is_fine
