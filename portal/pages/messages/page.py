"""Messages: a person's own, the channels that reach them, and for those who supervise what arrived."""

from datetime import UTC, datetime
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.rules.access_scope import Role
from portal import asking
from portal.address import address_parts
from portal.locale import _
from portal.pages.messages import channel_acts, channels, ids, inbox, rules, supervision

SUPERVISORS = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY, Role.ADMINISTRATOR})
LIVE_TABS = ("mine", "deliveries")
"""Redrawn when a message comes; where somebody is typing, nothing moves."""


def layout(**query: str) -> Component:
    """The address bar holds the tab and its filters."""
    return html.Div(
        [
            *(dcc.Store(id=each) for each in (ids.ACKNOWLEDGE, ids.PRESSED, ids.SWITCH)),
            dcc.Store(id=ids.ACTED),
            dcc.Store(id=ids.SUBSCRIBED),
            html.Div(html.H1(_("Messages")), className="page-head"),
            html.Div(_body(query), id=ids.BODY, className="messages"),
        ],
        className="messages-page",
    )


def _tabs() -> dict[str, str]:
    tabs = {"mine": _("My messages"), "channels": _("My channels")}
    if asking.current().role in SUPERVISORS:
        tabs |= {
            "deliveries": _("What arrived"),
            "people": _("Who cannot be reached"),
            "rules": _("Rules and gateways"),
        }
    return tabs


def _body(query: dict[str, str]) -> list[Component]:
    tabs = _tabs()
    chosen = query.get("tab", "mine")
    chosen = chosen if chosen in tabs else "mine"
    links = [
        dcc.Link(
            name,
            href="/messages" if key == "mine" else f"/messages?tab={key}",
            className="here" if key == chosen else "",
        )
        for key, name in tabs.items()
    ]
    now = datetime.now(UTC)
    draw = {
        "mine": inbox.tab,
        "channels": channels.tab,
        "deliveries": supervision.deliveries_tab,
        "people": supervision.people_tab,
        "rules": rules.tab,
    }[chosen]
    return [html.Div(links, className="venue-tabs"), html.Div(draw(query, now), className="stack")]


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.BODY, "children"),
        Input("address", "search"),
        Input(ids.ACTED, "data"),
        Input("live-message", "data"),
        State("address", "pathname"),
        prevent_initial_call=True,
    )
    def show(search: str | None, _acted: Any, _told: Any, path: str) -> Any:
        query = address_parts(search)
        is_live = dash.ctx.triggered_id == "live-message"
        if path != "/messages" or (is_live and query.get("tab", "mine") not in LIVE_TABS):
            return dash.no_update
        return _body(query)

    inbox.register_callbacks(app)
    channel_acts.register_callbacks(app)
    supervision.register_callbacks(app)
    rules.register_callbacks(app)
