"""Who answers for the demonstration's venues: people of the books, officers of every bureau, each unit's watch.

A few are missing on purpose, as in the field: rehearsals have something to find.
"""

import numpy as np
from sqlalchemy import Connection, text

from db.demo.names import Names
from db.rules.access_scope import region_range
from geodata.districts import districts

EACH_VENUE_WITHOUT = 53
"""Every so many venues nobody has linked the people of the books."""
COUNTIES_WITHOUT = 2
OFFICERS, WATCH = 2, 2

# People of the books become people who can be told, the same name and number being the same person.
_OF_THE_BOOKS = (
    text(
        """
        insert into people (name, phone, is_demo)
        select p.name, p.phone, true from venue_people p
        where p.person_id is null and p.venue_id % :every <> 0
            and not exists (select from people k where k.name = p.name and k.phone = p.phone)
        group by 1, 2 order by min(p.id)
        """
    ),
    text(
        """
        update venue_people p set person_id = k.id
        from (select name, phone, min(id) as id from people group by 1, 2) k
        where p.person_id is null and p.venue_id % :every <> 0 and k.name = p.name and k.phone = p.phone
        """
    ),
)
_OFFICER = text("insert into people (name, phone, is_demo) values (:name, :phone, true) returning id")
_GRANT = text(
    """
    insert into grants (person_id, role, county_lo, county_hi, maintainer_id)
    values (:person, :role, :lo, :hi, :unit)
    """
)


def fill(connection: Connection, seed: int) -> None:
    """After the accounts, so that theirs stay the first."""
    connection.execute(text("select setval(pg_get_serial_sequence('people', 'id'), (select max(id) from people))"))
    connection.execute(text("select setval(pg_get_serial_sequence('grants', 'id'), (select max(id) from grants))"))
    for statement in _OF_THE_BOOKS:
        connection.execute(statement, {"every": EACH_VENUE_WITHOUT})
    names = Names(np.random.default_rng(seed + 15))
    counties = sorted(district.adcode for district in districts("county"))
    for adcode in counties[COUNTIES_WITHOUT:]:
        _officers(connection, names, "county", *region_range(adcode))
    for district in districts("city"):
        _officers(connection, names, "city", *region_range(district.adcode))
    _officers(connection, names, "province", *region_range(360_000))
    for unit in connection.execute(text("select id, city from maintainers order by id")).all():
        for _person in range(WATCH):
            _one(connection, names, "maintainer", *region_range(unit.city), unit.id)


def _officers(connection: Connection, names: Names, role: str, lo: int, hi: int) -> None:
    for _person in range(OFFICERS):
        _one(connection, names, role, lo, hi, None)


def _one(connection: Connection, names: Names, role: str, lo: int, hi: int, unit: int | None) -> None:
    person = connection.scalar(_OFFICER, {"name": names.person(), "phone": names.phone()})
    connection.execute(_GRANT, {"person": person, "role": role, "lo": lo, "hi": hi, "unit": unit})
