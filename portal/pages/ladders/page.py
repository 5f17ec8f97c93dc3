"""Ladders: who is told when nobody moves; rehearsals, holes and letters."""

from datetime import UTC, datetime

from dash import Dash, dcc, html
from dash.development.base_component import Component

from portal.locale import _
from portal.pages.ladders import edit, holes, letters, rehearsal, templates

TABS = ("templates", "rehearsal", "holes", "letters")


def layout(**query: str) -> Component:
    """One tab, drawn whole from its address."""
    now = datetime.now(UTC)
    tab = query.get("tab", "")
    if tab not in TABS:
        tab = "rehearsal" if "device" in query else "letters" if "letter" in query else TABS[0]
    return html.Div(
        [html.Div(html.H1(_("Ladders and rehearsal")), className="page-head"), _tabs(tab), _content(tab, query, now)]
    )


def _tabs(here: str) -> Component:
    names = {
        "templates": _("Who is told"),
        "rehearsal": _("Rehearsal"),
        "holes": _("Holes in the chain"),
        "letters": _("Supervision letters"),
    }
    return html.Nav(
        [
            dcc.Link(name, href=f"/ladders?tab={tab}", className="here" if tab == here else "")
            for tab, name in names.items()
        ],
        className="venue-tabs",
    )


def _content(tab: str, query: dict[str, str], now: datetime) -> Component:
    if tab == "rehearsal":
        return rehearsal.content(query, now)
    if tab == "holes":
        return holes.content(query, now)
    if tab == "letters":
        return letters.content(query, now)
    return templates.content(query, now)


def register_callbacks(app: Dash) -> None:
    edit.register_callbacks(app)
