"""Duty declared and verified by the minute, gaps ahead, doubt by name."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from db.commands import rosters
from db.commands.rosters import Keeper
from db.errors import NotFound
from db.queries import duty, duty_coverage
from db.queries.duty_coverage import DutyFigures, DutyOf
from db.rules.access_scope import EVERYTHING, venues_scope
from db.rules.duty_evidence import Doubt, GapKind
from db.rules.rosters import Shift
from tests import factories
from tests.db.duty.watched import HERE, NOW, OPERATOR, WEEK, Watched, hours, keep, shift
from tests.plugins.services import TestRecord


def test_a_contract_alone_declares_round_the_clock(record: TestRecord, owner: Connection) -> None:
    assert hours(record, Watched(owner).of) == (168, 0)
    assert hours(record, Watched(owner, since=date(2026, 3, 6)).of) == (72, 0)
    assert hours(record, DutyOf(venue_id=factories.venue(owner).id)) == (0, 0)


def test_a_regions_duty_counts_the_categories_of_bulletins(record: TestRecord, owner: Connection) -> None:
    def of(what: DutyOf) -> DutyFigures:
        with record.record.scoped(EVERYTHING) as session:
            return duty_coverage.figures(session, what, NOW - WEEK, NOW, NOW)

    counted = Watched(owner)
    region = DutyOf(region=counted.venue.county)
    before = of(region)
    beside = Watched(owner)
    assert of(region).venues == before.venues + 1
    owner.execute(text("update venues set category = 'practice_base' where id = :id"), {"id": beside.venue.id})
    assert of(region) == before
    assert (of(beside.of).venues, of(beside.of).declared_minutes) == (1, 7 * 24 * 60)


@pytest.mark.parametrize(
    ("shifts", "declared"),
    [
        ((shift(8, 20),), 84),
        ((shift(8, 20), shift(20, 8)), 168),
        ((shift(8, 20), shift(12, 22)), 98),
        ((shift(22, 6, weekdays=(7,)),), 8),  # Sunday night before the week, and two hours of its own
        ((shift(0, 0, cycle_days=4, starts_on=date(2026, 3, 3)),), 24 + 48),  # Monday by contract, Tuesday, Saturday
        ((shift(8, 20, starts_on=date(2026, 3, 7)),), 120 + 24),  # kept from Saturday on
        ((shift(8, 20, ends_on=date(2026, 3, 3)),), 24),
    ],
)
def test_a_roster_declares_its_shifts(
    record: TestRecord, owner: Connection, shifts: tuple[Shift, ...], declared: float
) -> None:
    watched = Watched(owner)
    keep(record, Keeper(maintainer_id=watched.unit), *shifts)
    assert hours(record, watched.of) == (declared, 0)


def test_a_venue_may_watch_itself(record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    keep(record, Keeper(venue_id=venue.id), shift(8, 20))
    assert hours(record, DutyOf(venue_id=venue.id)) == (84, 0)


def test_a_removed_line_counts_for_what_had_begun(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    keeper = Keeper(maintainer_id=watched.unit)
    (line,) = keep(record, keeper, shift(8, 20))
    with record.record.scoped(EVERYTHING) as session:
        rosters.remove(session, keeper, line, OPERATOR, datetime(2026, 3, 4, 12, tzinfo=HERE))
    assert hours(record, watched.of) == (36, 0)
    with pytest.raises(NotFound), record.record.scoped(EVERYTHING) as session:
        rosters.remove(session, keeper, line, OPERATOR, NOW)


@pytest.mark.parametrize(
    ("through", "state", "proven"),
    [("panel", "answered", 8), ("portal", "answered", 6), ("phone", "answered", 4), ("portal", "answered_late", 1)],
)
def test_an_answer_proves_what_its_way_is_worth(
    record: TestRecord, owner: Connection, through: str, state: str, proven: float
) -> None:
    watched = Watched(owner)
    sent = datetime(2026, 3, 4, 1, tzinfo=HERE)
    watched.check(sent, sent + timedelta(minutes=6), state, through)
    wait = 0 if state == "answered_late" else 0.1
    assert hours(record, watched.of) == (168, proven + wait)


def test_nothing_is_proven_ahead_of_now(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    sent = NOW - timedelta(hours=1)
    watched.check(sent, sent)
    assert hours(record, watched.of) == (168, 1)


def test_proof_ends_where_nobody_answers_and_begins_again(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    noon = datetime(2026, 3, 4, 12, tzinfo=HERE)
    watched.check(noon, noon)
    watched.check(noon + timedelta(hours=2), None, "unanswered")
    watched.check(noon + timedelta(hours=3), noon + timedelta(hours=3))
    assert hours(record, watched.of) == (168, 2 + 6)


def test_only_what_is_declared_is_verified(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    keep(record, Keeper(maintainer_id=watched.unit), shift(8, 20))
    sent = datetime(2026, 3, 4, 18, tzinfo=HERE)
    watched.check(sent, sent)
    assert hours(record, watched.of) == (84, 2)


@pytest.mark.parametrize(("role", "minutes", "proven"), [("maintainer", 2, 4), ("county", 2, 0), ("maintainer", 4, 0)])
def test_an_alarm_taken_on_in_time_by_the_watch_proves_it(
    record: TestRecord, owner: Connection, role: str, minutes: int, proven: float
) -> None:
    watched = Watched(owner)
    person = watched.person().person_id
    owner.execute(text("update grants set role = :role where person_id = :p"), {"role": role, "p": person})
    raised = datetime(2026, 3, 4, 12, tzinfo=HERE)
    owner.execute(
        text(
            "insert into alarms (venue_id, county, kind, level, state, raised_at, recorded_at, last_signal_at,"
            " acknowledged_at, acknowledged_by, verdict, closed_at)"
            " values (:v, :c, 'fire', 1, 'closed', :at, :at, :at, :taken, :p, 'false', :taken)"
        ),
        {
            "v": watched.venue.id,
            "c": watched.venue.county,
            "at": raised,
            "taken": raised + timedelta(minutes=minutes),
            "p": person,
        },
    )
    assert hours(record, watched.of)[1] == pytest.approx(proven + (minutes / 60 if proven else 0), abs=0.01)


def test_bands_say_where_nobody_stands(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    keep(record, Keeper(maintainer_id=watched.unit), shift(8, 20))
    with record.record.scoped(EVERYTHING) as session:
        found = duty_coverage.bands(session, DutyOf(maintainer_id=watched.unit), NOW - WEEK, NOW, NOW)
        (unit,) = duty_coverage.units(session, watched.of, NOW - WEEK, NOW, NOW, limit=5)
    gaps = [band for band in found if band.kind == "gap"]
    assert sum((gap.until - gap.since).total_seconds() for gap in gaps) == 84 * 3600
    assert (unit.id, unit.venues, unit.keeps_roster, unit.contracted_minutes) == (watched.unit, 1, True, 10080)


def test_coming_gaps_by_name(record: TestRecord, owner: Connection) -> None:
    watched, ending = Watched(owner), Watched(owner, ends_on=date(2026, 3, 12))
    renewed = Watched(owner, ends_on=date(2026, 3, 12))
    owner.execute(
        text(
            "insert into contracts (venue_id, county, maintainer_id, number, starts_on)"
            " values (:v, :c, :m, 'y', '2026-03-12')"
        ),
        {"v": renewed.venue.id, "c": renewed.venue.county, "m": renewed.unit},
    )
    keep(record, Keeper(maintainer_id=watched.unit), shift(0, 0, weekdays=(1, 2, 3, 4, 5, 6)))
    with record.record.scoped(EVERYTHING) as session:
        found = duty.gaps(session, DutyOf(), NOW)
    by_kind = {gap.kind: gap for gap in found}
    assert len(found) == 2
    nobody, ends = by_kind[GapKind.NOBODY_ON_ROSTER], by_kind[GapKind.CONTRACT_ENDS]
    assert (nobody.maintainer_id, nobody.venues) == (watched.unit, 1)
    assert (nobody.since, nobody.until) == (
        datetime(2026, 3, 15, tzinfo=HERE),
        datetime(2026, 3, 16, tzinfo=HERE),
    )
    assert (ends.venue_id, ends.since) == (ending.venue.id, datetime(2026, 3, 12, tzinfo=HERE))


def test_doubtful_duty_by_name(record: TestRecord, owner: Connection) -> None:
    well, silent, dark, fresh = Watched(owner), Watched(owner), Watched(owner), Watched(owner, since=date(2026, 3, 6))
    well.check(NOW - timedelta(days=2), NOW - timedelta(days=2))
    silent.check(NOW - timedelta(days=9), NOW - timedelta(days=9))
    silent.check(NOW - timedelta(days=1), None, "unanswered")
    owner.execute(
        text("update access_history set accessed_until = '2026-01-01' where venue_id = :v"), {"v": dark.venue.id}
    )
    with record.record.scoped(EVERYTHING) as session:
        found = {row.venue_id: row for row in duty.doubtful(session, DutyOf(), NOW, 50)}
        counted = duty.doubtful_counts(session, DutyOf(), NOW)
    assert {venue: row.doubt for venue, row in found.items()} == {
        silent.venue.id: Doubt.NO_ANSWER,
        dark.venue.id: Doubt.NO_ACCESS,
    }
    assert found[silent.venue.id].answered_at == NOW - timedelta(days=9)
    assert counted == {Doubt.NO_ANSWER: 1, Doubt.NO_ACCESS: 1}
    assert fresh.venue.id not in found
    with record.record.scoped(venues_scope((well.venue.id,))) as session:
        assert duty.doubtful(session, DutyOf(), NOW, 50) == []
