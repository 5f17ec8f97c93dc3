"""Rankings: regions in order, and the category × region heat maps, for any as-of date against an earlier one."""

from datetime import date, datetime
from typing import Any

import dash
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.queries import coverage
from portal import asking, regions
from portal.address import address_parts
from portal.exports.csv_file import csv_bytes
from portal.locale import _
from portal.pages.rankings import ids
from portal.pages.rankings.controls import controls
from portal.pages.rankings.table import heat_panel, ranking_table, table_rows
from portal.pages.rankings.view import Address, Ranked, heat_cells, ranked
from portal.remembered import Remembered
from portal.words import HERE


def layout(**_query: str) -> Component:
    """The frame of the page; its parts follow the address bar."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Rankings")),
                    html.Div(id=ids.CONTROLS, className="controls"),
                    html.Button(_("Download CSV"), id=ids.EXPORT, n_clicks=0),
                    dcc.Download(id=ids.DOWNLOAD),
                ],
                className="page-head",
            ),
            html.Div(html.Div(className="skeleton tall"), id=ids.BODY, className="rankings"),
        ]
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.BODY, "children"),
        Output(ids.CONTROLS, "children"),
        Input("address", "search"),
        State("address", "pathname"),
    )
    def show(search: str | None, path: str) -> Any:
        if path != "/rankings":
            return dash.no_update, dash.no_update
        today = datetime.now(HERE).date()
        address = Address.parse(today, **_known(search))
        rows, listed = read(address)
        order = [entry.region for entry in listed]
        return [
            ranking_table(address, listed, rows),
            html.Div(
                [
                    heat_panel(ids.ACCESS_HEAT, _("Access rate"), order, *heat_cells(order, rows, "access", address)),
                    heat_panel(ids.DUTY_HEAT, _("Duty coverage"), order, *heat_cells(order, rows, "duty", address)),
                ],
                className="heats",
            ),
        ], controls(address, today)

    @app.callback(
        Output(ids.DOWNLOAD, "data"),
        Input(ids.EXPORT, "n_clicks"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def export(_clicks: int, search: str | None) -> Any:
        address = Address.parse(datetime.now(HERE).date(), **_known(search))
        rows, listed = read(address)
        name = f"anwang-rankings-{address.within}-{address.as_of.isoformat()}.csv"
        return dcc.send_bytes(csv_bytes(table_rows(address, listed, rows)), name)

    for heat in (ids.ACCESS_HEAT, ids.DUTY_HEAT):
        app.clientside_callback(
            ClientsideFunction("pages", "follow_cell"), Output(heat, "id"), Input(heat, "clickData")
        )


def _known(search: str | None) -> dict[str, str]:
    names = ("as_of", "before", "category", "measure", "within")
    return {name: value for name, value in address_parts(search).items() if name in names}


_figures = Remembered(30)


def read(address: Address) -> tuple[list[coverage.CoverageRow], list[Ranked]]:
    """All rows of the as-of date, and the regions in order."""
    rows, before = _standing(address.as_of), _standing(address.before)
    return rows, ranked(regions.tree().children(address.within), rows, before, address)


def _standing(day: date) -> list[coverage.CoverageRow]:
    def make() -> list[coverage.CoverageRow]:
        with asking.reading() as session:
            return coverage.ranking(session, day, levels=("province", "city", "county"))

    return _figures.get((asking.current().scope, day), make)
