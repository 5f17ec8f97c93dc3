"""Every device within scope: which are silent and since when, which are proven, and where each hangs."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import dash
import dash_ag_grid as dag
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.errors import NotFound
from db.queries import device_list
from db.queries import venues as venue_queries
from db.queries.device_list import DeviceFilters, DeviceSort, StateCounts
from db.rules.role_acts import BIND_DEVICES
from portal import asking, words
from portal.address import address_parts
from portal.components.layout import icon
from portal.locale import _
from portal.pages.devices import ids
from portal.pages.devices.filters import PATH, chips, filters_of, picks, query_of, sort_asked, sort_of
from portal.pages.devices.rows import COLUMNS, grid_words, row
from portal.remembered import Remembered

MOST_ROWS = 200
LOOK_AGAIN_MS = 60_000
_counted = Remembered(20)


def layout(**query: str) -> Component:
    """Figures, filters and the grid; the address bar holds the filters."""
    sort = sort_of(query)
    columns = COLUMNS()
    for column in columns:
        if "sort" in query and column["field"] == sort.by:
            column["initialSort"] = "desc" if sort.descending else "asc"
    return html.Div(
        [
            html.Div(
                [html.H1(_("Devices")), html.Span(id=ids.SUMMARY, className="quiet"), _doors()], className="page-head"
            ),
            html.Div(
                [
                    html.Div(
                        dcc.Input(
                            id=ids.SEARCH,
                            type="search",
                            value=query.get("q", ""),
                            debounce=0.4,
                            maxLength=60,
                            placeholder=_("Number, venue or initials"),
                        ),
                        className="device-search",
                    ),
                    html.Div(id=ids.PICKS, className="device-picks"),
                    html.Div(id=ids.CHIPS, className="chips"),
                ],
                className="device-filters",
            ),
            _grid(columns),
            dcc.Interval(id=ids.CLOCK, interval=LOOK_AGAIN_MS),
        ],
        className="device-desk",
    )


def _doors() -> Component:
    """What can be done from here, besides looking."""
    role = asking.current().role
    return html.Div(
        [
            html.A([icon("plug"), _("Bind a device")], href="/bind", className="button")
            if role in BIND_DEVICES
            else None,
            html.A(_("Print labels"), id=ids.LABELS, href="/labels", className="button", target="_blank"),
            html.A([icon("download"), "CSV"], id=ids.CSV, href="/api/v1/devices.csv", className="button"),
            html.A([icon("download"), "Excel"], id=ids.XLSX, href="/api/v1/devices.xlsx", className="button"),
        ],
        className="controls",
    )


def _grid(columns: list[dict[str, Any]]) -> Component:
    return dag.AgGrid(
        id=ids.GRID,
        columnDefs=columns,
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True, "wrapHeaderText": True},
        rowModelType="infinite",
        getRowId="params.data.id",
        dashGridOptions={
            "rowHeight": 52,
            "cacheBlockSize": 100,
            "maxBlocksInCache": 20,
            "suppressMultiSort": True,
            "localeText": grid_words(),
        },
        className="desk-grid device-list",
        style={"height": None, "width": "100%"},
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.GRID, "getRowsResponse"),
        Output(ids.CSV, "href"),
        Output(ids.XLSX, "href"),
        Input(ids.GRID, "getRowsRequest"),
        State("address", "search"),
    )
    def rows(request: dict[str, Any] | None, search: str | None) -> Any:
        if request is None:
            return dash.no_update, dash.no_update, dash.no_update
        query = address_parts(search)
        filters = filters_of(query, asking.current().scope)
        sort = sort_asked(request.get("sortModel") or []) or sort_of({} if request.get("sortModel") == [] else query)
        return _stretch(request, filters, sort), *_files(filters, sort)

    @app.callback(
        Output(ids.SUMMARY, "children"),
        Output(ids.CHIPS, "children"),
        Output(ids.PICKS, "children"),
        Output(ids.LABELS, "href"),
        Input("address", "search"),
        Input(ids.CLOCK, "n_intervals"),
        State("address", "pathname"),
    )
    def summary(search: str | None, _ticks: Any, path: str) -> Any:
        if path != PATH:
            return (dash.no_update,) * 4
        filters = filters_of(address_parts(search), asking.current().scope)
        counts = _counts(filters)
        labels = f"/labels?{urlencode(query_of(filters))}"
        return _figures(counts), chips(filters, counts), picks(filters, _kinds(filters), _venue(filters)), labels

    for name, changed in (("search", Input(ids.SEARCH, "value")), ("refresh", Input(ids.CLOCK, "n_intervals"))):
        app.clientside_callback(
            ClientsideFunction("devices", name),
            Output(ids.GRID, "id", allow_duplicate=True),
            changed,
            prevent_initial_call=True,
        )
    app.clientside_callback(
        ClientsideFunction("devices", "follow"),
        Output(ids.GRID, "id"),
        Input("address", "search"),
        State(ids.GRID, "id"),
    )


def _stretch(request: dict[str, Any], filters: DeviceFilters, sort: DeviceSort) -> dict[str, Any]:
    start, end = int(request["startRow"]), int(request["endRow"])
    with asking.reading() as session:
        found = device_list.rows(
            session, filters, sort, limit=max(0, min(end - start, MOST_ROWS)), offset=max(0, start)
        )
    counts = _counts(filters)
    total = counts.total if filters.state is None else counts.by_state.get(filters.state, 0)
    now = datetime.now(UTC)
    # the count is some seconds old: what has just been read is the better witness
    total = start + len(found) if len(found) < end - start else max(total, end)
    return {"rowData": [row(device, now) for device in found], "rowCount": total}


def _files(filters: DeviceFilters, sort: DeviceSort) -> tuple[str, str]:
    """The addresses of exactly what is seen, as files."""
    query = urlencode(query_of(filters) | {"sort": sort.by.value, "way": "desc" if sort.descending else "asc"})
    return f"/api/v1/devices.csv?{query}", f"/api/v1/devices.xlsx?{query}"


def _counts(filters: DeviceFilters) -> StateCounts:
    def make() -> StateCounts:
        with asking.reading() as session:
            return device_list.counts(session, filters)

    return _counted.get((asking.current().scope, "states", query_of(filters).get("kind"), *_others(filters)), make)


def _kinds(filters: DeviceFilters) -> dict[str, int]:
    def make() -> dict[str, int]:
        with asking.reading() as session:
            return device_list.kinds(session, filters)

    return _counted.get((asking.current().scope, "kinds", filters.state, *_others(filters)), make)


def _others(filters: DeviceFilters) -> tuple[Any, ...]:
    return filters.words, filters.region, filters.venue_id


def _venue(filters: DeviceFilters) -> str | None:
    if filters.venue_id is None:
        return None
    try:
        with asking.reading() as session:
            return venue_queries.detail(session, filters.venue_id).name
    except NotFound:
        return None


def _figures(counts: StateCounts) -> str:
    if counts.proven_rate is None:
        return _("No device fits these filters.")
    return _("{n} devices, {pct} proven online").format(
        n=words.count(counts.total), pct=words.pct(counts.proven_rate * 100)
    )
