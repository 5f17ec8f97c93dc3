"""What a wall in a public hall says of an alarm and of hazards: offices and counts, nobody's name or number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class PartyTold:
    """One level told of an alarm; `who` None: somebody who does not answer for the venue, such as an owner."""

    who: str | None
    people: int
    arrived: int
    """How many of them a message has reached, by its receipt."""
    told_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class HazardFigures:
    """Hazards of the month and what stands open."""

    found: int
    closed: int
    standing: int
    overdue: int
    major: int
    reopened: int
    """Found again at the same spot this month."""


@dataclass(frozen=True, slots=True)
class SpotCamera:
    """A camera at a venue where an alarm is open."""

    id: int
    venue_name: str
    county_name: str
    area_name: str | None


_TOLD = text(
    """
    with answering as materialized (
        select distinct on (r.person_id) r.person_id, r.who
        from alarms a cross join lateral responsible_people(array[a.venue_id], :day) r
        where a.id = :id order by r.person_id, array_position(array['venue', 'maintainer', 'county', 'city'], r.who))
    select r.who, count(distinct n.person_id) as people,
        count(distinct n.person_id) filter (where d.delivered_at is not null) as arrived,
        min(n.made_at) as told_at, min(d.sent_at) as sent_at
    from notices n left join deliveries d on d.notice_id = n.id
    left join answering r on r.person_id = n.person_id
    where n.subject_kind = 'alarm' and n.subject_id = :id
    group by r.who order by min(n.made_at), r.who
    """
)
_HAZARDS = text(
    """
    select count(*) filter (where found_at >= :since) as found,
        count(*) filter (where closed_at >= :since) as closed,
        count(*) filter (where closed_at is null) as standing,
        count(*) filter (where closed_at is null and act_by < :now) as overdue,
        count(*) filter (where closed_at is null and grade = 'major') as major,
        count(*) filter (where found_at >= :since and round > 1) as reopened
    from hazards where closed_at is null or closed_at >= :since or found_at >= :since
    """
)
_CAMERAS = text(
    """
    select d.id, v.name as venue_name, county.name as county_name, area.name as area_name
    from unnest(cast(:venues as int[])) with ordinality as asked (venue_id, place)
    join lateral (
        select c.id, c.area_id from devices c
        where c.venue_id = asked.venue_id and c.kind = 'camera' and c.retired_on is null
        order by c.id limit 2) d on true
    join venues v on v.id = asked.venue_id join regions county on county.adcode = v.county
    left join areas area on area.id = d.area_id
    order by asked.place, d.id
    """
)


def told(session: Session, alarm_id: int, day: date) -> list[PartyTold]:
    """Who has been told of an alarm, by level, first told first."""
    return [PartyTold(*row) for row in session.execute(_TOLD, {"id": alarm_id, "day": day})]


def hazard_figures(session: Session, since: datetime, now: datetime) -> HazardFigures:
    """The month so far, and what is open."""
    return HazardFigures(*session.execute(_HAZARDS, {"since": since, "now": now}).one())


def cameras_at(session: Session, venue_ids: Sequence[int]) -> list[SpotCamera]:
    """Two cameras of each of these venues, in the venues' order."""
    return [SpotCamera(*row) for row in session.execute(_CAMERAS, {"venues": list(venue_ids)})]
