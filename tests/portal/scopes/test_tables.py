"""Every table keeps within the scope, whatever the application asks of it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.portal.conftest import PortalServer
from tests.portal.door import one
from tests.portal.scopes.levels import Level

TABLES = (
    *("venues", "venue_people", "access_history", "areas", "contracts", "duty_history"),
    *("devices", "device_latest", "device_addresses", "device_links", "device_states", "device_credentials"),
    *("signals", "readings_5min", "readings_daily", "alarms", "alarm_steps", "alarm_devices"),
    *("alarm_ladders", "chain_holes", "letters", "panel_questions", "alarm_silences", "hazards"),
    *("hazard_steps", "work_orders", "work_order_steps", "evidence_files", "windows", "duty_checks"),
    *("outbox", "notices", "deliveries", "alarm_stamps", "camera_streams", "standings"),
    *("excused_venues", "appeals", "appeal_steps", "history_corrections", "plans", "buildings"),
    *("floors", "floor_areas", "escape_routes", "device_places", "scene_links", "scene_visits"),
    *("timetable_periods", "camera_watches", "camera_zones", "camera_rules", "camera_frames", "vision_verdicts"),
    *("search_entries",),
    *("patrol_stops", "patrol_looks", "patrol_captures", "loudspeakers", "shouts"),
)


@pytest.mark.parametrize("table", TABLES)
def test_raw_queries_keep_within_the_scope(level: Level, table: str) -> None:
    key = "id" if table == "venues" else "venue_id"
    with level.server.test_record.record.scoped(level.scope) as session:
        seen = set(session.scalars(text(f"select distinct {key} from {table} where {key} is not null")))
        assert seen <= level.theirs
        if table in ("notices", "deliveries"):  # what is about a region, and no venue
            regions = session.scalars(text(f"select distinct county from {table} where venue_id is null"))
            assert all(level.scope.covers(county) for county in regions if county is not None)
        for outside in level.outside:
            assert session.scalar(text(f"select count(*) from {table} where {key} = :id"), {"id": outside}) == 0


def test_raw_writes_keep_within_the_scope(level: Level) -> None:
    for outside in level.outside:
        with level.server.test_record.record.scoped(level.scope) as session:
            written = session.execute(
                text("update venues set name = 'mine' where id = :id returning 1"), {"id": outside}
            )
            assert written.all() == []
        county = one(level.server, "select county from venues where id = :id", id=outside)
        insert = "insert into areas (venue_id, county, kind, floor, name) values (:venue, :county, 'corridor', 1, 'x')"
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            level.server.test_record.record.scoped(level.scope) as session,
        ):
            session.execute(text(insert), {"venue": outside, "county": county})


@pytest.mark.parametrize("table", ["accounts", "login_sessions", "wall_tokens"])
def test_nobody_reads_accounts_but_the_door(level: Level, table: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        level.server.test_record.record.scoped(level.scope) as session,
    ):
        session.execute(text(f"select * from {table}"))


def test_people_and_maintainers_are_seen_where_the_scope_meets_them(level: Level) -> None:
    if level.login == "leader":
        return
    with level.server.test_record.record.scoped(level.scope) as session:
        names = set(session.scalars(text("select name from people")))
        units = session.scalar(text("select count(*) from maintainers"))
        wide = session.scalar(text("select count(*) from dead_letters"))
        foreign = session.scalar(
            text("select count(*) from audit_log where venue_id = any (:ids)"), {"ids": list(level.outside)}
        )
    assert (
        one(level.server, "select p.name from people p join accounts a on a.person_id = p.id where login = 'leader'")
        not in names
    )
    assert units < one(level.server, "select count(*) from maintainers")
    assert (wide, foreign) == (0, 0)


OF_THE_PROVINCE = (
    *("rehearsals", "inbox", "platform_gaps", "installations", "dead_letters", "bench_trials", "bench_frames"),
    "receipts",
)
"""What came from outside and is of no venue yet, or of many."""


OF_A_REGION = {"snapshot_figures": "adcode", "snapshot_venues": "county", "bulletin_copies": "region"}
"""Rows of a region, and the column that says of which."""


@pytest.mark.parametrize("table", OF_A_REGION)
def test_frozen_rows_keep_within_the_scope(level: Level, table: str, issued: tuple[int, int]) -> None:
    with level.server.test_record.record.scoped(level.scope) as session:
        seen = set(session.scalars(text(f"select distinct {OF_A_REGION[table]} from {table}")))
        drafts = session.scalar(text("select count(*) from bulletins where state <> 'issued'"))
    assert bool(seen) == level.scope.is_regional
    assert all(level.scope.covers(region) for region in seen)
    assert not drafts or level.login == "leader"


OF_A_PERSON = ("contact_points", "quiet_hours")
"""Theirs, wherever they are; those who supervise them may look at the first."""


def test_addresses_are_seen_with_their_people_alone(level: Level) -> None:
    with level.server.test_record.record.scoped(level.scope) as session:
        people = set(session.scalars(text("select distinct person_id from contact_points")))
        assert session.scalar(text("select count(*) from quiet_hours")) == 0
    if level.scope.is_regional:
        assert people
    names = "select distinct p.person_id from venue_people p where p.venue_id = any (:ids)"
    with level.server.owner.connect() as connection:
        outside = set(connection.scalars(text(names), {"ids": list(level.outside)}))
    assert not people & outside


@pytest.mark.parametrize(
    "table",
    [
        *(*TABLES, *OF_THE_PROVINCE, *OF_A_PERSON, *OF_A_REGION, "snapshots", "bulletins"),
        *("maintainers", "people", "grants", "audit_log", "saved_views", "rosters"),
        *("coverage_steps", "standing_steps", "wall_scenes", "appearances", "patrol_plans", "patrol_rounds"),
    ],
)
def test_without_a_scope_there_are_no_rows(portal_server: PortalServer, table: str) -> None:
    with portal_server.test_record.record.engine.connect() as connection:
        assert connection.scalar(text(f"select count(*) from {table}")) == 0


FOR_EVERYBODY = {
    *("regions", "milestones", "feeds", "ladder_templates", "ladder_rungs", "fire_platforms", "turns"),
    *("settlings", "ranking_minimums"),
    *("vision_models", "vision_workers", "map_versions", "fire_stations"),
}
"""Tables that hold nothing of any venue."""


def test_every_table_that_the_application_reads_is_scoped(portal_server: PortalServer) -> None:
    unscoped = """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm')
            and has_any_column_privilege('anwang_app', c.oid, 'select') and not c.relrowsecurity
            and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    """
    with portal_server.owner.connect() as connection:
        assert set(connection.scalars(text(unscoped))) == FOR_EVERYBODY
