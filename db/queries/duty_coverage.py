"""Declared and verified duty by the minute, from rosters, contracts, checks and alarms; nothing stores a rate."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries.coverage import IN_BULLETIN
from db.rules.access_scope import region_range
from db.rules.duty_evidence import BY_EVIDENCE, IN_TIME, LONGEST_PROOF, Evidence
from db.session import without_nested_loops

HERE = ZoneInfo("Asia/Shanghai")
BEYOND_ANY = (0, 999_999)


@dataclass(frozen=True, slots=True)
class DutyOf:
    """Whose duty is looked at: a region's, a maintainer's or one venue's; everything in scope where all are None."""

    region: int | None = None
    maintainer_id: int | None = None
    venue_id: int | None = None


@dataclass(frozen=True, slots=True)
class DutyFigures:
    """Minutes of a stretch, all venues together."""

    venues: int
    declared_venues: int
    """With declared duty at some time of the stretch."""
    declared_minutes: float
    verified_minutes: float
    wanted_minutes: float
    """Of every venue in scope, round the clock."""

    @property
    def declared_pct(self) -> float | None:
        return 100 * self.declared_minutes / self.wanted_minutes if self.wanted_minutes else None

    @property
    def verified_pct(self) -> float | None:
        """Of what was declared."""
        return 100 * self.verified_minutes / self.declared_minutes if self.declared_minutes else None


@dataclass(frozen=True, slots=True)
class UnitDuty:
    """A maintainer's duty over a stretch."""

    id: int
    name: str
    venues: int
    keeps_roster: bool
    declared_minutes: float
    verified_minutes: float
    contracted_minutes: float


@dataclass(frozen=True, slots=True)
class Band:
    """A piece of time: declared, verified, or a gap (under contract, nobody on the roster)."""

    kind: str
    since: datetime
    until: datetime


def _holds(evidence: Evidence) -> str:
    return f"interval '{BY_EVIDENCE[evidence].holds.total_seconds():.0f} s'"


_IN_TIME = " ".join(f"when {level} then interval '{span.total_seconds():.0f} s'" for level, span in IN_TIME.items())

