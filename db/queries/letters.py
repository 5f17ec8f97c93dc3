"""Supervision letters, read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.letter_words import number


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter as a list shows it. `answered_at` is when the alarm was verified after it, None while it waits."""

    id: int
    number: str
    alarm_id: int
    alarms: int
    kind: str
    level: int
    venue_id: int
    venue_name: str
    county_name: str
    city_name: str
    who: str
    issuer: str
    made_at: datetime
    due_at: datetime
    answered_at: datetime | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class LetterFile:
    number: str
    pdf: bytes
    sha256: str


_ROWS = """
    select l.id, l.year, l.serial, l.alarm_id, cardinality(l.alarm_ids) as alarms, a.kind, a.level, l.venue_id,
           v.name as venue_name, county.name as county_name, city.name as city_name, l.who,
           l.facts ->> 'issuer' as issuer, l.made_at, l.due_at,
           coalesce(a.verified_at, a.closed_at) as answered_at, l.sha256
    from letters l join alarms a on a.id = l.alarm_id join venues v on v.id = l.venue_id
    join regions county on county.adcode = l.county join regions city on city.adcode = v.city
"""
_LATEST = text(f"{_ROWS} order by l.made_at desc, l.id desc limit :limit")
_OF_ALARM = text(
    f"{_ROWS} where l.alarm_ids @> array[cast(:id as bigint)] and l.venue_id ="
    " (select venue_id from alarms where id = :id) order by l.made_at, l.id"
)
_FILE = text("select year, serial, pdf, sha256 from letters where id = :id")


def latest(session: Session, limit: int) -> list[LetterRow]:
    """Letters within scope, newest first."""
    return [_row(row) for row in session.execute(_LATEST, {"limit": limit}).mappings()]


def of_alarm(session: Session, alarm_id: int) -> list[LetterRow]:
    """The letters that are about an alarm, oldest first."""
    return [_row(row) for row in session.execute(_OF_ALARM, {"id": alarm_id}).mappings()]


def file(session: Session, letter_id: int) -> LetterFile:
    """A letter's PDF; `NotFound` outside the scope, or while it is being drawn."""
    row = session.execute(_FILE, {"id": letter_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such letter within your scope.")
    if row.pdf is None:
        raise NotFound("This letter is being drawn; ask again in a moment.")
    return LetterFile(number(row.year, row.serial), bytes(row.pdf), row.sha256)


def _row(row: object) -> LetterRow:
    facts = dict(row)  # type: ignore[call-overload]
    return LetterRow(number=number(facts.pop("year"), facts.pop("serial")), **facts)
