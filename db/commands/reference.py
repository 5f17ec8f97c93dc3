"""What every record needs before its first venue: regions with their boundaries, and the programme's milestones."""

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from db.errors import CannotStart
from db.rules.venue_categories import CATEGORIES
from geodata.districts import LEVELS, District, districts

KINDS_EN = {"区": "District", "县": "County", "市": "City"}

_REGION = text(
    """
    insert into regions (adcode, level, parent, name, name_en, label_point, boundary)
    values (:adcode, :level, :parent, :name, :name_en, st_geomfromewkt(:label), st_geomfromewkt(:boundary))
    on conflict do nothing
    """
)
_MILESTONE = text("insert into milestones (category, due_on) values (:category, :due_on) on conflict do nothing")
_IS_THERE = text("select exists (select from regions where level = 'county') and exists (select from milestones)")


def ensure(owner_url: URL) -> None:
    """Fill in what is missing, as the schema's owner; nothing where all is there.

    `CannotStart` where the database has not been upgraded.
    """
    engine = create_engine(owner_url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    try:
        with engine.begin() as connection:
            if not connection.scalar(_IS_THERE):
                fill(connection)
    except ProgrammingError as error:
        raise CannotStart("The database is not at this version; run `anwang db upgrade` first.") from error
    finally:
        engine.dispose()


def fill(connection: Connection) -> None:
    """Regions and milestones that the record does not have yet."""
    connection.execute(_REGION, [_region(district) for level in LEVELS for district in districts(level)])
    connection.execute(_MILESTONE, [{"category": row.category.value, "due_on": row.due_on} for row in CATEGORIES])


def _region(district: District) -> dict[str, object]:
    lng, lat = district.label
    return {
        "adcode": district.adcode,
        "level": district.level,
        "parent": district.parent,
        "name": district.name,
        "name_en": name_en(district),
        "label": f"SRID=4490;POINT({lng} {lat})",
        "boundary": f"SRID=4490;{district.boundary.wkt}",
    }


def name_en(district: District) -> str:
    """Zhanggong District, Gan County, Ruijin City."""
    if district.name_en:
        return district.name_en
    from pypinyin import lazy_pinyin  # its tables take half a second to read: not for every command

    bare, kind = district.name[:-1], district.name[-1]
    if len(bare) < 2:
        return "".join(lazy_pinyin(district.name)).capitalize()
    return f"{''.join(lazy_pinyin(bare)).capitalize()} {KINDS_EN.get(kind, '')}".strip()
