"""Alarms told apart through the gate: what the record says of a device counts, and every fire rings at once."""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Row, create_engine, text
from sqlalchemy.pool import NullPool

from db.queries import alarms as alarm_queries
from db.rules.access_scope import EVERYTHING
from db.rules.alarm_kinds import Level
from db.rules.signal_kinds import SignalKind
from ingest.accept import Arrival, accept
from ingest.known_devices import KnownDevices
from ingest.messages import DeviceMessage, Received
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import TestRecord

NOW = datetime.now(UTC).replace(microsecond=0)
CRITICAL, MAJOR, NOTICE = Level.CRITICAL, Level.MAJOR, Level.NOTICE


@pytest.fixture(scope="module")
def owner(record_of_module: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record_of_module.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@dataclass(frozen=True)
class Place:
    """A venue with some devices, and the record that it speaks to."""

    record: TestRecord
    owner: Connection
    venue: MadeVenue

    def device(self, kind: str = "smoke_detector", *, elsewhere: bool = False) -> str:
        number, code = factories.device(self.owner, self.venue, kind)
        if elsewhere:
            area = self.owner.scalar(
                text(
                    "insert into areas (venue_id, county, kind, floor, name)"
                    " values (:v, :c, 'kitchen', 2, '厨房') returning id"
                ),
                {"v": self.venue.id, "c": self.venue.county},
            )
            self.owner.execute(text("update devices set area_id = :a where id = :d"), {"a": area, "d": number})
        return code

    def say(self, *messages: DeviceMessage) -> int:
        """All in one batch; answers how many of them bear an alarm."""
        with self.record.record.scoped(EVERYTHING) as session:
            return accept(session, [_arrival(each) for each in messages], KnownDevices(), NOW).alarm_bearing

    def alarms(self) -> list[Row[Any]]:
        return list(
            self.owner.execute(
                text(
                    "select id, area_id, kind, level, nature, because, signal_count, device_count,"
                    " closed_at is null as is_open from alarms where venue_id = :v order by id"
                ),
                {"v": self.venue.id},
            )
        )

    def close(self, verdict: str = "false") -> None:
        self.owner.execute(
            text(
                "update alarms set state = 'closed', verdict = :verdict, closed_at = :now"
                " where venue_id = :v and closed_at is null"
            ),
            {"v": self.venue.id, "verdict": verdict, "now": NOW},
        )

    def flap(self, code: str, *minutes: float) -> None:
        """It rang for five seconds, so many minutes ago each time; people have closed what that raised."""
        self.say(
            *(said for n in minutes for said in (smoke(code, -60 * n), smoke(code, 5 - 60 * n, 0.02, alarm=False)))
        )
        self.close()


def _arrival(message: DeviceMessage) -> Arrival:
    at = message.observed_at or NOW
    return Arrival(Received("mqtt", f"anwang/v1/{message.device_code}/x", b"{}", at), message)


def smoke(
    code: str, seconds: float = 0, value: float = 0.3, *, alarm: bool = True, test: bool = False
) -> DeviceMessage:
    return DeviceMessage(code, SignalKind.SMOKE, NOW + timedelta(seconds=seconds), value, alarm, test)


def heat(code: str, seconds: float, value: float) -> DeviceMessage:
    return DeviceMessage(code, SignalKind.TEMPERATURE, NOW + timedelta(seconds=seconds), value)


def fault(code: str, seconds: float) -> DeviceMessage:
    return DeviceMessage(code, SignalKind.FAULT, NOW + timedelta(seconds=seconds), 2.0)


@pytest.fixture
def place(record_of_module: TestRecord, owner: Connection) -> Place:
    return Place(record_of_module, owner, factories.venue(owner))


def newest(place: Place) -> Any:
    return place.alarms()[-1]


def test_a_flapping_detector_is_the_maintainers(place: Place) -> None:
    code = place.device()
    place.flap(code, 50, 40, 30)
    assert {(alarm.level, alarm.nature) for alarm in place.alarms()} == {(CRITICAL, "reported")}
    place.say(smoke(code))
    assert (newest(place).level, newest(place).nature) == (NOTICE, "suspected_fault")
    assert "flapping" in newest(place).because
    steps = place.owner.execute(
        text("select step, actor_name, note from alarm_steps where alarm_id = :id order by id"),
        {"id": newest(place).id},
    ).all()
    assert [tuple(step) for step in steps] == [
        ("raised", code, None),
        ("told_apart", code, ",".join(newest(place).because)),
    ]


def test_fifty_flaps_are_one_alarm_and_every_signal_is_in_it(place: Place) -> None:
    code = place.device()
    place.say(*(said for n in range(50) for said in (smoke(code, 10 * n), smoke(code, 10 * n + 4, 0.02, alarm=False))))
    (alarm,) = place.alarms()
    assert (alarm.signal_count, alarm.device_count, alarm.level) == (50, 1, CRITICAL)


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_flapping_detector_that_does_not_let_go_is_believed(place: Place, in_one_batch: bool) -> None:
    code = place.device()
    place.flap(code, 50, 40, 30)
    rings = [smoke(code, 0), smoke(code, 10), smoke(code, 20)]
    for batch in [rings] if in_one_batch else [[ring] for ring in rings]:
        place.say(*batch)
    assert (newest(place).level, newest(place).nature) == (CRITICAL, "corroborated")
    assert {"flapping", "persists"} <= set(newest(place).because)
    assert newest(place).signal_count == 3


def test_a_second_detector_elsewhere_raises_both(place: Place) -> None:
    code, other = place.device(), place.device(elsewhere=True)
    place.flap(code, 50, 40, 30)
    place.say(smoke(code))
    assert newest(place).level == NOTICE
    place.say(smoke(other, 60))
    first, second = place.alarms()[-2:]
    assert (first.level, second.level) == (CRITICAL, CRITICAL)
    assert "second_device" in first.because
    assert "second_device" in second.because
    assert (first.signal_count, second.signal_count) == (1, 1)
    step = place.owner.execute(
        text("select actor_name, note from alarm_steps where alarm_id = :id and step = 'level_raised'"),
        {"id": first.id},
    ).one()
    assert tuple(step) == (other, "second_device")


@pytest.mark.parametrize("heat_comes_first", [True, False])
@pytest.mark.parametrize(
    ("readings", "level", "reason"),
    [
        ([(5, 60.0)], CRITICAL, "heat"),
        ([(-100, 24.0), (5, 37.0)], CRITICAL, "rising_heat"),
        ([(-100, 31.0), (5, 37.0)], NOTICE, None),  # a summer's day
        ([(-1500, 60.0)], NOTICE, None),  # long over
    ],
)
def test_heat_beside_a_doubted_detector(
    place: Place, readings: list[tuple[float, float]], level: Level, reason: str | None, heat_comes_first: bool
) -> None:
    code, thermometer = place.device(), place.device("heat_detector", elsewhere=True)
    place.flap(code, 50, 40, 30)
    said = [[heat(thermometer, *reading) for reading in readings], [smoke(code, 0)]]
    for batch in said if heat_comes_first else reversed(said):
        place.say(*batch)
    assert newest(place).level == level
    assert (reason in newest(place).because) == (reason is not None)
    assert newest(place).signal_count == 1


def test_a_test_is_told_apart_and_a_call_point_is_not(place: Place) -> None:
    code, call_point = place.device(), place.device("manual_call_point", elsewhere=True)
    place.say(smoke(code, -60, test=True))
    assert place.alarms() == []
    place.say(smoke(code))
    assert (newest(place).level, newest(place).nature) == (NOTICE, "suspected_test")
    place.say(DeviceMessage(call_point, SignalKind.MANUAL_CALL, NOW + timedelta(seconds=9), 1.0, alarm=True))
    assert (newest(place).level, newest(place).because) == (CRITICAL, ["call_point"])


def test_a_fault_beside_asks_as_much_and_a_transmission_device_speaks_for_many(place: Place) -> None:
    code, panel = place.device(), place.device("user_transmission_device", elsewhere=True)
    place.say(fault(code, -60), fault(panel, -60))
    place.say(smoke(code))
    assert (newest(place).level, newest(place).nature) == (MAJOR, "suspected_fault")
    place.close()
    place.say(smoke(panel, 3000))
    assert (newest(place).level, newest(place).nature) == (CRITICAL, "reported")


def test_hints_stand_beside_a_critical_alarm(place: Place) -> None:
    code = place.device(elsewhere=True)
    for day in range(3):
        place.say(smoke(code, -86_400 * (3 - day) + 300))
        place.close()
    place.say(fault(code, -3000))
    place.say(smoke(code))
    assert newest(place).level == CRITICAL
    assert newest(place).because == ["kitchen", "often_false", "open_fault", "same_hour"]


def test_a_detector_that_dies_ringing_stays_an_alarm(place: Place) -> None:
    code = place.device()
    place.flap(code, 50, 40, 30)
    place.say(smoke(code))
    place.say(smoke(place.device(), 86_000, 0.02, alarm=False))
    assert newest(place).is_open


def test_the_desks_figures_count_every_signal_once(place: Place, record_of_module: TestRecord) -> None:
    with record_of_module.record.scoped(EVERYTHING) as session:
        before = alarm_queries.summary(session, NOW)
    codes = [place.device(), place.device(elsewhere=True)]
    place.flap(codes[0], 50, 40, 30)
    bearing = place.say(*(smoke(code, n) for n in range(4) for code in codes))
    with record_of_module.record.scoped(EVERYTHING) as session:
        after = alarm_queries.summary(session, NOW)
    assert bearing == 8
    assert (after.open_signals - before.open_signals, after.open_total - before.open_total) == (8, 2)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 900)), min_size=2, max_size=7, unique=True), st.randoms())
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_batching_give_the_same_alarms(
    record_of_module: TestRecord, owner: Connection, told: list[tuple[int, int]], chance: random.Random
) -> None:
    """The same signals at two venues: at once in one batch, and in any order one or more at a time."""
    ends = []
    for is_shuffled in (False, True):
        place = Place(record_of_module, owner, factories.venue(owner))
        codes = [place.device(), place.device(elsewhere=True), place.device("gas_detector", elsewhere=True)]
        place.flap(codes[0], 50, 40, 30)
        rings = [
            DeviceMessage(
                codes[n],
                SignalKind.GAS if n == 2 else SignalKind.SMOKE,
                NOW + timedelta(seconds=at),
                30.0 if n == 2 else 0.3,
                alarm=True,
            )
            for n, at in told
        ]
        batches = [rings]
        if is_shuffled:
            chance.shuffle(rings)
            cut = chance.randint(1, len(rings))
            batches = [rings[:cut], *([each] for each in rings[cut:])]
        for batch in batches:
            place.say(*batch)
        opened = [alarm for alarm in place.alarms() if alarm.is_open]
        assert sum(alarm.signal_count for alarm in opened) == len(told)
        ends.append(
            [
                (alarm.kind, alarm.signal_count, alarm.device_count, alarm.level)
                for alarm in sorted(opened, key=_by_place)
            ]
        )
    at_once, shuffled = ends
    assert [alarm[:3] for alarm in shuffled] == [alarm[:3] for alarm in at_once]
    assert [alarm[3] for alarm in shuffled] == [alarm[3] for alarm in at_once]


def _by_place(alarm: Row[Any]) -> tuple[str, int]:
    return alarm.kind, alarm.area_id


def test_two_gateways_at_once_overlook_no_witness(place: Place) -> None:
    """Each takes one of two doubted detectors: whichever commits last sees the other."""
    codes = [place.device(), place.device(elsewhere=True)]
    for code in codes:
        place.flap(code, 50, 40, 30)
    barrier = threading.Barrier(8)
    problems: list[Exception] = []

    def gateway(number: int) -> None:
        barrier.wait()
        try:
            place.say(smoke(codes[number % 2], number / 10))
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=gateway, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    opened = [alarm for alarm in place.alarms() if alarm.is_open]
    assert [(alarm.level, alarm.signal_count) for alarm in opened] == [(CRITICAL, 4), (CRITICAL, 4)]
