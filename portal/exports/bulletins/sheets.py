"""An .xlsx written straight through: openpyxl takes minutes for the hundred workbooks of one bulletin.

Strings stand in their cells (no shared table), numbers as numbers, five styles.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils import get_column_letter

from db.venue_import.refused_rows import harmless

Cell = str | int | float | None
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_NOT_A_NAME = re.compile(r"[\[\]:*?/\\]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


class Style(IntEnum):
    """Places in the list of formats of `_STYLES`."""

    PLAIN = 0
    TITLE = 1
    HEAD = 2
    BOXED = 3
    RATE = 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: rows of cells, each row in one style; `head` counts rows that stay in sight and repeat on paper."""

    title: str
    widths: Sequence[int]
    rows: Iterable[tuple[Style, Sequence[Cell]]]
    head: int = 0
    is_landscape: bool = field(default=True)


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets, in order; the same rows give the same bytes."""
    made = io.BytesIO()
    names = [_NOT_A_NAME.sub("", sheet.title)[:31] for sheet in sheets]
    parts = {
        "[Content_Types].xml": _types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(names, sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [*(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
        **{f"xl/worksheets/sheet{n}.xml": _sheet(sheet) for n, sheet in enumerate(sheets, 1)},
    }
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _sheet(sheet: Sheet) -> str:
    letters = [get_column_letter(place) for place in range(1, len(sheet.widths) + 1)]
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(sheet.widths, 1)
    )
    pane = (
        f'<pane ySplit="{sheet.head}" topLeftCell="A{sheet.head + 1}" activePane="bottomLeft" state="frozen"/>'
        if sheet.head
        else ""
    )
    rows = "".join(_row(number, style, cells, letters) for number, (style, cells) in enumerate(sheet.rows, 1))
    turned = "landscape" if sheet.is_landscape else "portrait"
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews><cols>{columns}</cols>'
        f"<sheetData>{rows}</sheetData>"
        f'<pageSetup paperSize="9" orientation="{turned}" fitToWidth="1" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;C第 &amp;P 页，共 &amp;N 页</oddFooter></headerFooter></worksheet>"
    )


def _row(number: int, style: Style, cells: Sequence[Cell], letters: Sequence[str]) -> str:
    written = []
    for letter, cell in zip(letters, cells, strict=False):
        if cell is None or cell == "":
            if style in (Style.BOXED, Style.HEAD):
                written.append(f'<c r="{letter}{number}" s="{style:d}"/>')
        elif isinstance(cell, str):
            text = cell if cell.isalnum() else escape(str(harmless(cell)))
            written.append(f'<c r="{letter}{number}" s="{style:d}" t="inlineStr"><is><t>{text}</t></is></c>')
        else:
            shown = Style.RATE if style is Style.BOXED and isinstance(cell, float) else style
            written.append(f'<c r="{letter}{number}" s="{shown:d}"><v>{cell!r}</v></c>')
    return f'<row r="{number}">{"".join(written)}</row>'


def _types(sheets: int) -> str:
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        for n in range(1, sheets + 1)
    )
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{parts}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _book(names: Sequence[str], sheets: Sequence[Sheet]) -> str:
    listed = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1))
    heads = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{place}">{escape(_quoted(name))}!$1:${sheet.head}'
        "</definedName>"
        for place, (name, sheet) in enumerate(zip(names, sheets, strict=True))
        if sheet.head
    )
    defined = f"<definedNames>{heads}</definedNames>" if heads else ""
    return f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets>{defined}</workbook>'


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _font(name: str, size: int) -> str:
    return f'<font><sz val="{size}"/><name val="{name}"/></font>'


_EDGES = "".join(
    f'<{edge} style="thin"><color rgb="FF9A9A9A"/></{edge}>' for edge in ("left", "right", "top", "bottom")
)
_CENTRE = '<alignment horizontal="center" vertical="center" wrapText="1"/>'
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0%"/></numFmts>'
    f'<fonts count="3">{_font("宋体", 11)}{_font("方正小标宋简体", 16)}{_font("黑体", 11)}</fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFEDEFF3"/></patternFill></fill></fills>'
    f'<borders count="2"><border/><border>{_EDGES}</border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    f'<xf numFmtId="0" fontId="2" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1">{_CENTRE}</xf>'
    f'<xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0">{_CENTRE}</xf>'
    f'<xf numFmtId="164" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1">{_CENTRE}</xf>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
