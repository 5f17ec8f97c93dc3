"""Ladders as pure rules: what is due, holes, windows, storms."""

from datetime import UTC, datetime, timedelta

import pytest

from db.rules.alarm_kinds import Level
from db.rules.ladders import (
    STORM_QUIET,
    Clock,
    Party,
    Rung,
    ascend,
    chain,
    climb,
    reason_told,
    refused,
    remaining,
    step_name,
    wait_until,
)

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)


def rung(number: int, minutes: float, who: Party, since: Clock = Clock.RAISED) -> Rung:
    return Rung(number, since, timedelta(minutes=minutes), who, asks=True)


FIRE = (
    rung(1, 0, Party.VENUE),
    rung(2, 0, Party.MAINTAINER),
    rung(3, 0, Party.COUNTY),
    rung(4, 3, Party.CITY),
    rung(5, 8, Party.PROVINCE),
    rung(6, 5, Party.OWNER, Clock.ACKNOWLEDGED),
    rung(7, 10, Party.CITY, Clock.ACKNOWLEDGED),
    rung(8, 0, Party.OWNER, Clock.PROMISED),
)


@pytest.mark.parametrize(
    ("next_rung", "holes", "minutes", "due", "then"),
    [
        (1, (), 0, [1, 2, 3], (4, 3)),
        (1, (), -1, [], (1, 0)),
        (4, (), 2.99, [], (4, 3)),
        (4, (), 3, [4], (5, 8)),
        (5, (), 8, [5], None),
        (1, (), 60, [1, 2, 3, 4, 5], None),  # nobody looked for an hour
        (1, (3,), 0, [1, 2, 3, 4], (5, 8)),  # nobody at the county: the city at once
        (1, (3, 4), 0, [1, 2, 3, 4, 5], None),  # nor at the city: the province at once
        (1, (1, 2), 0, [1, 2, 3], (4, 3)),  # holes beside somebody who is there hasten nobody
        (1, (1, 2, 3, 4, 5), 0, [1, 2, 3, 4, 5], None),
        (4, (4,), 3, [4, 5], None),
        (4, (5,), 3, [4], (5, 8)),
        (None, (), 60, [], None),
        (6, (), 60, [], None),  # a rung of another chain
    ],
)
def test_what_is_due(
    next_rung: int | None, holes: tuple[int, ...], minutes: float, due: list[int], then: tuple[int, float] | None
) -> None:
    line = chain(FIRE, Clock.RAISED)
    found = climb(line, T0, next_rung, holes, T0 + timedelta(minutes=minutes))
    assert [each.rung.number for each in found.due] == due
    expected = (None, None) if then is None else (then[0], T0 + timedelta(minutes=then[1]))
    assert (found.next_rung, found.next_due_at) == expected


def test_climbing_step_by_step_is_climbing_at_once() -> None:
    """However often somebody looks, the same rungs come at the same times."""
    line = chain(FIRE, Clock.RAISED)
    for holes in ((), (1,), (3,), (4,), (3, 4), (1, 2, 3, 4, 5)):
        told, next_rung = [], line[0].number
        for second in range(0, 600, 7):
            found = climb(line, T0, next_rung, holes, T0 + timedelta(seconds=second))
            told += [each.rung.number for each in found.due]
            if found.next_rung is None:
                break
            next_rung = found.next_rung
        assert told == [each.rung.number for each in ascend(line, T0, holes)]


def test_what_comes_after_a_hole_says_so() -> None:
    ahead = ascend(chain(FIRE, Clock.RAISED), T0, (3,))
    assert [(each.rung.number, each.is_hole, each.hastened) for each in ahead] == [
        (1, False, False),
        (2, False, False),
        (3, True, False),
        (4, False, True),
        (5, False, False),
    ]


def test_inside_a_window_only_those_who_are_there_are_told() -> None:
    assert [each.who for each in chain(FIRE, Clock.RAISED, in_window=True)] == [Party.VENUE, Party.MAINTAINER]
    assert [each.who for each in chain(FIRE, Clock.ACKNOWLEDGED, in_window=True)] == [Party.OWNER]


def test_rungs_come_in_order_of_time_whatever_their_numbers() -> None:
    mixed = (rung(1, 8, Party.PROVINCE), rung(2, 0, Party.VENUE), rung(3, 3, Party.CITY))
    assert [each.number for each in chain(mixed, Clock.RAISED)] == [2, 3, 1]
    assert [each.number for each in remaining(chain(mixed, Clock.RAISED), 3)] == [3, 1]


A_MINUTE_AGO, LONG_AGO = T0 - timedelta(minutes=1), T0 - timedelta(minutes=4)


@pytest.mark.parametrize(
    ("level", "last_told", "due_at", "waits"),
    [
        (Level.CRITICAL, [A_MINUTE_AGO], T0, None),
        (Level.MAJOR, [A_MINUTE_AGO], T0, A_MINUTE_AGO + STORM_QUIET),
        (Level.MAJOR, [A_MINUTE_AGO, T0 - timedelta(minutes=2)], T0, A_MINUTE_AGO + STORM_QUIET),
        (Level.MAJOR, [A_MINUTE_AGO, None], T0, None),  # somebody has not been told yet
        (Level.MAJOR, [], T0, None),
        (Level.NOTICE, [LONG_AGO], T0, None),
        (Level.NOTICE, [A_MINUTE_AGO], LONG_AGO, None),  # waited long enough
    ],
)
def test_storms(level: Level, last_told: list[datetime | None], due_at: datetime, waits: datetime | None) -> None:
    assert wait_until(level, due_at, last_told, T0) == waits


@pytest.mark.parametrize(
    ("clock", "number", "began", "reason", "step"),
    [
        (Clock.RAISED, 1, "raised", "raised", "told"),
        (Clock.RAISED, 1, "level_raised", "level_raised", "told"),
        (Clock.RAISED, 4, "raised", "escalated", "escalated"),
        (Clock.ACKNOWLEDGED, 6, "acknowledged", "idle", "reminded"),
        (Clock.ACKNOWLEDGED, 7, "acknowledged", "idle", "escalated"),
        (Clock.PROMISED, 8, "promised", "promise_passed", "reminded"),
    ],
)
def test_why_and_what_it_is_called(clock: Clock, number: int, began: str, reason: str, step: str) -> None:
    told = FIRE[number - 1]
    assert reason_told(clock, told, began) == reason
    (reached,) = ascend([told], T0, ())
    assert step_name(clock, reached) == step
    assert step_name(clock, ascend([told], T0, (number,))[0]) == "nobody_to_tell"


@pytest.mark.parametrize(
    ("rungs", "word"),
    [
        (FIRE, None),
        ((), "at once"),
        (FIRE[3:], "at once"),
        (tuple(each for each in FIRE if each.since is not Clock.ACKNOWLEDGED), "acknowledged"),
        (FIRE[:-1], "promises"),
        ((*FIRE, rung(9, 1, Party.OWNER)), "no owner"),
        ((*FIRE, rung(9, 1, Party.CITY)), "once"),
        ((*FIRE, Rung(9, Clock.PROMISED, timedelta(1), Party.COUNTY, True, (), timedelta(1))), "letter"),
    ],
)
def test_which_rungs_make_a_ladder(rungs: tuple[Rung, ...], word: str | None) -> None:
    said = refused(rungs)
    assert said is None if word is None else said is not None and word in said.reason
