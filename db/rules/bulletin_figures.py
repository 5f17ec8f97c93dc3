"""The figures that a bulletin may cite, and how it writes them.

A reference is `{measure/region/category/field}`, like `{access/360100/kindergarten/rate}`; `here` as region is the
region that a copy is for. Words that follow the copy: `{day}`, `{place}`, `{parts}`; `{nth}` numbers paragraphs.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from db.rules.bulletin_problems import PROBLEMS
from db.rules.coverage import percent
from db.rules.measures import BY_KEY, MeasureKey
from db.rules.measures import Counted as Unit
from db.rules.venue_categories import Category, SubType

HERE = "here"
IN_BRACES = re.compile(r"\{([^{}]*)\}")
REFERENCE = re.compile(r"(?P<measure>[a-z_]+)/(?P<region>here|\d{6})/(?P<category>[a-z_]+)/(?P<field>[a-z_0-9]+)")


class UnknownReference(ValueError):
    """Braces that name nothing which could be filled in; the message is what stands in them."""


class Counted(Protocol):
    """A figure: so many of so many, and those left out of both."""

    @property
    def measure(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def adcode(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def numerator(self) -> int: ...
    @property
    def denominator(self) -> int: ...
    @property
    def excluded(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Reference:
    """One citation, its region resolved."""

    measure: str
    adcode: int
    category: str
    field: str


@dataclass(frozen=True, slots=True)
class Count:
    """A figure's numbers; nought of nought where a region has no such venue."""

    name: str = ""
    numerator: int = 0
    denominator: int = 0
    excluded: int = 0

    @property
    def rest(self) -> int:
        return self.denominator - self.numerator


@dataclass(frozen=True, slots=True)
class Figures:
    """Every figure of one snapshot within reach, by measure, region and category."""

    counts: Mapping[tuple[str, int, str], Count]
    parts: Mapping[int, tuple[int, ...]]
    """Regions inside a region, one level down, that have any figure."""
    names: Mapping[int, str]
    measures: frozenset[str] = field(default=frozenset())
    categories: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, figures: Iterable[Counted]) -> "Figures":
        counts, names = {}, {}
        for each in figures:
            counts[str(each.measure), each.adcode, str(each.category)] = Count(
                each.name, each.numerator, each.denominator, each.excluded
            )
            names[each.adcode] = each.name
        inside: dict[int, list[int]] = {}
        for adcode in sorted(names):
            inside.setdefault(above(adcode), []).append(adcode)
        return cls(
            counts,
            {region: tuple(parts) for region, parts in inside.items()},
            names,
            frozenset(measure for measure, _adcode, _category in counts),
            frozenset(category for _measure, _adcode, category in counts),
        )

    def has(self, at: "Reference") -> bool:
        """False for a measure that was not known on the snapshot's day, and for a category that nothing is of."""
        return at.measure in self.measures and at.category in self.categories and at.adcode in self.names

    def get(self, measure: str, adcode: int, category: str) -> Count:
        return self.counts.get((measure, adcode, category)) or Count(self.names.get(adcode, ""))

    def of_parts(self, measure: str, adcode: int, category: str) -> dict[int, Count]:
        """The figure of each of the region's parts that has such venues, by code."""
        found = {part: self.get(measure, part, category) for part in self.parts.get(adcode, ())}
        return {part: count for part, count in found.items() if count.denominator}


def above(adcode: int) -> int:
    """The region one level up; the nation (0) above a province."""
    if adcode % 100:
        return adcode // 100 * 100
    return adcode // 10_000 * 10_000 if adcode % 10_000 else 0


def rate(count: Count, decimals: int = 1) -> str:
    """45.6%, 100%, 0%: half up, without a trailing nought, as the bulletins print; — where there is nothing."""
    value = percent(count.numerator, count.denominator, decimals)
    return "—" if value is None else f"{value:g}%"


def unit_of(measure: str) -> str:
    """家 of venues, 起 of alarms, 处 of hazards."""
    if measure in PROBLEMS:
        return PROBLEMS[measure].unit
    return {Unit.ALARMS: "起", Unit.HAZARDS: "处"}.get(BY_KEY[MeasureKey(measure)].counted, "家")


