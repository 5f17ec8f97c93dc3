"""A copy of a bulletin ready to be written: headings, paragraphs, tables and bars, whatever the format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from db.rules.access_scope import region_range
from db.rules.bulletin import BlockKind, Bulletin, Said, said, volume
from db.rules.bulletin_figures import Count, Figures, chinese_day, rate
from db.rules.bulletin_problems import PROBLEMS, Problem, VenueLine
from db.rules.bulletin_template import name_of
from db.rules.coverage import percent
from db.rules.measures import MeasureKey
from db.rules.venue_categories import BULLETIN_CATEGORIES, Category

ALL = "all"
LONGEST_TITLE_LINE = 20
"""Characters of 22 points across 156 mm."""
MOST_NAMES = 400
"""Names in one list on paper; a longer one stands in the workbook, and its numbers by region here."""


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that the copies of one bulletin are made from; the figures and venues of the reader's scope."""

    document: Bulletin
    figures: Figures
    venues: Sequence[VenueLine]
    regions: Mapping[int, str]
    snapshot_number: int
    snapshot_sha256: str


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """`cm` is its width on paper; text stands left, numbers in the middle."""

    head: str
    cm: float
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose head stands again on every page; a total line is bold."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    has_total: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bars:
    """Rates in percent of some regions, a bar each for every series; None where there is nothing to measure."""

    caption: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


Item = Heading | Paragraph | Grid | Bars


@dataclass(frozen=True, slots=True)
class Paper:
    """One copy."""

    title: str
    volume: str
    number: str
    addressed_to: str
    issuer: str
    issued_on: str
    items: tuple[Item, ...]
    annexes: tuple[tuple[str, tuple[Item, ...]], ...] = field(default=())
    replaces: str = ""
    source: str = ""
    """Which frozen figures it was made from."""

    @property
    def is_draft(self) -> bool:
        return not self.number

    @property
    def title_lines(self) -> tuple[str, ...]:
        """The title over two lines where it is long, never broken within brackets."""
        if len(self.title) <= LONGEST_TITLE_LINE:
            return (self.title,)
        outside = [i for i in range(1, len(self.title)) if self.title[:i].count("（") == self.title[:i].count("）")]
        beside = {i for i in outside if self.title[i] == "（" or self.title[i - 1] == "）"}
        middle = min(outside, key=lambda i: abs(2 * i - len(self.title)) - (4 if i in beside else 0))
        return self.title[:middle], self.title[middle:]


def paper(source: Source, region: int) -> Paper:
    """The copy of a region: nothing in it is of any other."""
    document = source.document.copy_for(region)
    writer = _Writer(source, document)
    body: list[Item] = []
    annexes: list[tuple[str, tuple[Item, ...]]] = []
    for section in said(document, source.figures):
        items = [item for each in section.blocks for item in writer.items(each)]
        if section.section.is_annex:
            annexes.append((section.head, tuple(items)))
        else:
            body += [*([Heading(section.head)] if section.head else []), *items]
    return Paper(
        document.title,
        volume(document, source.figures),
        document.number,
        document.addressed_to,
        document.issuer,
        chinese_day(document.issued_on) if document.issued_on else "",
        tuple(body),
        tuple(annexes),
        document.replaces,
        f"全部数据取自平台第{source.snapshot_number}号冻结数据，截至{chinese_day(document.as_of)}，"
        f"校验码{source.snapshot_sha256[:16]}。",
    )


