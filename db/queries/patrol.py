"""Rounds of online patrol: who is sent where, which cameras stand there, what was looked through already."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.queries.coverage import IN_BULLETIN
from db.rules.access_scope import Role, region_range
from db.rules.patrol import Candidate, PlanTerms


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan, and whose it is: everybody's in a role, or one person's."""

    id: int
    name: str
    region: int
    role: str | None
    person_id: int | None
    person_name: str | None
    category: str | None
    venue_ids: tuple[int, ...]
    per_day: int
    weekdays: tuple[int, ...]
    made_at: datetime
    made_by_name: str
    ended_at: datetime | None

    @property
    def terms(self) -> PlanTerms:
        role = None if self.role is None else Role(self.role)
        return PlanTerms(self.region, role, self.person_id, frozenset(self.weekdays))


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round and how far it has come."""

    id: int
    plan_id: int | None
    plan_name: str | None
    draw: str
    person_id: int
    person_name: str
    role: str
    home: int
    day: date
    drawn_at: datetime
    stops: int
    ended: int
    looked: int
    unplayable: int
    skipped: int

    @property
    def is_done(self) -> bool:
        return self.ended == self.stops


@dataclass(frozen=True, slots=True)
class CameraStop:
    """A camera of a round. `outcome` None: not looked through yet."""

    id: int
    code: str
    area_name: str | None
    has_source: bool
    outcome: str | None
    reason: str
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class StopRow:
    """A venue of a round with its cameras."""

    id: int
    venue_id: int
    venue_name: str
    category: str
    county: int
    county_name: str
    position: int
    ended_at: datetime | None
    outcome: str | None
    reason: str | None
    cameras: tuple[CameraStop, ...]


_PLANS = text(
    """
    select p.id, p.name, p.region, p.role, p.person_id, w.name as person_name, p.category, p.venue_ids, p.per_day,
        p.weekdays, p.made_at, p.made_by_name, p.ended_at
    from patrol_plans p left join people w on w.id = p.person_id
    where p.ended_at is null or :ended order by p.ended_at is not null, p.id desc
    limit case when :ended then 200 end
    """
)
_ROUNDS = """
    select r.id, r.plan_id, p.name as plan_name, r.draw, r.person_id, r.person_name, r.role, r.home, r.day, r.drawn_at,
        count(s.id) as stops, count(s.ended_at) as ended, count(*) filter (where s.outcome = 'looked') as looked,
        count(*) filter (where s.outcome = 'unplayable') as unplayable,
        count(*) filter (where s.outcome = 'skipped') as skipped
    from patrol_rounds r left join patrol_plans p on p.id = r.plan_id left join patrol_stops s on s.round_id = r.id
    where {where} group by r.id, p.name order by {order}
