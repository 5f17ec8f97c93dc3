"""A bulletin's copy as a Word document, laid out as GB/T 9704-2012 asks: A4, 156 × 225 mm of text, 22 lines a page.

Official typefaces are named and not embedded: the offices' computers have them. The body is written as XML at once,
since python-docx's own paragraphs take seconds for a hundred copies.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from xml.sax.saxutils import escape

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

from portal.exports.bulletins.paper import Bars, Grid, Heading, Item, Paper, Paragraph
from portal.exports.bulletins.word_chart import chart, drawing, overrides, relations
from portal.exports.list_document import _NOT_XML

TITLE, BODY, HEADING, SUBHEADING, TABLE = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
RED = "FF0000"
LINE = 'w:before="0" w:after="0" w:line="579" w:lineRule="exact"'
"""28.95 points: 22 lines a page."""
INDENT = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
TIGHT = '<w:spacing w:before="40" w:after="40" w:line="240" w:lineRule="auto"/>'
TWIPS_A_CM = 567


def document(paper: Paper, *, has_red_head: bool = True) -> bytes:
    """The copy as a .docx; the same paper gives the same bytes."""
    bars = [item for item in paper.items if isinstance(item, Bars)]
    charts = {f"word/charts/chart{place}.xml": chart(each) for place, each in enumerate(bars, 1)}
    drawings = (drawing(place, each) for place, each in enumerate(bars, 1))
    body = "".join(_body(paper, has_red_head, drawings))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**_package(), **charts}.items():
            content = {
                "word/document.xml": lambda part: part.replace(BODY_MARK, body),
                "word/_rels/document.xml.rels": lambda part: part.replace(END, relations(len(bars)) + END),
                "[Content_Types].xml": lambda part: part.replace(TYPES_END, overrides(len(bars)) + TYPES_END),
                "docProps/core.xml": lambda part: _described(part, paper),
            }.get(name, lambda part: part)(part)
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


BODY_MARK, END, TYPES_END = "BODY-OF-THE-COPY", "</Relationships>", "</Types>"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


@cache
def _package() -> dict[str, str | bytes]:
    """The parts of an empty document of this layout, made once: a hundred copies share them."""
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    made.settings.odd_and_even_pages_header_footer = True
    _footer(section.footer.paragraphs[0], "right")
    _footer(section.even_page_footer.paragraphs[0], "left")
    made.add_paragraph(BODY_MARK)
    core = made.core_properties
    core.title, core.author, core.comments, core.language = "TITLE-MARK", "AUTHOR-MARK", "SOURCE-MARK", "zh-CN"
    saved = io.BytesIO()
    made.save(saved)
    with zipfile.ZipFile(saved) as archive:
        parts: dict[str, str | bytes] = {
            name: archive.read(name).decode() if name.endswith((".xml", ".rels")) else archive.read(name)
            for name in archive.namelist()
            if name != "docProps/thumbnail.jpeg"
        }
    parts["word/document.xml"] = re.sub(
        rf"<w:p>(?:(?!</w:p>).)*{BODY_MARK}.*?</w:p>", BODY_MARK, str(parts["word/document.xml"]), flags=re.S
    )
    parts["_rels/.rels"] = re.sub(r"<Relationship [^>]*thumbnail[^>]*/>", "", str(parts["_rels/.rels"]))
    return parts


def _described(part: str, paper: Paper) -> str:
    marks = {"TITLE-MARK": paper.title, "AUTHOR-MARK": paper.issuer, "SOURCE-MARK": paper.source}
    for mark, text in marks.items():
        part = part.replace(mark, escape(_NOT_XML.sub("", text)))
    return part


def _body(paper: Paper, has_red_head: bool, charts: Iterator[str]) -> Iterator[str]:
    if has_red_head and not paper.is_draft:
        yield _line(paper.issuer, TITLE, 36, "center", colour=RED, exact=False)
        yield _line("", BODY, 16, "center")
        yield _line(paper.number, BODY, 16, "center", ruled=True)
    else:
        yield _line(paper.number or "（草稿，未印发）", BODY, 16, "center")
    yield _line("", BODY, 16, "center")
    for line in paper.title_lines:
        yield _line(line, TITLE, 22, "center", keep=True)
    if paper.volume:
        yield _line(paper.volume, SUBHEADING, 16, "center")
    yield _line("", BODY, 16, "center")
    if paper.addressed_to:
        yield _line(f"{paper.addressed_to}：", BODY, 16, "both")
    for item in paper.items:
        yield from _item(item, charts)
    yield from _closing(paper)
    for head, items in paper.annexes:
        mark, _space, title = head.partition("　")
        yield _line(mark, HEADING, 16, "left", page_break=True)
        yield _line(title, TITLE, 18, "center", exact=False, keep=True)
        for item in items:
            yield from _item(item, charts)


def _closing(paper: Paper) -> Iterator[str]:
    if paper.replaces:
        yield _line(f"本通报替代{paper.replaces}，原通报同时作废。", BODY, 16, "both", indented=True)
    if paper.annexes:
        yield _line("", BODY, 16, "left")
        for place, (head, _items) in enumerate(paper.annexes, 1):
            title = head.partition("　")[2]
            label = f"附件：{place}．{title}" if place == 1 else f"　　　{place}．{title}"
            yield _line(label, BODY, 16, "left", indented=True)
    if paper.issued_on:
        yield _line("", BODY, 16, "left")
        yield _line(f"{paper.issuer}　　　　", BODY, 16, "right", keep=True)
        yield _line(f"{paper.issued_on}　　　　", BODY, 16, "right")
    yield _line(paper.source, TABLE, 9, "left")


def _item(item: Item, charts: Iterator[str]) -> Iterator[str]:
    match item:
        case Heading(text):
            yield _line(text, HEADING, 16, "both", indented=True, keep=True)
        case Paragraph(text):
            yield _paragraph(text)
        case Grid():
            yield from _grid(item)
        case Bars():
            yield _line(item.caption, HEADING, 12, "center", keep=True)
            yield f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r>{next(charts)}</w:r></w:p>'


def _paragraph(text: str) -> str:
    """（一）高校。 stands in 楷体, the rest of the paragraph in 仿宋."""
    head, stop, rest = text.partition("。") if text.startswith("（") else ("", "", text)
    runs = (_run(head + stop, SUBHEADING, 16) if head else "") + _run(rest, BODY, 16)
    return f'<w:p><w:pPr><w:spacing {LINE}/>{INDENT}<w:jc w:val="both"/></w:pPr>{runs}</w:p>'


def _line(
    text: str,
    font: str,
    points: float,
    alignment: str,
    *,
    colour: str = "",
    exact: bool = True,
    indented: bool = False,
    keep: bool = False,
    page_break: bool = False,
    ruled: bool = False,
) -> str:
    properties = "<w:keepNext/>" if keep else ""
    properties += "<w:pageBreakBefore/>" if page_break else ""
    if ruled:
        border = f'<w:bottom w:val="single" w:sz="18" w:space="6" w:color="{RED}"/>'
        properties += f"<w:pBdr>{border}</w:pBdr>"
    properties += f"<w:spacing {LINE}/>" if exact else '<w:spacing w:before="120" w:after="120"/>'
    properties += INDENT if indented else ""
    properties += f'<w:jc w:val="{alignment}"/>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{_run(text, font, points, colour)}</w:p>"


def _run(text: str, font: str, points: float, colour: str = "", *, is_bold: bool = False) -> str:
    if not text:
        return ""
    shade = f'<w:color w:val="{colour}"/>' if colour else ""
    weight = "<w:b/>" if is_bold else ""
    fonts = f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>'
    said = escape(_NOT_XML.sub("", text))
    size = f'<w:sz w:val="{round(points * 2)}"/>'
    return f'<w:r><w:rPr>{fonts}{weight}{shade}{size}</w:rPr><w:t xml:space="preserve">{said}</w:t></w:r>'


def _grid(grid: Grid) -> Iterator[str]:
    if grid.caption:
        yield _line(grid.caption, HEADING, 12, "center", keep=True)
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar>'
    widths = [round(column.cm * TWIPS_A_CM) for column in grid.columns]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    yield f'<w:tbl><w:tblPr><w:jc w:val="center"/><w:tblBorders>{edges}</w:tblBorders>'
    yield f'<w:tblLayout w:type="fixed"/>{margins}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
    yield _row([column.head for column in grid.columns], grid, widths, is_head=True)
    for place, row in enumerate(grid.rows, 1):
        yield _row(row, grid, widths, is_bold=grid.has_total and place == len(grid.rows))
    yield "</w:tbl>"
    yield _line(grid.note, TABLE, 10.5, "left") if grid.note else _line("", TABLE, 6, "left", exact=False)


def _row(
    texts: Sequence[str], grid: Grid, widths: Sequence[int], *, is_head: bool = False, is_bold: bool = False
) -> str:
    head = "<w:tblHeader/>" if is_head else ""
    cells = []
    for text, column, width in zip(texts, grid.columns, widths, strict=True):
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="EDEFF3"/>' if is_head else ""
        alignment = "left" if column.is_text and not is_head else "center"
        run = _run(text, HEADING if is_head else TABLE, 10.5, is_bold=is_bold)
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>'
            f'<w:p><w:pPr>{TIGHT}<w:jc w:val="{alignment}"/></w:pPr>{run}</w:p></w:tc>'
        )
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def _footer(paragraph: object, alignment: str) -> None:
    """— 3 —, to the right on odd pages and to the left on even ones, one character in from the edge."""
    side = "right" if alignment == "right" else "left"
    fonts = f'<w:rPr><w:rFonts w:ascii="{TABLE}" w:hAnsi="{TABLE}" w:eastAsia="{TABLE}"/><w:sz w:val="28"/></w:rPr>'
    dash = f'<w:r>{fonts}<w:t xml:space="preserve">{{}}</w:t></w:r>'
    field = f'<w:fldSimple w:instr="PAGE"><w:r>{fonts}<w:t>1</w:t></w:r></w:fldSimple>'
    xml = (
        f'<w:p {nsdecls("w")}><w:pPr><w:ind w:{side}Chars="100" w:{side}="280"/><w:jc w:val="{alignment}"/></w:pPr>'
        f"{dash.format('— ')}{field}{dash.format(' —')}</w:p>"
    )
    element = paragraph._p  # type: ignore[attr-defined]
    element.getparent().replace(element, parse_xml(xml))
