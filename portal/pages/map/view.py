"""What the map page shows, read from its address and from the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db.queries.coverage import CoverageRow
from db.queries.regions import RegionRow
from db.rules.access_scope import region_range
from db.rules.coverage import percent
from db.rules.venue_categories import Category
from portal import asking, regions, words
from portal.address import day_of, number_of
from portal.figures import palette

LAYERS = ("access", "duty")


@dataclass(frozen=True, slots=True)
class Address:
    """The whole view, as the address bar holds it."""

    area: int
    layer: str
    category: str
    as_of: date

    @classmethod
    def parse(cls, today: date, **query: str) -> "Address":
        """Unusable or out-of-scope parts fall back to the reader's home and today."""
        home = asking.current().home
        area = number_of(query.get("area")) or home
        lo, hi = region_range(home)
        if area not in regions.tree().by_adcode or not lo <= area <= hi:
            area = home
        as_of = day_of(query.get("as_of"), today) or today
        layer = query.get("layer", "access")
        category = query.get("category", "all")
        return cls(
            area,
            layer if layer in LAYERS else "access",
            category if category in list(Category) else "all",
            as_of,
        )

    def query(self, today: date, **changed: Any) -> str:
        """The address's query part, with what is usual left out."""
        parts = {"area": self.area, "layer": self.layer, "category": self.category, "as_of": self.as_of} | changed
        usual = {"area": asking.current().home, "layer": "access", "category": "all", "as_of": today}
        shown = [f"{name}={value}" for name, value in parts.items() if value != usual[name]]
        return "?" + "&".join(shown) if shown else "/"


def measured(row: CoverageRow, layer: str) -> int:
    """Numerator of the layer's rate."""
    return row.accessed if layer == "access" else row.on_duty


def rate(row: CoverageRow, layer: str) -> float | None:
    return percent(measured(row, layer), row.venues)


def _text(row: CoverageRow | None, layer: str) -> str:
    if row is None:
        return "–"
    return f"{words.pct(rate(row, layer))} · {words.count(measured(row, layer))}/{words.count(row.venues)}"


def map_data(
    address: Address,
    area: RegionRow,
    figures: Sequence[CoverageRow],
    alarms: list[dict[str, Any]],
    letters: str,
    today: date,
) -> tuple[dict[str, Any], tuple[float, float]]:
    """The map engine's view, and the colour scale's bounds in percent."""
    tree = regions.tree()
    by_area = {row.adcode: row for row in figures if row.category == address.category}
    lo, hi = region_range(area.adcode)
    counties = tree.level("county")
    rates = [rate(by_area[c.adcode], address.layer) for c in counties if c.adcode in by_area]
    bounds = palette.rate_bounds([value for value in rates if value is not None])
    areas = {
        county.adcode: {
            "name": regions.name(county),
            "text": _text(by_area.get(county.adcode), address.layer),
            "inside": lo <= county.adcode <= hi,
            "colour": palette.colour(
                rate(by_area[county.adcode], address.layer) if county.adcode in by_area else None, bounds
            ),
        }
        for county in counties
    }
    labelled = [area] if area.level == "county" else tree.children(area.adcode)
    labels = [
        {
            "lng": region.lng,
            "lat": region.lat,
            "name": regions.short_name(region),
            "text": words.pct(rate(by_area[region.adcode], address.layer)) if region.adcode in by_area else "–",
        }
        for region in labelled
    ]
    chosen = "" if address.category == "all" else f"&category={address.category}"
    return {
        "area": area.adcode,
        "level": area.level,
        "bounds": [area.west, area.south, area.east, area.north],
        "areas": areas,
        "labels": [] if area.level == "county" else labels,
        "measure": "accessed" if address.layer == "access" else "on_duty",
        "tiles": f"/tiles/venues/{{z}}/{{x}}/{{y}}.mvt?as_of={address.as_of.isoformat()}{chosen}",
        "letters": letters,
        "alarms": alarms if address.as_of == today else [],
    }, bounds


def today_in_shanghai(now: datetime) -> date:
    return now.astimezone(words.HERE).date()
