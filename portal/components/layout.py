"""Small pieces that every page is built of."""

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from portal.locale import _

MOST_OF_A_PART = 40
"""Letters of a part of an address that are said again."""


def icon(name: str) -> Component:
    """A drawing of `assets/icons`, coloured by the text around it."""
    return html.I(className=f"icon icon-{name}", **{"aria-hidden": "true"})


def badge(text: str, kind: str = "") -> Component:
    return html.Span(text, className=f"badge {kind}".strip())


def note(text: str, kind: str = "", onward: Component | None = None) -> Component:
    """One sentence where content would be: nothing here, still loading, refused, or a `hint` at what to choose.

    What stands between backticks is a command; `onward` is where to go from here.
    """
    said = [html.Code(part) if i % 2 else part for i, part in enumerate(text.split("`"))]
    content = [html.P(said), onward] if onward is not None else html.P(said)
    return html.Div(content, className=f"note {kind}".strip(), role="alert" if kind == "error" else "status")


def address_note(unusable: Sequence[str]) -> Component | None:
    """That the page shows something else than its address asks for, which nobody would notice by the figures."""
    if not unusable:
        return None
    parts = " & ".join(part if len(part) <= MOST_OF_A_PART else part[:MOST_OF_A_PART] + "…" for part in unusable)
    sentence = _("The address asks for what cannot be shown ({parts}); the usual is shown instead.")
    return html.P([icon("hazard"), sentence.format(parts=parts)], className="address-note", role="status")


def panel(title: str, *content: Any, aside: Any = None, kind: str = "") -> Component:
    """A titled card; `aside` stands at the right end of its head."""
    head = [html.H2(title), html.Span(aside, className="aside") if aside is not None else None]
    return html.Section([html.Div(head, className="panel-head"), *content], className=f"panel {kind}".strip())


def figure(label: str, value: str, unit: str = "", detail: Any = None, kind: str = "") -> Component:
    """One large figure with what it is and what it is measured against."""
    return html.Div(
        [
            html.Span(label, className="figure-label"),
            html.Span([html.B(value), html.Small(unit) if unit else None], className="figure-value"),
            html.Span(detail, className="figure-detail") if detail is not None else None,
        ],
        className=f"figure {kind}".strip(),
    )
