"""Small pieces that every page is built of."""

from typing import Any

from dash import html
from dash.development.base_component import Component


def icon(name: str) -> Component:
    """A drawing of `assets/icons`, coloured by the text around it."""
    return html.I(className=f"icon icon-{name}", **{"aria-hidden": "true"})


def badge(text: str, kind: str = "") -> Component:
    return html.Span(text, className=f"badge {kind}".strip())


def note(text: str, kind: str = "") -> Component:
    """One sentence where content would be: nothing here, still loading, refused, or a `hint` at what to choose.

    What stands between backticks is a command.
    """
    said = [html.Code(part) if i % 2 else part for i, part in enumerate(text.split("`"))]
    return html.Div(html.P(said), className=f"note {kind}".strip(), role="alert" if kind == "error" else "status")


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