"""
_OF_PERSON = text(
    _ROUNDS.format(
        where="r.person_id = :person and r.home = :home and r.day = :day", order="r.plan_id nulls last, r.id"
    )
)
_ONE_ROUND = text(_ROUNDS.format(where="r.id = :id", order="r.id"))
_NEWEST = text(
    _ROUNDS.format(
        where="r.county_lo >= :lo and r.county_hi <= :hi and (cast(:before as int) is null or r.id < :before)",
        order="r.id desc limit :limit",
    )
)
_STOPS = text(
    """
    select s.id, s.venue_id, v.name as venue_name, v.category, s.county, c.name as county_name, s.position, s.ended_at,
        s.outcome, s.reason
    from patrol_stops s join venues v on v.id = s.venue_id join regions c on c.adcode = s.county
    where s.round_id = :id order by s.position
    """
)
_CAMERAS = text(
    """
    select d.venue_id, d.id, d.code, a.name as area_name, t.device_id is not null as has_source, l.outcome,
        coalesce(l.reason, '') as reason, l.looked_at
    from patrol_stops s join devices d on d.venue_id = s.venue_id and d.kind = 'camera' and d.retired_on is null
        left join areas a on a.id = d.area_id left join camera_streams t on t.device_id = d.id
        left join patrol_looks l on l.round_id = s.round_id and l.device_id = d.id
    where s.round_id = :id order by d.venue_id, t.device_id is null, d.id
    """
)
_CANDIDATES = text(
    """
    with place as (
        select distinct t.venue_id from camera_streams t join devices d on d.id = t.device_id
            join venues v on v.id = t.venue_id
        where d.retired_on is null and t.county between :lo and :hi
            and (cast(:category as text) is null or v.category = :category)
            and (cardinality(cast(:venues as int[])) = 0 or t.venue_id = any (cast(:venues as int[])))
    )
    select p.venue_id, greatest(
        (select max(l.looked_at) from patrol_looks l where l.venue_id = p.venue_id),
        (select max(r.drawn_at) from patrol_stops s join patrol_rounds r on r.id = s.round_id
            where s.venue_id = p.venue_id and r.day = :day)) as last
    from place p where p.venue_id <> all (cast(:but as int[]))
    """
)
_MINE = text(
    "select s.venue_id from patrol_stops s join patrol_rounds r on r.id = s.round_id"
    " where r.person_id = :person and r.day = :day"
)
_REACH = text(
    """
    select count(*) as venues, count(*) filter (where exists (select 1 from camera_streams t where t.venue_id = v.id))
        as with_pictures, count(*) filter (where v.category <> all (:counted)) as beside
    from venues v where v.county between :lo and :hi
    """
)


_OFFICIALS = text(
    """
    select distinct on (r.adcode, p.name, p.id) p.id, p.name, r.name as home_name from grants g
        join people p on p.id = g.person_id join regions r on r.level = g.role and r.adcode = g.county_lo
    where g.role in ('province', 'city', 'county') and g.county_lo >= :lo and g.county_hi <= :hi and p.id <> :but
    order by r.adcode, p.name, p.id limit 300
    """
)


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody who may be sent on patrol."""

    person_id: int
    name: str
    home_name: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of a region can be patrolled at all."""

    venues: int
    with_pictures: int
    beside: int
    """Of the venues those whose category bulletins do not count."""


def plans(session: Session, *, with_ended: bool = False) -> list[PlanRow]:
    """Plans that the reader may see: of their own region, and those that send them out."""
    return [
        PlanRow(**dict(row) | {"venue_ids": tuple(row["venue_ids"]), "weekdays": tuple(row["weekdays"])})
        for row in session.execute(_PLANS, {"ended": with_ended}).mappings()
    ]


def rounds_of(session: Session, person_id: int, home: int, day: date) -> list[RoundRow]:
    """A person's rounds of a day, planned ones first."""
    return [
        RoundRow(**row)
        for row in session.execute(_OF_PERSON, {"person": person_id, "home": home, "day": day}).mappings()
    ]


def one_round(session: Session, round_id: int) -> RoundRow:
    """`NotFound` outside the reader's scope."""
    row = session.execute(_ONE_ROUND, {"id": round_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such round within your scope.")
    return RoundRow(**row)


def newest_rounds(session: Session, region: int, limit: int, before: int | None = None) -> list[RoundRow]:
    """Rounds of whoever answers for this region or a part of it, the newest first."""
    lo, hi = region_range(region)
    facts = {"lo": lo, "hi": hi, "limit": limit, "before": before}
    return [RoundRow(**row) for row in session.execute(_NEWEST, facts).mappings()]


def stops(session: Session, round_id: int) -> list[StopRow]:
    """The venues of a round in their order; a venue whose cameras are gone has none."""
    cameras: dict[int, list[CameraStop]] = {}
    for venue_id, *rest in session.execute(_CAMERAS, {"id": round_id}):
        cameras.setdefault(venue_id, []).append(CameraStop(*rest))
    return [
        StopRow(**row, cameras=tuple(cameras.get(row["venue_id"], ())))
        for row in session.execute(_STOPS, {"id": round_id}).mappings()
    ]


def candidates(
    session: Session, region: int, category: str | None, venue_ids: tuple[int, ...], day: date, person_id: int
) -> list[Candidate]:
    """Venues with pictures, but those that this person has on their list of the day already."""
    lo, hi = region_range(region)
    mine = list(session.scalars(_MINE, {"person": person_id, "day": day}))
    facts = {"lo": lo, "hi": hi, "category": category, "venues": list(venue_ids), "day": day, "but": mine}
    return [Candidate(*row) for row in session.execute(_CANDIDATES, facts)]


def reach(session: Session, region: int) -> Reach:
    """Venues of a region, and how many of them have a camera whose pictures can be had."""
    lo, hi = region_range(region)
    return Reach(*session.execute(_REACH, {"lo": lo, "hi": hi, "counted": IN_BULLETIN}).one())


def officials(session: Session, region: int, but: int) -> list[Official]:
    """Who goes on patrol in this region, this one person left out."""
    lo, hi = region_range(region)
    return [Official(*row) for row in session.execute(_OFFICIALS, {"lo": lo, "hi": hi, "but": but})]
