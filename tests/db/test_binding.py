"""Binding devices: moved, put on the books, refused, and two people at once."""

import threading
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import binding
from db.commands.binding import Bound, NewDevice, Outcome, Placing, Seen
from db.commands.people import Operator
from db.errors import AnwangError, NotFound, WrongState
from db.queries import binding as queries
from db.rules.access_scope import EVERYTHING, Scope, region_scope, venues_scope
from db.rules.device_checks import Area
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.device_recognition import read_number
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

TODAY = date(2026, 3, 2)
SOMEBODY = Operator(None, "test", "10.0.0.7")
IDENTITY = "ABCD0125030112345678901000"
COUNTY, ELSEWHERE = 360_702, 361_102


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture(scope="module")
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def move(record: TestRecord, scope: Scope, code: str, seen: MadeVenue, placing: Placing) -> Bound:
    with record.record.scoped(scope) as session:
        return binding.move(session, code, Seen(seen.id, seen.area_id), placing, SOMEBODY)


def register(record: TestRecord, scope: Scope, new: NewDevice, placing: Placing) -> Bound:
    with record.record.scoped(scope) as session:
        return binding.register(session, new, placing, SOMEBODY, TODAY)


def detector(code: str, *addresses: tuple[str, str], installation: int | None = None) -> NewDevice:
    return NewDevice(code, DeviceKind.SMOKE_DETECTOR, "SD-1", addresses, installation)


def test_a_move_takes_everything_along_that_repeats_the_venue(record: TestRecord, owner: Connection) -> None:
    old, new = factories.venue(owner, COUNTY), factories.venue(owner, 360_721)
    device, code = factories.device(owner, old)
    owner.execute(
        text("insert into device_addresses values ('identity', :a, :d, :v, :c, null)"),
        {"a": f"{code}-x", "d": device, "v": old.id, "c": old.county},
    )
    owner.execute(
        text(
            "insert into device_latest (device_id, venue_id, county, heard_at, observed_at, signal)"
            " values (:d, :v, :c, now(), now(), 'heartbeat')"
        ),
        {"d": device, "v": old.id, "c": old.county},
    )
    bound = move(record, region_scope(360_700), code, old, Placing(new.id, new.area_id))
    assert bound == Bound(code, Outcome.MOVED, new.id, new.area_id)
    for table, key in (("devices", "id"), ("device_addresses", "device_id"), ("device_latest", "device_id")):
        where = owner.execute(text(f"select venue_id, county from {table} where {key} = :d"), {"d": device}).one()
        assert tuple(where) == (new.id, new.county), table
    entry = owner.execute(text("select act, venue_id, address, detail from audit_log order by id desc limit 1")).one()
    assert (entry.act, entry.venue_id, entry.address) == ("device moved", new.id, "10.0.0.7")
    assert entry.detail["before"] == {"venue": old.id, "area": old.area_id}


def test_a_new_area_is_made_once(record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner, COUNTY)
    codes = [factories.device(owner, venue)[1] for _n in range(2)]
    area = Area(AreaKind.DORMITORY, 3, "3号楼宿舍")
    bound = [move(record, venues_scope((venue.id,)), code, venue, Placing(venue.id, new_area=area)) for code in codes]
    assert bound[0].area_id == bound[1].area_id
    made = owner.execute(text("select kind, floor, name, county from areas where id = :id"), {"id": bound[0].area_id})
    assert tuple(made.one()) == ("dormitory", 3, "3号楼宿舍", COUNTY)


def test_refusals_leave_everything_as_it_was(record: TestRecord, owner: Connection) -> None:
    mine, other, foreign = (factories.venue(owner, county) for county in (COUNTY, COUNTY, ELSEWHERE))
    _device, code = factories.device(owner, mine)
    _foreign, foreign_code = factories.device(owner, foreign)
    retired, retired_code = factories.device(owner, mine)
    owner.execute(text("update devices set retired_on = '2026-01-01' where id = :id"), {"id": retired})
    scope = venues_scope((mine.id,))
    here = Placing(mine.id, mine.area_id)
    refusals = {
        "already": (code, here, WrongState),
        "venue out of scope": (code, Placing(foreign.id, foreign.area_id), NotFound),
        "area of another venue": (code, Placing(mine.id, other.area_id), NotFound),
        "retired": (retired_code, here, WrongState),
    }
    for what, (number, placing, kind) in refusals.items():
        with pytest.raises(kind):
            move(record, scope, number, mine, placing)
        assert owner.scalar(text("select venue_id from devices where code = :c"), {"c": number}) == mine.id, what
    said = []
    for number in (foreign_code, "nobody-knows-it"):
        with pytest.raises(NotFound) as refusal:
            move(record, scope, number, foreign, here)
        said.append(str(refusal.value))
    assert said[0] == said[1]


