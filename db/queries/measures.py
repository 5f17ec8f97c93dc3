"""Every measure as of any day, for every region and category, and the venues behind each figure.

Regions count from running sums (coverage_steps, standing_steps). One by one are counted, by their own stretches: venues
named by the scope, those with a sub-type, and those excused, who are taken off again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from db.queries.coverage import ALL, IN_BULLETIN
from db.queries.measure_countings import COUNTINGS, Counting
from db.queries.running_sums import rows_until
from db.rules.access_scope import region_range
from db.rules.coverage import percent
from db.rules.measures import MeasureKey
from db.rules.venue_categories import Category, SubType

LEVELS = {"province": 10_000, "city": 100, "county": 1}
EVERYWHERE = 0
"""The region that holds all others."""
ORDER = [str(key) for key in (Category.UNIVERSITY_OR_COLLEGE, *SubType, *list(Category)[1:], ALL)]


class Figure(NamedTuple):
    """One measure of one region and category (a category, a sub-type or `all`) as of a day.

    A tuple, since a nation has 23,000 of them in one answer.
    """

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
class Settlement:
    """From which day on, and when last, a measure was settled."""

    first_day: date
    settled_at: datetime


_EXCUSED = "excused_venues e join venues v on v.id = e.venue_id"
_IS_EXCUSED = """
    e.state = 'approved' and (e.measure is null or e.measure = :measure) and e.since <= {day} and e.until > {day}
"""
_PARTS = """
    select v.id, v.county, v.category as key, {day} as day, 1 as sign from venues v
    where v.id = any ((select scope_venue_ids())::int[])
        and v.county not between (select scope_county_lo()) and (select scope_county_hi())
    union all select v.id, v.county, v.sub_type, {day}, 1 from venues v where v.sub_type is not null
    union all select distinct v.id, v.county, k.key, {day}, -1 from {excused}
        cross join lateral (values (v.category), (v.sub_type)) k (key) where {is_excused} and k.key is not null
"""
_FIGURES = """
    with counted as materialized (
        select county, key, sum(numerator)::int as numerator, sum(denominator)::int as denominator,
            sum(left_out)::int as left_out
        from ({sums}
            union all
            select p.county, p.key, p.sign * one.numerator, p.sign * one.denominator,
                case when p.sign < 0 then one.denominator else one.left_out end
            from ({parts}) p cross join lateral ({one}) one where p.county between :lo and :hi
        ) each group by 1, 2
    )
    select c.adcode, r.name, c.key, c.numerator, c.denominator, c.left_out from (
        select county / :step * :step as adcode, k.key, sum(numerator)::int as numerator,
            sum(denominator)::int as denominator, sum(left_out)::int as left_out
        from counted cross join lateral (values (key), (case when key = any (:in_all) then 'all' end)) k (key)
        where k.key is not null group by 1, 2
    ) c join regions r on r.adcode = c.adcode where c.denominator <> 0 or c.left_out <> 0
    order by c.adcode, array_position(cast(:order as text[]), c.key)
"""
_BEHIND = """
    select v.id, v.name, v.category, v.county, v.students, {numerator} as numerator, {denominator} as denominator,
        {left_out} as left_out, v.id in (select e.venue_id from {excused} where {is_excused}) as is_excused
    {venues} and (v.category = any (:keys) or v.sub_type = any (:keys))
"""
_ALL_BEHIND = """
    select b.*, r.name as county_name from ({behind}) b join regions r on r.adcode = b.county order by b.county, b.id
"""
_DUE = "least(cast(:day as date), (select m.due_on from milestones m where m.category = v.category))"
_SETTLINGS = text("select source, first_day, settled_at from settlings")
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
    parts = _PARTS.format(day=day, excused=_EXCUSED, is_excused=_IS_EXCUSED.format(day=day))
    lo, hi = region_bounds(region)
    facts |= {
        "day": as_of,
        "measure": measure,
        "lo": lo,
        "hi": hi,
        "step": LEVELS[level],
        "in_all": IN_BULLETIN,
        "order": ORDER,
    }
    rows = session.execute(text(_FIGURES.format(sums=sums, parts=parts, one=counting.one)), facts)
    return [Figure(measure, level, *row) for row in rows]


def behind(session: Session, measure: MeasureKey, as_of: date, region: int, category: str) -> list[VenueBehind]:
    """Every venue that stands in the denominator or is excluded, by county; alarms and hazards counted by venue."""
    if not is_known(session, measure, as_of):
        return []
    lo, hi = region_bounds(region)
    keys = IN_BULLETIN if category == ALL else [category]
    facts = {"day": as_of, "measure": measure, "lo": lo, "hi": hi, "keys": keys}
    rows = session.execute(text(_ALL_BEHIND.format(behind=behind_sql(measure))), facts)
    return [line for row in rows for line in _lines(row)]


def behind_sql(measure: MeasureKey) -> str:
    """Each venue's part in a measure, for :day, :measure, :lo, :hi and :keys.

    Columns id, name, category, county, students, numerator, denominator, left_out, is_excused.
    """
    counting = COUNTINGS[measure]
    every, day = counting.every, _DUE if counting.by_milestone else "cast(:day as date)"
    return _BEHIND.format(
        numerator=every.numerator,
        denominator=every.denominator,
        left_out=every.left_out,
        excused=_EXCUSED,
        is_excused=_IS_EXCUSED.format(day=day),
        venues=every.venues,
    )


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
    return {key: row.first_day for key, row in settlings(session).items()}


def settlings(session: Session) -> dict[MeasureKey, Settlement]:
    """How far each settled measure is known."""
    known = {row.source: Settlement(row.first_day, row.settled_at) for row in session.execute(_SETTLINGS)}
    return {key: known[c.source] for key, c in COUNTINGS.items() if c.source is not None and c.source in known}


def _spans(session: Session, as_of: date) -> list[tuple[date, list[str]]]:
    """For each milestone up to the day, the categories that it is for; later ones stand as of the day."""
    return [(min(row.due_on, as_of), row.categories) for row in session.execute(_MILESTONES)]


def _sums(counting: Counting, spans: list[tuple[date, list[str]]]) -> tuple[str, dict[str, object]]:
    """The running sums up to each day, of the categories that it is for."""
    blocks: list[str] = []
    facts: dict[str, object] = {}
    for n, (day, categories) in enumerate(spans):
        facts[f"categories{n}"] = categories
        for table, numerator, denominator, left_out in counting.sums:
            blocks += [
                f"select county, category as key, {numerator} as numerator, {denominator} as denominator,"
                f" {left_out} as left_out from {table} where {rows}"
                f" and county between :lo and :hi and category = any (:categories{n})"
                for rows in rows_until(table, day)
            ]
    return " union all ".join(blocks), facts


def region_bounds(region: int) -> tuple[int, int]:
    """The county codes of a region, or of everywhere."""
    return (0, 999_999) if region == EVERYWHERE else region_range(region)
