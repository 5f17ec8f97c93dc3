"""What the rankings page shows: one measure, as its address says, and everything read for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from db.queries import excused_venues, measures, movers
from db.queries.measures import Figure, Settlement, VenueBehind
from db.queries.movers import Mover
from db.queries.regions import RegionRow
from db.rules.measures import BY_KEY, Measure, MeasureKey
from db.rules.ranking import Place, Rate, places
from db.rules.venue_categories import BULLETIN_CATEGORIES, Category, SubType
from portal import asking, regions
from portal.address import day_of, number_of
from portal.remembered import Remembered

HALF_MONTH = timedelta(days=15)
ALL = "all"
CHOICES = (ALL, *BULLETIN_CATEGORIES, *SubType)
FORMERLY = {"duty": MeasureKey.DECLARED_DUTY}
"""Names of measures in addresses that people keep."""
SHOWS = ("missing", "counts", "excluded")
_figures = Remembered(30)
_looked = Remembered(30)
"""As long as the ranking beside it, so that what is excused meanwhile is shown by both within half a minute."""


@dataclass(frozen=True, slots=True)
class Address:
    """The whole view, as the address bar holds it."""

    as_of: date
    before: date
    category: str
    measure: MeasureKey
    within: int
    """The region whose children are ranked."""
    unit: int
    """The region that is looked into; `within` itself where none is chosen."""
    show: str
    """Which of its venues are listed: missing, counts or excluded."""

    @classmethod
    def parse(cls, today: date, **query: str) -> "Address":
        as_of = day_of(query.get("as_of"), today) or today
        before = day_of(query.get("before"), today) or as_of - HALF_MONTH
        within = _within(number_of(query.get("within")))
        unit, tree = number_of(query.get("unit")) or within, regions.tree()
        if unit not in tree.by_adcode or within not in {row.adcode for row in tree.path(unit)}:
            unit = within
        return cls(
            as_of,
            before if before <= as_of else as_of - HALF_MONTH,
            query.get("category", ALL) if query.get("category") in CHOICES else ALL,
            _measure(query.get("measure", "")),
            within,
            unit,
            query.get("show", "missing") if query.get("show") in SHOWS else "missing",
        )

    @property
    def definition(self) -> Measure:
        return BY_KEY[self.measure]

    def query(self, today: date, **changed: Any) -> str:
        """The address of this view with some things changed; what is usual is left out."""
        new = replace(self, **changed) if "as_of" not in changed or changed["as_of"] != "DAY" else self
        if "within" in changed and "unit" not in changed:
            new = replace(new, unit=new.within)
        parts: dict[str, Any] = {
            "as_of": new.as_of,
            "before": new.before,
            "category": new.category,
            "measure": new.measure,
            "within": new.within,
            "unit": new.unit,
            "show": new.show,
        } | {name: value for name, value in changed.items() if value == "DAY"}
        if changed.get("as_of") == "DAY":
            del parts["before"]  # another day is compared with its own half month before
        usual = {
            "as_of": today,
            "before": new.as_of - HALF_MONTH,
            "category": ALL,
            "measure": MeasureKey.ACCESS,
            "within": asking.current().home,
            "unit": new.within,
            "show": "missing",
        }
        shown = [f"{name}={value}" for name, value in parts.items() if value != usual[name]]
        return "/rankings" + ("?" + "&".join(shown) if shown else "")


def _measure(name: str) -> MeasureKey:
    return MeasureKey(name) if name in list(MeasureKey) else MeasureKey.ACCESS


def _within(asked: int | None) -> int:
    tree, home = regions.tree(), asking.current().home
    within = asked or home
    if within not in tree.by_adcode or home not in {row.adcode for row in tree.path(within)}:
        within = home
    if tree.one(within).level == "county":
        return tree.one(within).parent or within
    return within


@dataclass(frozen=True, slots=True)
class Ranked:
    """One region with its place and figure."""

    region: RegionRow
    place: Place
    figure: Figure


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page shows of an address; figures are empty before the measure's first day."""

    address: Address
    listed: tuple[Ranked, ...]
    whole: tuple[Place, Figure] | None
    """The region that holds them all."""
    figures: dict[tuple[int, str], Figure]
    minimum: int
    settlement: Settlement | None
    """None for what is known of every day."""

    @property
    def is_known(self) -> bool:
        """False before the first day that the measure can be asked for."""
        return self.settlement is None or self.settlement.first_day <= self.address.as_of


