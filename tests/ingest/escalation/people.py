"""A venue with everybody who answers for it, and the ways an alarm moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from db.commands import alarms
from db.commands.alarms import AlarmSignal
from db.rules.access_scope import EVERYTHING
from db.rules.alarm_kinds import AlarmKind
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import TestRecord

ALL = ("venue", "maintainer", "county", "city", "province")


@dataclass(frozen=True)
class Watched:
    """A venue, its devices, and one person at each level by name."""

    venue: MadeVenue
    devices: tuple[tuple[int, str], ...]
    people: dict[str, int]


def watched(
    owner: Connection, levels: Sequence[str] = ALL, county: int = 360_702, category: str = "secondary_vocational_school"
) -> Watched:
    """With a person at each of these levels; those of the offices are made once."""
    venue = factories.venue(owner, county, category)
    devices = tuple(factories.device(owner, venue) for _n in range(3))
    people = {level: _person(owner, level, venue) for level in levels}
    return Watched(venue, devices, people)


def _person(owner: Connection, level: str, venue: MadeVenue) -> int:
    city = venue.county // 100 * 100
    place = {"county": venue.county, "city": city, "province": 360_000}.get(level, venue.id)
    name = f"{level}-{place}"
    known = owner.scalar(text("select id from people where name = :name"), {"name": name})
    if known is not None:
        return int(known)
    person = factories.person(owner, name)
    lo, hi = {"city": (city, city + 99), "province": (360_000, 369_999)}.get(level, (venue.county, venue.county))
    unit = _unit(owner, venue) if level == "maintainer" else None
    owner.execute(
        text(
            "insert into grants (person_id, role, county_lo, county_hi, venue_id, maintainer_id)"
            " values (:person, :role, :lo, :hi, :venue, :unit)"
        ),
        {
            "person": person,
            "role": level,
            "lo": lo,
            "hi": hi,
            "venue": venue.id if level == "venue" else None,
            "unit": unit,
        },
    )
    return person


def _unit(owner: Connection, venue: MadeVenue) -> int:
    unit = owner.scalar(
        text("insert into maintainers (name, city, phone) values (:name, :city, '0797-1') returning id"),
        {"name": f"维保{venue.id}", "city": venue.county // 100 * 100},
    )
    owner.execute(
        text(
            "insert into contracts (venue_id, county, maintainer_id, number, starts_on)"
            " values (:venue, :county, :unit, 'Y', '2024-01-01')"
        ),
        {"venue": venue.id, "county": venue.county, "unit": unit},
    )
    return int(unit or 0)


def ring(
    record: TestRecord, at: Watched, now: datetime, kind: AlarmKind = AlarmKind.FIRE, device: int = 0, area: bool = True
) -> int:
    """An alarm as a gateway raises it."""
    signal = AlarmSignal(
        at.venue.id, at.venue.county, at.venue.area_id if area else None, *at.devices[device], kind, "smoke", 0.4, now
    )
    with record.record.scoped(EVERYTHING) as session:
        return alarms.raise_alarm(session, signal, now).alarm_id
