"""Duty by name, read: checks and how they were answered, whose duty is doubtful, which gaps are coming, rosters."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries.duty_coverage import BEYOND_ANY, DutyOf
from db.rules.access_scope import region_range
from db.rules.duty_check import DutyCheckState
from db.rules.duty_evidence import AHEAD, DOUBTFUL_AFTER, Doubt, GapKind

HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check with its venue."""

    id: int
    venue_id: int
    venue_name: str
    county_name: str
    maintainer_name: str | None
    way: str
    is_planned: bool
    asked_at: datetime
    asked_by_name: str
    minutes: int
    state: DutyCheckState
    sent_at: datetime | None
    answered_at: datetime | None
    answered_through: str | None
    answered_by_name: str | None
    fell_back_at: datetime | None
    """When it was put to people, since the panel could not be asked."""

    @property
    def took(self) -> timedelta | None:
        return self.answered_at - self.sent_at if self.answered_at and self.sent_at else None


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """How the checks of a stretch were answered; `median` is None where none was."""

    asked: int
    in_time: int
    late: int
    unanswered: int
    unreachable: int
    median: timedelta | None

    @property
    def answered_pct(self) -> float | None:
        """In time, of those that reached the watch and are over."""
        told = self.in_time + self.late + self.unanswered
        return 100 * self.in_time / told if told else None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A venue whose declared duty is doubtful, and why."""

    venue_id: int
    venue_name: str
    county_name: str
    maintainer_name: str | None
    declared_from: date
    doubt: Doubt
    answered_at: datetime | None
    """The last answer that was ever given."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Duty that will not be there: nobody on a unit's or a venue's roster, or a contract that ends."""

    kind: GapKind
    name: str
    maintainer_id: int | None
    venue_id: int | None
    venues: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RosterRow:
    id: int
    person_name: str
    phone: str | None
    has_account: bool
    starts_on: date
    ends_on: date | None
    weekdays: tuple[int, ...]
    cycle_days: int | None
    from_time: time
    until_time: time
    is_now: bool
    """On watch at this moment."""