def read(address: Address) -> Shown:
    """The regions in order, and every category's figures beside them."""
    tree = regions.tree()
    peers = tree.children(address.within)
    level = {"province": "city", "city": "county"}[tree.one(address.within).level]
    now, before = _standing(address, address.as_of, level), _standing(address, address.before, level)
    whole_level = tree.one(address.within).level
    own, own_before = _standing(address, address.as_of, whole_level), _standing(address, address.before, whole_level)
    with asking.reading() as session:
        minimum = excused_venues.minimum(session, address.measure)
        settlement = measures.settlings(session).get(address.measure)
    is_high = address.definition.is_better_high
    keys = [region.adcode for region in peers]
    placed = places(keys, _rates(now, address), _rates(before, address), minimum, is_better_high=is_high)
    by_code = {region.adcode: region for region in peers}
    figures = {(figure.adcode, figure.category): figure for figure in (*now, *own)}
    whole = places([address.within], _rates(own, address), _rates(own_before, address), 1, is_better_high=is_high)
    return Shown(
        address,
        tuple(Ranked(by_code[place.key], place, figures[place.key, address.category]) for place in placed),
        (whole[0], figures[address.within, address.category]) if whole else None,
        figures,
        minimum,
        settlement,
    )


def _rates(figures: Sequence[Figure], address: Address) -> dict[int, Rate]:
    return {f.adcode: Rate(f.numerator, f.denominator) for f in figures if f.category == address.category}


def _standing(address: Address, day: date, level: str) -> list[Figure]:
    def make() -> list[Figure]:
        with asking.reading() as session:
            return measures.figures(session, address.measure, day, level, address.within)

    return _figures.get((asking.current().scope, address.measure, day, level, address.within), make)


@dataclass(frozen=True, slots=True)
class Looked:
    """One region looked into: its figure, what would move it, and the first of the venues that are asked for."""

    region: RegionRow
    figure: Figure | None
    movers: tuple[Mover, ...]
    venues: tuple[VenueBehind, ...]

    def count(self, show: str) -> int:
        """How many are missing, count, or are excluded."""
        if self.figure is None:
            return 0
        figure = self.figure
        missing = figure.denominator - figure.numerator
        return {"missing": missing, "counts": figure.numerator, "excluded": figure.excluded}[show]


MOST_VENUES = 60
"""Listed on the page; the download holds all."""


def look_into(address: Address, now: datetime) -> Looked:
    """The figure and the venues behind it are of one moment, of the last half minute."""
    region, measure, day = regions.tree().one(address.unit), address.measure, address.as_of
    asked = movers.Asked(measure, day, address.unit, address.category, address.show, MOST_VENUES)

    def make() -> Looked:
        with asking.reading() as session:
            figures = measures.figures(session, measure, day, region.level, address.unit)
            figure = next((f for f in figures if f.adcode == address.unit and f.category == address.category), None)
            moving, venues = movers.look(session, asked, figure.denominator if figure else 0, now)
        return Looked(region, figure, tuple(moving), tuple(venues))

    return _looked.get((asking.current().scope, asked), make)


def all_behind(address: Address) -> list[VenueBehind]:
    with asking.reading() as session:
        return measures.behind(session, address.measure, address.as_of, address.unit, address.category)


def heat_columns(shown: Shown) -> list[str]:
    """The categories that occur, sub-types where one of them was chosen, and all."""
    order = list(SubType) if shown.address.category in list(SubType) else list(BULLETIN_CATEGORIES)
    found = {category for _region, category in shown.figures}
    return [category for category in (*order, ALL) if category in found]


def is_sub_type(category: str) -> bool:
    return category not in (*Category, ALL)
