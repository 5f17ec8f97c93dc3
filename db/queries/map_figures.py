"""What the map is coloured by, area by area as of a day, and month by month."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries import duty_coverage
from db.queries.coverage import ALL, IN_BULLETIN, CoverageRow
from db.rules.coverage import percent
from db.rules.map_layers import HANDLING_DAYS, Layer

HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class AreaFigure:
    """One area in one layer. `value` is what it is coloured by: per cent, cases per 100 venues, or minutes."""

    adcode: int
    part: float
    whole: float
    value: float | None


_PROVEN = text(
    """
    select d.county, count(*) filter (where s.state = 'proven')::float8, count(*)::float8
    from devices d join device_states s on s.device_id = d.id and s.since < :until
        and (s.until is null or s.until >= :until) join venues v on v.id = d.venue_id
    where cast(:category as text) is null or v.category = :category group by 1
    """
)
_ALARMS = text(
    """
    select a.county, count(*)::float8, 0::float8 from alarms a join venues v on v.id = a.venue_id
    where a.window_id is null and a.level <= 3 and a.raised_at < :until
        and (a.closed_at is null or a.closed_at >= :until)
        and (cast(:category as text) is null or v.category = :category) group by 1
    """
)
_HAZARDS = text(
    """
    select h.county, count(*)::float8, 0::float8 from hazards h join venues v on v.id = h.venue_id
    where h.found_at < :until and (h.closed_at is null or h.closed_at >= :until)
        and (cast(:category as text) is null or v.category = :category) group by 1
    """
)
_HANDLING = text(
    """
    select coalesce(province, city, county) as adcode, count(*)::float8, percentile_cont(0.5) within group (
        order by extract(epoch from closed_at - raised_at) / 60)::float8
    from (
        select a.county, a.county / 100 * 100 as city, a.county / 10000 * 10000 as province, a.raised_at, a.closed_at
        from alarms a join venues v on v.id = a.venue_id
        where a.window_id is null and a.level <= 3 and a.raised_at < :until
            and a.raised_at >= cast(:until as timestamptz) - make_interval(days => :days) and a.closed_at < :until
            and (cast(:category as text) is null or v.category = :category)
    ) closed group by grouping sets (county, city, province)
    """
)
_FIRST = {
    Layer.PROVEN: text("select min(since) from device_states"),
    Layer.ALARMS: text("select min(raised_at) from alarms"),
    Layer.HANDLING: text("select min(raised_at) from alarms"),
    Layer.HAZARDS: text("select min(found_at) from hazards"),
    Layer.VERIFIED: text("select min(asked_at) from duty_checks"),
}


def figures(
    session: Session, layer: Layer, as_of: date, category: str, coverage: Iterable[CoverageRow], now: datetime
) -> dict[int, AreaFigure]:
    """By area. `coverage` are the areas' venues of that day; nothing where the record does not reach back so far."""
    here = [row for row in coverage if row.category == category]
    if layer in (Layer.ACCESS, Layer.DUTY):
        return {row.adcode: _rate(row.adcode, _measured(row, layer), row.venues) for row in here}
    until = min(datetime.combine(as_of + timedelta(days=1), time(), HERE), now)
    first = session.scalar(_FIRST[layer])
    if first is None or until < first:
        return {}
    asked = {"until": until, "category": None if category == ALL else category, "days": HANDLING_DAYS}
    if layer is Layer.HANDLING:
        return {row[0]: AreaFigure(row[0], row[1], row[1], row[2]) for row in session.execute(_HANDLING, asked)}
    if layer is Layer.VERIFIED:
        categories = IN_BULLETIN if category == ALL else [category]
        minutes = duty_coverage.by_county(session, categories, until - timedelta(days=1), until, now)
        return _summed([(county, verified, declared) for county, (declared, verified) in minutes.items()])
    if layer is Layer.PROVEN:
        return _summed([tuple(row) for row in session.execute(_PROVEN, asked)])
    cases = session.execute(_ALARMS if layer is Layer.ALARMS else _HAZARDS, asked)
    counted = {adcode: figure.part for adcode, figure in _summed([tuple(row) for row in cases]).items()}
    return {row.adcode: _per_hundred(row.adcode, counted.get(row.adcode, 0), row.venues) for row in here}


def _measured(row: CoverageRow, layer: Layer) -> int:
    return row.accessed if layer is Layer.ACCESS else row.on_duty


