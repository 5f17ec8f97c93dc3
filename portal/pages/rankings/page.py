"""Rankings: any measure of any day in order, beside its heat map, down to the venues behind each figure."""

from datetime import UTC, date, datetime
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import excused_venues
from db.errors import AnwangError, InvalidInput
from portal import asking, saved_views
from portal.address import address_parts, unusable
from portal.components.layout import address_note
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.rankings import downloads, ids
from portal.pages.rankings.controls import controls
from portal.pages.rankings.table import heat_panel, ranking_table
from portal.pages.rankings.unit import unit_panels
from portal.pages.rankings.view import FORMERLY, Address, look_into, read
from portal.words import HERE

NAMES = ("as_of", "before", "category", "measure", "within", "unit", "show")


def layout(**_query: str) -> Component:
    """The frame of the page; its parts follow the address bar."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Rankings")),
                    html.Div(id=ids.CONTROLS, className="controls"),
                    saved_views.saved_views("rankings"),
                    downloads.menu(),
                    dcc.Download(id=ids.DOWNLOAD),
                    dcc.Store(id=ids.CHANGED),
                    html.Div(id=ids.TOLD, className="rankings-told"),
                ],
                className="page-head rankings-head",
            ),
            html.Div(
                [
                    html.Div(html.Div(className="skeleton tall"), id=ids.BODY, className="rankings-part"),
                    html.Div(html.Div(className="skeleton tall"), id=ids.UNIT, className="rankings-part"),
                ],
                className="rankings",
            ),
        ]
    )


def register_callbacks(app: Dash) -> None:
    saved_views.register_callbacks(app, "rankings")

    @app.callback(
        Output(ids.BODY, "children"),
        Output(ids.CONTROLS, "children"),
        Output(ids.TOLD, "children"),
        Input("address", "search"),
        Input(ids.CHANGED, "data"),
        State("address", "pathname"),
    )
    def show(search: str | None, _changed: Any, path: str) -> Any:
        if path != "/rankings":
            return (dash.no_update,) * 3
        today = _today()
        address = _address(search, today)
        shown = read(address)
        told = address_note(unusable(_asked(search), address))
        return [ranking_table(shown, today), heat_panel(shown, today)], controls(shown, today), told

    @app.callback(
        Output(ids.UNIT, "children"),
        Input("address", "search"),
        Input(ids.CHANGED, "data"),
        State("address", "pathname"),
    )
    def show_unit(search: str | None, _changed: Any, path: str) -> Any:
        if path != "/rankings":
            return dash.no_update
        today = _today()
        address = _address(search, today)
        return unit_panels(address, look_into(address, datetime.now(UTC)), today)

    @app.callback(
        Output(ids.DOWNLOAD, "data"),
        Input({"type": ids.EXPORT, "what": ALL, "as": ALL}, "n_clicks"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def export(clicks: list[int | None], search: str | None) -> Any:
        asked = dash.ctx.triggered_id
        if not any(clicks) or not isinstance(asked, dict):
            return dash.no_update
        made = downloads.file(read(_address(search, _today())), asked["what"], asked["as"])
        return dcc.send_bytes(*made)

    @app.callback(
        Output(ids.CHANGED, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.SET_MINIMUM, "n_clicks"),
        State(ids.MINIMUM, "value"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def set_minimum(clicks: int | None, minimum: Any, search: str | None) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update
        return _set_minimum(_address(search, _today()), minimum)

    app.clientside_callback(
        ClientsideFunction("pages", "follow_cell"), Output(ids.HEAT, "id"), Input(ids.HEAT, "clickData")
    )


def _set_minimum(address: Address, minimum: Any) -> tuple[Any, Any]:
    try:
        if not isinstance(minimum, int):
            raise InvalidInput("The least number that is ranked lies between 1 and 1,000.")
        with asking.reading() as session:
            excused_venues.set_minimum(session, address.measure, minimum, asking.actor())
    except AnwangError as refusal:
        return dash.no_update, refused(refusal)
    return datetime.now(UTC).isoformat(), toast(_("Changed."))


def _today() -> date:
    return datetime.now(HERE).date()


def _address(search: str | None, today: date) -> Address:
    return Address.parse(today, **_asked(search))


def _asked(search: str | None) -> dict[str, str]:
    asked = {name: text for name, text in address_parts(search).items() if name in NAMES}
    if asked.get("measure") in FORMERLY:
        asked["measure"] = FORMERLY[asked["measure"]]
    return asked
