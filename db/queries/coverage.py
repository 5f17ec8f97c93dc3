"""Access and declared duty as of any day, read from the history of each venue.

Definitions, after the September 2024 bulletin: access rate = accessed venues / venues in scope; duty coverage = venues
with 24-hour third-party duty declared / venues in scope. `all` is the seven categories that the bulletin counts.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries.running_sums import rows_until
from db.rules.access_scope import region_range
from db.rules.coverage import percent
from db.rules.venue_categories import BULLETIN_CATEGORIES

ALL = "all"
LEVELS = ("province", "city", "county")
IN_BULLETIN = [category.value for category in BULLETIN_CATEGORIES]


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """Counts of one category (or `all`) in one region as of a day."""

    level: str
    adcode: int
    name: str
    category: str
    venues: int
    accessed: int
    on_duty: int

    @property
    def access_pct(self) -> float | None:
        return percent(self.accessed, self.venues)

    @property
    def duty_pct(self) -> float | None:
        return percent(self.on_duty, self.venues)


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts as of the end of a day."""

    day: date
    row: CoverageRow


@dataclass(frozen=True, slots=True)
class BehindRow:
    """One venue behind a figure."""

    id: int
    name: str
    category: str
    county: int
    county_name: str
    accessed: bool
    on_duty: bool


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A category against its milestone: accessed by the due day, and as of the asked day."""

    category: str
    due_on: date
    venues: int
    accessed_in_time: int
    accessed: int


# Regions count from the running sums; venues named one by one (a venue's own staff, a maintainer) from their stretches.
_BY_COUNTY = """
    select county, category, sum(venues)::int, sum(accessed)::int, sum(on_duty)::int from (
        {steps}
        union all
        select v.county, v.category, 1,
            (select count(*) from access_history a where a.venue_id = v.id
                and a.accessed_from <= :day and (a.accessed_until is null or a.accessed_until > :day)),
            (select count(*) from duty_history d where d.venue_id = v.id
                and d.declared_from <= :day and (d.declared_until is null or d.declared_until > :day))
        from venues v where v.id = any ((select scope_venue_ids())::int[])
            and v.county not between (select scope_county_lo()) and (select scope_county_hi())
            and v.in_scope_from <= :day and (v.in_scope_until is null or v.in_scope_until > :day)
    ) counted where category = any (:categories) group by county, category having sum(venues) <> 0
