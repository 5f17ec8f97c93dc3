"""What would move a region most: its venues that do not count, by what stands between them and counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from db.queries.coverage import ALL, IN_BULLETIN
from db.queries.measures import VenueBehind, behind_sql, is_known, region_bounds
from db.rules.coverage import percent
from db.rules.measures import BY_KEY, MeasureKey
from db.rules.movers import STEPS, Step
from db.rules.standings import HERE


@dataclass(frozen=True, slots=True)
class MovingVenue:
    id: int
    name: str
    county_name: str
    weight: int
    """1, or how many alarms or hazards of it do not count."""


@dataclass(frozen=True, slots=True)
class Mover:
    """All venues with the same step before them, what the step is worth, and the weightiest of them."""

    step: Step
    venues: int
    weight: int
    gain_points: float
    """By which the rate would change if all of them took it."""
    first: tuple[MovingVenue, ...]


_WITHIN = "county between :lo and :hi"
_AT_DAY = "{0}_from <= :day and ({0}_until is null or {0}_until > :day)"
_ACCESSED = f"b.id in (select h.venue_id from access_history h where {_WITHIN} and {_AT_DAY.format('accessed')})"
_WATCHED = f"b.id in (select h.venue_id from duty_history h where {_WITHIN} and {_AT_DAY.format('declared')})"
_DEVICES = (
    "exists (select from devices d where d.venue_id = b.id and d.installed_on <= :day"
    " and (d.retired_on is null or d.retired_on > :day){more})"
)
_STATES = (
    "exists (select from devices d join device_states s on s.device_id = d.id where d.venue_id = b.id"
    " and s.since <= :at and (s.until is null or s.until > :at) and s.state in ({states}))"
)
_PROVEN = _STATES.format(states="'proven'")
_HEARD = _STATES.format(states="'heard', 'flapping', 'faulty'")
_NO_CAMERA = _DEVICES.format(more=" and d.kind <> 'camera'")
_HAS = (
    "exists (select from standings s where s.venue_id = b.id and s.standing = '{standing}'"
    " and s.since <= :day and (s.until is null or s.until > :day))"
)
CONDITIONS: dict[Step, str] = {
    Step.LAPSED: f"b.id in (select h.venue_id from access_history h where {_WITHIN} and h.accessed_until <= :day)",
    Step.DEVICES_BOUND: _DEVICES.format(more=""),
    Step.WATCHED_UNSEEN: _WATCHED,
    Step.NOTHING_YET: "true",
    Step.SOME_PROVEN: f"{_ACCESSED} and {_PROVEN}",
    Step.HEARD_UNPROVEN: f"{_ACCESSED} and {_HEARD}",
    Step.DEVICES_SILENT: f"{_ACCESSED} and {_NO_CAMERA}",
    Step.NO_DEVICES: _ACCESSED,
    Step.NOT_ACCESSED: "true",
    Step.CONTRACT_ENDED: f"b.id in (select h.venue_id from duty_history h where {_WITHIN} and h.declared_until <= :day"
    " and h.declared_until > cast(:day as date) - 180)",
    Step.ACCESSED_UNWATCHED: _ACCESSED,
    Step.CHECK_UNANSWERED: f"{_WATCHED} and exists (select from duty_checks c where c.venue_id = b.id"
    " and c.asked_at > cast(:at as timestamptz) - interval '7 days' and c.asked_at <= :at and c.state = 'unanswered')",
    Step.NOT_ASKED: _WATCHED,
    Step.NO_DUTY: "true",
    Step.ALARMS_OPEN: _HAS.format(standing="alarms_unhandled"),
    Step.ALARMS_LATE: "true",
    Step.HAZARDS_OVERDUE: "exists (select from hazards h where h.venue_id = b.id and h.state <> 'closed'"
    " and h.act_by < :at)",
    Step.HAZARDS_RUNNING: "true",
}
_PARTS_OF_A_FIGURE = {
    "missing": ("not p.is_excused and p.denominator > p.numerator", "p.denominator - p.numerator"),
    "counts": ("not p.is_excused and p.numerator > 0", "p.numerator"),
    "excluded": ("p.is_excused or p.left_out > 0", "p.left_out + case when p.is_excused then p.denominator else 0 end"),
}
# The venues are gone through once, for both.
_LOOK = """
    with part as materialized ({behind}),
    moving as materialized (
        select p.*, {weight} as weight from part p where not p.is_excused and {weight} > 0
    ), moved as materialized (
        select b.*, {step} as step from moving b
    ), first as (
        select of.step, of.venues, of.total, m.id, m.name, m.category, m.county, m.students, m.weight
        from (
            select step, count(*)::int as venues, sum(weight)::int as total from moved where step is not null group by 1
        ) of cross join lateral (
            select * from moved where moved.step = of.step order by {weightiest} limit :first
        ) m
    ), listed as (
        select null::int as step, 0 as venues, 0 as total, p.id, p.name, p.category, p.county, p.students,
            {listed_weight} as weight
        from part p where {is_listed} order by {weightiest} limit :limit
    )
    select each.*, r.name as county_name from (select * from first union all select * from listed) each
    join regions r on r.adcode = each.county order by each.step, {weightiest}