# Rosters are by unit, contracts by venue: a unit's shifts are worked out once, however many venues it watches. A unit
# that never kept a roster is declared round the clock by its contract; one that does, by its shifts from then on.
_PARTS = f"""
    with chosen as materialized (
        select v.id, v.county from venues v
        where v.county between :lo and :hi and (cast(:venue as int) is null or v.id = :venue)
            and (cast(:categories as text[]) is null or v.category = any (:categories))
            and (cast(:maintainer as int) is null or exists (select from duty_history d
                where d.venue_id = v.id and d.maintainer_id = :maintainer
                    and tstzrange(d.declared_from::timestamp at time zone 'Asia/Shanghai',
                        d.declared_until::timestamp at time zone 'Asia/Shanghai') && tstzrange(:since, :until)))
            and v.in_scope_from <= :day and (v.in_scope_until is null or v.in_scope_until > :day)
    ), shifts as materialized (
        select maintainer_id, venue_id, range_agg(shift) * tstzmultirange(tstzrange(:since, :until)) as watched
        from roster_shifts(:since, :until) group by 1, 2
    ), kept as materialized (
        select maintainer_id, min(starts_on)::timestamp at time zone 'Asia/Shanghai' as first from rosters
        where maintainer_id is not null
            and (removed_at is null or removed_at > starts_on::timestamp at time zone 'Asia/Shanghai') group by 1
    ), contracted as materialized (
        select d.venue_id, d.maintainer_id, tstzmultirange(tstzrange(:since, :until)
            * tstzrange(d.declared_from::timestamp at time zone 'Asia/Shanghai',
                d.declared_until::timestamp at time zone 'Asia/Shanghai')) as stretch
        from duty_history d join chosen on chosen.id = d.venue_id
        where tstzrange(d.declared_from::timestamp at time zone 'Asia/Shanghai',
            d.declared_until::timestamp at time zone 'Asia/Shanghai') && tstzrange(:since, :until)
    ), by_contract as materialized (
        select c.venue_id, c.maintainer_id, c.stretch, case when k.first is null then c.stretch
            else c.stretch * (coalesce(s.watched, '{{}}') + tstzmultirange(tstzrange(null, k.first))) end as watched
        from contracted c left join kept k using (maintainer_id)
        left join shifts s on s.maintainer_id = c.maintainer_id
    ), declared as materialized (
        select venue_id, range_agg(watched) as watched from (
            select venue_id, watched from by_contract
            union all select s.venue_id, s.watched from shifts s join chosen on chosen.id = s.venue_id
        ) each group by 1
    ), proofs as materialized (
        select c.venue_id, c.sent_at as since, c.answered_at as at, case
            when c.state = 'answered_late' then {_holds(Evidence.LATE_ANSWER)}
            when c.answered_through = 'portal' then {_holds(Evidence.PORTAL_ANSWER)}
            when c.answered_through = 'phone' then {_holds(Evidence.PHONE_KEY)}
            else {_holds(Evidence.PANEL_KEY)} end as holds, c.state = 'answered_late' as is_late
        from duty_checks c join chosen on chosen.id = c.venue_id
        where c.asked_at > cast(:since as timestamptz) - :before and c.asked_at < :until
            and c.state in ('answered', 'answered_late') and c.sent_at is not null
        union all
        select a.venue_id, a.raised_at, a.acknowledged_at, {_holds(Evidence.ALARM_ACKNOWLEDGED)}, false
        from alarms a join chosen on chosen.id = a.venue_id
        where a.raised_at > cast(:since as timestamptz) - :before and a.raised_at < :until
            and a.acknowledged_at >= a.raised_at
            and a.acknowledged_at - a.raised_at <= case a.level {_IN_TIME} end and keeps_watch(a.acknowledged_by)
        union all
        select c.venue_id, c.sent_at, c.sent_at, null, null
        from duty_checks c join chosen on chosen.id = c.venue_id
        where c.asked_at > cast(:since as timestamptz) - :before and c.asked_at < :until and c.state = 'unanswered'
    ), ended as materialized (
        select *, min(at) filter (where holds is null) over (partition by venue_id order by at
            rows between 1 following and unbounded following) as unanswered_at from proofs where at <= :now
    ), proven as materialized (
        select venue_id, range_agg(tstzrange(case when is_late then at else since end,
            least(at + holds, unanswered_at, :now))) * tstzmultirange(tstzrange(:since, :until)) as stretch
        from ended where holds is not null group by 1
    )
"""


def _minutes(stretches: str) -> str:
    """SQL: how long these together are. Said in place: as a function of its own it takes four times as long."""
    spans = f"select sum(upper(piece) - lower(piece)) from unnest({stretches}) piece"
    return f"coalesce(extract(epoch from ({spans})) / 60, 0)::float8"


_FIGURES = text(
    f"""
    {_PARTS}
    select (select count(*) from chosen)::int as venues, count(*) filter (where not isempty(d.watched))::int,
        coalesce(sum({_minutes("d.watched")}), 0), coalesce(sum({_minutes("d.watched * p.stretch")}), 0)
    from declared d left join proven p using (venue_id)
    """
)
_UNITS = text(
    f"""
    {_PARTS}
    select m.id, m.name, count(distinct b.venue_id)::int as venues, bool_or(k.first is not null) as keeps_roster,
        sum(b.declared) as declared_minutes, sum(b.verified) as verified_minutes,
        sum(b.contracted) as contracted_minutes
    from (
        select c.venue_id, c.maintainer_id, {_minutes("c.watched")} as declared,
            {_minutes("c.watched * p.stretch")} as verified, {_minutes("c.stretch")} as contracted
        from by_contract c left join proven p using (venue_id)
    ) b join maintainers m on m.id = b.maintainer_id left join kept k on k.maintainer_id = m.id
    group by 1, 2 order by sum(b.verified) / nullif(sum(b.declared), 0) nulls first, m.name limit :limit
    """
)
_BANDS = text(
    f"""
    {_PARTS}, whole as (
        select 'declared' as kind, range_agg(watched) as stretch from declared
        union all select 'verified', range_agg(d.watched * p.stretch) from declared d join proven p using (venue_id)
        union all select 'gap', range_agg(b.stretch) - coalesce((select range_agg(watched) from declared), '{{}}')
            from by_contract b
    )
    select kind, lower(piece), upper(piece) from whole, unnest(stretch) piece order by 2, 1
    """
)


