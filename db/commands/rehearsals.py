"""The nightly rehearsal: an alarm of every kind at every venue, resolved over the real ladders and the real people.

Nobody is sent what it would send; holes are noted, and each county is told of its own in one notice.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import notices
from db.commands.notices import NewNotice
from db.queries import channels_of
from db.rules import ladder_words
from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level
from db.rules.ladders import Party

HERE = ZoneInfo("Asia/Shanghai")

_TURN = text("select pg_try_advisory_xact_lock(hashtext('rehearsal'))")
_STAGE = text(
    "create temporary table if not exists rehearsed (venue_id int, county int, who text, people int, reachable int,"
    " told int, kinds text[]) on commit delete rows"
)
# The same functions as an alarm's own ladder: which template fits, and who answers for the venue. A level holds where
# somebody can be told for every kind; `kinds` are those for which nobody can.
_REHEARSE = """
    insert into rehearsed
    with fitting as (
        select c.category, k.kind, ladder_template_for(c.category, k.kind, k.level, null) as template_id
        from (select distinct category from venues) c
        cross join unnest(cast(:kinds as text[]), cast(:levels as int[])) k (kind, level)
    ), rungs as (
        select f.category, r.who, r.duties, array_agg(distinct f.kind) as kinds
        from fitting f join ladder_rungs r on r.template_id = f.template_id
        where r.who <> 'owner' group by 1, 2, 3
    ), here as materialized (
        select id, county, category from venues
        where in_scope_from <= :day and (in_scope_until is null or in_scope_until > :day)
    ), people as materialized (
        select * from responsible_people((select array_agg(id) from here), :now)
    ), reachable as materialized ({reachable}), each as (
        select v.id, v.county, r.who, r.kinds, count(distinct p.person_id) as people,
            count(distinct c.person_id) as reachable
        from here v join rungs r on r.category = v.category
        left join people p on p.venue_id = v.id and p.who = r.who
            and (cardinality(r.duties) = 0 or p.duty is null or p.duty = any (r.duties))
        left join reachable c on c.person_id = p.person_id
        group by v.id, v.county, r.who, r.duties, r.kinds
    )
    select e.id, e.county, e.who, min(e.people), min(e.reachable), max(e.reachable),
        coalesce(array_agg(distinct k.kind order by k.kind) filter (where k.kind is not null), '{{}}')
    from each e left join unnest(case when e.reachable = 0 then e.kinds end) k (kind) on true
    group by 1, 2, 3
"""
EVERYBODY = "select distinct person_id from people"
_MENDED = text(
    """
    update chain_holes h set ended_at = :now
    where h.ended_at is null and not exists (
        select from rehearsed r where r.venue_id = h.venue_id and r.who = h.who and r.reachable = 0)
    """
)
_NOTE = text(
    """
    insert into chain_holes (venue_id, county, who, reason, kinds, found_at, seen_at)
    select venue_id, county, who, case when people = 0 then 'nobody' else 'no_channel' end, kinds, :now, :now
    from rehearsed where reachable = 0 order by 1, 3
    on conflict (venue_id, who) where ended_at is null
        do update set seen_at = excluded.seen_at, reason = excluded.reason, kinds = excluded.kinds,
            county = excluded.county
    """
)
_RESULT = text(
    """
    insert into rehearsals (county, rehearsed_at, venues, people, holes, venues_with_holes)
    select county, :now, count(distinct venue_id), sum(told), count(*) filter (where reachable = 0),
           count(distinct venue_id) filter (where reachable = 0)
    from rehearsed group by county
    on conflict (county, rehearsed_at) do nothing
    returning venues, people, holes, venues_with_holes
    """
)
_BY_COUNTY = text(
    """
    select county, who, count(*) as n, min(venue_id) as venue_id from rehearsed where reachable = 0
    group by 1, 2 order by 1, 2
    """
)
_VENUES = text("select county, count(distinct venue_id) as n from rehearsed where reachable = 0 group by 1")
_TOLD = text(
    """
    select distinct v.county, p.who, p.person_id
    from responsible_people(:venues, :now) p join venues v on v.id = p.venue_id where p.who in ('county', 'city')
    """
)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How a night went: over how many venues, people who would be told, holes, and people told of them."""

    venues: int
    people: int
    holes: int
    venues_with_holes: int
    told: int


def rehearse_all(session: Session, now: datetime) -> Rehearsed | None:
    """Rehearse an alarm of each kind at every venue in scope; None where somebody else is at it.

    The session must see everything.
    """
    if not session.scalar(_TURN):
        return None
    day = now.astimezone(HERE).date()
    session.execute(_STAGE)
    reachable = channels_of.WORKING if channels_of.are_known(session) else EVERYBODY
    asked = {
        "kinds": [kind.value for kind in AlarmKind],
        "levels": [int(BY_KIND[kind].level) for kind in AlarmKind],
        "day": day,
        "now": now,
    }
    session.execute(text(_REHEARSE.format(reachable=reachable)), asked)
    session.execute(text("analyze rehearsed"))
    session.execute(_MENDED, {"now": now})
    session.execute(_NOTE, {"now": now})
    results = session.execute(_RESULT, {"now": now}).all()
    told = _tell(session, day, now)
    return Rehearsed(
        venues=sum(row.venues for row in results),
        people=sum(row.people for row in results),
        holes=sum(row.holes for row in results),
        venues_with_holes=sum(row.venues_with_holes for row in results),
        told=told,
    )


def _tell(session: Session, day: date, now: datetime) -> int:
    """One notice a person and county; where nobody is at the county, the city is told."""
    holes: dict[int, list[Any]] = {}
    for row in session.execute(_BY_COUNTY):
        holes.setdefault(row.county, []).append(row)
    venues = {row.county: row.n for row in session.execute(_VENUES)}
    first = {county: min(row.venue_id for row in rows) for county, rows in holes.items()}
    people: dict[tuple[int, str], list[int]] = {}
    for row in session.execute(_TOLD, {"venues": list(first.values()), "now": now}):
        people.setdefault((row.county, row.who), []).append(row.person_id)
    return notices.add(
        session,
        [
            NewNotice(
                key=f"holes/{day.isoformat()}/{county}/{person}",
                subject_kind="rehearsal",
                subject_id=county,
                venue_id=first[county],
                county=county,
                person_id=person,
                reason="holes",
                level=int(Level.NOTICE),
                facts={
                    "title": "通知链缺口",
                    "text": ladder_words.digest(venues[county], {Party(row.who): row.n for row in rows}),
                    "link": "/ladders?tab=holes",
                    "venues": venues[county],
                },
            )
            for county, rows in holes.items()
            for person in people.get((county, "county")) or people.get((county, "city"), [])
        ],
        now,
    )
