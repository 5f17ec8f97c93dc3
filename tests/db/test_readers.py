"""Readers of the exit: a login sees its own counties and no others, whatever it sets; it writes nothing, and no secret
and no telephone number is within its reach."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from db import migrations
from db.commands import readers
from db.errors import InvalidInput, NotFound, WrongState
from db.rules.access_scope import EVERYTHING
from ingest.tasks.upkeep import end_long_readings
from tests import factories
from tests.plugins.services import Installation, TestRecord, copy_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CITY = (360_700, 360_799)
HIDDEN = (
    *(
        "accounts",
        "login_sessions",
        "wall_tokens",
        "people",
        "grants",
        "venue_people",
        "contact_points",
        "reader_logins",
    ),
    *("device_credentials", "device_addresses", "audit_log", "notices", "deliveries", "evidence_files", "rosters"),
)


@pytest.fixture(scope="module")
def shared(installation: Installation) -> Iterator[TestRecord]:
    for record in copy_of(installation, "template_empty"):
        migrations.upgrade(record.owner_url, str(record.app_url.password))
        yield record


@pytest.fixture(scope="module")
def owner(shared: TestRecord) -> Iterator[Connection]:
    engine = create_engine(shared.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def made(owner: Connection) -> Iterator[readers.MadeReader]:
    """A city's reader, and venues inside and outside its city."""
    for county in (360_702, 360_703, 361_102):
        venue = factories.venue(owner, county)
        of = {"v": venue.id, "c": county}
        owner.execute(
            text(
                "insert into access_history (venue_id, county, category, accessed_from)"
                " values (:v, :c, 'kindergarten', '2024-02-01')"
            ),
            of,
        )
        owner.execute(
            text("insert into venue_people (venue_id, county, duty, name, phone) values (:v, :c, 'x', '甲', '139')"), of
        )
    reader = readers.add(owner, "ganzhou", "赣州分析", *CITY, "test", NOW)
    yield reader
    owner.execute(text(f"drop owned by {reader.login}"))
    owner.execute(text(f"drop role {reader.login}"))


@contextmanager
def logged_in(url: URL, reader: readers.MadeReader) -> Iterator[psycopg2.extensions.cursor]:
    connection = psycopg2.connect(
        host=url.host, port=url.port, dbname=url.database, user=reader.login, password=reader.password
    )
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def rows(cursor: psycopg2.extensions.cursor, query: str) -> list[tuple[object, ...]]:
    cursor.execute(query)
    return cursor.fetchall()


def test_it_sees_its_own_counties(shared: TestRecord, made: readers.MadeReader) -> None:
    with logged_in(shared.owner_url, made) as cursor:
        assert rows(cursor, "select distinct county from venues order by 1") == [(360_702,), (360_703,)]
        assert rows(cursor, "select count(*) from access") == [(2,)]
        found = rows(
            cursor, "select county, venues, accessed, access_pct::float from coverage('2024-09-02') order by 1"
        )
        assert found == [(360_702, 1, 1, 100.0), (360_703, 1, 1, 100.0)]
        assert rows(cursor, "select st_srid(geom), round(lng::numeric, 2)::float from venues limit 1") == [
            (4490, 114.94)
        ]


@pytest.mark.parametrize(
    "attempt",
    [
        "set anwang.county_lo = '0'; set anwang.county_hi = '999999'",
        "set anwang.venue_ids = '{1,2,3,4,5}'",
        "set role anwang_reader",
        "set search_path = pg_temp, public, exit",
        "set row_security = on",
        "set session_replication_role = default",
    ],
)
def test_no_setting_opens_more(shared: TestRecord, made: readers.MadeReader, attempt: str) -> None:
    with logged_in(shared.owner_url, made) as cursor:
        with suppress(psycopg2.Error):
            cursor.execute(attempt)
        for table in ("exit.venues", "public.venues", "exit.access", "public.access_history"):
            assert {county for (county,) in rows(cursor, f"select distinct county from {table}")} <= {360_702, 360_703}


