"""Ladders: who is told when nobody moves; rehearsals, holes and letters."""

from datetime import UTC, datetime
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.errors import AnwangError
from portal.address import address_parts
from portal.components.layout import note
from portal.locale import _
from portal.pages.ladders import edit, holes, ids, letters, rehearsal, templates

TABS = ("templates", "rehearsal", "holes", "letters")


def layout(**query: str) -> Component:
    """One tab, drawn whole from its address; it follows the address bar."""
    return html.Div(_drawn(query), id=ids.BODY)


def _drawn(query: dict[str, str]) -> list[Component]:
    tab = query.get("tab", "")
    if tab not in TABS:
        tab = "rehearsal" if "device" in query else "letters" if "letter" in query else TABS[0]
    head = html.Div(html.H1(_("Ladders and rehearsal")), className="page-head")
    try:
        content = _content(tab, query, datetime.now(UTC))
    except AnwangError as refusal:
        content = note(_(str(refusal)), "error")
    return [head, _tabs(tab), content]


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

    @app.callback(
        Output(ids.BODY, "children"),
        Input("address", "search"),
        State("address", "pathname"),
        prevent_initial_call=True,
    )
    def follow(search: str | None, path: str) -> Any:
        return _drawn(address_parts(search)) if path == "/ladders" else dash.no_update
