"""Every measure as of any day, for every region and category, and the venues behind each figure.

Regions count from running sums (coverage_steps, standing_steps). One by one are counted, by their own stretches: venues
named by the scope, those with a sub-type, and those excused, who are taken off again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from db.queries.coverage import ALL, IN_BULLETIN
from db.rules.access_scope import region_range
from db.rules.coverage import percent
from db.rules.measures import MeasureKey
from db.rules.standings import Source
from db.rules.venue_categories import Category, SubType

LEVELS = {"province": 10_000, "city": 100, "county": 1}
EVERYWHERE = 0
"""The region that holds all others."""
ORDER = {key: place for place, key in enumerate((Category.UNIVERSITY_OR_COLLEGE, *SubType, *list(Category)[1:], ALL))}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of one region and category (a category, a sub-type or `all`) as of a day."""

    measure: MeasureKey
    level: str
    adcode: int
    name: str
    category: str
    numerator: int
    denominator: int
    excluded: int = 0

    @property
    def rate_pct(self) -> float | None:
        return percent(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class VenueBehind:
    """One venue behind a figure, or `weight` alarms or hazards of one venue that count alike."""

    venue_id: int
    name: str
    category: str
    county: int
    county_name: str
    counts: bool
    """It stands in the numerator."""
    is_excluded: bool
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Counting:
    """How a measure is counted: from sums of a table's columns, and for one venue `p` as of `p.day`."""

    sums: tuple[tuple[str, str, str, str], ...]
    """Table, and its numerator, denominator and left out."""
    one: str
    source: Source | None = None
    """Settled from there, and known since its first day; None: known for every day."""
    by_milestone: bool = False


_NOW = "{0}_from <= p.day and ({0}_until is null or {0}_until > p.day)"
_VENUE = f"(select count(*) from venues w where w.id = p.id and {_NOW.format('in_scope')})"
_STANDING = "s.venue_id = p.id and s.since <= p.day and (s.until is null or s.until > p.day)"


def _stretches(table: str, column: str) -> str:
    has = f"(select count(*) from {table} h where h.venue_id = p.id and {_NOW.format(column)})"
    return f"select {has} as numerator, {_VENUE} as denominator, 0 as left_out"


def _venue_standing(name: str) -> Counting:
    has = f"(select count(*) from standings s where {_STANDING} and s.standing = '{name}')"
    return Counting(
        (("standing_steps", name, "0", "0"), ("coverage_steps", "0", "venues", "0")),
        f"select {has} as numerator, {_VENUE} as denominator, 0 as left_out",
        Source.DEVICES if name == "proven" else Source.DUTY,
    )


def _counted_standing(name: str, among: tuple[str, ...], left_out: str, source: Source) -> Counting:
    is_among = " or ".join(f"s.standing = '{one}'" for one in among)
    names = ", ".join(f"'{one}'" for one in (*among, left_out) if one != "0")
    out = "0" if left_out == "0" else f"count(*) filter (where s.standing = '{left_out}')"
    return Counting(
        (("standing_steps", name, " + ".join(among), left_out),),
        f"select count(*) filter (where s.standing = '{name}') as numerator, count(*) filter (where {is_among})"
        f" as denominator, {out} as left_out from standings s where {_STANDING} and s.standing in ({names})",
        source,
    )


_ALARMS = ("alarms_on_time", "alarms_overdue", "alarms_unhandled")
_ACCESS = _stretches("access_history", "accessed")
COUNTINGS: dict[MeasureKey, Counting] = {
    MeasureKey.ACCESS: Counting((("coverage_steps", "accessed", "venues", "0"),), _ACCESS),
    MeasureKey.PROVEN_ONLINE: _venue_standing("proven"),
    MeasureKey.DECLARED_DUTY: Counting(
        (("coverage_steps", "on_duty", "venues", "0"),), _stretches("duty_history", "declared")
    ),
    MeasureKey.VERIFIED_DUTY: _venue_standing("verified"),
    **{MeasureKey(name): _counted_standing(name, _ALARMS, "alarms_left_out", Source.ALARMS) for name in _ALARMS},
    MeasureKey.HAZARDS_CLOSED: _counted_standing(
        "hazards_closed", ("hazards_closed", "hazards_open"), "0", Source.HAZARDS
    ),
    MeasureKey.MILESTONE: Counting((("coverage_steps", "accessed", "venues", "0"),), _ACCESS, by_milestone=True),
}

_GRAINS = {
    "coverage_steps": (
        ("year", "day < :year{n}"),
        ("month", "day >= :year{n} and day < :month{n}"),
        ("day", "day >= :month{n} and day <= :day{n}"),
    ),
    "standing_steps": (
        ("year", "day < :year{n}"),
        ("month", "day >= :year{n} and day < :month{n}"),
        ("ten", "day >= :month{n} and day < :ten{n}"),
        ("day", "day >= :ten{n} and day <= :day{n}"),
    ),
}
_EXCUSED = """
    select distinct e.venue_id from excused_venues e join venues v on v.id = e.venue_id
    where e.state = 'approved' and (e.measure is null or e.measure = :measure)
        and e.since <= {day} and e.until > {day}
"""
_PARTS = """
    select v.id, v.county, v.category as key, {day} as day, 1 as sign from venues v
    where v.id = any ((select scope_venue_ids())::int[])
        and v.county not between (select scope_county_lo()) and (select scope_county_hi())
    union all select v.id, v.county, v.sub_type, {day}, 1 from venues v where v.sub_type is not null
    union all select v.id, v.county, k.key, {day}, -1
        from venues v cross join lateral (values (v.category), (v.sub_type)) k (key)
        where k.key is not null and v.id in ({excused})
"""
_FIGURES = """
    with counted as materialized (
        select county, key, sum(numerator)::int as numerator, sum(denominator)::int as denominator,
            sum(left_out)::int as left_out
        from ({sums}
            union all
            select p.county, p.key, p.sign * one.numerator, p.sign * one.denominator,
                case when p.sign < 0 then one.denominator else one.left_out end
            from ({parts}) p cross join lateral ({one}) one
        ) each group by 1, 2
    )
    select c.adcode, r.name, c.key, c.numerator, c.denominator, c.left_out from (
        select county / :step * :step as adcode, k.key, sum(numerator)::int as numerator,
            sum(denominator)::int as denominator, sum(left_out)::int as left_out
        from counted cross join lateral (values (key), (case when key = any (:in_all) then 'all' end)) k (key)
        where county between :lo and :hi and k.key is not null group by 1, 2
    ) c join regions r on r.adcode = c.adcode where c.denominator <> 0 or c.left_out <> 0
"""
_DUE = "least(cast(:day as date), (select m.due_on from milestones m where m.category = v.category))"
_BEHIND = """
    select v.id, v.name, v.category, v.county, r.name as county_name, one.numerator, one.denominator, one.left_out,
        v.id in ({excused}) as is_excused
    from venues v join regions r on r.adcode = v.county
    cross join lateral (select v.id, {day} as day) p cross join lateral ({one}) one
    where v.county between :lo and :hi and (v.category = any (:keys) or v.sub_type = any (:keys))
        and (one.denominator > 0 or one.left_out > 0)
"""
_BEGINNINGS = text("select source, first_day from settlings")
_MILESTONES = text("select due_on, array_agg(category) as categories from milestones group by 1 order by 1")


def figures(session: Session, measure: MeasureKey, as_of: date, level: str, region: int = 360_000) -> list[Figure]:
    """Every category and sub-type, and `all`, of every region of the level within `region` and the session's scope.

    `all` is the bulletin's seven categories. Empty before the first day for which the measure is known.
    """
    if not is_known(session, measure, as_of):
        return []
    counting = COUNTINGS[measure]
    spans = _spans(session, as_of) if counting.by_milestone else [(as_of, [category.value for category in Category])]
    sums, facts = _sums(counting, spans)
    day = _DUE if counting.by_milestone else "cast(:day as date)"
    parts = _PARTS.format(day=day, excused=_EXCUSED.format(day=day))
    lo, hi = region_bounds(region)
    facts |= {"day": as_of, "measure": measure, "lo": lo, "hi": hi, "step": LEVELS[level], "in_all": IN_BULLETIN}
    rows = session.execute(text(_FIGURES.format(sums=sums, parts=parts, one=counting.one)), facts).all()
    return [Figure(measure, level, *row) for row in sorted(rows, key=lambda row: (row.adcode, ORDER.get(row.key, 99)))]


def behind(session: Session, measure: MeasureKey, as_of: date, region: int, category: str) -> list[VenueBehind]:
    """Every venue that stands in the denominator or is excluded, by county; alarms and hazards counted by venue."""
    if not is_known(session, measure, as_of):
        return []
    lo, hi = region_bounds(region)
    keys = IN_BULLETIN if category == ALL else [category]
    facts = {"day": as_of, "measure": measure, "lo": lo, "hi": hi, "keys": keys}
    rows = session.execute(text(f"{behind_sql(measure)} order by v.county, v.id"), facts)
    return [line for row in rows for line in _lines(row)]


def behind_sql(measure: MeasureKey) -> str:
    """Each venue's part in a measure, for :day, :measure, :lo, :hi and :keys."""
    counting = COUNTINGS[measure]
    day = _DUE if counting.by_milestone else "cast(:day as date)"
    return _BEHIND.format(day=day, excused=_EXCUSED.format(day=day), one=counting.one)


def _lines(row: Row[Any]) -> Iterator[VenueBehind]:
    """A venue's part: what counts, what does not, what is left out."""
    venue = (row.id, row.name, row.category, row.county, row.county_name)
    if row.is_excused:
        yield VenueBehind(*venue, row.numerator > 0, True, row.denominator + row.left_out)
        return
    for counts, is_excluded, weight in (
        (True, False, row.numerator),
        (False, False, row.denominator - row.numerator),
        (False, True, row.left_out),
    ):
        if weight:
            yield VenueBehind(*venue, counts, is_excluded, weight)


def is_known(session: Session, measure: MeasureKey, as_of: date) -> bool:
    """False before the first day that a settled measure can be asked for."""
    source = COUNTINGS[measure].source
    return source is None or ((first := first_days(session).get(measure)) is not None and first <= as_of)


def first_days(session: Session) -> dict[MeasureKey, date]:
    """From which day each settled measure can be asked; the others can be asked for any day."""
    known = {row.source: row.first_day for row in session.execute(_BEGINNINGS)}
    return {key: known[c.source] for key, c in COUNTINGS.items() if c.source is not None and c.source in known}


def _spans(session: Session, as_of: date) -> list[tuple[date, list[str]]]:
    """For each milestone up to the day, the categories that it is for; later ones stand as of the day."""
    return [(min(row.due_on, as_of), row.categories) for row in session.execute(_MILESTONES)]


def _sums(counting: Counting, spans: list[tuple[date, list[str]]]) -> tuple[str, dict[str, object]]:
    """The running sums up to each day, of the categories that it is for."""
    blocks: list[str] = []
    facts: dict[str, object] = {}
    for n, (day, categories) in enumerate(spans):
        facts |= {f"day{n}": day, f"month{n}": day.replace(day=1), f"year{n}": day.replace(month=1, day=1)}
        facts |= {f"ten{n}": day.replace(day=1 + 10 * min(2, (day.day - 1) // 10)), f"categories{n}": categories}
        for table, numerator, denominator, left_out in counting.sums:
            for grain, days in _GRAINS[table]:
                blocks.append(
                    f"select county, category as key, {numerator} as numerator, {denominator} as denominator,"
                    f" {left_out} as left_out from {table} where grain = '{grain}' and {days.format(n=n)}"
                    f" and county between :lo and :hi and category = any (:categories{n})"
                )
    return " union all ".join(blocks), facts


def region_bounds(region: int) -> tuple[int, int]:
    """The county codes of a region, or of everywhere."""
    return (0, 999_999) if region == EVERYWHERE else region_range(region)
