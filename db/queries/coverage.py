"""Access and declared duty as of any day, read from the history of each venue.

Definitions, after the September 2024 bulletin: access rate = accessed venues / venues in scope; duty coverage = venues
with 24-hour third-party duty declared / venues in scope. `all` is the seven categories that the bulletin counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

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


# Stretches of one venue never overlap (an exclusion constraint), so a join counts each venue once.
_STANDING = """
    from venues v
    left join access_history a on a.venue_id = v.id
        and a.accessed_from <= :day and (a.accessed_until is null or a.accessed_until > :day)
    left join duty_history d on d.venue_id = v.id
        and d.declared_from <= :day and (d.declared_until is null or d.declared_until > :day)
    where v.in_scope_from <= :day and (v.in_scope_until is null or v.in_scope_until > :day)
"""

_BY_COUNTY = text(
    f"""
    select v.county, v.category, count(*) as venues, count(a.venue_id) as accessed, count(d.venue_id) as on_duty
    {_STANDING} and v.category = any (:categories) group by v.county, v.category
    """
)
_NAMES = text("select adcode, name from regions")


def ranking(
    session: Session, as_of: date, levels: Sequence[str] = ("province", "city"), within: int | None = None
) -> list[CoverageRow]:
    """Every region of these levels with venues in scope, by category and for `all`, within the session's scope."""
    counted = session.execute(_BY_COUNTY, {"day": as_of, "categories": IN_BULLETIN}).all()
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
    with chosen as (
        select id, in_scope_from, in_scope_until from venues
        where county between :lo and :hi and category = any (:categories))
    select 0, in_scope_from, count(*) from chosen group by 2
    union all select 0, in_scope_until, -count(*) from chosen where in_scope_until is not null group by 2
    union all select 1, accessed_from, count(*) from access_history a join chosen c on c.id = a.venue_id group by 2
    union all select 1, accessed_until, -count(*) from access_history a join chosen c on c.id = a.venue_id
        where accessed_until is not null group by 2
    union all select 2, declared_from, count(*) from duty_history d join chosen c on c.id = d.venue_id group by 2
    union all select 2, declared_until, -count(*) from duty_history d join chosen c on c.id = d.venue_id
        where declared_until is not null group by 2
    """
)


def trend(session: Session, adcode: int, category: str, dates: Iterable[date]) -> list[CoverageRow]:
    """One row for each date, in order: the running sum of what began and ended."""
    lo, hi = region_range(adcode)
    categories = IN_BULLETIN if category == ALL else [category]
    steps = session.execute(_STEPS, {"lo": lo, "hi": hi, "categories": categories}).all()
    rows = []
    for day in sorted(dates):
        counts = [0, 0, 0]
        for what, at, n in steps:
            if at <= day:
                counts[what] += n
        rows.append(CoverageRow(_level(adcode), adcode, "", category, *counts))
    return rows


def _level(adcode: int) -> str:
    return "province" if adcode % 10_000 == 0 else "city" if adcode % 100 == 0 else "county"


MEASURES = {
    "venues": "true",
    "accessed": "a.venue_id is not null",
    "not_accessed": "a.venue_id is null",
    "on_duty": "d.venue_id is not null",
    "not_on_duty": "d.venue_id is null",
    "doubtful": "d.venue_id is not null and a.venue_id is null",
}
"""What a venue must fulfil to stand behind a figure."""

_BEHIND = {
    name: text(
        f"""
        select v.id, v.name, v.category, v.county, r.name as county_name,
               a.venue_id is not null as accessed, d.venue_id is not null as on_duty
        {_STANDING.replace("where", "join regions r on r.adcode = v.county where", 1)}
        and v.county between :lo and :hi and v.category = any (:categories) and {condition}
        order by v.students desc nulls last, v.id limit :limit offset :offset
        """
    )
    for name, condition in MEASURES.items()
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


_DOUBTFUL = text(
    f"""select count(*) {_STANDING} and v.county between :lo and :hi and v.category = any (:categories)
    and {MEASURES["doubtful"]}"""
)


def doubtful_count(session: Session, as_of: date, adcode: int) -> int:
    lo, hi = region_range(adcode)
    return session.scalar(_DOUBTFUL, {"day": as_of, "lo": lo, "hi": hi, "categories": IN_BULLETIN}) or 0


_MILESTONES = text(
    """
    select m.category, m.due_on, count(*) as venues,
           count(*) filter (where exists (select from access_history a where a.venue_id = v.id
               and a.accessed_from <= m.due_on and (a.accessed_until is null or a.accessed_until > m.due_on)))
               as in_time,
           count(*) filter (where exists (select from access_history a where a.venue_id = v.id
               and a.accessed_from <= :day and (a.accessed_until is null or a.accessed_until > :day))) as accessed
    from milestones m join venues v on v.category = m.category
    where v.county between :lo and :hi and v.category = any (:categories)
    and v.in_scope_from <= :day and (v.in_scope_until is null or v.in_scope_until > :day)
    group by m.category, m.due_on order by m.due_on, m.category
    """
)


def milestones(session: Session, as_of: date, within: int) -> list[MilestoneRow]:
    """Each category of the bulletin against its milestone."""
    lo, hi = region_range(within)
    rows = session.execute(_MILESTONES, {"day": as_of, "lo": lo, "hi": hi, "categories": IN_BULLETIN})
    return [MilestoneRow(*row) for row in rows]
