"""The hazards' desk: what is due, whose turn it is, and the chosen one's life beside it."""

from datetime import UTC, datetime
from typing import Any

import dash
import dash_ag_grid as dag
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands.acting import Acting
from db.errors import AnwangError
from db.queries import hazards as queries
from db.rules.hazard_kinds import SOURCES_OF
from db.rules.hazard_lifecycle import HazardAct
from portal import asking
from portal.address import address_parts, number_of
from portal.components.case import filled, pressed_id
from portal.components.press import pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.hazards import ids, new
from portal.pages.hazards.acts import done_words, perform
from portal.pages.hazards.chips import chips, downloads, filters
from portal.pages.hazards.names import names_table
from portal.pages.hazards.rows import columns, grid_words, row
from portal.pages.hazards.side import shown_pictures, side
from portal.pages.hazards.view import view_of

BLOCK = 100


def layout(**query: str) -> Component:
    """Chips, the grid, and the side panel; the address bar holds the choice and the chosen hazard."""
    return html.Div(_content(query), id=ids.PAGE)


def _content(query: dict[str, str]) -> Component:
    view, chosen = view_of(query), number_of(query.get("hazard"))
    is_new = "new" in query
    may_write = asking.current().role in SOURCES_OF
    head = [
        html.H1(_("Hazards")),
        html.Span(id=ids.SUMMARY, className="quiet"),
        html.Div(
            [
                dcc.Link(_("New hazard"), href="/hazards?new=1", className="button primary") if may_write else None,
                downloads(view),
            ],
            className="head-acts",
        ),
    ]
    return html.Div(
        [
            dcc.Store(id=ids.CHOSEN, data=chosen),
            dcc.Store(id=ids.SHOWN),
            dcc.Store(id=pressed_id(ids.KIND)),
            dcc.Store(id=ids.ACTED),
            dcc.Store(id=ids.ADDED),
            html.Div(
                [
                    html.Div(head, className="page-head"),
                    html.Div(id=ids.CHIPS, className="chips"),
                    filters(view),
                    names_table(view) if view.show == "names" else _grid(),
                ],
                className="desk-main case-list",
            ),
            html.Aside(
                new.new_panel(number_of(query.get("venue"))) if is_new else None,
                id=ids.SIDE,
                className="side desk-side",
            ),
        ],
        className="desk case-open" if chosen is not None or is_new else "desk",
        **{"data-chosen": ids.CHOSEN, "data-new": "1" if is_new else ""},
    )


def _grid() -> Component:
    return dag.AgGrid(
        id=ids.GRID,
        columnDefs=columns(),
        defaultColDef={"resizable": True, "suppressMovable": True, "sortingOrder": ["asc", "desc", None]},
        rowModelType="infinite",
        getRowId="params.data.id",
        dashGridOptions={
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "rowHeight": 52,
            "cacheBlockSize": BLOCK,
            "maxBlocksInCache": 20,
            "localeText": grid_words(),
        },
        className="desk-grid case-grid",
        style={"height": None, "width": "100%"},
    )


def register_callbacks(app: Dash) -> None:
    _register_desk(app)
    _register_panel(app)
    _register_new(app)


