"""Confirmed fires on their way to the fire service: real platforms at the far end, and all that they do wrong."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import alarms, fire_platforms, outbox
from db.commands.alarms import Actor, AlarmSignal
from db.commands.fire_platforms import NewPlatform
from db.commands.people import Operator
from db.errors import NotFound, WrongState
from db.key_file import FIRE_PLATFORMS
from db.queries import outbox as outbox_queries
from db.rules.access_scope import EVERYTHING, region_scope
from db.rules.alarm_kinds import AlarmKind, Verdict
from db.rules.outbox import WITHIN, Transport
from ingest.outbox.worker import Worker
from ingest.simulate.fire_platform import CentrePlatform, CityPlatform
from tests import factories
from tests.ingest.gateways import wait_for
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of, free_port

OPERATOR = Operator(None, "tests")
SECRET = "a key of the platform's own"
CENTRE, SOURCE = 880_001, 36_000_001


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def owner(record: TestRecord) -> Iterator[Connection]:
    """Each test finds an outbox without an entry and no platform."""
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("truncate outbox, fire_platforms"))
        factories.venue(connection)
        yield connection
    engine.dispose()


@pytest.fixture
def city() -> Iterator[CityPlatform]:
    platform = CityPlatform(SECRET)
    platform.start()
    yield platform
    platform.stop()


def add(record: TestRecord, city: CityPlatform, region: int = 360_700, name: str = "赣州市消防") -> int:
    with record.record.scoped(EVERYTHING) as session:
        new = NewPlatform(name, region, Transport.HTTP, city.address)
        number = fire_platforms.add(session, new, OPERATOR, datetime.now(UTC))
    FIRE_PLATFORMS.keep(record.settings.var_dir, number, city.secret)
    return number


@contextmanager
def forwarding(record: TestRecord) -> Iterator[Worker]:
    worker = Worker(record.record, record.app_url, record.settings.var_dir)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join(20)
        assert not thread.is_alive()


def confirm(record: TestRecord, owner: Connection, county: int = 360_702) -> int:
    """A fire that somebody of the county confirms."""
    venue = factories.venue(owner, county)
    now = datetime.now(UTC)
    actor = Actor(factories.person(owner), "张三", "::1")
    signal_ = AlarmSignal(
        venue.id, venue.county, venue.area_id, *factories.device(owner, venue), AlarmKind.FIRE, "smoke", 0.4, now
    )
    with record.record.scoped(EVERYTHING) as session:
        alarm = alarms.raise_alarm(session, signal_, now).alarm_id
    with record.record.scoped(region_scope(county)) as session:
        alarms.acknowledge(session, alarm, actor, now)
        alarms.verify(session, alarm, Verdict.REAL_FIRE, actor, now)
        if not session.scalar(text("select count(*) from outbox where alarm_id = :id"), {"id": alarm}):
            outbox.put_confirmed_fire(session, alarm, datetime.now(UTC))
    return alarm


def states(owner: Connection) -> list[str]:
    return list(owner.scalars(text("select state from outbox order by id")))


def all_taken(owner: Connection) -> bool:
    return set(states(owner)) == {"acknowledged"}


def test_a_confirmed_fire_is_there_within_three_seconds(
    record: TestRecord, owner: Connection, city: CityPlatform
) -> None:
    number = add(record, city)
    with forwarding(record):
        wait_for(lambda: owner.scalar(text("select count(*) from pg_locks where locktype = 'advisory'")) > 0)
        confirmed_at = time.time()
        alarm = confirm(record, owner)
        wait_for(lambda: all_taken(owner))
    (taken,) = city.taken
    assert taken.at - confirmed_at < WITHIN.total_seconds()
    assert taken.key == f"alarm-{alarm}-fire-1-to-{number}"
    assert (taken.body["kind"], taken.body["alarm"]) == ("fire", alarm)
    assert taken.body["venue"]["county"] == 360_702
    assert (taken.body["venue"]["lng"], taken.body["venue"]["lat"]) == (114.94, 25.83)
    assert taken.body["area"]["name"] == "走廊"
    assert city.wrong == []
    with record.record.scoped(EVERYTHING) as session:
        (row,) = outbox_queries.listed(session)
        figures = outbox_queries.figures(session, datetime.now(UTC), WITHIN)
    assert (row.tries, row.last_error) == (1, None)
    assert (figures.acknowledged, figures.in_time, figures.waiting) == (1, 1, 0)


def test_city_and_province_are_told_and_nobody_else(record: TestRecord, owner: Connection, city: CityPlatform) -> None:
    factories.venue(owner, 360_102)
    mine = [add(record, city), add(record, city, 360_000, "省消防物联网")]
    add(record, city, 360_100, "南昌市消防")
    confirm(record, owner)
    assert list(owner.scalars(text("select platform_id from outbox order by id"))) == mine


def test_a_platform_that_is_down_gets_everything_in_order_once_it_is_up(
    record: TestRecord, owner: Connection, city: CityPlatform
) -> None:
    add(record, city)
    city.stop()
    with forwarding(record):
        fires = [confirm(record, owner) for _n in range(4)]
        wait_for(lambda: owner.scalar(text("select max(tries) from outbox")) >= 2)
        assert states(owner) == ["waiting"] * 4
        assert owner.scalar(text("select failure from fire_platforms"))
        city.start()
        wait_for(lambda: all_taken(owner))
    assert [taken.body["alarm"] for taken in city.taken] == fires


def test_a_new_fire_does_not_wait_for_the_next_try_of_an_old_one(
    record: TestRecord, owner: Connection, city: CityPlatform
) -> None:
    add(record, city)
    city.stop()
    with forwarding(record):
        confirm(record, owner)
        wait_for(lambda: owner.scalar(text("select tries from outbox")) >= 1)
        owner.execute(text("update outbox set next_try_at = now() + interval '1 hour'"))
        city.start()
        began = time.time()
        confirm(record, owner)
        wait_for(lambda: all_taken(owner))
    assert time.time() - began < WITHIN.total_seconds() + 1


def test_errors_of_the_platform_hold_the_order(record: TestRecord, owner: Connection, city: CityPlatform) -> None:
    add(record, city)
    city.answers += [500, 503, 429]
    with forwarding(record):
        fires = [confirm(record, owner) for _n in range(2)]
        wait_for(lambda: all_taken(owner))
    assert [taken.body["alarm"] for taken in city.taken] == fires
    assert owner.scalar(text("select max(tries) from outbox")) >= 2


def test_a_refused_message_holds_up_no_other_fire(record: TestRecord, owner: Connection, city: CityPlatform) -> None:
    add(record, city)
    city.answers += [400]
    with forwarding(record):
        first = confirm(record, owner)
        wait_for(lambda: states(owner) == ["refused"])
        second = confirm(record, owner)
        wait_for(lambda: states(owner) == ["refused", "acknowledged"])
        entry = owner.scalar(text("select id from outbox where state = 'refused'"))
        with record.record.scoped(region_scope(360_702)) as session:
            outbox.retry_now(session, entry, OPERATOR, datetime.now(UTC))
        wait_for(lambda: all_taken(owner))
    assert [taken.body["alarm"] for taken in city.taken] == [second, first]
    with pytest.raises(WrongState), record.record.scoped(EVERYTHING) as session:
        outbox.retry_now(session, entry, OPERATOR, datetime.now(UTC))
    with pytest.raises(NotFound), record.record.scoped(region_scope(360_100)) as session:
        outbox.retry_now(session, entry, OPERATOR, datetime.now(UTC))


def test_a_slow_platform_holds_up_no_other_platform(record: TestRecord, owner: Connection, city: CityPlatform) -> None:
    slow = CityPlatform(SECRET, slow_by_seconds=2.5)
    slow.start()
    add(record, slow)
    add(record, city, 360_000, "省消防物联网")
    with forwarding(record):
        began = time.time()
        confirm(record, owner)
        wait_for(lambda: len(city.taken) == 1)
        assert time.time() - began < 2
        wait_for(lambda: all_taken(owner))
    slow.stop()
    assert slow.requests == 1


def test_a_lost_answer_makes_no_second_fire(record: TestRecord, owner: Connection, city: CityPlatform) -> None:
    add(record, city)
    city.forgets_to_answer = 1
    with forwarding(record):
        confirm(record, owner)
        wait_for(lambda: all_taken(owner))
    assert (len(city.taken), city.repeats) == (1, 1)


def test_a_withdrawn_verdict_follows_its_fire(record: TestRecord, owner: Connection, city: CityPlatform) -> None:
    """Withdrawn while the platform is away, confirmed anew: three messages, in this order."""
    number = add(record, city)
    city.stop()
    alarm = confirm(record, owner)
    with record.record.scoped(region_scope(360_702)) as session:
        session.execute(text("update alarms set verdict = null where id = :id"), {"id": alarm})
        session.execute(text("update alarms set verdict = 'real_fire' where id = :id"), {"id": alarm})
        outbox.put_confirmed_fire(session, alarm, datetime.now(UTC))
        outbox.put_confirmed_fire(session, alarm, datetime.now(UTC))
    city.start()
    with forwarding(record):
        wait_for(lambda: all_taken(owner))
    first = f"alarm-{alarm}-fire-1-to-{number}"
    assert [taken.key for taken in city.taken] == [first, f"{first}/withdrawn", f"alarm-{alarm}-fire-2-to-{number}"]
    assert city.taken[1].body["withdraws"] == first
    assert city.taken[1].body["kind"] == "withdrawn"


def test_a_fire_with_nowhere_to_go_waits_for_a_platform(
    record: TestRecord, owner: Connection, city: CityPlatform
) -> None:
    alarm = confirm(record, owner)
    with record.record.scoped(EVERYTHING) as session:
        assert outbox_queries.figures(session, datetime.now(UTC), WITHIN).nowhere == 1
    with forwarding(record):
        add(record, city)
        wait_for(lambda: all_taken(owner))
    assert city.taken[0].body["alarm"] == alarm


def test_without_the_right_key_nothing_is_taken_and_nothing_lost(
    record: TestRecord, owner: Connection, city: CityPlatform
) -> None:
    number = add(record, city)
    FIRE_PLATFORMS.keep(record.settings.var_dir, number, "another")
    with forwarding(record):
        confirm(record, owner)
        wait_for(lambda: states(owner) == ["refused"])
        assert city.taken == []
        FIRE_PLATFORMS.keep(record.settings.var_dir, number, city.secret)
        owner.execute(text("update outbox set next_try_at = now()"))
        wait_for(lambda: all_taken(owner))


@pytest.fixture
def centre(record: TestRecord, owner: Connection) -> Iterator[CentrePlatform]:
    platform = CentrePlatform(CENTRE, free_port())
    platform.start()
    with record.record.scoped(EVERYTHING) as session:
        new = NewPlatform("省中心", 360_000, Transport.GB26875, platform.address, CENTRE, SOURCE)
        fire_platforms.add(session, new, OPERATOR, datetime.now(UTC))
    yield platform
    platform.stop()


def test_over_frames_a_fire_is_confirmed_by_its_serial_number(
    record: TestRecord, owner: Connection, centre: CentrePlatform
) -> None:
    with forwarding(record):
        began = time.time()
        alarm = confirm(record, owner)
        wait_for(lambda: all_taken(owner))
        assert time.time() - began < WITHIN.total_seconds()
        owner.execute(text("update alarms set verdict = 'false' where id = :id"), {"id": alarm})
        wait_for(lambda: len(centre.taken) == 2)
        wait_for(lambda: all_taken(owner))
    (source, serial, fire), (_source, _serial, withdrawn) = centre.taken
    assert (source, serial) == (SOURCE, owner.scalar(text("select min(id) from outbox")) % 65536)
    assert (fire.component_type, fire.state, withdrawn.state) == (40, 2, 1)
    assert fire.text is not None
    assert fire.text.endswith("走廊")
    assert fire.component_address == withdrawn.component_address


def test_over_frames_too_nothing_is_lost_or_doubled(
    record: TestRecord, owner: Connection, centre: CentrePlatform
) -> None:
    centre.stop()
    with forwarding(record):
        confirm(record, owner)
        confirm(record, owner)
        wait_for(lambda: owner.scalar(text("select max(tries) from outbox")) >= 1)
        centre.stays_silent, centre.denies = 1, 0
        centre.start()
        wait_for(lambda: all_taken(owner))
        centre.denies = 1
        confirm(record, owner)
        wait_for(lambda: states(owner)[-1] == "refused")
    assert (len(centre.taken), centre.repeats) == (2, 1)
    serials = [serial for _source, serial, _item in centre.taken]
    assert serials == sorted(serials)


def environment(record: TestRecord) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANWANG_")},
        "ANWANG_DATABASE_APP_URL": record.app_url.render_as_string(hide_password=False),
        "ANWANG_VAR_DIR": str(record.settings.var_dir),
        "PYTHONUNBUFFERED": "1",
    }


def worker_process(record: TestRecord) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "ingest.outbox"], env=environment(record))


def fire_service(record: TestRecord, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "portal.cli", "fire-service", *words]
    return subprocess.run(command, env=environment(record), capture_output=True, text=True, check=False, timeout=60)


def test_platforms_from_the_command_line(record: TestRecord, owner: Connection) -> None:
    added = fire_service(record, "add", "章贡区消防", "--region", "360702", "--url", "https://fire.example.cn/in")
    assert "Key for HMAC-SHA256: " in added.stdout
    number = owner.scalar(text("select id from fire_platforms where name = '章贡区消防'"))
    assert FIRE_PLATFORMS.key_of(record.settings.var_dir, number) == added.stdout.split(": ")[1].strip()
    again = fire_service(record, "add", "章贡区消防", "--region", "360702", "--url", "https://fire.example.cn/in")
    assert (again.returncode, again.stdout) == (1, "")
    assert "already" in again.stderr
    for wrong in (
        ("--region", "1", "--url", "https://x.cn"),
        ("--region", "360702", "--url", "http://fire.example.cn"),
    ):
        assert fire_service(record, "add", "x", *wrong).returncode == 1
    assert "章贡区消防" in fire_service(record, "list").stdout
    assert fire_service(record, "retire", "章贡区消防").returncode == 0
    assert "章贡区消防" not in fire_service(record, "list").stdout


def test_a_played_platform_takes_fires(record: TestRecord, owner: Connection) -> None:
    command = [sys.executable, "-m", "portal.cli", "fire-service", "play"]
    with forwarding(record), subprocess.Popen(command, env=environment(record), stdout=subprocess.PIPE) as played:
        assert played.stdout is not None
        assert b"listens on" in played.stdout.readline()
        alarm = confirm(record, owner)
        assert f"alarm-{alarm}-fire-1".encode() in played.stdout.readline()
        wait_for(lambda: all_taken(owner))
        played.terminate()


def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    record: TestRecord, owner: Connection, city: CityPlatform
) -> None:
    """Killed while the platform has the message and the answer is on its way."""
    add(record, city)
    city.slow_by_seconds = 1.5
    first = worker_process(record)
    second = worker_process(record)  # two at once: one holds the lane
    try:
        fires = [confirm(record, owner)]
        wait_for(lambda: city.requests == 1)
        for each in (first, second):
            each.send_signal(signal.SIGKILL)
            each.wait(10)
        fires.append(confirm(record, owner))
        city.slow_by_seconds = 0.0
        first = worker_process(record)
        wait_for(lambda: all_taken(owner))
    finally:
        for each in (first, second):
            each.kill()
            each.wait(10)
    assert [taken.body["alarm"] for taken in city.taken] == fires
    assert city.requests == 3
