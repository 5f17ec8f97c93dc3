"""Alarms whose next rung is due, with all that telling people needs; locked for whoever climbs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries.responsible_people import Responsible
from db.rules.ladders import Clock, Party


@dataclass(frozen=True, slots=True)
class DueAlarm:
    """An alarm on its ladder. `reason` is what set the ladder going."""

    alarm_id: int
    venue_id: int
    county: int
    template_id: int
    clock: Clock
    round: int
    reason: str
    base_at: datetime
    next_rung: int
    next_due_at: datetime
    kind: str
    level: int
    in_window: bool
    raised_at: datetime
    acknowledged_at: datetime | None
    promised_for: datetime | None
    owner_id: int | None
    owner_name: str | None
    venue_name: str
    area_name: str | None
    unit_name: str | None
    county_name: str
    city_name: str
    province_name: str
    is_demo: bool

    @property
    def owner(self) -> Responsible | None:
        if self.owner_id is None:
            return None
        return Responsible(self.venue_id, Party.OWNER, self.owner_id, self.owner_name or "", None)

    def place(self, who: Party) -> str:
        """Whose people a party is, by name."""
        return {
            Party.VENUE: self.venue_name,
            Party.MAINTAINER: self.unit_name or "",
            Party.OWNER: self.owner_name or "",
            Party.COUNTY: self.county_name,
            Party.CITY: self.city_name,
            Party.PROVINCE: self.province_name,
        }[who]


_ROW = """
    select l.alarm_id, l.venue_id, l.county, l.template_id, l.clock, l.round, coalesce(l.reason, '') as reason,
           l.base_at, l.next_rung, l.next_due_at, a.kind, a.level, a.window_id is not null as in_window, a.raised_at,
           a.acknowledged_at, a.promised_for, a.owner_id,
           (select p.name from people p where p.id = a.owner_id) as owner_name, v.name as venue_name,
           (select name from areas where id = a.area_id) as area_name,
           (select string_agg(m.name, '、' order by m.name)
            from contracts c join maintainers m on m.id = c.maintainer_id
            where c.venue_id = v.id and c.starts_on <= :day and (c.ends_on is null or c.ends_on > :day)) as unit_name,
           county.name as county_name, city.name as city_name, province.name as province_name, v.is_demo
    from alarm_ladders l join alarms a on a.id = l.alarm_id join venues v on v.id = l.venue_id
    join regions county on county.adcode = l.county join regions city on city.adcode = v.city
    join regions province on province.level = 'province'
"""
# Both rows, and only those that nobody holds: whoever acts on an alarm at this moment moves its ladder himself.
_DUE = text(
    f"{_ROW} where l.next_due_at <= :now order by a.level, l.next_due_at, l.alarm_id limit :limit"
    " for no key update of l, a skip locked"
)
_ONE = text(f"{_ROW} where l.alarm_id = :id and l.next_due_at is not null")
_LAST_TOLD = text(
    """
    select venue_id, person_id, level, max(made_at) as at from notices
    where venue_id = any (:venues) and person_id = any (:people) and subject_kind = 'alarm' and rung is not null
        and made_at > :since
    group by 1, 2, 3
    """
)


def due(session: Session, now: datetime, day: object, limit: int) -> list[DueAlarm]:
    """The worst first, and longest due; rows that another transaction holds are left to it."""
    rows = session.execute(_DUE, {"now": now, "day": day, "limit": limit}).mappings()
    return [DueAlarm(**{**row, "clock": Clock(row["clock"])}) for row in rows]


def standing(session: Session, alarm_id: int, day: object) -> DueAlarm | None:
    """Where an alarm stands on its ladder; None where that has ended, or lies outside the scope."""
    row = session.execute(_ONE, {"id": alarm_id, "day": day}).mappings().one_or_none()
    return None if row is None else DueAlarm(**{**row, "clock": Clock(row["clock"])})


def last_told(
    session: Session, venues: Sequence[int], people: Sequence[int], since: datetime
) -> dict[tuple[int, int], list[tuple[int, datetime]]]:
    """By venue and person: the levels that they were told of by a ladder after `since`, and when last."""
    told: dict[tuple[int, int], list[tuple[int, datetime]]] = {}
    for row in session.execute(_LAST_TOLD, {"venues": list(venues), "people": list(people), "since": since}):
        told.setdefault((row.venue_id, row.person_id), []).append((row.level, row.at))
    return told
