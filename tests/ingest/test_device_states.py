"""Every device's state in the record: judged as the rule judges, written once a change, rung once a silence."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from db.commands import device_states
from db.commands.device_states import Moved
from db.queries import devices as device_queries
from db.rules.access_scope import EVERYTHING, NOTHING
from db.rules.device_kinds import DeviceKind
from db.rules.online import BY_KIND, Seen, state_of
from tests import factories
from tests.plugins.services import TestRecord

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(hours: float | None) -> datetime | None:
    return None if hours is None else NOW - timedelta(hours=hours)


def hear(owner: Connection, device: int, heard: float | None, proven: float | None = None) -> None:
    """The device's last word, hours ago."""
    owner.execute(text("delete from device_latest where device_id = :d"), {"d": device})
    if heard is not None:
        owner.execute(
            text(
                "insert into device_latest (device_id, venue_id, county, heard_at, observed_at, signal, proven_at)"
                " select id, venue_id, county, :heard, :heard, 'heartbeat', :proven from devices where id = :d"
            ),
            {"d": device, "heard": ago(heard), "proven": ago(proven)},
        )


def look(record: TestRecord, hours: float = 0.0) -> Moved:
    with record.record.scoped(EVERYTHING) as session:
        moved = device_states.move(session, NOW + timedelta(hours=hours))
    assert moved is not None
    return moved


def now_is(owner: Connection, device: int) -> tuple[str, bool]:
    row = owner.execute(
        text("select state, by_gateway from device_states where device_id = :d and until is null"), {"d": device}
    ).one()
    return row.state, row.by_gateway


@pytest.mark.parametrize("kind", [DeviceKind.SMOKE_DETECTOR, DeviceKind.ELECTRICITY_METER, DeviceKind.CAMERA])
def test_the_record_judges_as_the_rule_does(empty_record: TestRecord, owner: Connection, kind: DeviceKind) -> None:
    venue = factories.venue(owner)
    hours = (None, 0.5, 5.0, 30.0)
    seen: dict[int, Seen] = {}
    for gateway_heard in ("none", None, 0.5, 5.0):
        gateway_id = None
        if gateway_heard != "none":
            gateway_id, _code = factories.device(owner, venue, "user_transmission_device")
            hear(owner, gateway_id, gateway_heard, gateway_heard)
        for heard in hours:
            for proven in hours:
                device, _code = factories.device(owner, venue, kind.value)
                owner.execute(text("update devices set gateway_id = :g where id = :d"), {"g": gateway_id, "d": device})
                hear(owner, device, heard, proven)
                known = heard is not None
                seen[device] = Seen(
                    ago(heard),
                    ago(proven) if known else None,
                    gateway_id is not None,
                    ago(gateway_heard) if gateway_id is not None else None,
                )
    look(empty_record)
    said = {device: now_is(owner, device)[0] for device in seen}
    assert said == {device: state_of(each, BY_KIND[kind], NOW).value for device, each in seen.items()}


def test_only_changes_are_written(empty_record: TestRecord, owner: Connection) -> None:
    device, code = factories.device(owner, factories.venue(owner))
    hear(owner, device, 1, 1)
    assert look(empty_record) == Moved(1, 0)
    assert look(empty_record, 0.1) == Moved(0, 0)
    assert look(empty_record, 24) == Moved(1, 1)
    hear(owner, device, -24, -24)
    assert look(empty_record, 24.5) == Moved(1, 0)
    with empty_record.record.scoped(EVERYTHING) as session:
        facts = device_queries.facts(session, code)
    assert [(step.state, step.until is None) for step in facts.steps] == [
        *(("proven", True), ("silent", False), ("proven", False)),
    ]


def test_as_of_any_moment(empty_record: TestRecord, owner: Connection) -> None:
    device, _code = factories.device(owner, factories.venue(owner))
    look(empty_record)
    hear(owner, device, 0, 0)
    look(empty_record, 1)
    with empty_record.record.scoped(EVERYTHING) as session:
        assert device_queries.states(session, NOW + timedelta(minutes=30)) == {("smoke_detector", "registered"): 1}
        assert device_queries.states(session, NOW + timedelta(hours=2)) == {("smoke_detector", "proven"): 1}
    with empty_record.record.scoped(NOTHING) as session:
        assert device_queries.states(session, NOW) == {}


def test_silence_rings_once_a_venue_and_clears_nothing(empty_record: TestRecord, owner: Connection) -> None:
    """Twelve detectors without a network are one alarm; that one speaks again closes nothing."""
    venue = factories.venue(owner)
    devices = [factories.device(owner, venue)[0] for _n in range(12)]
    for device in devices:
        hear(owner, device, 1, 1)
    look(empty_record)
    assert look(empty_record, 23.5) == Moved(12, 1)
    assert look(empty_record, 23.6) == Moved(0, 0)
    alarm = text("select kind, value, state, signal_count from alarms")
    assert owner.execute(alarm).all() == [("device_silent", 12.0, "raised", 1)]
    for device in devices:
        hear(owner, device, -24, -24)
    look(empty_record, 24)
    assert owner.execute(alarm).all() == [("device_silent", 12.0, "raised", 1)]


