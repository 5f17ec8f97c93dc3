"""A bulletin's copy as an Excel workbook: the tables as printed, every figure, and every venue behind them."""

from collections.abc import Iterable, Sequence
from itertools import chain

from db.rules.access_scope import region_range
from db.rules.bulletin_problems import PROBLEMS, Standing, VenueLine
from db.rules.bulletin_template import SUB_TYPES, name_of
from db.rules.measures import MeasureKey
from db.rules.snapshot_form import FigureLine
from db.rules.venue_categories import Category
from portal.exports.bulletins.paper import Grid, Item, Paper, Source, named
from portal.exports.bulletins.sheets import Cell, Sheet, Style
from portal.exports.bulletins.sheets import workbook as written

NAMES = {
    MeasureKey.ACCESS: "接入率",
    MeasureKey.PROVEN_ONLINE: "实证在线率",
    MeasureKey.DECLARED_DUTY: "值班值守率",
    MeasureKey.VERIFIED_DUTY: "值班值守证实率",
    MeasureKey.ALARMS_ON_TIME: "告警按时处置率",
    MeasureKey.ALARMS_OVERDUE: "告警超时处置率",
    MeasureKey.ALARMS_UNHANDLED: "告警未处置率",
    MeasureKey.HAZARDS_CLOSED: "隐患销号率",
    MeasureKey.MILESTONE: "按期接入率",
}
"""The measures as the bulletin writes them, whatever language the screen speaks."""


CATEGORY_NAMES: dict[str, str] = {"all": "合计", **{c.value: name_of(c) for c in Category}}
CATEGORY_NAMES |= {sub_type.value: name for sub_type, name in SUB_TYPES.items()}


def measure_name(key: str) -> str:
    return PROBLEMS[key].title if key in PROBLEMS else NAMES[MeasureKey(key)]


def category_name(category: str) -> str:
    return CATEGORY_NAMES.get(category, category)


def workbook(paper: Paper, source: Source, region: int) -> bytes:
    """The copy as an .xlsx: numbers as numbers, heads that stay in sight and repeat on every printed page."""
    made = [
        Sheet("通报数据", (26, 14, 14, 12, 12, 16, 14, 12), _tables(paper)),
        _list("全部指标", FIGURE_HEAD, figure_rows(source, region), (10, 14, 18, 26, 10, 10, 12, 10)),
    ]
    for problem in PROBLEMS.values():
        if listed := named(source, region, problem):
            head = ["序号", "县（市、区）", "场所名称", "场所类别", f"数量（{problem.unit}）"]
            made.append(_list(problem.title, head, _named(listed, source), (8, 16, 40, 20, 12)))
    widths = (12, 40, 18, 12, 16, *[10] * len(MeasureKey))
    return written([*made, _list("场所明细", VENUE_HEAD, venue_rows(source, region), widths)])


def _list(title: str, head: Sequence[Cell], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> Sheet:
    return Sheet(title, widths, chain([(Style.HEAD, head)], ((Style.PLAIN, row) for row in rows)), head=1)


def _named(listed: Sequence[tuple[VenueLine, int]], source: Source) -> Iterable[list[Cell]]:
    for i, (venue, n) in enumerate(listed, 1):
        yield [i, source.regions.get(venue.county, ""), venue.name, category_name(venue.category), n]


def _tables(paper: Paper) -> Iterable[tuple[Style, Sequence[Cell]]]:
    """Every table that stands on paper, but the lists of names, one below the other."""
    yield Style.TITLE, [f"{paper.title}{paper.volume}"]
    yield Style.PLAIN, [f"{paper.number or '（草稿，未印发）'}　{paper.source}"]
    parts: list[tuple[str, Sequence[Item]]] = [("", paper.items), *paper.annexes]
    for head, items in parts:
        for grid in items:
            if isinstance(grid, Grid) and grid.has_total:
                yield Style.PLAIN, []
                yield Style.PLAIN, [grid.caption or head]
                yield Style.HEAD, [column.head for column in grid.columns]
                for row in grid.rows:
                    yield Style.BOXED, [_number(text) for text in row]


def _number(text: str) -> Cell:
    """Numbers as numbers, rates too, so that a spreadsheet can go on with them."""
    if text.isdigit():
        return int(text)
    return round(float(text[:-1]) / 100, 5) if text.endswith("%") else text


FIGURE_HEAD = ["地区代码", "地区", "场所类别", "指标", "分子", "分母", "暂不计入", "比率（%）"]


def figure_rows(source: Source, region: int) -> Iterable[list[Cell]]:
    """Every figure of the region and of what lies inside it."""
    lo, hi = region_range(region)
    for (measure, adcode, category), count in source.figures.counts.items():
        if lo <= adcode <= hi:
            line = FigureLine(measure, "", adcode, count.name, category, count.numerator, count.denominator)
            place: list[Cell] = [adcode, count.name, category_name(category), measure_name(measure)]
            yield [*place, count.numerator, count.denominator, count.excluded, line.rate_pct]


VENUE_HEAD = ["场所编号", "场所名称", "场所类别", "县代码", "县（市、区）", *(NAMES[key] for key in MeasureKey)]


def venue_rows(source: Source, region: int) -> Iterable[list[Cell]]:
    """Every venue, and its part in every measure: 是, 否, 暂不计入; of alarms and hazards n of m."""
    lo, hi = region_range(region)
    for venue in source.venues:
        if lo <= venue.county <= hi:
            yield [
                venue.venue_id,
                venue.name,
                category_name(venue.category),
                venue.county,
                source.regions.get(venue.county, ""),
                *(_part(venue.at(key), key) for key in MeasureKey),
            ]


def _part(standing: Standing, key: MeasureKey) -> str:
    if standing.excluded and not standing.of:
        return "暂不计入"
    if not standing.of:
        return ""
    if key in COUNTED:
        return f"{standing.counts}/{standing.of}"
    return "是" if standing.counts else "否"


COUNTED = frozenset(
    {MeasureKey.ALARMS_ON_TIME, MeasureKey.ALARMS_OVERDUE, MeasureKey.ALARMS_UNHANDLED, MeasureKey.HAZARDS_CLOSED}
)
"""Measures that count alarms or hazards, not venues."""
