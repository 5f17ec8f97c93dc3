"""Batches side by side: settled in their order, and nothing after one that gave up."""

import threading

import pytest

from ingest.mqtt.lanes import Lanes
from ingest.mqtt.waiting import Waiting


def test_settled_in_the_order_in_which_they_came() -> None:
    lanes, settled, may_end = Lanes[int](2), list[int](), threading.Event()

    def slow() -> int:
        assert may_end.wait(10)
        return 1

    def quick() -> int:
        may_end.set()
        return 2

    lanes.give(slow, settled.append)
    lanes.give(quick, settled.append)
    lanes.finish()
    assert settled == [1, 2]


def test_two_are_recorded_at_once() -> None:
    lanes, both = Lanes[int](2), threading.Barrier(2, timeout=10)
    for _batch in range(4):
        lanes.give(both.wait, lambda _done: None)
    lanes.finish()


def test_nothing_is_settled_after_one_that_gave_up() -> None:
    lanes, settled = Lanes[int](2), list[int]()
    lanes.give(lambda: 0, settled.append)
    lanes.give(lambda: None, settled.append)
    lanes.give(lambda: 2, settled.append)
    lanes.give(lambda: 3, settled.append)
    lanes.finish()
    assert settled == [0]


def test_a_fault_comes_out_where_the_next_is_given() -> None:
    lanes = Lanes[int](1)

    def broken(_done: int) -> None:
        raise OSError("the connection")

    lanes.give(lambda: 1, broken)
    with pytest.raises(OSError, match="the connection"):
        lanes.give(lambda: 2, lambda _done: None)
    lanes.finish()


def test_what_is_urgent_comes_before_all_that_waits() -> None:
    waiting = Waiting[str](10)
    for block in (["reading 1"], ["reading 2"]):
        assert waiting.put(block, timeout=1)
    waiting.put_urgent(["alarm 1"])
    waiting.put_urgent(["alarm 2"])
    assert [waiting.get(0) for _ in range(5)] == [["alarm 1"], ["alarm 2"], ["reading 1"], ["reading 2"], ()]
    assert len(waiting) == 0