def test_what_was_silent_before_anybody_looked_does_not_ring(empty_record: TestRecord, owner: Connection) -> None:
    device, _code = factories.device(owner, factories.venue(owner))
    hear(owner, device, 100)
    assert look(empty_record) == Moved(1, 0)
    assert look(empty_record, 1) == Moved(0, 0)


def test_children_die_with_their_gateway_and_it_alone_rings(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    gateway, code = factories.device(owner, venue, "user_transmission_device")
    children = [factories.device(owner, venue)[0] for _n in range(5)]
    owner.execute(text("update devices set gateway_id = :g where id = any (:c)"), {"g": gateway, "c": children})
    for device in (gateway, *children):
        hear(owner, device, 0, 0)
    look(empty_record)
    assert {now_is(owner, child) for child in children} == {("proven", False)}
    look(empty_record, 3)
    assert {now_is(owner, child) for child in children} == {("silent", True)}
    assert look(empty_record, 5).rung == 1
    assert owner.execute(text("select kind, value from alarms")).all() == [("device_silent", 1.0)]
    with empty_record.record.scoped(EVERYTHING) as session:
        facts = device_queries.facts(session, code)
    assert {child.state for child in facts.children} == {"silent"}
    hear(owner, gateway, -6, -6)
    look(empty_record, 6)
    assert {now_is(owner, child) for child in children} == {("proven", False)}


def test_a_gateway_out_of_use_silences_nobody(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    gateway, _code = factories.device(owner, venue, "user_transmission_device")
    child, _code = factories.device(owner, venue)
    owner.execute(text("update devices set gateway_id = :g where id = :c"), {"g": gateway, "c": child})
    hear(owner, gateway, 100, 100)
    hear(owner, child, 1, 1)
    look(empty_record)
    assert now_is(owner, child) == ("silent", True)
    owner.execute(text("update devices set retired_on = current_date where id = :g"), {"g": gateway})
    look(empty_record, 0.5)
    assert now_is(owner, child) == ("proven", False)


def test_a_fault_that_is_open_makes_it_faulty(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device, _code = factories.device(owner, venue)
    hear(owner, device, 1, 1)
    owner.execute(
        text(
            "insert into alarms (venue_id, county, device_id, kind, level, state, signal, raised_at, recorded_at,"
            " last_signal_at, signal_count, device_count, is_demo)"
            " values (:v, :c, :d, 'device_fault', 4, 'raised', 'fault', now(), now(), now(), 1, 1, false)"
        ),
        {"v": venue.id, "c": venue.county, "d": device},
    )
    look(empty_record)
    assert now_is(owner, device) == ("faulty", False)


def test_one_that_comes_and_goes_flaps(empty_record: TestRecord, owner: Connection) -> None:
    device, _code = factories.device(owner, factories.venue(owner), "electricity_meter")
    for turn in range(3):
        hear(owner, device, -turn * 5)
        look(empty_record, turn * 5 + 0.5)
        look(empty_record, turn * 5 + 3)
    hear(owner, device, -15)
    look(empty_record, 15.5)
    assert now_is(owner, device) == ("flapping", False)


def test_a_retired_device_is_judged_no_more(empty_record: TestRecord, owner: Connection) -> None:
    device, _code = factories.device(owner, factories.venue(owner))
    look(empty_record)
    owner.execute(text("update devices set retired_on = current_date where id = :d"), {"d": device})
    look(empty_record, 1)
    assert owner.scalar(text("select count(*) from device_states where until is null")) == 0


def test_two_at_once_are_one_look(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    for _n in range(50):
        hear(owner, factories.device(owner, venue)[0], 1, 1)
    done: list[Moved | None] = []

    def judge() -> None:
        with empty_record.record.scoped(EVERYTHING) as session:
            done.append(device_states.move(session, NOW))

    threads = [threading.Thread(target=judge) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(moved.changes for moved in done if moved) == 50
    assert owner.scalar(text("select count(*) from device_states")) == 50


def test_recent_history_is_not_for_dropping(empty_record: TestRecord, owner: Connection) -> None:
    device, _code = factories.device(owner, factories.venue(owner))
    look(empty_record, -500 * 24)
    hear(owner, device, 0, 0)
    look(empty_record, -450 * 24)
    with empty_record.record.scoped(EVERYTHING) as session:
        assert device_states.forget(session, NOW) == 1
    assert owner.scalar(text("select count(*) from device_states")) == 1
