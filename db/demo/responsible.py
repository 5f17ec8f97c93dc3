"""Who answers for the demonstration's venues beside their own people: officers of every bureau, each unit's watch.

A few are missing on purpose, as in the field: rehearsals have something to find.
"""

from datetime import datetime

import numpy as np
from sqlalchemy import Connection, text

from db.demo.names import Names
from db.rules.access_scope import region_range
from geodata.districts import districts

EACH_VENUE_WITHOUT = 53
"""Every so many venues no telephone number of its people works."""
COUNTIES_WITHOUT = 2
OFFICERS, WATCH = 2, 2

_OUT_OF_USE = text(
    """
    update contact_points c set disabled_at = :now, last_failure_at = :now, last_failure = '停机'
    from venue_people p where p.person_id = c.person_id and p.venue_id % :every = 0
    """
)
_OFFICER = text("insert into people (name, phone, is_demo) values (:name, :phone, true) returning id")
_GRANT = text(
    """
    insert into grants (person_id, role, county_lo, county_hi, maintainer_id)
    values (:person, :role, :lo, :hi, :unit)
    """
)


def fill(connection: Connection, seed: int, now: datetime) -> None:
    """After the accounts, so that theirs stay the first."""
    for table in ("people", "grants"):
        last = f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))"
        connection.execute(text(last))
    connection.execute(_OUT_OF_USE, {"every": EACH_VENUE_WITHOUT, "now": now})
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