"""
_SUMS = "select county, category, venues, accessed, on_duty from coverage_steps where {rows}"
_NAMES = text("select adcode, name from regions")


def ranking(
    session: Session, as_of: date, levels: Sequence[str] = ("province", "city"), within: int | None = None
) -> list[CoverageRow]:
    """Every region of these levels with venues in scope, by category and for `all`, within the session's scope."""
    steps = " union all ".join(_SUMS.format(rows=rows) for rows in rows_until("coverage_steps", as_of))
    asked = {"day": as_of, "categories": IN_BULLETIN}
    counted = session.execute(text(_BY_COUNTY.format(steps=steps)), asked).all()
    names: dict[int, str] = {row.adcode: row.name for row in session.execute(_NAMES)}
    lo, hi = region_range(within) if within is not None else (0, 999_999)
    sums: dict[tuple[int, int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for county, category, *counts in counted:
        if not lo <= county <= hi:
            continue
        for depth, adcode in enumerate((county // 10_000 * 10_000, county // 100 * 100, county)):
            for key in (category, ALL):
                total = sums[depth, adcode, key]
                for i, n in enumerate(counts):
                    total[i] += n
    wanted = {LEVELS.index(level) for level in levels}
    order = {category: i for i, category in enumerate((*IN_BULLETIN, ALL))}
    return [
        CoverageRow(LEVELS[depth], adcode, names.get(adcode, str(adcode)), category, *counts)
        for (depth, adcode, category), counts in sorted(
            sums.items(), key=lambda item: (item[0][0], item[0][1], order[item[0][2]])
        )
        if depth in wanted
    ]


_STEPS = text(
    """
    select day, sum(venues)::int, sum(accessed)::int, sum(on_duty)::int from coverage_steps
    where ((grain = 'month' and day < :month) or (grain = 'day' and day >= :month and day <= :day))
        and county between :lo and :hi and category = any (:categories) group by day
    union all
    select edge.day, sum(edge.venues)::int, sum(edge.accessed)::int, sum(edge.on_duty)::int
    from venues v cross join lateral (
        select v.in_scope_from, 1, 0, 0 union all select v.in_scope_until, -1, 0, 0
        union all select accessed_from, 0, 1, 0 from access_history where venue_id = v.id
        union all select accessed_until, 0, -1, 0 from access_history where venue_id = v.id
        union all select declared_from, 0, 0, 1 from duty_history where venue_id = v.id
        union all select declared_until, 0, 0, -1 from duty_history where venue_id = v.id
    ) edge (day, venues, accessed, on_duty)
    where v.id = any ((select scope_venue_ids())::int[]) and edge.day <= :day
        and v.county not between (select scope_county_lo()) and (select scope_county_hi())
        and v.county between :lo and :hi and v.category = any (:categories) group by edge.day
    """
)


def trend(session: Session, adcode: int, category: str, as_of: date) -> list[Standing]:
    """How one region and category stood at the end of each month, and last as of the asked day."""
    lo, hi = region_range(adcode)
    categories = IN_BULLETIN if category == ALL else [category]
    spans = {"day": as_of, "month": as_of.replace(day=1)}
    steps = session.execute(_STEPS, {**spans, "lo": lo, "hi": hi, "categories": categories}).all()
    counts = [0, 0, 0]
    standings: dict[date, Standing] = {}
    for at, *changes in sorted(steps):
        counts = [count + change for count, change in zip(counts, changes, strict=True)]
        end = min(_month_end(at), as_of)
        standings[end] = Standing(end, CoverageRow(_level(adcode), adcode, "", category, *counts))
    return list(standings.values())


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _level(adcode: int) -> str:
    return "province" if adcode % 10_000 == 0 else "city" if adcode % 100 == 0 else "county"


_VENUES = "select id from venues where in_scope_from <= :day and (in_scope_until is null or in_scope_until > :day)"
_ACCESSED = """
    select venue_id from access_history
    where accessed_from <= :day and (accessed_until is null or accessed_until > :day)
"""
_ON_DUTY = """
    select venue_id from duty_history
    where declared_from <= :day and (declared_until is null or declared_until > :day)
"""
MEASURES = {
    "venues": _VENUES,
    "accessed": _ACCESSED,
    "not_accessed": f"{_VENUES} except {_ACCESSED}",
    "on_duty": _ON_DUTY,
    "not_on_duty": f"{_VENUES} except {_ON_DUTY}",
    "doubtful": f"{_ON_DUTY} except {_ACCESSED}",
}
"""Which venues stand behind a figure."""

_BEHIND = {
    name: text(
        f"""
        select v.id, v.name, v.category, v.county, r.name as county_name,
               v.id in ({_ACCESSED}) as accessed, v.id in ({_ON_DUTY}) as on_duty
        from venues v join regions r on r.adcode = v.county
        where v.id in ({chosen}) and v.county between :lo and :hi and v.category = any (:categories)
        order by v.students desc nulls last, v.id limit :limit offset :offset
        """
    )
    for name, chosen in MEASURES.items()
}
_COUNT = {
    name: text(
        f"""
        select count(*) from venues v
        where v.id in ({chosen}) and v.county between :lo and :hi and v.category = any (:categories)
        """
    )
    for name, chosen in MEASURES.items()
}


def behind(
    session: Session, as_of: date, adcode: int, category: str, measure: str, limit: int, offset: int = 0
) -> list[BehindRow]:
    """The venues behind a figure, those with most students first; `measure` is a key of `MEASURES`."""
    lo, hi = region_range(adcode)
    categories = IN_BULLETIN if category == ALL else [category]
    rows = session.execute(
        _BEHIND[measure],
        {"day": as_of, "lo": lo, "hi": hi, "categories": categories, "limit": limit, "offset": offset},
    )
    return [BehindRow(*row) for row in rows]


def doubtful(session: Session, as_of: date, adcode: int, limit: int) -> list[BehindRow]:
    """Venues that declare duty and are not accessed: the platform cannot see what is watched."""
    return behind(session, as_of, adcode, ALL, "doubtful", limit)


def doubtful_count(session: Session, as_of: date, adcode: int) -> int:
    lo, hi = region_range(adcode)
    return session.scalar(_COUNT["doubtful"], {"day": as_of, "lo": lo, "hi": hi, "categories": IN_BULLETIN}) or 0


def milestones(session: Session, as_of: date, within: int) -> list[MilestoneRow]:
    """Each category of the bulletin against its milestone."""
    due = session.execute(text("select category, due_on from milestones order by due_on, category")).all()
    level = [_level(within)]
    standing = {
        day: {row.category: row for row in ranking(session, day, level, within) if row.adcode == within}
        for day in {as_of, *(due_on for _category, due_on in due)}
    }
    return [
        MilestoneRow(category, due_on, now.venues, then.accessed if then else 0, now.accessed)
        for category, due_on in due
        if (now := standing[as_of].get(category)) is not None
        for then in [standing[due_on].get(category)]
    ]
