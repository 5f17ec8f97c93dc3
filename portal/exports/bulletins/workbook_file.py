"""A bulletin's copy as an Excel workbook: the tables as printed, every figure, and every venue behind them."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from db.rules.access_scope import region_range
from db.rules.bulletin_problems import PROBLEMS, Standing
from db.rules.bulletin_template import name_of
from db.rules.measures import MeasureKey
from db.rules.snapshot_form import FigureLine
from db.rules.venue_categories import Category
from db.venue_import.refused_rows import harmless
from portal.exports.bulletins.paper import Grid, Item, Paper, Source, named

Cell = str | int | float | None

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
_FILL = PatternFill("solid", fgColor="FFEDEFF3")
_EDGE = Side(style="thin", color="FF9A9A9A")
_BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_HEAD = Font(name="黑体", size=11)
_TITLE = Font(name="方正小标宋简体", size=16)
_BODY = Font(name="宋体", size=11)


def measure_name(key: str) -> str:
    return PROBLEMS[key].title if key in PROBLEMS else NAMES[MeasureKey(key)]


def category_name(category: str) -> str:
    return "合计" if category == "all" else name_of(Category(category)) if category in list(Category) else category


def workbook(paper: Paper, source: Source, region: int) -> bytes:
    """The copy as an .xlsx: numbers as numbers, heads that stay in sight and repeat on every printed page."""
    book = Workbook(write_only=True)
    _tables(book, paper)
    _plain(book, "全部指标", FIGURE_HEAD, figure_rows(source, region), (10, 14, 18, 26, 10, 10, 12, 10))
    for problem in PROBLEMS.values():
        if listed := named(source, region, problem):
            rows: Iterable[list[Cell]] = (
                [i, source.regions.get(v.county, ""), v.name, category_name(v.category), n]
                for i, (v, n) in enumerate(listed, 1)
            )
            head = ["序号", "县（市、区）", "场所名称", "场所类别", f"数量（{problem.unit}）"]
            _plain(book, problem.title[:31], head, rows, (8, 16, 40, 20, 12))
    _plain(book, "场所明细", VENUE_HEAD, venue_rows(source, region), (12, 40, 18, 12, 16, *[10] * len(MeasureKey)))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _tables(book: Workbook, paper: Paper) -> None:
    """Every table that stands on paper, but the lists of names, one below the other."""
    sheet: Any = book.create_sheet("通报数据")
    for place, width in enumerate((26, 14, 14, 12, 12, 16, 14, 12), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    _line(sheet, f"{paper.title}{paper.volume}", _TITLE)
    _line(sheet, f"{paper.number or '（草稿，未印发）'}　{paper.source}", _BODY)
    for caption, grid in _grids(paper):
        sheet.append([])
        _line(sheet, caption, _HEAD)
        sheet.append([_cell(sheet, column.head, _HEAD, _FILL) for column in grid.columns])
        for row in grid.rows:
            sheet.append([_cell(sheet, _number(text), _BODY) for text in row])


def _grids(paper: Paper) -> Iterable[tuple[str, Grid]]:
    parts: list[tuple[str, Sequence[Item]]] = [("", paper.items), *paper.annexes]
    for head, items in parts:
        for item in items:
            if isinstance(item, Grid) and item.has_total:
                yield item.caption or head, item


def _number(text: str) -> Cell:
    """Numbers as numbers, rates too, so that a spreadsheet can go on with them."""
    if text.isdigit():
        return int(text)
    if text.endswith("%"):
        return float(text[:-1]) / 100
    return str(harmless(text))


def _cell(sheet: Any, value: Cell, font: Font, fill: PatternFill | None = None) -> Any:
    cell: Any = WriteOnlyCell(sheet, value=value)
    cell.font, cell.border, cell.alignment = font, _BOX, _CENTRE
    if isinstance(value, float):
        cell.number_format = "0.0%"
    if fill is not None:
        cell.fill = fill
    return cell


def _line(sheet: Any, text: str, font: Font) -> None:
    cell: Any = WriteOnlyCell(sheet, value=text)
    cell.font = font
    sheet.append([cell])


def _plain(
    book: Workbook, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]
) -> None:
    sheet: Any = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    heads = [WriteOnlyCell(sheet, value=name) for name in head]
    for cell in heads:
        cell.font, cell.fill, cell.alignment = _HEAD, _FILL, _CENTRE
    sheet.append(heads)
    for row in rows:
        sheet.append([harmless(cell) if isinstance(cell, str) else cell for cell in row])


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