@pytest.mark.parametrize(
    "attempt",
    [
        "set row_security = off; select id from public.venues",
        "set role anwang_app",
        "set role anwang_owner",
        "set session authorization anwang_app",
        "select set_config('role', 'anwang_app', false)",
        "update public.venues set name = 'x'",
        "update exit.venues set name = 'x'",
        "insert into public.access_history (venue_id, county, category, accessed_from) values (1, 1, 'x', now())",
        "delete from public.venues",
        "create table public.x ()",
        "create table exit.x ()",
        "create temporary table x ()",
        "create function exit.x() returns int language sql as 'select 1'",
        "create schema x",
        "select exit.county_lo() + audit_log_broken_at()",
        "select end_long_readings('0')",
        "select * from hazard_parties(1, current_date)",
        "copy public.venues to program 'true'",
        "select pg_read_file('/etc/passwd')",
        *(f"select * from public.{table}" for table in HIDDEN),
    ],
)
def test_refused(shared: TestRecord, made: readers.MadeReader, attempt: str) -> None:
    with logged_in(shared.owner_url, made) as cursor:
        cursor.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg2.Error):
            cursor.execute(attempt)


def test_functions_that_act_for_their_owner_are_closed(owner: Connection, made: readers.MadeReader) -> None:
    open_ones = owner.scalars(
        text(
            "select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
            " where p.prosecdef and n.nspname in ('public', 'exit') and p.prorettype <> 'trigger'::regtype"
            " and has_function_privilege(:login, p.oid, 'execute')"
            " and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
        ),
        {"login": made.login},
    )
    assert set(open_ones) == {"exit.county_lo()", "exit.county_hi()"}


def test_every_view_and_column_says_what_it_is(owner: Connection) -> None:
    unsaid = owner.scalars(
        text(
            "select a.attrelid::regclass || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
            " where c.relnamespace = 'exit'::regnamespace and a.attnum > 0"
            " and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)"
        )
    )
    assert list(unsaid) == []


def test_a_reading_that_never_ends_is_ended(shared: TestRecord, made: readers.MadeReader) -> None:
    ended: list[str] = []

    def read_on() -> None:
        with logged_in(shared.owner_url, made) as cursor:
            cursor.execute("set statement_timeout = 0")
            try:
                cursor.execute("select pg_sleep(60)")
            except psycopg2.Error as error:
                ended.append(type(error).__name__)

    reading = threading.Thread(target=read_on)
    reading.start()
    deadline = time.monotonic() + 30
    while not ended and time.monotonic() < deadline:
        time.sleep(0.3)
        with shared.record.scoped(EVERYTHING) as session:
            end_long_readings(session, timedelta(milliseconds=200))
    reading.join()
    assert ended in (["AdminShutdown"], ["OperationalError"])


def test_made_known_and_revoked(owner: Connection, shared: TestRecord) -> None:
    reader = readers.add(owner, "Wang", "", *CITY, "test", NOW)
    assert reader.login == "reader_wang"
    try:
        with pytest.raises(WrongState):
            readers.add(owner, "wang", "", *CITY, "test", NOW)
        again = readers.set_password(owner, "wang", "test")
        with pytest.raises(psycopg2.OperationalError), logged_in(shared.owner_url, reader):
            pass
        with logged_in(shared.owner_url, again) as cursor:
            assert rows(cursor, "show statement_timeout") == [("1min",)]
            readers.revoke(owner, "wang", "test", NOW)
            assert rows(cursor, "select count(*) from exit.venues") == [(0,)]
        with pytest.raises(psycopg2.OperationalError), logged_in(shared.owner_url, again):
            pass
        with pytest.raises(NotFound):
            readers.revoke(owner, "wang", "test", NOW)
        with pytest.raises(InvalidInput):
            readers.add(owner, "王; drop", "", *CITY, "test", NOW)
        acts = owner.scalars(text("select act from audit_log where subject = 'reader_logins/reader_wang' order by id"))
        assert list(acts) == ["reader made", "reader password set", "reader revoked"]
    finally:
        owner.execute(text("drop owned by reader_wang"))
        owner.execute(text("drop role reader_wang"))
