"""Rehearsals over the demonstration province: what they foresee, what they find, and that nothing is sent."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import ladders, rehearsals
from db.commands.alarms import AlarmSignal, raise_alarm
from db.errors import NotFound
from db.queries import chain_holes, ladder_templates, rehearsal
from db.rules.access_scope import EVERYTHING, region_scope
from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level
from db.rules.ladders import Clock, Party, chain, refused
from db.rules.venue_categories import Category
from tests.plugins.services import TestRecord

NOW = datetime.now(UTC)
DEVICE = (
    "select code from devices where venue_id % 53 <> 0 and county = 360702 and kind = 'smoke_detector'"
    " order by id limit 1"
)
WRITTEN = ("notices", "alarm_steps", "alarms", "letters", "chain_holes", "audit_log")
CLOSE = "update alarms set state = 'closed', closed_at = now(), verdict = 'false' where closed_at is null"


def test_a_rehearsal_says_what_climbing_does(demo_copy: TestRecord) -> None:
    """The same people at the same rungs, foreseen with nothing sent, and then for real."""
    with demo_copy.record.scoped(EVERYTHING) as session:
        code = session.scalar(text(DEVICE))
        before = [session.scalar(text(f"select count(*) from {table}")) for table in WRITTEN]
        found = rehearsal.rehearse(session, str(code), NOW)
        assert [session.scalar(text(f"select count(*) from {table}")) for table in WRITTEN] == before
        session.execute(text(CLOSE))
        device = session.execute(
            text("select venue_id, county, area_id, id, code from devices where code = :code"), {"code": code}
        ).one()
        alarm = raise_alarm(session, AlarmSignal(*device, AlarmKind.FIRE, "smoke", 0.4, NOW, True), NOW).alarm_id
    told: list[tuple[float, int, str]] = []
    for message in found.messages:
        assert message.channels or message.person is None
    for second in sorted({message.after.total_seconds() for message in found.messages}):
        with demo_copy.record.scoped(EVERYTHING) as session:
            ladders.climb_due(session, NOW + timedelta(seconds=second))
            rows = session.execute(
                text(
                    "select n.rung, p.name from notices n join people p on p.id = n.person_id"
                    " where n.subject_kind = 'alarm' and n.subject_id = :id and n.made_at = :at"
                ),
                {"id": alarm, "at": NOW + timedelta(seconds=second)},
            )
            told += [(second, row.rung, row.name) for row in rows]
    assert sorted(told) == sorted((m.after.total_seconds(), m.rung, m.person or "") for m in found.messages)
    assert {message.who for message in found.messages} == set(Party) - {Party.OWNER}


def test_a_device_outside_the_scope_is_not_there(demo_record: TestRecord) -> None:
    with demo_record.record.scoped(EVERYTHING) as session:
        code = str(session.scalar(text(DEVICE)))
    with demo_record.record.scoped(region_scope(360_100)) as session, pytest.raises(NotFound):
        rehearsal.rehearse(session, code, NOW)
    with demo_record.record.scoped(region_scope(360_702)) as session:
        mine = rehearsal.rehearse(session, code, NOW, Level.CRITICAL)
    assert {message.who for message in mine.messages} >= {Party.CITY, Party.PROVINCE}


def test_the_night_finds_every_hole_and_tells_each_county_once(demo_copy: TestRecord) -> None:
    with demo_copy.record.scoped(EVERYTHING) as session:
        done = rehearsals.rehearse_all(session, NOW)
        assert done is not None
        in_scope = "select count(*) from venues where in_scope_until is null or in_scope_until > current_date"
        assert done.venues == session.scalar(text(in_scope))
        unlinked = (
            "select count(*) from venues v where not exists (select from venue_people p join contact_points c"
            " using (person_id) where p.venue_id = v.id and c.disabled_at is null) and not exists"
            " (select from grants g join contact_points c using (person_id) where g.venue_id = v.id)"
        )
        found = "select who, count(*) from chain_holes where ended_at is null group by 1"
        holes = {row[0]: row[1] for row in session.execute(text(found))}
        without = session.scalar(
            text(
                "select count(*) from venues v where not exists"
                " (select from grants g where g.role = 'county' and v.county between g.county_lo and g.county_hi)"
            )
        )
        assert holes["venue"] == session.scalar(text(unlinked))
        assert holes["county"] == without
        assert "city" not in holes
        digests = session.execute(text("select county, person_id from notices where reason = 'holes'")).all()
        assert done.told == len(digests)
        regions = chain_holes.by_region(session, 360_000)
        assert sum(region.with_holes for region in regions) == done.venues_with_holes
        assert sum(region.venues for region in regions) == done.venues
    engine = create_engine(demo_copy.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        venue = connection.scalar(text("select min(venue_id) from chain_holes where who = 'venue'"))
        mend = "update contact_points c set disabled_at = null from venue_people p where p.person_id = c.person_id"
        connection.execute(text(f"{mend} and p.venue_id = :v"), {"v": venue})
    engine.dispose()
    with demo_copy.record.scoped(EVERYTHING) as session:
        mended = rehearsals.rehearse_all(session, NOW + timedelta(minutes=2))
        assert mended is not None
        assert (mended.holes, mended.told) == (done.holes - 1, 0)  # the day's digest is out
        ended = "select ended_at from chain_holes where venue_id = :v and who = 'venue'"
        assert session.scalar(text(ended), {"v": venue}) == NOW + timedelta(minutes=2)


def test_every_kind_of_alarm_of_every_category_has_a_ladder(empty_record: TestRecord) -> None:
    with empty_record.record.scoped(EVERYTHING) as session:
        for template in ladder_templates.in_force(session):
            assert refused(template.rungs) is None, template.name
        for category in Category:
            for kind in AlarmKind:
                for level in Level:
                    first = chain(ladder_templates.fitting(session, category, kind, level).rungs, Clock.RAISED)
                    assert {rung.who for rung in first if not rung.after} >= {Party.VENUE, Party.MAINTAINER}
        young = ladder_templates.fitting(session, Category.KINDERGARTEN, AlarmKind.FIRE, Level.CRITICAL)
        doubted = ladder_templates.fitting(session, Category.KINDERGARTEN, AlarmKind.FIRE, 1, "suspected_fault")
    assert (young.category, young.kind, doubted.nature) == ("kindergarten", "fire", "suspected_fault")


def test_a_level_missing_for_some_kinds_of_alarm_only_is_a_hole_for_those(demo_copy: TestRecord) -> None:
    """The venue's legal person is told of equipment that is missing, and of nothing else."""
    engine = create_engine(demo_copy.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        venue = connection.scalar(
            text(
                "select p.venue_id from venue_people p join contact_points c using (person_id)"
                " where p.duty = 'safety_officer' and c.disabled_at is null and not exists"
                " (select from grants g where g.venue_id = p.venue_id) order by 1 limit 1"
            )
        )
        narrow = "update ladder_rungs set duties = '{legal_person}' where who = 'venue' and template_id = :t"
        template = connection.scalar(
            text(
                "select ladder_template_for(v.category, 'equipment_missing', :level, null) from venues v where id = :v"
            ),
            {"v": venue, "level": int(BY_KIND[AlarmKind.EQUIPMENT_MISSING].level)},
        )
        used = {
            kind.value
            for kind in AlarmKind
            if connection.scalar(
                text("select ladder_template_for(v.category, :k, :l, null) from venues v where id = :v"),
                {"v": venue, "k": kind.value, "l": int(BY_KIND[kind].level)},
            )
            == template
        }
        connection.execute(text("alter table ladder_rungs disable trigger user"))
        connection.execute(text(narrow), {"t": template})
        connection.execute(
            text(
                "update contact_points set disabled_at = now() where person_id in"
                " (select person_id from venue_people where venue_id = :v and duty = 'legal_person')"
            ),
            {"v": venue},
        )
    engine.dispose()
    with demo_copy.record.scoped(EVERYTHING) as session:
        assert rehearsals.rehearse_all(session, NOW) is not None
        kinds = session.scalar(
            text("select kinds from chain_holes where venue_id = :v and who = 'venue' and ended_at is null"),
            {"v": venue},
        )
    assert set(kinds or ()) == used
    assert 0 < len(used) < len(AlarmKind)
