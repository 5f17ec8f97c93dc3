"""What the rankings page shows: regions in order of a rate, and how they moved since an earlier date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from db.queries.coverage import CoverageRow
from db.queries.regions import RegionRow
from db.rules.coverage import percent
from db.rules.venue_categories import BULLETIN_CATEGORIES, Category
from portal import asking, regions
from portal.address import day_of, number_of
from portal.figures.heat_map import HeatCell

HALF_MONTH = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Address:
    """The whole view, as the address bar holds it."""

    as_of: date
    before: date
    category: str
    measure: str
    within: int
    """The region whose children are ranked."""

    @classmethod
    def parse(cls, today: date, **query: str) -> "Address":
        as_of = day_of(query.get("as_of"), today) or today
        before = day_of(query.get("before"), today) or as_of - HALF_MONTH
        category = query.get("category", "all")
        measure = query.get("measure", "access")
        home = asking.current().home
        within = number_of(query.get("within")) or home
        tree = regions.tree()
        if within not in tree.by_adcode or home not in {row.adcode for row in tree.path(within)}:
            within = home
        if tree.one(within).level == "county":
            within = tree.one(within).parent or within
        return cls(
            as_of,
            min(before, as_of),
            category if category in list(Category) else "all",
            measure if measure in ("access", "duty") else "access",
            within,
        )

    def query(self, today: date, **changed: Any) -> str:
        parts = {
            "as_of": self.as_of,
            "before": self.before,
            "category": self.category,
            "measure": self.measure,
            "within": self.within,
        } | changed
        usual = {
            "as_of": today,
            "before": parts["as_of"] - HALF_MONTH if isinstance(parts["as_of"], date) else None,
            "category": "all",
            "measure": "access",
            "within": asking.current().home,
        }
        shown = [f"{name}={value}" for name, value in parts.items() if value != usual[name]]
        return "/rankings" + ("?" + "&".join(shown) if shown else "")


@dataclass(frozen=True, slots=True)
class Ranked:
    """One region in the order of the measure; `moved` is in points, `climbed` in places since the earlier date."""

    place: int
    region: RegionRow
    row: CoverageRow
    pct: float | None
    moved: float | None
    climbed: int | None


def pct(row: CoverageRow, measure: str) -> float | None:
    return percent(row.accessed if measure == "access" else row.on_duty, row.venues)


def ranked(
    peers: Sequence[RegionRow], now: Sequence[CoverageRow], before: Sequence[CoverageRow], address: Address
) -> list[Ranked]:
    """Peers by their rate, best first; equal rates share a place, regions without such venues are left out."""

    def rates(rows: Sequence[CoverageRow]) -> dict[int, CoverageRow]:
        return {row.adcode: row for row in rows if row.category == address.category and row.venues}

    def places(rows: dict[int, CoverageRow]) -> dict[int, int]:
        mine = {
            region.adcode: pct(rows[region.adcode], address.measure) or 0 for region in peers if region.adcode in rows
        }
        return {adcode: 1 + sum(other > value for other in mine.values()) for adcode, value in mine.items()}

    rows, earlier = rates(now), rates(before)
    place, place_before = places(rows), places(earlier)
    listed = []
    for region in peers:
        if region.adcode not in rows:
            continue
        value = pct(rows[region.adcode], address.measure)
        old = pct(earlier[region.adcode], address.measure) if region.adcode in earlier else None
        moved = None if value is None or old is None else round(value - old, 1)
        climbed = place_before[region.adcode] - place[region.adcode] if region.adcode in place_before else None
        listed.append(Ranked(place[region.adcode], region, rows[region.adcode], value, moved, climbed))
    return sorted(listed, key=lambda entry: (entry.place, entry.region.adcode))


def heat_cells(
    order: Sequence[RegionRow], rows: Sequence[CoverageRow], measure: str, address: Address
) -> tuple[list[str], list[list[HeatCell]]]:
    """Categories that occur, and a line of cells for each region."""
    by_key = {(row.adcode, row.category): row for row in rows}
    categories = [c for c in (*BULLETIN_CATEGORIES, "all") if any((r.adcode, c) in by_key for r in order)]
    layer = "" if measure == "access" else "&layer=duty"
    cells = []
    for region in order:
        line = []
        for category in categories:
            row = by_key.get((region.adcode, category))
            href = f"/?area={region.adcode}&category={category}&as_of={address.as_of.isoformat()}{layer}"
            if row is None:
                line.append(HeatCell(None, 0, 0, href))
            else:
                part = row.accessed if measure == "access" else row.on_duty
                line.append(HeatCell(pct(row, measure), part, row.venues, href))
        cells.append(line)
    return list(categories), cells
