"""The application's roles: neither owner nor superuser, and nothing without a scope."""

import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.addresses import APP_ROLE, DOOR_ROLE
from db.rules.access_scope import EVERYTHING, NOTHING
from tests.plugins.services import TestRecord

OPEN_TO_ALL = {
    *("regions", "milestones", "feeds", "turns", "spatial_ref_sys", "geometry_columns", "geography_columns"),
    *("ladder_templates", "ladder_rungs", "notification_rules", "notify_channels", "fire_platforms"),
    *("settlings", "ranking_minimums", "vision_models", "vision_workers", "map_versions", "fire_stations"),
}
"""Tables without venue data or people: boundaries, due dates, whether feeds and tasks live, PostGIS's own; rules of
ladders and of telling, names of channels and platforms; what is settled, models, where the fire service stands."""

READABLE = text(
    "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition"
    " and has_any_column_privilege(current_user, c.oid, 'select') order by 1"
)


def test_the_application_owns_nothing(demo_record: TestRecord) -> None:
    with demo_record.record.scoped(NOTHING) as session:
        role = session.execute(
            text("select rolname, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user")
        ).one()
        owned = session.scalar(
            text(
                "select count(*) from pg_class where pg_get_userbyid(relowner) = current_user and relpersistence <> 't'"
            )
        )
    assert tuple(role) == (APP_ROLE, False, False, False)
    assert owned == 0


def test_the_owner_is_no_superuser(empty_record: TestRecord) -> None:
    with create_engine(empty_record.owner_url, poolclass=NullPool).connect() as connection:
        assert connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")) is False


def test_no_scope_no_rows(demo_record: TestRecord) -> None:
    """Every table that the application may read, asked on a bare connection."""
    with create_engine(demo_record.app_url, poolclass=NullPool).connect() as connection:
        tables = set(connection.execute(READABLE).scalars())
        seen = {table: connection.scalar(text(f"select count(*) from {table}")) for table in tables - OPEN_TO_ALL}
    assert {"venues", "devices", "alarms", "people", "audit_log"} <= set(seen)
    assert set(seen.values()) == {0}


def test_a_scope_ends_with_its_transaction(demo_record: TestRecord) -> None:
    count = text("select count(*) from venues")
    with demo_record.record.engine.connect() as connection:
        connection.execute(text("select set_config('anwang.county_lo', '0', true)"))
        connection.execute(text("select set_config('anwang.county_hi', '999999', true)"))
        assert (connection.scalar(count) or 0) > 18_000
        connection.rollback()
        assert connection.scalar(count) == 0


@pytest.mark.parametrize("table", ["accounts", "login_sessions", "wall_tokens"])
def test_accounts_are_for_the_door_alone(demo_record: TestRecord, table: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), demo_record.record.scoped(EVERYTHING) as session:
        session.execute(text(f"select 1 from {table}"))
    with demo_record.record.door() as session:
        session.execute(text(f"select 1 from {table}"))


@pytest.mark.parametrize("table", ["venues", "devices", "signals", "alarms", "audit_log", "coverage_steps"])
def test_the_door_sees_no_venue_data(demo_record: TestRecord, table: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), demo_record.record.door() as session:
        session.execute(text(f"select 1 from {table}"))


def test_the_door_role_cannot_log_in(empty_record: TestRecord) -> None:
    with create_engine(empty_record.owner_url, poolclass=NullPool).connect() as connection:
        row = connection.execute(
            text("select rolcanlogin, rolsuper from pg_roles where rolname = :door"), {"door": DOOR_ROLE}
        )
        assert tuple(row.one()) == (False, False)


@pytest.mark.parametrize(
    "statement",
    [
        "set role anwang_owner",
        "alter table venues disable row level security",
        "drop policy in_scope on venues",
        "create table mine (n int)",
        "copy venues to '/tmp/venues'",
        "create function f() returns int language sql security definer as 'select 1'",
    ],
)
def test_the_application_cannot_get_round_it(demo_record: TestRecord, statement: str) -> None:
    with pytest.raises(DBAPIError) as refusal, demo_record.record.scoped(EVERYTHING) as session:
        session.execute(text(statement))
    assert isinstance(refusal.value.orig, InsufficientPrivilege)
