"""Figures kept for some seconds: made once, never too old, and nobody waits for what is looked at all the time."""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal import remembered
from portal.remembered import Remembered

who: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(remembered.time, "monotonic", lambda: self.now)


class Maker:
    """Counts its makings; each may be held up until `go` is set."""

    def __init__(self) -> None:
        self.made = 0
        self.go = threading.Event()
        self.begun = threading.Event()
        self.go.set()
        self.askers: list[str] = []

    def __call__(self) -> int:
        self.begun.set()
        assert self.go.wait(10)
        self.askers.append(who.get())
        self.made += 1
        return self.made


def until(holds: Callable[[], bool]) -> None:
    turn = threading.Event()
    for _try in range(1000):
        if holds():
            return
        turn.wait(0.01)
    raise AssertionError("it never held")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_many_who_ask_at_once_have_it_made_once(clock: Clock) -> None:
    kept, make = Remembered(30), Maker()
    make.go.clear()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(kept.get, "k", make) for _n in range(8)]
        make.go.set()
        assert {each.result() for each in asked} == {1}


def test_nothing_older_than_its_seconds_is_answered(clock: Clock) -> None:
    kept, make = Remembered(30), Maker()
    assert kept.get("k", make) == 1
    clock.now += 29
    assert kept.get("k", make) == 1
    clock.now += 2
    assert kept.get("k", make) == 2
    assert kept.get("another", make) == 3


def test_what_is_looked_at_all_the_time_is_renewed_meanwhile(clock: Clock) -> None:
    kept, make = Remembered(30, 60), Maker()
    who.set("leader")
    assert kept.get("k", make) == 1
    clock.now += 31
    make.go.clear()
    make.begun.clear()
    assert [kept.get("k", make) for _n in range(5)] == [1] * 5, "nobody waits"
    assert make.begun.wait(10)
    make.go.set()
    until(lambda: kept.get("k", make) == 2)
    assert make.made == 2
    assert make.askers == ["leader", "leader"], "in the name of who asked"


def test_what_is_too_old_is_waited_for(clock: Clock) -> None:
    kept, make = Remembered(30, 60), Maker()
    assert kept.get("k", make) == 1
    clock.now += 61
    assert kept.get("k", make) == 2


def test_a_renewal_that_fails_is_tried_again_and_told_to_who_has_to_wait(clock: Clock) -> None:
    kept, tries = Remembered(30, 60), []

    def fails() -> int:
        tries.append(1)
        raise OSError("the database is away")

    assert kept.get("k", lambda: 1) == 1
    clock.now += 31
    assert kept.get("k", fails) == 1
    until(lambda: kept.get("k", fails) == 1 and len(tries) > 1)
    clock.now += 30
    with pytest.raises(OSError, match="away"):
        kept.get("k", fails)
    assert kept.get("k", lambda: 5) == 5