"""
_WEIGHTIEST = "weight desc, students desc nulls last, id"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which venues of a region are looked at, and how many are named."""

    measure: MeasureKey
    as_of: date
    region: int
    category: str
    show: str = "missing"
    """Which are listed: missing, counts or excluded."""
    limit: int = 60
    first: int = 5
    """So many are named with each step."""


def look(session: Session, asked: Asked, denominator: int, now: datetime) -> tuple[list[Mover], list[VenueBehind]]:
    """What would move a region, and the weightiest of the venues that are asked for.

    One mover for each step that somebody stands before, the shortest way first; `denominator` is the region's.
    """
    if not is_known(session, asked.measure, asked.as_of):
        return [], []
    # Of what is better low, each that counts is one too many.
    weight = "p.denominator - p.numerator" if BY_KEY[asked.measure].is_better_high else "p.numerator"
    steps = STEPS[asked.measure]
    cases = " ".join(f"when {CONDITIONS[step]} then {place}" for place, step in enumerate(steps))
    is_listed, listed_weight = _PARTS_OF_A_FIGURE[asked.show]
    sql = _LOOK.format(
        behind=behind_sql(asked.measure),
        weight=weight,
        step=f"case {cases} end" if cases else "null::int",
        is_listed=is_listed,
        listed_weight=listed_weight,
        weightiest=_WEIGHTIEST,
    )
    lo, hi = region_bounds(asked.region)
    end_of_day = datetime.combine(asked.as_of + timedelta(days=1), time(), HERE) - timedelta(microseconds=1)
    facts = {
        "day": asked.as_of,
        "at": min(end_of_day, now),
        "measure": asked.measure,
        "lo": lo,
        "hi": hi,
        "keys": IN_BULLETIN if asked.category == ALL else [asked.category],
        "first": asked.first,
        "limit": asked.limit,
    }
    rows = session.execute(text(sql), facts).all()
    venues = [_listed(row, asked.show) for row in rows if row.step is None]
    return _movers([row for row in rows if row.step is not None], steps, denominator), venues


def _movers(rows: Sequence[Row[Any]], steps: Sequence[Step], denominator: int) -> list[Mover]:
    found: dict[Step, Mover] = {}
    for row in rows:
        step, venue = steps[row.step], MovingVenue(row.id, row.name, row.county_name, row.weight)
        known = found.get(step)
        named = (*known.first, venue) if known else (venue,)
        found[step] = Mover(step, row.venues, row.total, percent(row.total, denominator) or 0.0, named)
    return list(found.values())


def _listed(row: Row[Any], show: str) -> VenueBehind:
    return VenueBehind(
        row.id, row.name, row.category, row.county, row.county_name, show == "counts", show == "excluded", row.weight
    )