_CHECKS = """
    select c.id, c.venue_id, v.name as venue_name, r.name as county_name, m.name as maintainer_name, c.way,
        c.is_planned, c.asked_at, c.asked_by_name, c.minutes, c.state, c.sent_at, c.answered_at, c.answered_through,
        c.answered_by_name, c.fell_back_at
    from {checks} c join venues v on v.id = c.venue_id join regions r on r.adcode = c.county
    left join lateral (select d.maintainer_id from duty_history d where d.venue_id = c.venue_id
        and d.declared_from <= (c.asked_at at time zone 'Asia/Shanghai')::date
        and (d.declared_until is null or d.declared_until > (c.asked_at at time zone 'Asia/Shanghai')::date)
        limit 1) d on true
    left join maintainers m on m.id = d.maintainer_id
"""
_OF = """
    c.county between :lo and :hi and (cast(:venue as int) is null or c.venue_id = :venue)
    and (cast(:maintainer as int) is null or exists (select from duty_history d where d.venue_id = c.venue_id
        and d.maintainer_id = :maintainer and (d.declared_until is null or d.declared_until > :day)))
"""
# Some checks first, then what they are about: the newest of many are found by their index.
_NEWEST = f"(select * from duty_checks c where {_OF} order by c.asked_at desc, c.id desc limit :limit)"
_LISTED = text(f"{_CHECKS.format(checks=_NEWEST)} order by c.asked_at desc, c.id desc")
_ONE = text(f"{_CHECKS.format(checks='duty_checks')} where c.id = :id")
_WAITING = text(
    f"""
    {_CHECKS.format(checks="duty_checks")} where c.state = 'sent' and c.way = 'people' and exists (select from notices n
        where n.subject_kind = 'duty_check' and n.subject_id = c.id and n.person_id = :person)
    order by c.asked_at limit 20
    """
)
_ANSWERED = text(
    f"""
    select count(*)::int, count(*) filter (where state = 'answered')::int,
        count(*) filter (where state = 'answered_late')::int, count(*) filter (where state = 'unanswered')::int,
        count(*) filter (where state = 'unreachable')::int,
        percentile_cont(0.5) within group (order by answered_at - sent_at) filter (where answered_at is not null)
    from duty_checks c where c.asked_at > :since and {_OF}
    """
)
_DOUBTFUL = """
    with doubtful as (
        select d.venue_id, d.maintainer_id, d.declared_from, case when not exists (select from access_history a
                where a.venue_id = d.venue_id and a.accessed_from <= :day
                    and (a.accessed_until is null or a.accessed_until > :day)) then 'no_access'
            when d.declared_from <= cast(:day as date) - :days and not exists (select from duty_checks c
                where c.venue_id = d.venue_id and c.asked_at > :since and c.state in ('answered', 'answered_late'))
            then 'no_answer' end as doubt
        from duty_history d
        where d.county between :lo and :hi and (cast(:venue as int) is null or d.venue_id = :venue)
            and (cast(:maintainer as int) is null or d.maintainer_id = :maintainer)
            and d.declared_from <= :day and (d.declared_until is null or d.declared_until > :day)
    )
"""
_DOUBTFUL_COUNTED = text(f"{_DOUBTFUL} select doubt, count(*)::int from doubtful where doubt is not null group by 1")
_DOUBTFUL_LISTED = text(
    f"""
    {_DOUBTFUL}
    select d.venue_id, v.name as venue_name, r.name as county_name, m.name as maintainer_name, d.declared_from, d.doubt,
        (select max(c.answered_at) from duty_checks c where c.venue_id = d.venue_id) as answered_at
    from doubtful d join venues v on v.id = d.venue_id join regions r on r.adcode = v.county
    left join maintainers m on m.id = d.maintainer_id
    where d.doubt is not null and (cast(:doubt as text) is null or d.doubt = :doubt)
    order by d.doubt, v.county, v.name, v.id limit :limit offset :offset
    """
)
_GAPS = text(
    """
    with span as (select tstzrange(:now, :until) as whole),
    watched as (
        select maintainer_id, venue_id, range_agg(shift) as shifts from roster_shifts(:now, :until) group by 1, 2
    ), kept as (
        select maintainer_id, venue_id, min(starts_on)::timestamp at time zone 'Asia/Shanghai' as first from rosters
        where removed_at is null or removed_at > starts_on::timestamp at time zone 'Asia/Shanghai' group by 1, 2
    ), running as (
        select c.venue_id, c.maintainer_id, c.county, c.ends_on from contracts c
        where c.starts_on <= :day and (c.ends_on is null or c.ends_on > :day) and c.county between :lo and :hi
            and (cast(:venue as int) is null or c.venue_id = :venue)
            and (cast(:maintainer as int) is null or c.maintainer_id = :maintainer)
    ), holes as (
        select k.maintainer_id, k.venue_id, tstzmultirange(s.whole * tstzrange(greatest(k.first, :now), null))
            - coalesce(w.shifts, '{}') as missing
        from kept k cross join span s left join watched w on w.maintainer_id is not distinct from k.maintainer_id
            and w.venue_id is not distinct from k.venue_id
        where k.first < :until
    )
    select 'nobody_on_roster' as kind, m.name, m.id as maintainer_id, null::int as venue_id,
        (select count(*) from running r where r.maintainer_id = m.id)::int as venues, lower(piece), upper(piece)
    from holes h join maintainers m on m.id = h.maintainer_id, unnest(h.missing) piece
    where exists (select from running r where r.maintainer_id = m.id)
    union all
    select 'nobody_on_roster', v.name, null, v.id, 1, lower(piece), upper(piece)
    from holes h join venues v on v.id = h.venue_id, unnest(h.missing) piece
    where v.county between :lo and :hi and (cast(:venue as int) is null or v.id = :venue)
        and cast(:maintainer as int) is null and not exists (select from running r where r.venue_id = v.id)
    union all
    select 'contract_ends', v.name, r.maintainer_id, v.id, 1, r.ends_on::timestamp at time zone 'Asia/Shanghai', null
    from running r join venues v on v.id = r.venue_id
    where r.ends_on <= (cast(:until as timestamptz) at time zone 'Asia/Shanghai')::date
        and not exists (select from contracts n where n.venue_id = r.venue_id and n.starts_on <= r.ends_on
            and (n.ends_on is null or n.ends_on > r.ends_on))
    order by 6, 5 desc, 2
    """
)
_ROSTER = text(
    """
    select r.id, r.person_name, r.phone, r.person_id is not null as has_account, r.starts_on, r.ends_on, r.weekdays,
        r.cycle_days, r.from_time, r.until_time,
        exists (select from roster_shifts(:now, :now) s where s.roster_id = r.id
            and s.shift @> cast(:now as timestamptz)) as is_now
    from rosters r
    where r.removed_at is null and (r.maintainer_id = :maintainer or r.venue_id = :venue)
        and (r.ends_on is null or r.ends_on >= cast(:day as date) - 1)
    order by r.from_time, r.starts_on, r.id
    """
)


