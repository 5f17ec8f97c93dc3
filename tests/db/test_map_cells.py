"""Cells that the map is drawn from: kept by the database, the same as counting venue by venue, apart by county."""

import random
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.queries import tiles
from db.queries.tiles import Tile
from db.rules.access_scope import Scope, region_scope
from tests.factories import scattered_venue
from tests.plugins.services import TestRecord, copy_of
from tests.portal.tile_reading import layers

COUNTIES = (360_702, 360_703, 360_102)
WHOLE_MAP = Tile(5, 26, 13)


@pytest.fixture(scope="module")
def record(installation) -> Iterator[TestRecord]:
    """Sixty venues with histories, written one by one and then changed."""
    from tests.plugins.services import EMPTY

    for made in copy_of(installation, EMPTY):
        engine = create_engine(made.owner_url, poolclass=NullPool)
        with engine.begin() as connection:
            _write(connection, random.Random(5))
        engine.dispose()
        yield made


def _write(connection: Connection, chance: random.Random) -> None:
    for number in range(60):
        scattered_venue(connection, chance, COUNTIES[number % 3])
    connection.execute(text("update access_history set accessed_until = '2025-12-01' where venue_id % 7 = 0"))
    connection.execute(text("delete from duty_history where venue_id % 11 = 0"))


def _density(record: TestRecord, scope: Scope, tile: Tile, day: date) -> tuple[int, int, int]:
    with record.record.scoped(scope) as session:
        made = tiles.venues(session, tile, day, None)
    features = [f for layer in layers(made) for f in layer.features]
    return tuple(sum(f[name] for f in features) for name in ("n", "accessed", "on_duty"))  # type: ignore[return-value]


_COUNT = text(
    """
    select count(*), count(a.venue_id), count(d.venue_id) from venues v
    left join access_history a on a.venue_id = v.id
        and a.accessed_from <= :day and (a.accessed_until is null or a.accessed_until > :day)
    left join duty_history d on d.venue_id = v.id
        and d.declared_from <= :day and (d.declared_until is null or d.declared_until > :day)
    where v.in_scope_from <= :day
    """
)


@pytest.mark.parametrize("day", [date(2024, 1, 15), date(2024, 6, 30), date(2025, 2, 1), date(2025, 12, 1)])
@pytest.mark.parametrize("region", [360_000, 360_700, 360_102])
def test_cells_count_what_stands_on_record(record: TestRecord, day: date, region: int) -> None:
    scope = region_scope(region)
    with record.record.scoped(scope) as session:
        counted = tuple(session.execute(_COUNT, {"day": day}).one())
    assert _density(record, scope, WHOLE_MAP, day) == counted


def test_cells_drawn_one_by_one_are_those_drawn_anew(record: TestRecord) -> None:
    cells = text(
        "select level, category, x, y, county, round(east::numeric, 3), round(north::numeric, 3), entered, gone,"
        " accessed_from, accessed_until, declared_from, declared_until from map_cells order by 1, 2, 3, 4, 5"
    )
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        followed = connection.execute(cells).all()
        connection.execute(text("select redraw_map(:counties)"), {"counties": list(COUNTIES)})
        assert connection.execute(cells).all() == followed
        assert len(followed) > 100
    engine.dispose()


def test_venues_named_one_by_one_are_counted_for_their_own_people(record: TestRecord) -> None:
    with record.record.scoped(region_scope(360_000)) as session:
        ids = tuple(session.scalars(text("select id from venues order by id limit 3")))
    assert _density(record, Scope(1, 0, ids), WHOLE_MAP, date(2025, 1, 1))[0] == 3
    assert _density(record, Scope(1, 0, ()), WHOLE_MAP, date(2025, 1, 1))[0] == 0


def test_a_version_changes_with_its_own_counties_only(record: TestRecord) -> None:
    def version(region: int) -> int:
        with record.record.scoped(region_scope(region)) as session:
            return tiles.version(session)

    before = {region: version(region) for region in (360_000, 360_700, 360_102)}
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("update venues set name = name where county = 360102"))
    engine.dispose()
    assert version(360_102) > before[360_102]
    assert version(360_000) > before[360_000]
    assert version(360_700) == before[360_700]


def test_a_crowded_tile_is_drawn_in_cells_however_narrow(record: TestRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    many = str(tiles._MANY).replace(str(tiles.MOST_POINTS + 1), "11")
    monkeypatch.setattr(tiles, "MOST_POINTS", 10)
    monkeypatch.setattr(tiles, "_MANY", text(many))
    found = set()
    for x in range(838, 844):
        for y in range(430, 440):
            for z, by in ((10, 1), (11, 2)):
                with record.record.scoped(region_scope(360_000)) as session:
                    made = tiles.venues(session, Tile(z, x * by, y * by), date(2025, 1, 1), None)
                found |= {(z, layer.name) for layer in layers(made)}
    assert {(10, "density"), (11, "density")} <= found
