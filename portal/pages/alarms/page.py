"""The alarm desk: every open alarm, live, with what is known of the chosen one beside it."""

from datetime import UTC, datetime
from typing import Any

import dash
import dash_ag_grid as dag
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import alarms as alarm_commands
from db.errors import AnwangError
from db.queries import alarm_natures
from db.queries import alarms as alarm_queries
from db.rules.role_acts import ACT_ON_ALARMS
from portal import asking
from portal.address import address_parts, number_of
from portal.components.layout import note
from portal.locale import _
from portal.pages.alarms import ids
from portal.pages.alarms.filters import chips, filters_of
from portal.pages.alarms.rows import COLUMNS, grid_words, row
from portal.pages.alarms.side import side_panel


def layout(**query: str) -> Component:
    """Filters, the grid, and the side panel; the address bar holds the filter and the chosen alarm."""
    return html.Div(
        [
            dcc.Store(id=ids.CHOSEN, data=number_of(query.get("alarm"))),
            dcc.Store(id=ids.ACTED),
            html.Div(
                [
                    html.Div(
                        [html.H1(_("Alarms")), html.Span(id=ids.SUMMARY, className="quiet")], className="page-head"
                    ),
                    html.Div(id=ids.CHIPS, className="chips"),
                    dag.AgGrid(
                        id=ids.GRID,
                        columnDefs=COLUMNS(),
                        defaultColDef={"sortable": False, "resizable": True, "suppressMovable": True},
                        rowModelType="infinite",
                        getRowId="params.data.id",
                        dashGridOptions={
                            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
                            "rowHeight": 52,
                            "cacheBlockSize": 50,
                            "maxBlocksInCache": 20,
                            "localeText": grid_words(),
                        },
                        className="desk-grid",
                        style={"height": None, "width": "100%"},
                    ),
                ],
                className="desk-main",
            ),
            html.Aside(id=ids.SIDE, className="side desk-side"),
        ],
        className="desk",
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(Output(ids.GRID, "getRowsResponse"), Input(ids.GRID, "getRowsRequest"), State("address", "search"))
    def rows(request: dict[str, Any] | None, search: str | None) -> Any:
        if request is None:
            return dash.no_update
        start, end = int(request["startRow"]), int(request["endRow"])
        filters = filters_of(address_parts(search))
        with asking.reading() as session:
            page = alarm_queries.desk(session, filters, limit=min(end - start, 200), offset=start)
        now = datetime.now(UTC)
        return {"rowData": [row(alarm, now) for alarm in page.rows], "rowCount": page.total}

    @app.callback(
        Output(ids.SUMMARY, "children"),
        Output(ids.CHIPS, "children"),
        Input("address", "search"),
        Input("live-alarm", "data"),
        Input(ids.ACTED, "data"),
        State("address", "pathname"),
    )
    def summary(search: str | None, _alarm: Any, _acted: Any, path: str) -> Any:
        if path != "/alarms":
            return dash.no_update, dash.no_update
        now = datetime.now(UTC)
        with asking.reading() as session:
            figures = alarm_queries.summary(session, now)
        words_shown = _("{open} open, folded from {signals} signals").format(
            open=figures.open_total, signals=f"{figures.open_signals:,}"
        )
        return words_shown, chips(address_parts(search), figures)

    @app.callback(Output(ids.CHOSEN, "data"), Input(ids.GRID, "selectedRows"), prevent_initial_call=True)
    def choose(selected: list[dict[str, Any]] | None) -> Any:
        return int(selected[0]["id"]) if selected else dash.no_update

    @app.callback(
        Output(ids.SIDE, "children"),
        Input(ids.CHOSEN, "data"),
        Input(ids.ACTED, "data"),
        Input("live-alarm", "data"),
    )
    def show(chosen: int | None, _acted: Any, live: dict[str, Any] | None) -> Any:
        if dash.ctx.triggered_id == "live-alarm" and (not live or (live.get("alarm") or {}).get("id") != chosen):
            return dash.no_update
        return _side(chosen)

    @app.callback(
        Output(ids.ACTED, "data"),
        Output("toast", "children"),
        Input(ids.ACKNOWLEDGE, "n_clicks"),
        State(ids.ACKNOWLEDGE, "data-alarm"),
        prevent_initial_call=True,
    )
    def acknowledge(clicks: int | None, shown: str | None) -> Any:
        """The alarm that the panel shows: the choice in the list may have moved on already."""
        if not clicks or shown is None:
            return dash.no_update, dash.no_update
        return _acknowledge(int(shown))

    app.clientside_callback(
        ClientsideFunction("pages", "refresh_grid"),
        Output(ids.GRID, "id"),
        Input("live-alarm", "data"),
        State(ids.GRID, "id"),
        prevent_initial_call=True,
    )


def _side(chosen: int | None) -> Any:
    if chosen is None:
        return note(_("Choose an alarm to see what happened, who knows, and what comes next."))
    now = datetime.now(UTC)
    try:
        with asking.reading() as session:
            alarm = alarm_queries.one(session, chosen)
            readings = alarm_queries.around(session, alarm)
            judged = alarm_natures.judged(session, chosen)
    except AnwangError as refusal:
        return note(_(str(refusal)), "error")
    return side_panel(alarm, readings, judged, asking.current(), now)


def _acknowledge(alarm_id: int) -> tuple[Any, Any]:
    asker = asking.current()
    if asker.role not in ACT_ON_ALARMS:
        return dash.no_update, html.Div(_("Your role may look, not act."))
    actor = alarm_commands.Actor(asker.person_id, asker.name, asker.address)
    now = datetime.now(UTC)
    try:
        with asking.reading() as session:
            alarm_commands.acknowledge(session, alarm_id, actor, now)
    except AnwangError as refusal:
        return now.isoformat(), html.Div(_(str(refusal)))
    return now.isoformat(), html.Div(_("Acknowledged. The alarm is yours now."))
