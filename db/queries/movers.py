"""What would move a region most: its venues that do not count, by what stands between them and counting."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries.coverage import ALL, IN_BULLETIN
from db.queries.measures import behind_sql, is_known, region_bounds
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
_MOVERS = """
    with behind as materialized (
        select b.id, b.name, b.county, b.students, {weight} as weight from ({behind} offset 0) b
        where not b.is_excused and {weight} > 0
    ), moved as materialized (
        select b.*, case {cases} end as step from behind b
    )
    select of.step, of.venues, of.total, m.id, m.name, r.name as county_name, m.weight
    from (select step, count(*)::int as venues, sum(weight)::int as total from moved group by 1) of
    cross join lateral (
        select * from moved where moved.step = of.step
        order by weight desc, students desc nulls last, id limit :first) m
    join regions r on r.adcode = m.county order by of.step, m.weight desc, m.students desc nulls last, m.id
"""


def movers(
    session: Session,
    measure: MeasureKey,
    as_of: date,
    region: int,
    category: str,
    denominator: int,
    now: datetime,
    first: int = 5,
) -> list[Mover]:
    """One for each step that somebody stands before, the shortest way first; `denominator` is the region's."""
    if not STEPS[measure] or not is_known(session, measure, as_of):
        return []
    # Of what is better low, each that counts is one too many.
    weight = "b.denominator - b.numerator" if BY_KEY[measure].is_better_high else "b.numerator"
    steps = STEPS[measure]
    cases = " ".join(f"when {CONDITIONS[step]} then {place}" for place, step in enumerate(steps))
    lo, hi = region_bounds(region)
    end_of_day = datetime.combine(as_of + timedelta(days=1), time(), HERE) - timedelta(microseconds=1)
    facts = {
        "day": as_of,
        "at": min(end_of_day, now),
        "measure": measure,
        "lo": lo,
        "hi": hi,
        "keys": IN_BULLETIN if category == ALL else [category],
        "first": first,
    }
    sql = _MOVERS.format(behind=behind_sql(measure), weight=weight, cases=cases)
    found: dict[Step, Mover] = {}
    for row in session.execute(text(sql), facts):
        step, venue = steps[row.step], MovingVenue(row.id, row.name, row.county_name, row.weight)
        known = found.get(step)
        gain = percent(row.total, denominator) or 0.0
        named = (*known.first, venue) if known else (venue,)
        found[step] = Mover(step, row.venues, row.total, gain, named)
    return list(found.values())
