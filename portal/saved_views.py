"""Saved views of a desk, for any desk: put `saved_views(desk)` into its layout and register the callbacks once a desk.

A view is the query part of the desk's address under a name, so its link shows it to anybody, in their own scope.
"""

from datetime import UTC, datetime
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import saved_views as commands
from db.errors import AnwangError
from db.queries import saved_views as queries
from db.queries.saved_views import View
from portal import asking
from portal.components.press import press, pressed
from portal.locale import _
from portal.refusals import in_words


def saved_views(desk: str) -> Component:
    """The menu's place; it follows the address bar."""
    return html.Details(
        [
            html.Summary(_("Views")),
            html.Div(
                [
                    dcc.Store(id=f"{desk}-view-done"),
                    dcc.Store(id=f"{desk}-view-forgotten"),
                    html.Div(id=f"{desk}-views", className="saved-views"),
                    html.Div(
                        [
                            dcc.Input(
                                id=f"{desk}-view-name",
                                placeholder=_("Name of this view"),
                                maxLength=commands.LONGEST_NAME,
                                autoComplete="off",
                            ),
                            html.Button(_("Save"), id=f"{desk}-view-save", className="primary", n_clicks=0),
                        ],
                        className="save-view",
                    ),
                    html.P(id=f"{desk}-view-said", className="quiet"),
                    html.Button(
                        _("Copy this view's link"), className="plain copy-link", **{"data-copied": _("Copied")}
                    ),
                ],
                className="menu-card views-card",
            ),
        ],
        className="pick views",
    )


def register_callbacks(app: Dash, desk: str) -> None:
    """Show, save and forget the asking person's views of this desk; its address is /<desk>."""
    name, listed, done = f"{desk}-view-name", f"{desk}-views", f"{desk}-view-done"
    forgotten = f"{desk}-view-forgotten"

    @app.callback(Output(listed, "children"), Input("address", "search"), Input(done, "data"))
    def show(search: str | None, _done: Any) -> Any:
        with asking.reading() as session:
            kept = queries.of_person(session, asking.current().person_id, desk)
        query = _without_choice((search or "").lstrip("?"))
        return [_line(desk, view, query) for view in kept] or html.P(_("None yet."), className="quiet")

    @app.callback(
        Output(done, "data"),
        Output(f"{desk}-view-said", "children"),
        Output(name, "value"),
        Input(f"{desk}-view-save", "n_clicks"),
        Input(name, "n_submit"),
        Input(forgotten, "data"),
        State("address", "search"),
        State(name, "value"),
        prevent_initial_call=True,
    )
    def change(_save: Any, _enter: Any, button: Any, search: str | None, typed: str | None) -> Any:
        if not dash.ctx.triggered[0]["value"]:
            return dash.no_update, dash.no_update, dash.no_update
        forgets, person, now = dash.ctx.triggered_id == forgotten, asking.current().person_id, datetime.now(UTC)
        try:
            with asking.reading() as session:
                if forgets:
                    commands.forget(session, person, int(pressed(button, "view")["view"]))
                else:
                    query = _without_choice((search or "").lstrip("?"))
                    commands.save(session, person, desk, typed or "", query, now)
        except AnwangError as refusal:
            return dash.no_update, in_words(refusal), dash.no_update
        return (now.isoformat(), "", dash.no_update) if forgets else (now.isoformat(), _("Saved."), "")


def _line(desk: str, view: View, query: str) -> Component:
    return html.Div(
        [
            dcc.Link(
                view.name,
                href=f"/{desk}?{view.query}" if view.query else f"/{desk}",
                className="here" if view.query == query else "",
            ),
            press("×", f"{desk}-view-forgotten", {"view": view.id}, className="plain", title=_("Forget this view")),
        ],
        className="saved-view",
    )


def _without_choice(query: str) -> str:
    """A view is of the list, not of the one alarm that was looked at."""
    return "&".join(part for part in query.split("&") if part and not part.startswith("alarm="))