def _ordered(figures: Figures, at: Reference) -> list["Piece"]:
    unit, counts = unit_of(at.measure), figures.of_parts(at.measure, at.adcode, at.category)
    if len(counts) < 2:
        return []  # one alone is in no order
    order = sorted(counts, key=lambda part: counts[part].numerator / counts[part].denominator, reverse=True)
    pieces = []
    for part in order:
        c = counts[part]
        text = f"{c.name}{rate(c)}（{c.denominator}{unit}中{c.numerator}{unit}）"
        pieces.append(Piece(text, replace(at, adcode=part, field="rate")))
    return pieces


def _numbered(figures: Figures, at: Reference, of: Callable[[Count], int]) -> list["Piece"]:
    unit, counts = unit_of(at.measure), figures.of_parts(at.measure, at.adcode, at.category)
    most_first = sorted((part for part in counts if of(counts[part])), key=lambda part: of(counts[part]), reverse=True)
    return [
        Piece(f"{counts[part].name}{of(counts[part])}{unit}", replace(at, adcode=part, field="count"))
        for part in most_first
    ]


ONE: Mapping[str, Callable[[Count], str]] = {
    "count": lambda c: str(c.numerator),
    "of": lambda c: str(c.denominator),
    "rest": lambda c: str(c.rest),
    "excluded": lambda c: str(c.excluded),
    "rate": rate,
    "rate2": lambda c: rate(c, 2),
}
"""Fields that are one number."""
LISTS: Mapping[str, Callable[[Figures, Reference], list["Piece"]]] = {
    "order": _ordered,
    "counts": lambda figures, at: _numbered(figures, at, lambda c: c.numerator),
    "rests": lambda figures, at: _numbered(figures, at, lambda c: c.rest),
}
"""Fields that name the region's parts: by rate, by number, by what is missing."""
FIELDS = (*ONE, *LISTS)
MEASURES_KNOWN = frozenset({*MeasureKey, *PROBLEMS})
CATEGORIES_KNOWN = frozenset({*Category, *SubType, "all"})
WORDS = ("day", "place", "parts", "nth")


def resolved(written: str, region: int) -> Reference:
    """What stands in braces, for a copy of `region`; `UnknownReference` where it is none."""
    found = REFERENCE.fullmatch(written)
    if (
        found is None
        or found["field"] not in FIELDS
        or found["measure"] not in MEASURES_KNOWN
        or found["category"] not in CATEGORIES_KNOWN
    ):
        raise UnknownReference(written)
    adcode = region if found["region"] == HERE else int(found["region"])
    return Reference(found["measure"], adcode, found["category"], found["field"])


def cited(text: str, region: int) -> list[Reference]:
    """The figures that a text cites, in its order."""
    return [resolved(written, region) for written in IN_BRACES.findall(text) if written not in WORDS]


def value(figures: Figures, at: Reference) -> str:
    """What a reference says; `UnknownReference` where the snapshot has no such figure."""
    if not figures.has(at):
        raise UnknownReference(f"{at.measure}/{at.adcode}/{at.category}/{at.field}")
    if at.field in LISTS:
        return "、".join(piece.text for piece in LISTS[at.field](figures, at))
    return ONE[at.field](figures.get(at.measure, at.adcode, at.category))


def chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def words(figures: Figures, region: int, as_of: date) -> dict[str, str]:
    """What the words that follow a copy stand for."""
    whole = region % 10_000 == 0
    return {
        "day": chinese_day(as_of),
        "place": "全省" if whole else figures.names.get(region, ""),
        "parts": "各设区市" if whole else "各县（市、区）",
    }


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a filled text; with the reference that it came from, where it is a figure."""

    text: str
    reference: Reference | None = None


def _cited(figures: Figures, at: Reference) -> list[Piece]:
    """One number, or each part of a list with its own reference."""
    if at.field not in LISTS or not figures.has(at):
        return [Piece(value(figures, at), at)]
    pieces: list[Piece] = []
    for piece in LISTS[at.field](figures, at):
        pieces += [*([Piece("、")] if pieces else []), piece]
    return pieces


def filled(text: str, figures: Figures, region: int, as_of: date, nth: str = "") -> Sequence[Piece]:
    """The text with its figures filled in, piece by piece."""
    said = words(figures, region, as_of) | {"nth": nth}
    pieces: list[Piece] = []
    for place, part in enumerate(IN_BRACES.split(text)):
        if place % 2 == 0:
            if part:
                pieces.append(Piece(part))
        elif part in said:
            pieces.append(Piece(said[part]))
        else:
            pieces += _cited(figures, resolved(part, region))
    return pieces
