"""A filed list as a Word document."""

import io
import re
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from portal.exports.hazard_lists import FiledList

_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
TWIPS_A_CM = 567


def document(filed: FiledList) -> bytes:
    """A4 across; the head stands again on every page, page numbers at the foot, signatures below."""
    made: Any = Document()
    section = made.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(1.2)
    section.top_margin = section.bottom_margin = Cm(1.8)
    _line(made.add_paragraph(), filed.title, "方正小标宋简体", 22, WD_ALIGN_PARAGRAPH.CENTER)
    _line(made.add_paragraph(), filed.line, "仿宋", 12, WD_ALIGN_PARAGRAPH.LEFT)
    made.element.body.insert_element_before(_table(filed), "w:sectPr")
    _line(made.add_paragraph(), "", "宋体", 10.5, WD_ALIGN_PARAGRAPH.LEFT)
    signatures = "单位负责人（签字）：　　　　　　　　　　填表人：　　　　　　　　　　联系电话："
    _line(made.add_paragraph(), signatures, "仿宋", 12, WD_ALIGN_PARAGRAPH.LEFT)
    _page_number(section.footer.paragraphs[0])
    made.core_properties.title, made.core_properties.author = filed.title, filed.unit
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def _line(paragraph: Any, text: str, font: str, points: float, alignment: Any) -> None:
    paragraph.alignment = alignment
    run = paragraph.add_run(_NOT_XML.sub("", text))
    run.font.size = Pt(points)
    run.font.name = font
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _table(filed: FiledList) -> Any:
    """Written element by element: python-docx's own cells take minutes for a thousand rows."""
    table = OxmlElement("w:tbl")
    table.append(_element("w:tblPr", _borders(), _element("w:tblLayout", type="fixed")))
    widths = [1.1, *(column.cm for column in filed.columns)]
    table.append(_element("w:tblGrid", *(_element("w:gridCol", w=str(round(cm * TWIPS_A_CM))) for cm in widths)))
    centred = [True, *(column.is_centred for column in filed.columns)]
    heads = ["序号", *(column.head for column in filed.columns)]
    table.append(_row(heads, widths, [True] * len(heads), is_head=True))
    for number, row in enumerate(filed.rows, 1):
        table.append(_row(filed.cells(number, row), widths, centred))
    return table


def _row(texts: list[str], widths: list[float], centred: list[bool], *, is_head: bool = False) -> Any:
    properties = [_element("w:cantSplit"), *([_element("w:tblHeader")] if is_head else [])]
    row = _element("w:tr", _element("w:trPr", *properties))
    for text, cm, is_centred in zip(texts, widths, centred, strict=True):
        width = _element("w:tcW", w=str(round(cm * TWIPS_A_CM)), type="dxa")
        shade = [_element("w:shd", val="clear", color="auto", fill="EDEFF3")] if is_head else []
        cell = _element("w:tc", _element("w:tcPr", width, *shade, _element("w:vAlign", val="center")))
        row.append(cell)
        cell.append(_paragraph(text, "黑体" if is_head else "宋体", "center" if is_centred else "left"))
    return row


def _paragraph(text: str, font: str, alignment: str) -> Any:
    fonts = OxmlElement("w:rFonts")
    for name in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{name}"), font)
    written = OxmlElement("w:t")
    written.text = _NOT_XML.sub("", text)
    written.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run = _element("w:r", _element("w:rPr", fonts, _element("w:sz", val="20")), written)
    return _element("w:p", _element("w:pPr", _element("w:jc", val=alignment)), run)


def _borders() -> Any:
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    return _element("w:tblBorders", *(_element(f"w:{edge}", val="single", sz="4", color="000000") for edge in edges))


def _element(tag: str, *children: Any, **attributes: str) -> Any:
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    made.extend(children)
    return made


def _page_number(paragraph: Any) -> None:
    """— 3 —, counted by Word."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = _element("w:fldSimple", instr="PAGE")
    number = OxmlElement("w:t")
    number.text = "1"
    field.append(_element("w:r", number))
    paragraph.add_run("— ")
    paragraph._p.append(field)
    paragraph.add_run(" —")
