"""Every measure against a second count, venue by venue in Python, over a random past; and what settling promises."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from db.commands.settling import settle
from db.queries import coverage, measures
from db.queries.movers import Asked, look
from db.queries.running_sums import rows_until
from db.rules.access_scope import EVERYTHING, region_scope, venues_scope
from db.rules.coverage import percent
from db.rules.measures import BY_KEY, MEASURES, MeasureKey
from db.rules.movers import STEPS
from db.rules.standings import HERE
from db.rules.venue_categories import Category, SubType
from db.session import Record
from tests.db.measured_province import DAY, FIRST, TODAY, Place, counted, made
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

ALL_KEYS = [*Category, *SubType, "all"]
LIVED = 12
"""The last days are settled one by one; what lies before is taken over at once."""
NOON = datetime.combine(TODAY, time(12), HERE)


@dataclass(frozen=True)
class Province:
    record: TestRecord
    places: list[Place]
    owner: Connection


@pytest.fixture(scope="module", params=[1, pytest.param(2, marks=pytest.mark.broad)])
def template(request: pytest.FixtureRequest, installation: Installation) -> Iterator[tuple[str, list[Place]]]:
    """Name of a database with a settled province that nobody is connected to, and the province."""
    name = f"template_measured_{request.param}"
    installation.postgres.create_database(name, EMPTY)
    assert installation.addresses.database_owner is not None
    with _owner(installation.addresses.database_owner.set(database=name)) as owner:
        places = made(owner, request.param)
    record = Record(installation.addresses.database_app.set(database=name))
    for n in range(LIVED, -1, -1):
        for _turn in range(2 if n % 4 == 0 else 1):
            _settle(record, TODAY - n * DAY)
    record.close()
    yield name, places
    installation.postgres.drop_database(name)


@pytest.fixture(scope="module")
def province(installation: Installation, template: tuple[str, list[Place]]) -> Iterator[Province]:
    """To read from."""
    yield from _province(installation, *template)


@pytest.fixture
def spoilt(installation: Installation, template: tuple[str, list[Place]]) -> Iterator[Province]:
    """To write to."""
    yield from _province(installation, *template)


def _province(installation: Installation, name: str, places: list[Place]) -> Iterator[Province]:
    for record in copy_of(installation, name):
        with _owner(record.owner_url) as owner:
            yield Province(record, places, owner)


@contextmanager
def _owner(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as owner:
        yield owner
    engine.dispose()


def _settle(record: Record, day: date, at: time = time(23, 59, 59, 999_999)) -> None:
    with record.scoped(EVERYTHING) as session:
        assert settle(session, datetime.combine(day, at, HERE)) is not None


DAYS = [FIRST + 30 * DAY, FIRST + 47 * DAY, TODAY - 40 * DAY, TODAY - 15 * DAY, TODAY - 3 * DAY, TODAY]


@pytest.mark.parametrize("measure", MeasureKey)
def test_every_figure_is_the_count_of_its_venues(province: Province, measure: MeasureKey) -> None:
    compared = 0
    with province.record.record.scoped(EVERYTHING) as session:
        for day in DAYS:
            if not measures.is_known(session, measure, day):
                assert measure is MeasureKey.PROVEN_ONLINE
                continue
            for level, regions in (
                ("province", [360_000]),
                ("city", [360_100, 360_700]),
                ("county", [360_102, 360_702, 360_703]),
            ):
                told = {(f.adcode, f.category): f for f in measures.figures(session, measure, day, level)}
                for region in regions:
                    for category in ALL_KEYS:
                        expected = counted(province.places, measure, day, region, category)
                        figure = told.pop((region, str(category)), None)
                        found = (figure.numerator, figure.denominator, figure.excluded) if figure else (0, 0, 0)
                        assert found == expected, (day, level, region, category)
                        compared += figure is not None
                assert told == {}
    assert compared > 100


@pytest.mark.parametrize("measure", MeasureKey)
def test_the_venues_behind_add_up_to_the_figure(province: Province, measure: MeasureKey) -> None:
    with province.record.record.scoped(EVERYTHING) as session:
        for category in ("all", Category.UNIVERSITY_OR_COLLEGE, SubType.PUBLIC_VOCATIONAL):
            for region in (360_000, 360_700):
                rows = measures.behind(session, measure, TODAY - 3 * DAY, region, category)
                sums = (
                    sum(row.weight for row in rows if row.counts and not row.is_excluded),
                    sum(row.weight for row in rows if not row.is_excluded),
                    sum(row.weight for row in rows if row.is_excluded),
                )
                assert sums == counted(province.places, measure, TODAY - 3 * DAY, region, category)
                for show, n in zip(
                    ("counts", "missing", "excluded"), (sums[0], sums[1] - sums[0], sums[2]), strict=True
                ):
                    asked = Asked(measure, TODAY - 3 * DAY, region, category, show, 1000)
                    some = look(session, asked, sums[1], NOON)[1]
                    assert sum(row.weight for row in some) == n


@pytest.mark.parametrize("measure", [measure for measure in MeasureKey if STEPS[measure]])
def test_what_would_move_a_region_is_all_that_does_not_count(province: Province, measure: MeasureKey) -> None:
    with province.record.record.scoped(EVERYTHING) as session:
        numerator, denominator, _excluded = counted(province.places, measure, TODAY, 360_000, "all")
        found = look(session, Asked(measure, TODAY, 360_000, "all"), denominator, NOON)[0]
        weight = denominator - numerator if BY_KEY[measure].is_better_high else numerator
        assert sum(mover.weight for mover in found) == weight > 0
        assert {mover.step for mover in found} <= set(STEPS[measure])
        for mover in found:
            assert mover.gain_points == percent(mover.weight, denominator)
            assert sum(venue.weight for venue in mover.first) <= mover.weight


@pytest.mark.parametrize("measure", MeasureKey)
def test_a_scope_counts_its_own_venues_only(province: Province, measure: MeasureKey) -> None:
    day = TODAY - 3 * DAY
    own = [place for place in province.places if place.county == 360_702]
    some = [place for place in province.places if place.id % 3 == 0]
    for scope, places in ((region_scope(360_702), own), (venues_scope(tuple(p.id for p in some)), some)):
        with province.record.record.scoped(scope) as session:
            for figure in measures.figures(session, measure, day, "province"):
                told = (figure.numerator, figure.denominator, figure.excluded)
                assert told == counted(places, measure, day, 360_000, figure.category)
            behind = measures.behind(session, measure, day, 360_000, "all")
            assert {row.venue_id for row in behind} <= {place.id for place in places}


@pytest.mark.parametrize(
    ("table", "sums", "stretches"),
    [
        pytest.param(
            "standing_steps",
            "sum(proven), sum(alarms_unhandled)",
            "select 'proven' = standing, county, category, since, until from standings"
            " where standing in ('proven', 'alarms_unhandled')",
            id="standings",
        ),
        pytest.param(
            "coverage_steps",
            "sum(accessed), sum(on_duty)",
            "select true, county, category, accessed_from, accessed_until from access_history"
            " union all select false, county, category, declared_from, declared_until from duty_history",
            id="coverage",
        ),
    ],
)
def test_running_sums_are_those_of_the_stretches_on_every_day(
    province: Province, table: str, sums: str, stretches: str
) -> None:
    """Also before the first change and after the last, at every end of a month, ten days and five."""
    direct = text(
        "select county, category, count(*) filter (where is_first), count(*) filter (where not is_first)"
        f" from ({stretches}) s (is_first, county, category, since, until)"
        " where since <= :day and (until is null or until > :day) group by 1, 2"
    )
    seen = 0
    day = FIRST - 70 * DAY
    while day < TODAY + 40 * DAY:
        rows = " or ".join(f"({one})" for one in rows_until(table, day))
        summed = province.owner.execute(
            text(f"select county, category, {sums} from {table} where {rows} group by 1, 2")
        )
        told = {tuple(row[:2]): tuple(row[2:]) for row in summed if any(row[2:])}
        assert told == {tuple(row[:2]): tuple(row[2:]) for row in province.owner.execute(direct, {"day": day})}, day
        seen += sum(map(sum, told.values()))
        day += DAY
    assert seen > 1000


def test_before_everything_there_is_nothing(spoilt: Province) -> None:
    """A day before the first span is a day like others."""
    spoilt.owner.execute(text("update settlings set first_day = '1990-01-01'"))
    with spoilt.record.record.scoped(EVERYTHING) as session:
        for measure in MeasureKey:
            assert measures.figures(session, measure, date(1999, 12, 31), "county") == []


def test_access_and_duty_are_those_of_the_map(spoilt: Province) -> None:
    """Where nobody is excused, the rankings' figures and the map's are the same."""
    spoilt.owner.execute(text("update excused_venues set state = 'withdrawn', decided_by = null"))
    with spoilt.record.record.scoped(EVERYTHING) as session:
        known = {(row.adcode, row.category): row for row in coverage.ranking(session, TODAY, ["city"])}
        for measure, part in ((MeasureKey.ACCESS, "accessed"), (MeasureKey.DECLARED_DUTY, "on_duty")):
            told = {(f.adcode, f.category): f for f in measures.figures(session, measure, TODAY, "city")}
            for key, row in known.items():
                assert (told[key].numerator, told[key].denominator) == (getattr(row, part), row.venues)


def test_what_was_settled_before_stays(spoilt: Province) -> None:
    """An alarm opened again, a check forgotten and a device judged anew change today, and no day before it."""
    owner, record = spoilt.owner, spoilt.record
    keys = (MeasureKey.ALARMS_ON_TIME, MeasureKey.ALARMS_UNHANDLED, MeasureKey.VERIFIED_DUTY, MeasureKey.PROVEN_ONLINE)

    def at(day: date) -> list[object]:
        with record.record.scoped(EVERYTHING) as session:
            return [measures.figures(session, key, day, "county") for key in keys]

    before, today = at(TODAY - DAY), at(TODAY)
    owner.execute(
        text("update alarms set closed_at = null, verdict = null, verified_at = null, acknowledged_at = null")
    )
    owner.execute(text("delete from duty_checks"))
    owner.execute(text("update device_states set state = 'silent'"))
    _settle(record.record, TODAY)
    assert at(TODAY - DAY) == before
    assert at(TODAY) != today


def test_a_venue_that_moves_takes_its_past_along(spoilt: Province) -> None:
    """Another county or category is a correction of history: sums and venues agree still."""
    moved = next(place for place in spoilt.places if place.county == 360_702 and place.access)
    spoilt.owner.execute(text("update venues set county = 360703, sub_type = null where id = :id"), {"id": moved.id})
    with spoilt.record.record.scoped(EVERYTHING) as session:
        for measure in MeasureKey:
            for figure in measures.figures(session, measure, TODAY, "county"):
                rows = measures.behind(session, measure, TODAY, figure.adcode, figure.category)
                assert sum(row.weight for row in rows if not row.is_excluded) == figure.denominator


def test_definitions_are_whole() -> None:
    assert [measure.key for measure in MEASURES] == list(MeasureKey)
    for measure in MEASURES:
        assert all((measure.name, measure.numerator, measure.denominator, measure.exclusions, measure.source))
        assert measure.version >= 1
