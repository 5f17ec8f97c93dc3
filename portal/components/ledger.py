"""Tables of many rows as one component: the browser draws them from their data (assets/ledger.js).

Dash's renderer looks at every component of a page again and again; a table of a thousand cells would stall it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component


@dataclass(frozen=True, slots=True)
class Cell:
    """Text, where it leads, and how it looks; `badge` is a badge's kind, None for plain text."""

    text: str
    href: str = ""
    kind: str = ""
    badge: str | None = None
    after: str = ""
    """Quiet words behind it."""


def number(text: str, href: str = "", *, is_late: bool = False) -> Cell:
    return Cell(text, href, "number late" if is_late else "number")


def ledger(head: Sequence[str], rows: Sequence[Sequence[Cell | str]]) -> Component:
    """A table; a column is set like a number where its first cell is one."""
    plain = [[_plain(cell) for cell in row] for row in rows]
    kinds = [cell.kind if isinstance(cell, Cell) else "" for cell in rows[0]] if rows else [""] * len(head)
    heads = [
        {"t": name, "k": "number"} if "number" in kind.split() else {"t": name}
        for name, kind in zip(head, kinds, strict=True)
    ]
    told = json.dumps({"head": heads, "rows": plain}, ensure_ascii=False, separators=(",", ":"))
    return html.Div(className="ledger-data wide-table", **{"data-table": told})


def _plain(cell: Cell | str) -> dict[str, Any]:
    if isinstance(cell, str):
        return {"t": cell}
    told = {"t": cell.text, "h": cell.href, "k": cell.kind, "b": cell.badge, "a": cell.after}
    return {name: value for name, value in told.items() if value or (name == "b" and value is not None) or name == "t"}