def checks(session: Session, of: DutyOf, now: datetime, limit: int) -> list[CheckRow]:
    """Checks, the newest first."""
    return [_check(row) for row in session.execute(_LISTED, {**_facts(of, now), "limit": limit}).mappings()]


def check(session: Session, check_id: int) -> CheckRow | None:
    row = session.execute(_ONE, {"id": check_id}).mappings().one_or_none()
    return None if row is None else _check(row)


def waiting_for(session: Session, person_id: int) -> list[CheckRow]:
    """What this person is asked and has not answered, the oldest first."""
    return [_check(row) for row in session.execute(_WAITING, {"person": person_id}).mappings()]


def answered(session: Session, of: DutyOf, since: datetime, now: datetime) -> CheckFigures:
    """How the checks since then were answered."""
    return CheckFigures(*session.execute(_ANSWERED, {**_facts(of, now), "since": since}).one())


def doubtful_counts(session: Session, of: DutyOf, now: datetime) -> dict[Doubt, int]:
    rows = session.execute(_DOUBTFUL_COUNTED, _doubt_facts(of, now)).all()
    counted: dict[str, int] = {row.doubt: row[1] for row in rows}
    return {doubt: counted.get(doubt.value, 0) for doubt in Doubt}


def doubtful(
    session: Session, of: DutyOf, now: datetime, limit: int, offset: int = 0, doubt: Doubt | None = None
) -> list[Doubtful]:
    """Venues by name whose declared duty is doubtful."""
    facts = {**_doubt_facts(of, now), "limit": limit, "offset": offset, "doubt": doubt.value if doubt else None}
    rows = session.execute(_DOUBTFUL_LISTED, facts).mappings()
    return [Doubtful(**{**row, "doubt": Doubt(row["doubt"])}) for row in rows]


def gaps(session: Session, of: DutyOf, now: datetime) -> list[Gap]:
    """What of the next seven days will not be watched, the next first."""
    rows = session.execute(_GAPS, {**_facts(of, now), "now": now, "until": now + AHEAD}).all()
    return [Gap(GapKind(row[0]), *row[1:]) for row in rows]


def roster(
    session: Session, now: datetime, *, maintainer_id: int | None = None, venue_id: int | None = None
) -> list[RosterRow]:
    """The lines of a roster that still matter."""
    facts = {"maintainer": maintainer_id, "venue": venue_id, "now": now, "day": now.astimezone(HERE).date()}
    rows = session.execute(_ROSTER, facts).mappings()
    return [RosterRow(**{**row, "weekdays": tuple(row["weekdays"])}) for row in rows]


def venue_name(session: Session, venue_id: int) -> str | None:
    """None outside the scope."""
    sql = text("select name from venues where id = cast(:id as bigint)")
    name: str | None = session.scalar(sql, {"id": venue_id})
    return name


def maintainer_name(session: Session, maintainer_id: int) -> str | None:
    sql = text("select name from maintainers where id = cast(:id as bigint)")
    name: str | None = session.scalar(sql, {"id": maintainer_id})
    return name


def maintainer_named(session: Session, name: str) -> int | None:
    """None where it has no contract within the scope."""
    found: int | None = session.scalar(text("select id from maintainers where name = :name"), {"name": name})
    return found


def _check(row: object) -> CheckRow:
    facts = dict(row)  # type: ignore[call-overload]
    return CheckRow(**{**facts, "state": DutyCheckState(facts["state"])})


def _facts(of: DutyOf, now: datetime) -> dict[str, object]:
    lo, hi = BEYOND_ANY if of.region is None else region_range(of.region)
    day = now.astimezone(HERE).date()
    return {"lo": lo, "hi": hi, "venue": of.venue_id, "maintainer": of.maintainer_id, "day": day}


def _doubt_facts(of: DutyOf, now: datetime) -> dict[str, object]:
    return {**_facts(of, now), "since": now - DOUBTFUL_AFTER, "days": DOUBTFUL_AFTER.days}
