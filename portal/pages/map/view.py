"""What the map page shows, read from its address and from the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from db.queries.map_figures import AreaFigure
from db.queries.regions import RegionRow
from db.rules.access_scope import region_range
from db.rules.map_layers import FROM_HISTORY, Layer
from db.rules.map_shapes import Shape, circle_of, lasso_of
from db.rules.venue_categories import Category
from portal import asking, region_tiles, regions, words
from portal.address import day_of, number_of
from portal.pages.map.layers import Scale, shown_value, value_text

ASKS = ("smoke", "stations", "density", "hot", "hot-cells")
"""Questions that the map answers."""


@dataclass(frozen=True, slots=True)
class Address:
    """The whole view, as the address bar holds it."""

    area: int
    layer: Layer
    category: str
    as_of: date
    ask: str = ""
    near: str = ""
    lasso: str = ""
    at: str = ""
    """Where the map looks, `lng,lat,zoom`, where somebody moved it."""

    @classmethod
    def parse(cls, today: date, **query: str) -> "Address":
        """Unusable or out-of-scope parts fall back to the reader's home and today."""
        home = asking.current().home
        area = number_of(query.get("area")) or home
        if area not in regions.tree().by_adcode or not regions.is_at_home(area):
            area = home
        layer, category, ask = query.get("layer", ""), query.get("category", "all"), query.get("ask", "")
        near, lasso = query.get("near", ""), query.get("lasso", "")
        return cls(
            area,
            Layer(layer) if layer in list(Layer) else Layer.ACCESS,
            category if category in list(Category) else "all",
            day_of(query.get("as_of"), today) or today,
            ask if ask in ASKS else "",
            near if circle_of(near) else "",
            lasso if not circle_of(near) and lasso_of(lasso) else "",
            query.get("at", "") if _is_place(query.get("at", "")) else "",
        )

    @property
    def shape(self) -> Shape | None:
        """What was drawn to choose venues by."""
        return circle_of(self.near) or lasso_of(self.lasso)

    @property
    def narrowed(self) -> Category | None:
        """The one category, or None for all."""
        return None if self.category == "all" else Category(self.category)

    def query(self, today: date, **changed: Any) -> str:
        """The address's query part, with what is usual left out. Another area is looked at as a whole."""
        kept = {"area": self.area, "layer": self.layer, "category": self.category, "as_of": self.as_of}
        kept |= {"ask": self.ask, "near": self.near, "lasso": self.lasso}
        kept |= {"at": "" if "area" in changed else self.at}
        usual = {"area": asking.current().home, "layer": "access", "category": "all", "as_of": today}
        parts = kept | changed
        shown = [
            f"{name}={quote(str(value), safe=',;:-')}"
            for name, value in parts.items()
            if value != usual.get(name, "") and value is not None
        ]
        return "?" + "&".join(shown) if shown else "/"


def _is_place(written: str) -> bool:
    try:
        lng, lat, zoom = map(float, written.split(","))
    except ValueError:
        return False
    return 70 <= lng <= 140 and 0 <= lat <= 56 and 3 <= zoom <= 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """What of the view the record gave."""

    figures: Mapping[int, AreaFigure]
    scale: Scale
    alarms: Sequence[Mapping[str, Any]]
    alarms_at: datetime
    letters: str
    version: int
    overlay: Mapping[str, Any] | None = None
    """What an answer to a question draws: features, and colours of counties."""


def map_data(address: Address, area: RegionRow, drawn: Drawn, today: date) -> dict[str, Any]:
    """The map engine's view."""
    return {
        "area": area.adcode,
        "level": area.level,
        "bounds": [area.west, area.south, area.east, area.north],
        "padding": {"top": 20, "right": 56, "bottom": 118, "left": 24},
        "at": [float(part) for part in address.at.split(",")] if address.at else None,
        "areas": _areas(address, area, drawn),
        "labels": [] if area.level == "county" else _labels(address, area, drawn),
        "measure": _measure(address.layer),
        "tiles": _tiles(address, drawn.version),
        "regions": region_tiles.source(),
        "letters": drawn.letters,
        "alarms": drawn.alarms if address.as_of == today else [],
        "alarmsAt": drawn.alarms_at.isoformat() if address.as_of == today else None,
        "overlay": drawn.overlay,
        "shape": {"near": address.near, "lasso": address.lasso},
        "layer": address.layer,
        "category": address.category,
        "as_of": address.as_of.isoformat(),
    }


def _areas(address: Address, area: RegionRow, drawn: Drawn) -> dict[int, dict[str, Any]]:
    lo, hi = region_range(area.adcode)
    painted = (drawn.overlay or {}).get("areas")
    return {
        county.adcode: {
            "name": regions.name(county),
            "text": (painted or {}).get(county.adcode, {}).get("text")
            or value_text(address.layer, drawn.figures.get(county.adcode)),
            "inside": lo <= county.adcode <= hi,
            "colour": painted.get(county.adcode, {}).get("colour", "")
            if painted is not None
            else drawn.scale.colour(drawn.figures.get(county.adcode)),
        }
        for county in regions.tree().level("county")
    }


def _labels(address: Address, area: RegionRow, drawn: Drawn) -> list[dict[str, Any]]:
    return [
        {
            "adcode": region.adcode,
            "lng": region.lng,
            "lat": region.lat,
            "name": regions.short_name(region),
            "text": "" if address.ask else shown_value(address.layer, drawn.figures.get(region.adcode)),
        }
        for region in regions.tree().children(area.adcode)
    ]


def _measure(layer: Layer) -> str:
    """The property by which a venue's point is coloured."""
    return {Layer.ACCESS: "accessed", Layer.DUTY: "on_duty"}.get(layer, "stands")


def _tiles(address: Address, version: int) -> str:
    chosen = "" if address.category == "all" else f"&category={address.category}"
    of_layer = f"&v={version}" if address.layer in FROM_HISTORY else f"&layer={address.layer}"
    return f"/tiles/venues/{{z}}/{{x}}/{{y}}.mvt?as_of={address.as_of.isoformat()}{chosen}{of_layer}"


def today_in_shanghai(now: datetime) -> date:
    return now.astimezone(words.HERE).date()
