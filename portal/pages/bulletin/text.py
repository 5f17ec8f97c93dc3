"""A bulletin's text as a page: figures lead to the rows behind them, paragraphs to their editor."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.rules.bulletin import BlockKind, Bulletin, SaidSection, said, volume
from db.rules.bulletin_figures import Piece, chinese_day
from portal.components.layout import icon
from portal.exports.bulletins.paper import Bars, Grid, Item, Source, items_of
from portal.locale import _
from portal.pages.bulletin.editor import editor

MOST_ROWS = 120
"""Of a list of names on the page; all of them stand in the workbook."""


def sheet(source: Source, document: Bulletin, address: str, editing: str, *, may_edit: bool) -> Component:
    """The copy of `document`'s region; `editing` is the block whose wording stands open."""
    sections = said(document, source.figures)
    body = [section for section in sections if not section.section.is_annex]
    annexes = [section for section in sections if section.section.is_annex]
    left_out = _unspoken(document, sections) if may_edit else []
    return html.Article(
        [
            html.P(document.number or _("Draft, not issued"), className="bulletin-sheet-number"),
            _line("title", [html.H2(document.title)], document.title, address, editing, may_edit=may_edit),
            html.P(volume(document, source.figures), className="bulletin-sheet-volume"),
            _line(
                "addressed_to",
                [html.P(f"{document.addressed_to}：")],
                document.addressed_to,
                address,
                editing,
                may_edit=may_edit,
            ),
            *[_section(source, document, each, address, editing, may_edit=may_edit) for each in body],
            _signed(document),
            *[_annex(source, document, each) for each in annexes],
            *left_out,
        ],
        className="bulletin-sheet",
        lang="zh-CN",
    )


def _line(
    block: str, content: Sequence[Component], written: str, address: str, editing: str, *, may_edit: bool
) -> Component:
    """Something that can be edited: itself, or its editor in its place."""
    if editing == block and may_edit:
        return editor(block, written, address)
    pencil = dcc.Link(
        icon("pencil"), href=f"{address}?edit={block}", className="bulletin-sheet-edit", title=_("Edit the wording")
    )
    return html.Div([*content, pencil if may_edit else None], className="bulletin-sheet-line")


def _section(
    source: Source, document: Bulletin, section: SaidSection, address: str, editing: str, *, may_edit: bool
) -> Component:
    blocks: list[Component] = []
    for each in section.blocks:
        if each.block.kind is BlockKind.TEXT:
            lines = [html.P(line) for line in _lines(each.pieces, address)]
            blocks.append(_line(each.block.id, lines, each.block.text, address, editing, may_edit=may_edit))
        else:
            blocks += [_item(item) for item in items_of(source, document, each)]
    return html.Section([html.H3(section.head) if section.head else None, *blocks])


def _lines(pieces: Sequence[Piece], address: str) -> list[list[Any]]:
    """Paragraphs of linked pieces; a line break in the wording begins the next."""
    lines: list[list[Any]] = [[]]
    for piece in pieces:
        if piece.reference is not None:
            at = piece.reference
            href = f"{address}?figure={at.measure}/{at.adcode}/{at.category}"
            lines[-1].append(dcc.Link(piece.text, href=href, className="bulletin-sheet-figure"))
            continue
        for place, text in enumerate(piece.text.split("\n")):
            if place:
                lines.append([])
            if text:
                lines[-1].append(text)
    return lines


def _signed(document: Bulletin) -> Component | None:
    if document.issued_on is None:
        return None
    return html.P([document.issuer, html.Br(), chinese_day(document.issued_on)], className="bulletin-sheet-signed")


def _annex(source: Source, document: Bulletin, section: SaidSection) -> Component:
    items = [item for each in section.blocks for item in items_of(source, document, each)]
    return html.Details(
        [html.Summary(section.head), *[_item(item) for item in items]], className="bulletin-sheet-annex"
    )


def _item(item: Item) -> Component:
    if isinstance(item, Grid):
        return _table(item)
    if isinstance(item, Bars):
        return _bars(item)
    return html.P(item.text)


def _table(grid: Grid) -> Component:
    last = len(grid.rows) - 1 if grid.has_total else -1
    rows = [
        html.Tr(
            [
                html.Td(text, className="" if column.is_text else "centre")
                for column, text in zip(grid.columns, row, strict=True)
            ],
            className="total" if place == last else "",
        )
        for place, row in enumerate(grid.rows[:MOST_ROWS])
    ]
    head = html.Thead(html.Tr([html.Th(column.head) for column in grid.columns]))
    more = len(grid.rows) - MOST_ROWS
    said_more = _("{n} more in the files").format(n=more) if more > 0 else grid.note
    return html.Figure(
        [
            html.Figcaption(grid.caption) if grid.caption else None,
            html.Div(html.Table([head, html.Tbody(rows)]), className="wide-table"),
            html.P(said_more, className="quiet") if said_more else None,
        ],
        className="bulletin-sheet-table",
    )


def _bars(bars: Bars) -> Component:
    keys = [
        html.Span([html.I(className=f"bulletin-sheet-key key-{place}"), f"{name}（%）"])
        for place, name in enumerate(bars.series)
    ]
    rows = []
    for name, values in bars.rows:
        drawn = [
            html.Div([html.I(style={"width": f"{value}%"}, className=f"key-{place}"), html.Span(f"{value:g}")])
            for place, value in enumerate(values)
            if value is not None
        ]
        rows.append(html.Div([html.Span(name), html.Div(drawn)], className="bulletin-sheet-bar"))
    head = [html.Figcaption(bars.caption), html.P(keys, className="bulletin-sheet-keys")]
    return html.Figure([*head, *rows], className="bulletin-sheet-bars")


def _unspoken(document: Bulletin, sections: Sequence[SaidSection]) -> list[Component]:
    """Paragraphs of the wording that say nothing in this copy, so that an editor does not miss them."""
    spoken = {each.block.id for section in sections for each in section.blocks}
    silent = [
        block
        for section in document.sections
        for block in section.blocks
        if block.kind is BlockKind.TEXT and block.id not in spoken
    ]
    if not silent:
        return []
    listed = html.Ul([html.Li(block.text) for block in silent])
    head = html.Summary(_("{n} paragraphs have nothing to say as of this day").format(n=len(silent)))
    return [html.Details([head, listed], className="bulletin-sheet-annex quiet")]