def _rate(adcode: int, part: float, whole: float) -> AreaFigure:
    return AreaFigure(adcode, part, whole, percent(round(part), round(whole)))


def _per_hundred(adcode: int, cases: float, venues: float) -> AreaFigure:
    return AreaFigure(adcode, cases, venues, 100 * cases / venues if venues else None)


def _summed(counties: list[tuple[int, float, float]]) -> dict[int, AreaFigure]:
    """Counties' parts and wholes added up to cities and the province."""
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for county, part, whole in counties:
        for adcode in {county, county // 100 * 100, county // 10_000 * 10_000}:
            sums[adcode][0] += part
            sums[adcode][1] += whole
    return {adcode: _rate(adcode, part, whole) for adcode, (part, whole) in sums.items()}


_MONTHS = text(
    """
    select date_trunc('month', day)::date as month, county, sum(venues)::int, sum(accessed)::int, sum(on_duty)::int
    from coverage_steps where category = any (:categories)
        and (grain = 'month' and day < :month or grain = 'day' and day >= :month and day <= :day)
    group by 1, 2 order by 1
    """
)
_CASES = """
    select m.day, c.county, count(*)::int from unnest(cast(:days as date[])) m (day) join {table} c
        on c.{since} < (m.day + 1)::timestamp at time zone 'Asia/Shanghai'
        and (c.closed_at is null or c.closed_at >= (m.day + 1)::timestamp at time zone 'Asia/Shanghai')
    join venues v on v.id = c.venue_id
    where v.category = any (:categories) and {wanted} group by 1, 2
"""
_CASES_OF = {
    Layer.ALARMS: text(_CASES.format(table="alarms", since="raised_at", wanted="c.window_id is null and c.level <= 3")),
    Layer.HAZARDS: text(_CASES.format(table="hazards", since="found_at", wanted="true")),
}
PLAYED = frozenset({Layer.ACCESS, Layer.DUTY, Layer.ALARMS, Layer.HAZARDS})
"""Layers that can be played month by month."""


@dataclass(frozen=True, slots=True)
class Months:
    """Every area's value at the end of each month, the last one as of the asked day."""

    days: tuple[date, ...]
    values: dict[int, tuple[float | None, ...]]


def months(session: Session, layer: Layer, category: str, today: date) -> Months:
    """From January 2024 on. Empty for readers whose venues are named one by one: theirs make no area."""
    categories = IN_BULLETIN if category == ALL else [category]
    asked = {"categories": categories, "month": today.replace(day=1), "day": today}
    steps: dict[date, dict[int, tuple[int, int, int]]] = defaultdict(dict)
    for month, county, *counts in session.execute(_MONTHS, asked):
        steps[month][county] = (counts[0], counts[1], counts[2])
    days = _ends(today) if steps else ()
    first = session.scalar(_FIRST[layer]) if layer in _FIRST else None
    cases: dict[tuple[date, int], int] = {}
    if layer in _CASES_OF and days:
        rows = session.execute(_CASES_OF[layer], {"days": list(days), "categories": list(categories)})
        cases = {(day, county): n for day, county, n in rows}
    values: dict[int, list[float | None]] = defaultdict(list)
    standing: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for day in days:
        for county, changes in steps.get(day.replace(day=1), {}).items():
            standing[county] = [a + b for a, b in zip(standing[county], changes, strict=True)]
        known = layer not in _FIRST or (first is not None and first.astimezone(HERE).date() <= day)
        for adcode, value in _of_day(layer, standing, cases, day).items():
            values[adcode].append(value if known else None)
    return Months(days, {adcode: tuple(row) for adcode, row in values.items() if len(row) == len(days)})


def _of_day(
    layer: Layer, standing: dict[int, list[int]], cases: dict[tuple[date, int], int], day: date
) -> dict[int, float | None]:
    counties: list[tuple[int, float, float]] = [
        (county, cases.get((day, county), 0) if layer in _CASES_OF else on_duty if layer is Layer.DUTY else in_, venues)
        for county, (venues, in_, on_duty) in standing.items()
    ]
    return {adcode: figure.value for adcode, figure in _summed(counties).items()}


def _ends(today: date) -> tuple[date, ...]:
    """Last days of the months since January 2024, and today."""
    found, day = [], date(2024, 2, 1)
    while day <= today:
        found.append(day - timedelta(days=1))
        day = (day + timedelta(days=32)).replace(day=1)
    return (*found, today)
