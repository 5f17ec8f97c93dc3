"""What each official's patrols have come to, by day, week or month."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.access_scope import region_range

Span = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class OfficialFigures:
    """One official in one stretch of days. Rounds that were drawn and not walked count as planned alone."""

    begins_on: date
    person_id: int
    person_name: str
    role: str
    home: int
    home_name: str
    rounds: int
    rounds_done: int
    venues: int
    venues_done: int
    venues_skipped: int
    cameras_seen: int
    cameras_unplayable: int
    captures: int
    hazards_found: int
    hazards_closed: int
    shouts: int
    shouts_taken: int


# Days are Shanghai's: the record's sessions run in its zone.
_FIGURES = text(
    """
    with round as (
        select r.id, r.person_id, r.person_name, r.role, r.home, r.day,
            count(s.id) as venues, count(s.ended_at) as ended, count(*) filter (where s.outcome = 'skipped') as skipped
        from patrol_rounds r left join patrol_stops s on s.round_id = r.id
        where r.day between :since and :until and r.county_lo >= :lo and r.county_hi <= :hi group by r.id
    ), act as (
        select date_trunc(:span, day)::date as begins_on, person_id, person_name, role, home, 1 as rounds,
            (venues = ended)::int as rounds_done, venues, ended - skipped as venues_done, skipped as venues_skipped,
            0 as cameras_seen, 0 as cameras_unplayable, 0 as captures, null::bigint as hazard,
            null::text as hazard_state, 0 as shouts, 0 as shouts_taken
        from round
        union all
        select date_trunc(:span, r.day)::date, r.person_id, r.person_name, r.role, r.home, 0, 0, 0, 0, 0,
            (l.outcome = 'seen')::int, (l.outcome = 'unplayable')::int, 0, null, null, 0, 0
        from round r join patrol_looks l on l.round_id = r.id
        union all
        select date_trunc(:span, c.captured_at)::date, c.person_id, c.person_name, c.role, c.home, 0, 0, 0, 0, 0, 0, 0,
            1, c.hazard_id, h.state, 0, 0
        from patrol_captures c left join hazards h on h.id = c.hazard_id
        where c.captured_at >= cast(:since as date) and c.captured_at < cast(:until as date) + 1
            and c.home between :lo and :hi
        union all
        select date_trunc(:span, s.asked_at)::date, s.person_id, s.person_name, s.role, s.home, 0, 0, 0, 0, 0, 0, 0, 0,
            null, null, 1, (s.state = 'taken')::int
        from shouts s
        where s.asked_at >= cast(:since as date) and s.asked_at < cast(:until as date) + 1
            and s.home between :lo and :hi and s.role in ('province', 'city', 'county')
    )
    select a.begins_on, a.person_id, max(a.person_name) as person_name, a.role, a.home, r.name as home_name,
        sum(rounds)::int as rounds, sum(rounds_done)::int as rounds_done, sum(venues)::int as venues,
        sum(venues_done)::int as venues_done, sum(venues_skipped)::int as venues_skipped,
        sum(cameras_seen)::int as cameras_seen, sum(cameras_unplayable)::int as cameras_unplayable,
        sum(captures)::int as captures, count(distinct hazard) as hazards_found,
        count(distinct hazard) filter (where hazard_state = 'closed') as hazards_closed,
        sum(shouts)::int as shouts, sum(shouts_taken)::int as shouts_taken
    from act a join regions r on r.adcode = a.home
    group by a.begins_on, a.person_id, a.role, a.home, r.name
    order by a.begins_on desc, a.home, person_name limit :limit
    """
)


def by_official(
    session: Session, region: int, since: date, until: date, span: Span, limit: int = 2000
) -> list[OfficialFigures]:
    """Officials of this region and what lies in it; the newest stretch first. Both days count."""
    lo, hi = region_range(region)
    facts = {"lo": lo, "hi": hi, "since": since, "until": until, "span": span, "limit": limit}
    return [OfficialFigures(**row) for row in session.execute(_FIGURES, facts).mappings()]
