"""What a door remembers of devices: asked for again one by one, so that no alarm waits behind a province's devices."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine

from db.rules.access_scope import EVERYTHING
from ingest import known_devices
from ingest.known_devices import KnownDevice, KnownDevices
from tests import factories
from tests.plugins.services import TestRecord


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(known_devices.time, "monotonic", lambda: self.now)


class Asked:
    """How many devices the database has answered with."""

    def __init__(self, engine: Engine) -> None:
        self.rows = 0
        event.listen(engine, "after_cursor_execute", self._count)

    def _count(self, _connection: object, cursor: object, statement: str, *_rest: object) -> None:
        if "from devices where retired_on" in statement:
            self.rows += getattr(cursor, "rowcount", 0)


def learnt(record: TestRecord, owner: Connection, n: int) -> tuple[KnownDevices, list[str]]:
    """So many devices of one venue, learnt beforehand as a gateway does, and their codes."""
    at, devices = factories.venue(owner), KnownDevices()
    codes = [factories.device(owner, at)[1] for _n in range(n)]
    with record.record.scoped(EVERYTHING) as session:
        devices.prepare(session)
    return devices, codes


def find(record: TestRecord, devices: KnownDevices, codes: Sequence[str]) -> list[KnownDevice | None]:
    with record.record.scoped(EVERYTHING) as session:
        known = devices.find(session, codes)
        return [known.get(code) for code in codes]


def test_what_is_old_is_asked_for_again_alone(
    empty_record: TestRecord, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    devices, codes = learnt(empty_record, owner, 40)
    asked = Asked(empty_record.record.engine)
    for _minute in range(20):
        clock.now += 60
        before = asked.rows
        assert all(find(empty_record, devices, codes[:3]))
        assert asked.rows - before <= 3
    assert asked.rows >= 3 * 3, "each of the three is asked for again within five minutes"
    before = asked.rows
    assert all(find(empty_record, devices, codes[3:]))
    assert asked.rows - before == 37


def test_learnt_together_they_are_asked_for_one_after_the_other(
    empty_record: TestRecord, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    devices, codes = learnt(empty_record, owner, 60)
    asked, most = Asked(empty_record.record.engine), 0
    for _turn in range(150):
        before = asked.rows
        clock.now += 2
        find(empty_record, devices, codes)
        most = max(most, asked.rows - before)
    assert asked.rows == 60
    assert most <= 2


def test_one_that_has_left_is_known_no_more(
    empty_record: TestRecord, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, devices = Clock(monkeypatch), KnownDevices()
    at = factories.venue(owner)
    (left, left_code), (_stays, stays_code) = factories.device(owner, at), factories.device(owner, at)
    assert all(find(empty_record, devices, [left_code, stays_code]))
    owner.execute(text("alter table devices disable trigger user"))  # a change that nobody dated
    owner.execute(text("update devices set retired_on = current_date where id = :id"), {"id": left})
    owner.execute(text("alter table devices enable trigger user"))
    clock.now += known_devices.REFRESH_SECONDS + 1
    assert [bool(one) for one in find(empty_record, devices, [left_code, stays_code])] == [False, True]
