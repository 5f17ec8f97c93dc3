"""A meter proves itself by a counter that moves, through whichever door it speaks; one that stands still is heard."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import device_states
from db.commands import inbox as inbox_commands
from db.commands.inbox import Pushed
from db.rules.access_scope import EVERYTHING
from db.rules.doors import PlatformDoor
from ingest import inbox
from ingest.accept import Arrival, accept
from ingest.known_devices import KnownDevices
from ingest.messages import Received
from ingest.mqtt.payload import decode
from ingest.simulate.day import energy
from tests import factories
from tests.ingest.platforms import bodies
from tests.ingest.platforms.bodies import written
from tests.plugins.services import TestRecord

NOW = datetime.now(UTC).replace(microsecond=0)
Shown = Sequence[tuple[float, float]]
"""Hours ago, and what the counter shows."""


@pytest.fixture
def owner(record_of_module: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record_of_module.owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def over_mqtt(record: TestRecord, code: str, shown: Shown) -> None:
    """Each in a batch of its own, received when it is said."""
    for hours, kwh in shown:
        at = NOW - timedelta(hours=hours)
        topic, body = f"anwang/v1/{code}/energy", orjson.dumps({"at": at.isoformat(), "value": kwh})
        with record.record.scoped(EVERYTHING) as session:
            arrival = Arrival(Received("mqtt", topic, body, at), decode(topic, body, at))
            accept(session, [arrival], KnownDevices(), at)


def pushed(record: TestRecord, door: PlatformDoor, said: list[tuple[datetime, bytes]]) -> None:
    for at, body in said:
        with record.record.scoped(EVERYTHING) as session:
            inbox_commands.keep(session, [Pushed(door, "117.60.1.1", at, body)])
        inbox.take_all(record.record, record.settings, at)


def state(record: TestRecord, owner: Connection, device: int, now: datetime = NOW) -> str:
    with record.record.scoped(EVERYTHING) as session:
        device_states.move(session, now)
    found = text("select state from device_states where device_id = :d and until is null")
    return str(owner.scalar(found, {"d": device}))


@pytest.mark.parametrize(
    ("shown", "is_proven"),
    [
        ([(1.5, 100.0), (1.0, 100.01)], True),
        ([(1.5, 100.0), (1.0, 100.0), (0.5, 100.0)], False),
        ([(1.5, 100.0)], False),
        ([(30.0, 100.0), (29.0, 101.0), (1.0, 101.0)], False),  # it moved, more than a day ago
        ([(1.5, 9999.99), (1.0, 0.2)], True),  # a counter that began anew has moved
    ],
    ids=["moves", "stands still", "one reading", "stood still since yesterday", "began anew"],
)
def test_over_mqtt(record_of_module: TestRecord, owner: Connection, shown: Shown, is_proven: bool) -> None:
    device, code = factories.device(owner, factories.venue(owner), "electricity_meter")
    over_mqtt(record_of_module, code, shown)
    assert state(record_of_module, owner, device) == ("proven" if is_proven else "heard")


def test_old_readings_that_come_late_prove_nothing(record_of_module: TestRecord, owner: Connection) -> None:
    """A counter that stands still, and a burst of what it could not say before it stood."""
    device, code = factories.device(owner, factories.venue(owner), "electricity_meter")
    over_mqtt(record_of_module, code, [(1.0, 100.0)])
    late = [(30.0, 97.0), (28.0, 98.0)]
    for hours, kwh in late:
        at = NOW - timedelta(hours=hours)
        topic, body = f"anwang/v1/{code}/energy", orjson.dumps({"at": at.isoformat(), "value": kwh})
        with record_of_module.record.scoped(EVERYTHING) as session:
            accept(
                session, [Arrival(Received("mqtt", topic, body, NOW), decode(topic, body, NOW))], KnownDevices(), NOW
            )
    over_mqtt(record_of_module, code, [(0.2, 100.0)])
    assert state(record_of_module, owner, device) == "heard"
    over_mqtt(record_of_module, code, [(0.1, 100.02)])
    assert state(record_of_module, owner, device, NOW + timedelta(minutes=1)) == "proven"


@pytest.mark.parametrize("door", [PlatformDoor.CTWING, PlatformDoor.ONENET])
def test_behind_an_operators_platform(record_of_module: TestRecord, owner: Connection, door: PlatformDoor) -> None:
    venue = factories.venue(owner)
    meters = {}
    for imei, step in (("860374051090001", 0.4), ("860374051090002", 0.0)):
        device, _code = factories.device(owner, venue, "electricity_meter")
        owner.execute(
            text(
                "insert into device_addresses (door, address, device_id, venue_id, county) values (:b, :a, :d, :v, :c)"
            ),
            {"b": door.value, "a": imei, "d": device, "v": venue.id, "c": venue.county},
        )
        meters[imei] = device
        said = []
        for n in range(3):
            at = NOW - timedelta(minutes=60 - 10 * n)
            fields = {"total_energy": round(500 + step * n, 2), "RSRP": -98}
            stamp = int(at.timestamp() * 1000)
            if door is PlatformDoor.CTWING:
                told = bodies.ctwing(stamp, fields, IMEI=imei, deviceId=...)
            else:
                told = {"msg": bodies.point(stamp, "report", fields, imei=imei, dev_id=int(imei[-4:]))}
            said.append((at, written(told)))
        pushed(record_of_module, door, said)
    moving, standing = meters.values()
    assert state(record_of_module, owner, moving) == "proven"
    assert state(record_of_module, owner, standing) == "heard"
    shown = text("select value from signals where device_id = :d and signal = 'energy' order by observed_at")
    assert owner.scalars(shown, {"d": moving}).all() == [500.0, 500.4, 500.8]


def test_what_the_simulator_plays_proves_its_meters(record_of_module: TestRecord, owner: Connection) -> None:
    device, code = factories.device(owner, factories.venue(owner), "electricity_meter")
    over_mqtt(record_of_module, code, [(h, round(energy(code, NOW - timedelta(hours=h)), 2)) for h in (0.5, 0.3, 0.1)])
    assert state(record_of_module, owner, device) == "proven"
