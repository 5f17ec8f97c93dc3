"""A bulletin's copy as PDF: the template beside this file, with the project's own fonts embedded."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from db.typesetting import typeset
from portal.exports.bulletins.paper import Bars, Grid, Heading, Item, Paper, Paragraph

TEMPLATE = Path(__file__).with_name("bulletin.typ")


def pdf(paper: Paper, made_at: datetime | None, *, has_red_head: bool = True, is_tagged: bool = True) -> bytes:
    """The copy; the same paper gives the same bytes."""
    facts = {
        "title": paper.title,
        "title_lines": list(paper.title_lines),
        "volume": paper.volume,
        "number": paper.number,
        "addressed_to": paper.addressed_to,
        "issuer": paper.issuer,
        "issued_on": paper.issued_on,
        "replaces": paper.replaces,
        "source": paper.source,
        "is_draft": paper.is_draft,
        "has_red_head": has_red_head,
        "items": [_item(item) for item in paper.items],
        "annexes": [_annex(head, items) for head, items in paper.annexes],
    }
    return typeset(TEMPLATE, {"paper": json.dumps(facts, ensure_ascii=False)}, made_at, is_tagged=is_tagged)


def _annex(head: str, items: tuple[Item, ...]) -> dict[str, Any]:
    mark, _space, title = head.partition("　")
    return {"mark": mark, "title": title, "items": [_item(item) for item in items]}


def _item(item: Item) -> dict[str, Any]:
    match item:
        case Heading(text):
            return {"kind": "heading", "text": text}
        case Paragraph(text):
            return {"kind": "paragraph", "text": text}
        case Grid():
            columns = [{"head": c.head, "cm": c.cm, "is_text": c.is_text} for c in item.columns]
            same = {"caption": item.caption, "has_total": item.has_total, "note": item.note}
            return {"kind": "grid", "columns": columns, "rows": [list(row) for row in item.rows], **same}
        case Bars():
            rows = [[name, list(values)] for name, values in item.rows]
            return {"kind": "bars", "caption": item.caption, "series": list(item.series), "rows": rows}