# Thousands of venues are watched alike: an hour is cut out of each different piece once.
_SHARES = text(
    f"""
    {_PARTS}, hours as (
        select h as since, tstzrange(h, h + interval '1 hour') as hour
        from generate_series(cast(:since as timestamptz), cast(:now as timestamptz), interval '1 hour') h
    ), pieces as materialized (
        select true as is_proven, piece, count(*) as n
        from declared d join proven p using (venue_id), unnest(d.watched * p.stretch) piece group by piece
        union all select false, piece, count(*) from declared d, unnest(d.watched) piece group by piece
    ), worked as (
        select h.since, is_proven, sum(n * extract(epoch from upper(piece * hour) - lower(piece * hour))) as seconds
        from hours h join pieces on piece && hour group by 1, 2
    )
    select h.since, (coalesce(proven.seconds, 0) / nullif(declared.seconds, 0))::float8
    from hours h left join worked proven on proven.since = h.since and proven.is_proven
    left join worked declared on declared.since = h.since and not declared.is_proven order by 1
    """
)


@dataclass(frozen=True, slots=True)
class HourShare:
    """Of what was declared in an hour, the verified part, 0 to 1; None where nothing was declared."""

    since: datetime
    share: float | None


def shares(session: Session, of: DutyOf, since: datetime, now: datetime) -> list[HourShare]:
    """By the hour up to now, of all venues together."""
    with without_nested_loops(session):
        return [HourShare(*row) for row in session.execute(_SHARES, _facts(of, since, now, now))]


def figures(session: Session, of: DutyOf, since: datetime, until: datetime, now: datetime) -> DutyFigures:
    """Declared and verified minutes from `since` to `until`, at most now for what is verified.

    Of a region over the categories that bulletins count, as in rankings; nobody is excused here.
    """
    is_region = of.venue_id is None and of.maintainer_id is None
    counted = {"categories": IN_BULLETIN if is_region else None}
    with without_nested_loops(session):
        row = session.execute(_FIGURES, _facts(of, since, until, now) | counted).one()
    wanted = row[0] * (until - since).total_seconds() / 60
    return DutyFigures(row[0], row[1], row[2], row[3], wanted)


def units(session: Session, of: DutyOf, since: datetime, until: datetime, now: datetime, limit: int) -> list[UnitDuty]:
    """Maintainers with their venues here, the least verified first."""
    with without_nested_loops(session):
        rows = session.execute(_UNITS, {**_facts(of, since, until, now), "limit": limit}).mappings().all()
    return [UnitDuty(**row) for row in rows]


def bands(session: Session, of: DutyOf, since: datetime, until: datetime, now: datetime) -> list[Band]:
    """What of the stretch is declared, verified or a gap: of a venue, or of all of a unit's together."""
    return [Band(*row) for row in session.execute(_BANDS, _facts(of, since, until, now))]


def _facts(of: DutyOf, since: datetime, until: datetime, now: datetime) -> dict[str, object]:
    lo, hi = BEYOND_ANY if of.region is None else region_range(of.region)
    return {
        "lo": lo,
        "hi": hi,
        "venue": of.venue_id,
        "maintainer": of.maintainer_id,
        "since": since,
        "until": until,
        "day": since.astimezone(HERE).date(),
        "now": now,
        "before": 2 * LONGEST_PROOF,
        "categories": None,
    }


_BY_COUNTY = text(
    f"""
    {_PARTS}
    select c.county, sum({_minutes("d.watched")}), sum({_minutes("d.watched * p.stretch")})
    from declared d join chosen c on c.id = d.venue_id left join proven p on p.venue_id = d.venue_id group by 1
    """
)


def by_county(
    session: Session, categories: list[str], since: datetime, until: datetime, now: datetime
) -> dict[int, tuple[float, float]]:
    """Declared and verified minutes of each county's venues of these categories."""
    with without_nested_loops(session):
        rows = session.execute(_BY_COUNTY, {**_facts(DutyOf(), since, until, now), "categories": categories})
        return {county: (declared, verified) for county, declared, verified in rows}
