"""Places with ties, small numbers, and the interval beside a rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.measures import MeasureKey
from db.rules.movers import STEPS
from db.rules.ranking import Rate, places, wilson

rates = st.integers(0, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


def test_equal_rates_share_a_place_and_the_next_one_is_left_out() -> None:
    now = {1: Rate(50, 100), 2: Rate(500, 1000), 3: Rate(9, 10), 4: Rate(1, 100)}
    listed = places([1, 2, 3, 4], now, {}, 5, is_better_high=True)
    assert [(each.key, each.place) for each in listed] == [(3, 1), (1, 2), (2, 2), (4, 4)]


def test_rates_that_are_published_alike_share_a_place() -> None:
    """49.96 % and 50.04 % are both 50.0 % in print: no reader could tell them apart."""
    listed = places([1, 2], {1: Rate(4996, 10_000), 2: Rate(5004, 10_000)}, {}, 5, is_better_high=True)
    assert [each.place for each in listed] == [1, 1]


def test_the_few_are_listed_last_and_not_ranked() -> None:
    now = {1: Rate(4, 4), 2: Rate(10, 100), 3: Rate(0, 0), 4: Rate(2, 5)}
    listed = places([1, 2, 3, 4], now, {1: Rate(3, 4)}, 5, is_better_high=True)
    assert [(each.key, each.place) for each in listed] == [(4, 1), (2, 2), (1, None)]
    assert (listed[-1].moved, listed[-1].climbed) == (25.0, None)


def test_change_is_in_points_and_places() -> None:
    now, before = {1: Rate(60, 100), 2: Rate(50, 100)}, {1: Rate(40, 100), 2: Rate(50, 100)}
    first, second = places([1, 2], now, before, 5, is_better_high=True)
    assert (first.key, first.moved, first.climbed) == (1, 20.0, 1)
    assert (second.key, second.moved, second.climbed) == (2, 0.0, -1)


def test_where_less_is_better_the_lowest_comes_first() -> None:
    listed = places([1, 2], {1: Rate(60, 100), 2: Rate(50, 100)}, {}, 5, is_better_high=False)
    assert [each.key for each in listed] == [2, 1]


@pytest.mark.parametrize(
    ("numerator", "denominator", "interval"),
    [
        (0, 10, (0.0, 27.8)),
        (10, 10, (72.2, 100.0)),
        (50, 100, (40.4, 59.6)),
        (1, 1, (20.7, 100.0)),
        (82, 162, (43.0, 58.2)),
    ],
)
def test_wilsons_interval_as_in_the_tables(numerator: int, denominator: int, interval: tuple[float, float]) -> None:
    assert wilson(numerator, denominator) == interval


@given(rates)
def test_the_rate_lies_within_its_interval(rate: tuple[int, int]) -> None:
    interval = wilson(*rate)
    if rate[1] == 0:
        assert interval is None
        return
    assert interval is not None
    assert 0 <= interval[0] <= 100 * rate[0] / rate[1] + 0.05
    assert 100 * rate[0] / rate[1] - 0.05 <= interval[1] <= 100


@given(st.dictionaries(st.integers(1, 40), rates, max_size=12), st.integers(1, 50), st.booleans())
def test_places_are_those_of_the_published_rates(table: dict[int, tuple[int, int]], minimum: int, high: bool) -> None:
    """Whatever comes: a better rate has a better place, and nobody below the minimum has one."""
    now = {key: Rate(*rate) for key, rate in table.items()}
    listed = places(sorted(table), now, {}, minimum, is_better_high=high)
    assert {each.key for each in listed} == {key for key, rate in table.items() if rate[1]}
    ranked = [each for each in listed if each.place is not None]
    assert {each.key for each in ranked} == {key for key, rate in table.items() if rate[1] >= minimum}
    for each in ranked:
        better = [other for other in ranked if (other.pct > each.pct) is high and other.pct != each.pct]  # type: ignore[operator]
        assert each.place == 1 + len(better)


def test_every_measure_says_what_would_move_it() -> None:
    assert set(STEPS) == set(MeasureKey)
