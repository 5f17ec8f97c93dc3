"""Every measure as of any day, for every region and category, and the venues behind each figure."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from db.queries.coverage import behind as covered
from db.queries.coverage import ranking
from db.rules.coverage import percent
from db.rules.measures import MeasureKey


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


def figures(session: Session, measure: MeasureKey, as_of: date, level: str, region: int = 360_000) -> list[Figure]:
    """Every category, and `all`, of every region of the level within `region`, within the session's scope."""
    rows = ranking(session, as_of, [level], within=region)
    return [
        Figure(
            measure,
            row.level,
            row.adcode,
            row.name,
            row.category,
            row.accessed if measure is MeasureKey.ACCESS else row.on_duty,
            row.venues,
        )
        for row in rows
    ]


def behind(session: Session, measure: MeasureKey, as_of: date, region: int, category: str) -> list[VenueBehind]:
    """Every venue that stands in the denominator or is excluded."""
    rows = covered(session, as_of, region, category, "venues", limit=1_000_000)
    return [
        VenueBehind(
            row.id,
            row.name,
            row.category,
            row.county,
            row.county_name,
            row.accessed if measure is MeasureKey.ACCESS else row.on_duty,
            is_excluded=False,
        )
        for row in rows
    ]
