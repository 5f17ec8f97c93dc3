"""Small rows for tests, written by the schema's owner."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random

from sqlalchemy import Connection, text

_numbers = count(1)

_REGIONS = text(
    """
    insert into regions (adcode, level, parent, name, name_en, label_point, boundary)
    select code, level, parent, name, name, st_setsrid(st_makepoint(114.94, 25.83), 4490),
           st_multi(st_makeenvelope(113, 24, 119, 31, 4490))
    from (values (360000, 'province', null, '江西省'), (cast(:city as int), 'city', 360000, '市'),
                 (cast(:county as int), 'county', cast(:city as int), '县')) r (code, level, parent, name)
    on conflict do nothing
    """
)


_AREA = text(
    "insert into areas (venue_id, county, kind, floor, name) values (:v, :c, 'corridor', 1, '走廊') returning id"
)


@dataclass(frozen=True)
class MadeVenue:
    id: int
    county: int
    area_id: int


def venue(connection: Connection, county: int = 360_702, category: str = "kindergarten") -> MadeVenue:
    """A venue with one corridor."""
    n = next(_numbers)
    connection.execute(_REGIONS, {"county": county, "city": county // 100 * 100})
    venue_id = connection.scalar(
        text(
            "insert into venues (code, name, name_initials, category, county, address, point, in_scope_from)"
            " values (:code, :name, 'cs', :category, :county, '', 'SRID=4490;POINT(114.94 25.83)', '2024-01-15')"
            " returning id"
        ),
        {"code": f"T-{n}", "name": f"测试场所{n}", "category": category, "county": county},
    )
    area_id = connection.scalar(_AREA, {"v": venue_id, "c": county})
    assert venue_id is not None
    assert area_id is not None
    return MadeVenue(venue_id, county, area_id)


def scattered_venue(connection: Connection, chance: Random, county: int) -> MadeVenue:
    """Somewhere in the south, with a stretch of access and one of duty; the same for the same chance."""
    at = venue(connection, county, chance.choice(("kindergarten", "boarding_school")))
    connection.execute(
        text("update venues set point = st_setsrid(st_makepoint(:x, :y), 4490) where id = :id"),
        {"id": at.id, "x": 114.9 + chance.random() / 3, "y": 25.8 + chance.random() / 3},
    )
    for table, since, until in (
        ("access_history", "accessed_from", "accessed_until"),
        ("duty_history", "declared_from", "declared_until"),
    ):
        day = date(2024, 1, 15) + timedelta(days=chance.randrange(400))
        connection.execute(
            text(
                f"insert into {table} (venue_id, county, category, {since}, {until})"
                " select id, county, category, :since, :until from venues where id = :id"
            ),
            {"id": at.id, "since": day, "until": chance.choice((None, day + timedelta(days=90)))},
        )
    return at


def device(connection: Connection, at: MadeVenue, kind: str = "smoke_detector") -> tuple[int, str]:
    """A device in the venue's corridor; answers its id and code."""
    code = f"sd-{at.county}-{next(_numbers):06d}"
    device_id = connection.scalar(
        text(
            "insert into devices (code, venue_id, county, area_id, kind, model, installed_on)"
            " values (:code, :v, :c, :a, :kind, 'T', :day) returning id"
        ),
        {"code": code, "v": at.id, "c": at.county, "a": at.area_id, "kind": kind, "day": date(2024, 1, 20)},
    )
    assert device_id is not None
    return device_id, code


def person(connection: Connection, name: str = "测试员") -> int:
    made = connection.scalar(text("insert into people (name) values (:name) returning id"), {"name": name})
    assert made is not None
    return made