def items_of(source: Source, document: Bulletin, each: Said) -> list[Item]:
    """What one block of a copy comes to."""
    return _Writer(source, document).items(each)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Turns the blocks of one copy into items."""

    source: Source
    document: Bulletin

    def items(self, each: Said) -> list[Item]:
        if each.block.kind is BlockKind.TEXT:
            return [Paragraph(line.strip()) for line in each.text.splitlines() if line.strip()]
        if each.block.kind is BlockKind.CHART:
            return [self._bars(each)]
        if each.block.kind is BlockKind.NAMES:
            return [self._names(PROBLEMS[each.block.of])]
        return [self._table(each)]

    def _table(self, each: Said) -> Grid:
        which, _slash, category = each.block.of.partition("/")
        return self._categories(each.text) if which == "categories" else self._parts(category)

    def _counts(self, adcode: int, category: str) -> tuple[Count, Count]:
        figures = self.source.figures
        return figures.get(MeasureKey.ACCESS, adcode, category), figures.get(MeasureKey.DECLARED_DUTY, adcode, category)

    def _categories(self, caption: str) -> Grid:
        """Each category of the region, and all of them."""
        rows = []
        for category in (*BULLETIN_CATEGORIES, ALL):
            access, duty = self._counts(self.document.region, category)
            if access.denominator or category == ALL:
                name = "合计" if category == ALL else name_of(Category(category))
                rows.append((name, *_five(access, duty)))
        columns = (Column("场所类别", 4.2, True), *_FIVE)
        return Grid(caption, columns, tuple(rows), has_total=True)

    def _parts(self, category: str) -> Grid:
        """The region's parts by their access rate, each with its place in both rates, and the whole."""
        figures, region = self.source.figures, self.document.region
        parts = [part for part in figures.parts.get(region, ()) if self._counts(part, category)[0].denominator]
        counted = {part: self._counts(part, category) for part in parts}
        place, duty_place = (_places({part: counts[i] for part, counts in counted.items()}) for i in (0, 1))
        rows = []
        for part in sorted(parts, key=lambda part: (place[part], part)):
            access, duty = counted[part]
            of, got, got_pct, watched, watched_pct = _five(access, duty)
            rows.append((access.name, of, got, got_pct, str(place[part]), watched, watched_pct, str(duty_place[part])))
        of, got, got_pct, watched, watched_pct = _five(*self._counts(region, category))
        rows.append(("合计", of, got, got_pct, "", watched, watched_pct, ""))
        columns = (Column("地区", 3.2, True), *_FIVE[:3], Column("位次", 1.3), *_FIVE[3:], Column("位次", 1.3))
        return Grid("", columns, tuple(rows), has_total=True)

    def _bars(self, each: Said) -> Bars:
        figures, measures = self.source.figures, each.block.of.split(",")
        rows = []
        for part in figures.parts.get(self.document.region, ()):
            counts = [figures.get(measure, part, ALL) for measure in measures]
            rows.append((figures.names[part], tuple(percent(c.numerator, c.denominator) for c in counts)))
        return Bars(each.text, tuple(_RATES[measure] for measure in measures), tuple(rows))

    def _names(self, problem: Problem) -> Grid:
        """Venues by name; on paper a long list is told by region instead."""
        listed = named(self.source, self.document.region, problem)
        if len(listed) > MOST_NAMES:
            return self._numbers(problem, len(listed))
        regions = self.source.regions
        rows = tuple(
            (str(i), regions.get(venue.county, ""), venue.name, name_of(Category(venue.category)), str(n))
            for i, (venue, n) in enumerate(listed, 1)
        )
        columns = (
            Column("序号", 1.3),
            Column("县（市、区）", 2.8, True),
            Column("场所名称", 6.6, True),
            Column("类别", 3.4, True),
        )
        if problem.unit == "家":
            return Grid("", columns, tuple(row[:-1] for row in rows))
        return Grid("", (*columns, Column(f"数量（{problem.unit}）", 1.6)), rows)

    def _numbers(self, problem: Problem, venues: int) -> Grid:
        figures = self.source.figures
        parts = figures.parts.get(self.document.region, ())
        rows = tuple(
            (count.name, str(count.numerator))
            for count in sorted(
                (figures.get(problem.key, part, ALL) for part in parts), key=lambda c: c.numerator, reverse=True
            )
            if count.numerator
        )
        note = f"名单共{venues}家，逐家名单见随文电子表格和各县（市、区）分册。"
        return Grid("", (Column("地区", 6.0, True), Column(f"数量（{problem.unit}）", 4.0)), rows, note=note)


_FIVE = (
    Column("应接入（家）", 2.1),
    Column("已接入（家）", 2.1),
    Column("接入率", 1.7),
    Column("值班值守（家）", 2.3),
    Column("值班值守率", 2.0),
)
_RATES = {MeasureKey.ACCESS.value: "接入率", MeasureKey.DECLARED_DUTY.value: "值班值守率"}


def _five(access: Count, duty: Count) -> tuple[str, str, str, str, str]:
    return str(access.denominator), str(access.numerator), rate(access), str(duty.numerator), rate(duty)


def _places(counts: Mapping[int, Count]) -> dict[int, int]:
    """Equal rates, as printed, share a place."""
    rates = {part: percent(c.numerator, c.denominator) or 0.0 for part, c in counts.items()}
    return {part: 1 + sum(other > mine for other in rates.values()) for part, mine in rates.items()}


def named(source: Source, region: int, problem: Problem) -> list[tuple[VenueLine, int]]:
    """The venues of a problem within a region, with how many (alarms, hazards) each has; by county and category."""
    lo, hi = region_range(region)
    order = {category.value: i for i, category in enumerate(Category)}
    day = source.document.as_of
    found = [
        (venue, problem.of_venue(venue, day).counts)
        for venue in source.venues
        if lo <= venue.county <= hi and venue.category in BULLETIN_CATEGORIES
    ]
    listed = [(venue, n) for venue, n in found if n]
    return sorted(listed, key=lambda each: (each[0].county, order[each[0].category], each[0].venue_id))