def _register_desk(app: Dash) -> None:
    @app.callback(
        Output(ids.PAGE, "children"),
        Input("address", "search"),
        State("address", "pathname"),
        prevent_initial_call=True,
    )
    def follow(search: str | None, path: str) -> Any:
        """A link within the page changes what the address says, not which page it is."""
        return _content(address_parts(search)) if path == "/hazards" else dash.no_update

    @app.callback(Output(ids.GRID, "getRowsResponse"), Input(ids.GRID, "getRowsRequest"), State("address", "search"))
    def rows(request: dict[str, Any] | None, search: str | None) -> Any:
        if request is None:
            return dash.no_update
        start, end = int(request["startRow"]), int(request["endRow"])
        sort = (request.get("sortModel") or [{}])[0]
        filters = view_of(address_parts(search)).filters(
            asking.current(), str(sort.get("colId", "")), sort.get("sort") == "desc"
        )
        now = datetime.now(UTC)
        with asking.reading() as session:
            page = queries.desk(session, filters, now, limit=end - start, offset=start)
        shown = [row(hazard, now) for hazard in page.rows]
        # Without a count the grid asks on for as long as somebody scrolls.
        return {"rowData": shown} if page.is_more else {"rowData": shown, "rowCount": start + len(shown)}

    @app.callback(
        Output(ids.SUMMARY, "children"),
        Output(ids.CHIPS, "children"),
        Input(ids.SUMMARY, "id"),  # once when the page is drawn: an act that has not happened would call nothing
        Input(ids.ACTED, "data"),
        State("address", "search"),
    )
    def summary(_drawn: str, _acted: Any, search: str | None) -> Any:
        view, now, asker = view_of(address_parts(search)), datetime.now(UTC), asking.current()
        with asking.reading() as session:
            counted = queries.counts(session, asker.role, now, view.region, asker.scope)
        return chips(view, counted)

    app.clientside_callback(
        ClientsideFunction("cases", "refresh"),
        Output(ids.GRID, "id"),
        Input(ids.ACTED, "data"),
        State(ids.GRID, "id"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Input(ids.FIND, "value"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def find(typed: str | None, search: str | None) -> Any:
        view = view_of(address_parts(search))
        return dash.no_update if (typed or "").strip() == view.q else view.href(q=(typed or "").strip())


def _register_panel(app: Dash) -> None:
    app.clientside_callback(ClientsideFunction("cases", "open"), Input(ids.CHOSEN, "data"))

    @app.callback(Output(ids.CHOSEN, "data"), Input(ids.GRID, "selectedRows"), prevent_initial_call=True)
    def choose(selected: list[dict[str, Any]] | None) -> Any:
        return int(selected[0]["id"]) if selected else dash.no_update

    @app.callback(
        Output(ids.SIDE, "children"),
        Output(ids.SHOWN, "data"),
        Input(ids.CHOSEN, "data"),
        Input(ids.ACTED, "data"),
        State("address", "search"),
    )
    def show(chosen: int | None, _acted: Any, search: str | None) -> Any:
        if chosen is None and "new" in address_parts(search):
            return dash.no_update, dash.no_update
        return side(chosen), chosen

    @app.callback(
        Output(ids.PICTURES, "children"), Input(ids.ADDED, "data"), State(ids.SHOWN, "data"), prevent_initial_call=True
    )
    def added(told: Any, shown: int | None) -> Any:
        return dash.no_update if told is None or shown is None else shown_pictures(shown)

    @app.callback(
        Output(ids.ACTED, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(pressed_id(ids.KIND), "data"),
        State({"type": f"{ids.KIND}-field", "act": ALL, "name": ALL}, "value"),
        State({"type": f"{ids.KIND}-field", "act": ALL, "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def act(button: Any, values: list[Any], fields: list[dict[str, str]]) -> Any:
        asked = pressed(button, "case", "act")
        what = HazardAct(asked["act"])
        return _act(what, int(asked["case"]), filled(what, values, fields))


def _act(act: HazardAct, hazard_id: int, filled: dict[str, str]) -> tuple[Any, Any]:
    """A refusal leaves the panel as it is: what was typed is not lost."""
    asker, now = asking.current(), datetime.now(UTC)
    acting = Acting(asker.person_id, asker.name, asker.role, asker.address)
    try:
        with asking.reading() as session:
            perform(session, act, hazard_id, acting, now, filled)
    except AnwangError as refusal:
        return dash.no_update, refused(refusal)
    return now.isoformat(), toast(done_words(act))


def _register_new(app: Dash) -> None:
    @app.callback(Output(ids.NEW_VENUE, "options"), Input(ids.NEW_VENUE, "search_value"), prevent_initial_call=True)
    def venues(typed: str | None) -> Any:
        return new.venue_choices(typed.strip()) if typed and typed.strip() else dash.no_update

    @app.callback(
        Output(ids.NEW_AREA, "options"),
        Output(ids.NEW_AREA, "value"),
        Input(ids.NEW_VENUE, "value"),
        prevent_initial_call=True,
    )
    def areas(venue_id: int | None) -> Any:
        choices = new.area_choices(venue_id)
        return [{"value": value, "label": label} for value, label in choices], None

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.NEW, "n_clicks"),
        State(ids.NEW_VENUE, "value"),
        State(ids.NEW_AREA, "value"),
        State({"type": "hazard-new-field", "name": ALL}, "value"),
        State({"type": "hazard-new-field", "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def put(clicks: int | None, venue: int | None, area: str | None, values: list[Any], fields: list[Any]) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update
        filled = {field["name"]: str(value or "") for field, value in zip(fields, values, strict=True)}
        try:
            hazard_id, told = new.put_on_record(venue, area, filled)
        except AnwangError as refusal:
            return dash.no_update, refused(refusal)
        return f"/hazards?hazard={hazard_id}", toast(told)
