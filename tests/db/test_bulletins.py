"""Snapshots and bulletins on the record: the published rates, freezing, editing, issuing, correcting, telling."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from db.commands import bulletins as commands
from db.commands import snapshots as snapshot_commands
from db.commands.acting import Acting
from db.demo.counts import FILES, ZH
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.queries import bulletins, snapshots
from db.queries.bulletins import BulletinRow
from db.rules.access_scope import EVERYTHING, Role, region_scope
from db.rules.bulletin_figures import above
from db.rules.venue_categories import BULLETIN_CATEGORIES
from ingest.tasks.bulletins import draft_due
from tests.plugins.services import Installation, TestRecord, copy_of

DAY = date(2024, 9, 2)
NOW = datetime.now(UTC)
ANALYST = Acting(None, "分析员", Role.ANALYST)
PROVINCE = region_scope(360000)


@pytest.fixture(scope="module")
def record(installation: Installation, demo_template: str) -> Iterator[TestRecord]:
    yield from copy_of(installation, demo_template)


@pytest.fixture(scope="module")
def first(record: TestRecord) -> BulletinRow:
    """A draft as of the bulletin's day."""
    with record.record.scoped(PROVINCE) as session:
        return commands.draft(session, DAY, ANALYST, NOW)


def test_every_published_rate_stands_in_it(record: TestRecord, first: BulletinRow) -> None:
    """Half up at the published decimals; "50" stands beside 82 of 162, which no rounding gives."""
    with record.record.scoped(PROVINCE) as session:
        figures = {f.key: f for f in snapshots.figures(session, first.snapshot_id)}
    wrong = []
    for name in ("city_category_counts.csv", "province_counts.csv"):
        with (FILES / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                for measure, column in (("access", "published_access_pct"), ("declared_duty", "published_duty_pct")):
                    figure = figures[measure, int(row.get("adcode") or 360000), ZH[row["category"]].value]
                    published = Decimal(row[column])
                    decimals = max(1, -int(published.as_tuple().exponent))
                    exact = Decimal(100 * figure.numerator) / figure.denominator
                    half_up = (exact * 10**decimals + Decimal("0.5")).__floor__() / Decimal(10**decimals)
                    if half_up != published:
                        wrong.append((row["category"], measure, str(published), figure.numerator, figure.denominator))
    assert wrong == [("中等职业学校", "access", "50", 82, 162)]


def test_parts_sum_to_the_whole_over_every_figure(record: TestRecord, first: BulletinRow) -> None:
    with record.record.scoped(PROVINCE) as session:
        figures = {f.key: f for f in snapshots.figures(session, first.snapshot_id)}
    sums: dict[tuple[str, int, str], list[int]] = {}
    for (measure, adcode, category), figure in figures.items():
        if adcode % 10_000:
            total = sums.setdefault((measure, above(adcode), category), [0, 0, 0])
            for i, n in enumerate((figure.numerator, figure.denominator, figure.excluded)):
                total[i] += n
    assert len(sums) > 500
    for key, total in sums.items():
        whole = figures[key]
        assert total == [whole.numerator, whole.denominator, whole.excluded], key


def test_the_venues_behind_sum_to_every_figure(record: TestRecord, first: BulletinRow) -> None:
    with record.record.scoped(PROVINCE) as session:
        figures = snapshots.figures(session, first.snapshot_id)
        venues = snapshots.venues(session, first.snapshot_id)
    sums: dict[tuple[str, int, str], list[int]] = {}
    for venue in venues:
        categories = (venue.category, "all") if venue.category in BULLETIN_CATEGORIES else (venue.category,)
        for measure in {f.measure for f in figures}:
            standing = snapshots.standing_of(venue, measure, DAY)
            for adcode in (venue.county, venue.county // 100 * 100, 360000):
                for category in categories:
                    total = sums.setdefault((measure, adcode, category), [0, 0, 0])
                    total[0] += standing.counts
                    total[1] += standing.of
                    total[2] += standing.excluded
    of_venues = [f for f in figures if f.category in (*BULLETIN_CATEGORIES, "all")]
    assert len(of_venues) > 5000
    for figure in of_venues:
        assert sums[figure.key] == [figure.numerator, figure.denominator, figure.excluded], figure.key


def test_computing_again_gives_the_same_hash_until_history_is_corrected(record: TestRecord, first: BulletinRow) -> None:
    with record.record.scoped(PROVINCE) as session:
        again = snapshot_commands.recompute(session, first.snapshot_id)
        assert again.is_kept
        assert again.is_same
        ((venue, county),) = session.execute(
            text(
                "select venue_id, county from access_history where accessed_from <= :day and accessed_until is null"
                " and category = 'kindergarten' order by venue_id limit 1"
            ),
            {"day": DAY},
        ).all()
    owner = create_engine(record.owner_url, poolclass=NullPool)
    with owner.begin() as connection:
        change = text("update access_history set accessed_from = :day where venue_id = :id and accessed_until is null")
        connection.execute(change, {"id": venue, "day": DAY + timedelta(days=1)})
    try:
        with record.record.scoped(PROVINCE) as session:
            found = snapshot_commands.recompute(session, first.snapshot_id)
    finally:
        with owner.begin() as connection:
            connection.execute(change, {"id": venue, "day": DAY - timedelta(days=20)})
        owner.dispose()
    assert found.is_kept
    assert not found.is_same
    assert {change.venue_id for change in found.difference.venues} == {venue}
    access = [c for c in found.difference.figures if c.measure == "access" and c.category == "kindergarten"]
    assert {c.adcode for c in access} == {county, above(county), 360000}
    for change in access:
        assert change.before is not None
        assert change.after is not None
        assert change.before.numerator - change.after.numerator == 1


@pytest.mark.parametrize(
    "statement",
    [
        *("update snapshots set sha256 = 'x'", "delete from snapshot_figures", "delete from snapshot_venues"),
        *("update snapshot_figures set numerator = 0", "truncate snapshot_venues", "truncate snapshots cascade"),
        "insert into snapshot_figures select snapshot_id, 'new', adcode, category, level, name, 1, 1, 0"
        " from snapshot_figures limit 1",
    ],
)
def test_a_snapshot_does_not_change_even_for_the_schemas_owner(
    record: TestRecord, first: BulletinRow, statement: str
) -> None:
    owner = create_engine(record.owner_url, poolclass=NullPool)
    with pytest.raises(IntegrityError, match="a snapshot does not change"), owner.begin() as connection:
        connection.execute(text(statement))
    owner.dispose()


def test_a_typed_figure_is_refused_and_nothing_is_lost(record: TestRecord) -> None:
    with record.record.scoped(PROVINCE) as session:
        own = commands.draft(session, DAY, ANALYST, NOW)
    for wording, sentence in (
        ("全省已接入12253家。", "“12253家” is a figure typed by hand"),
        ("接入率{access/here/all/speed}。", "There is no figure “access/here/all/speed”"),
    ):
        with pytest.raises(InvalidInput, match=sentence), record.record.scoped(PROVINCE) as session:
            commands.edit(session, own.id, own.version, {"requirement-access": wording}, ANALYST)
    with record.record.scoped(PROVINCE) as session:
        assert bulletins.one(session, own.id) == own
        commands.discard(session, own.id, own.version, ANALYST)


@pytest.mark.parametrize("role", [Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER, Role.WALL])
def test_only_the_province_writes(record: TestRecord, first: BulletinRow, role: Role) -> None:
    actor = Acting(None, "某人", role)
    with record.record.scoped(PROVINCE) as session:
        for act in (
            lambda: commands.draft(session, DAY, actor, NOW),
            lambda: commands.edit(session, first.id, first.version, {}, actor),
            lambda: commands.check(session, first.id, first.version, actor, NOW),
            lambda: commands.discard(session, first.id, first.version, actor),
        ):
            with pytest.raises(NotAllowed):
                act()
    with pytest.raises(NotAllowed), record.record.scoped(region_scope(360700)) as session:
        snapshot_commands.freeze(session, DAY, Acting(None, "某人", Role.PROVINCE), NOW)


def test_a_day_to_come_is_refused(record: TestRecord) -> None:
    with pytest.raises(InvalidInput, match="has not come yet"), record.record.scoped(PROVINCE) as session:
        snapshot_commands.freeze(session, date.today() + timedelta(days=2), ANALYST, NOW)  # noqa: DTZ011


def test_from_draft_to_issue_to_correction(record: TestRecord, first: BulletinRow) -> None:
    with record.record.scoped(PROVINCE) as session:
        with pytest.raises(WrongState, match="Have it checked"):
            commands.issue(session, first.id, first.version, ANALYST, NOW)
        wording = {"requirement-access": "{nth}加快接入。赣州市接入率为{access/360700/all/rate}，仍需努力。"}
        edited = commands.edit(session, first.id, first.version, wording, ANALYST)
        with pytest.raises(WrongState, match="Somebody else"):
            commands.edit(session, first.id, first.version, wording, ANALYST)
        checked = commands.check(session, first.id, edited.version, ANALYST, NOW)
        issued = commands.issue(session, first.id, checked.version, ANALYST, NOW)
        whole = bulletins.frozen_text(session, first.id, 360000)
        copies = session.scalar(text("select count(*) from bulletin_copies where bulletin_id = :id"), {"id": first.id})
        told = session.execute(
            text("select person_id, county, venue_id from notices where subject_kind = 'bulletin'")
        ).all()
    assert whole is not None
    assert issued.number in whole
    assert "赣州市接入率为70.3%" in whole
    assert copies is not None
    assert copies > 100
    assert told
    assert {row.venue_id for row in told} == {None}
    assert {360700, 360702} <= {row.county for row in told}
    _reads_only_its_own(record, first.id)
    with record.record.scoped(PROVINCE) as session:
        for act in (
            lambda: commands.edit(session, first.id, issued.version, {}, ANALYST),
            lambda: commands.issue(session, first.id, issued.version, ANALYST, NOW),
            lambda: commands.discard(session, first.id, issued.version, ANALYST),
        ):
            with pytest.raises(WrongState, match="does not change"):
                act()
        fresh = commands.correct(session, first.id, "接入数有误", ANALYST, NOW)
        assert fresh.sections == issued.sections
        ready = commands.check(session, fresh.id, fresh.version, ANALYST, NOW)
        second = commands.issue(session, fresh.id, ready.version, ANALYST, NOW)
        assert bulletins.one(session, first.id).replaced_by_number == second.number
        assert f"本通报替代{issued.number}" not in (whole or "")
        assert second.replaces_number == issued.number
        with pytest.raises(WrongState, match="replaced by"):
            commands.correct(session, first.id, "再次", ANALYST, NOW)
        serials = session.scalars(text("select serial from bulletins where state = 'issued' order by serial")).all()
        assert serials == list(range(1, len(serials) + 1))
    _does_not_change(record, first.id)
    owner = create_engine(record.owner_url, poolclass=NullPool)
    with owner.connect() as connection:
        acts = connection.execute(
            text("select act, subject from audit_log where subject in (:one, :other) order by id"),
            {"one": f"bulletins/{first.id}", "other": f"bulletins/{fresh.id}"},
        ).all()
    owner.dispose()
    assert [act.act.partition("_")[0] for act in acts] == ["draft", "edit", "check", "issue", "draft", "check", "issue"]


def _reads_only_its_own(record: TestRecord, bulletin_id: int) -> None:
    """A city's office has its own copy, and no row of any other's."""
    with record.record.scoped(region_scope(360700)) as session:
        row = bulletins.one(session, bulletin_id)
        assert bulletins.frozen_text(session, bulletin_id, 360000) is None
        mine = bulletins.frozen_text(session, bulletin_id, 360700)
        assert mine is not None
        assert "南昌市" not in mine
        assert "（赣州市分册）" in mine
        assert {f.adcode // 100 for f in snapshots.figures(session, row.snapshot_id)} == {3607}
        assert {v.county // 100 for v in snapshots.venues(session, row.snapshot_id)} == {3607}
        assert {b.state for b in bulletins.latest(session, 50)} == {"issued"}


def _does_not_change(record: TestRecord, bulletin_id: int) -> None:
    owner = create_engine(record.owner_url, poolclass=NullPool)
    for statement in (
        "update bulletins set title = 'x' where id = :id",
        "delete from bulletins where id = :id",
        "update bulletin_copies set text = 'x' where bulletin_id = :id",
    ):
        with pytest.raises(IntegrityError, match="does not change"), owner.begin() as connection:
            connection.execute(text(statement), {"id": bulletin_id})
    owner.dispose()


def test_the_clock_drafts_on_its_days_and_once_and_a_draft_is_thrown_away(record: TestRecord) -> None:
    sixteenth = datetime(2025, 3, 15, 21, 10, tzinfo=UTC)
    with record.record.scoped(EVERYTHING) as session:
        assert draft_due(session, "1,16", sixteenth - timedelta(days=1)) == []
        (made,) = draft_due(session, "1, 16", sixteenth)
        assert draft_due(session, "1, 16", sixteenth) == []
        row = bulletins.one(session, made)
        assert (row.as_of, row.state) == (date(2025, 3, 15), "draft")
        commands.discard(session, row.id, row.version, ANALYST)
        with pytest.raises(NotFound):
            bulletins.one(session, row.id)
        assert snapshots.one(session, row.snapshot_id).as_of == row.as_of