def test_an_identity_goes_on_the_books_and_is_found_by_it(record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner, COUNTY)
    identity = IDENTITY + "1"
    bound = register(record, venues_scope((venue.id,)), detector(identity, ("identity", identity)), Placing(venue.id))
    assert bound.outcome is Outcome.REGISTERED
    number = read_number(identity)
    assert number is not None
    with record.record.scoped(venues_scope((venue.id,))) as session:
        found = queries.device(session, number)
    assert found is not None
    assert (found.code, found.venue_id, found.is_heard) == (identity, venue.id, False)


def test_a_number_joins_the_device_of_the_same_code_at_the_same_venue_alone(
    record: TestRecord, owner: Connection
) -> None:
    here, there = factories.venue(owner, COUNTY), factories.venue(owner, COUNTY)
    _device, code = factories.device(owner, here)
    imei = ("ctwing", "860374051096202")
    scope = region_scope(COUNTY)
    with pytest.raises(WrongState):
        register(record, scope, detector(code, imei), Placing(there.id))
    assert register(record, scope, detector(code, imei), Placing(here.id)).outcome is Outcome.JOINED
    with pytest.raises(WrongState):
        register(record, scope, detector("another-one", imei), Placing(here.id))


def test_a_number_of_a_device_out_of_sight_is_refused_like_one_that_nobody_knows(
    record: TestRecord, owner: Connection
) -> None:
    mine, foreign = factories.venue(owner, COUNTY), factories.venue(owner, ELSEWHERE)
    identity = IDENTITY + "2"
    register(record, EVERYTHING, detector("far-away-1", ("identity", identity)), Placing(foreign.id))
    number = read_number(identity)
    assert number is not None
    with record.record.scoped(venues_scope((mine.id,))) as session:
        assert queries.device(session, number) is None
    for new in (detector("mine-1", ("identity", identity)), detector("far-away-1", ("identity", IDENTITY + "3"))):
        with pytest.raises(NotFound, match="There is no such device within your scope"):
            register(record, venues_scope((mine.id,)), new, Placing(mine.id))
    assert owner.scalar(text("select count(*) from devices where code = 'mine-1'")) == 0


def test_a_vendors_entry_is_told_by_its_number_alone_and_bound_within_the_scope(
    record: TestRecord, owner: Connection
) -> None:
    venue = factories.venue(owner, COUNTY)
    owner.execute(
        text(
            "insert into installations (company, serial, facts, first_at, last_at) values ('海康', 'S-9001',"
            ' \'{"name": "烟感", "responsible": "张三", "mobile": "13800000000"}\', now(), now())'
        )
    )
    scope = venues_scope((venue.id,))
    for typed in ("S-9001", "海康:S-9001"):
        number = read_number(typed)
        assert number is not None
        with record.record.scoped(scope) as session:
            assert session.scalar(text("select count(*) from installations")) == 0
            entry = queries.awaiting(session, number)
        assert entry is not None
        assert entry.facts == {"name": "烟感"}
    new = detector("S-9001", ("gbt45839", "海康:S-9001"), installation=entry.id)
    assert register(record, scope, new, Placing(venue.id)).outcome is Outcome.REGISTERED
    assert owner.scalar(text("select venue_id from installations where serial = 'S-9001'")) == venue.id
    with record.record.scoped(scope) as session:
        number = read_number("S-9001")
        assert number is not None
        assert queries.awaiting(session, number) is None


def at_once(acts: list[object]) -> list[object]:
    """Both in threads of their own that begin together; what each answered or was refused with."""
    ready, said = threading.Barrier(len(acts)), list[object]()

    def run(act: object) -> None:
        ready.wait(10)
        try:
            said.append(act())  # type: ignore[operator]
        except AnwangError as refusal:
            said.append(refusal)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return said


def test_of_two_who_move_a_device_at_once_one_is_refused(record: TestRecord, owner: Connection) -> None:
    old, one, two = (factories.venue(owner, COUNTY) for _n in range(3))
    _device, code = factories.device(owner, old)
    said = at_once(
        [lambda to=to: move(record, region_scope(COUNTY), code, old, Placing(to.id, to.area_id)) for to in (one, two)]
    )
    (bound,) = [each for each in said if isinstance(each, Bound)]
    (refusal,) = [each for each in said if isinstance(each, WrongState)]
    assert "meanwhile" in str(refusal)
    assert owner.scalar(text("select venue_id from devices where code = :c"), {"c": code}) == bound.venue_id


def test_of_two_who_register_a_device_at_once_one_is_refused(record: TestRecord, owner: Connection) -> None:
    one, two = factories.venue(owner, COUNTY), factories.venue(owner, COUNTY)
    identity = IDENTITY + "4"
    new = detector(identity, ("identity", identity))
    said = at_once([lambda to=to: register(record, region_scope(COUNTY), new, Placing(to.id)) for to in (one, two)])
    assert sorted(type(each).__name__ for each in said) == ["Bound", "WrongState"]
    assert owner.scalar(text("select count(*) from devices where code = :c"), {"c": identity}) == 1
