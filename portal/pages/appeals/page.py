"""The appeals' desk: filed by bureaus, heard and decided by the province; the chosen one's life beside it."""

from datetime import UTC, datetime
from typing import Any

import dash
import dash_ag_grid as dag
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import appeals as commands
from db.commands.acting import Acting
from db.errors import AnwangError
from db.queries import appeals as queries
from db.rules.appeal_lifecycle import MAY_FILE, AppealAct
from portal import asking
from portal.address import address_parts, number_of
from portal.components.case import filled, pressed_id
from portal.components.press import pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.appeals import ids, new
from portal.pages.appeals.chips import chips
from portal.pages.appeals.corrections import corrections
from portal.pages.appeals.rows import columns, grid_words, row
from portal.pages.appeals.side import shown_files, side
from portal.pages.appeals.view import subject_of, view_of


def layout(**query: str) -> Component:
    """Chips, the grid, and the side panel; the address bar holds the choice and the chosen appeal."""
    return html.Div(_content(query), id=ids.PAGE)


def _content(query: dict[str, str]) -> Component:
    chosen, is_new = number_of(query.get("appeal")), "new" in query
    head: list[Any] = [html.H1(_("Appeals")), html.Span(id=ids.SUMMARY, className="quiet")]
    if asking.current().role in MAY_FILE:
        head.append(
            html.Div(dcc.Link(_("New appeal"), href="/appeals?new=figure", className="button"), className="head-acts")
        )
    return html.Div(
        [
            dcc.Store(id=ids.CHOSEN, data=chosen),
            dcc.Store(id=ids.SHOWN),
            dcc.Store(id=pressed_id(ids.KIND)),
            dcc.Store(id=ids.ACTED),
            dcc.Store(id=ids.ADDED),
            html.Div(
                [html.Div(head, className="page-head"), html.Div(id=ids.CHIPS, className="chips"), _grid()],
                className="desk-main case-list",
            ),
            html.Aside(new.new_panel(subject_of(query)) if is_new else None, id=ids.SIDE, className="side desk-side"),
        ],
        className="desk case-open" if chosen is not None or is_new else "desk",
        **{"data-chosen": ids.CHOSEN, "data-new": "1" if is_new else ""},
    )


def _grid() -> Component:
    return dag.AgGrid(
        id=ids.GRID,
        columnDefs=columns(),
        defaultColDef={"resizable": True, "suppressMovable": True},
        rowModelType="infinite",
        getRowId="params.data.id",
        dashGridOptions={
            "rowSelection": {"mode": "singleRow", "checkboxes": False, "enableClickSelection": True},
            "rowHeight": 52,
            "cacheBlockSize": 100,
            "maxBlocksInCache": 20,
            "localeText": grid_words(),
        },
        className="desk-grid case-grid",
        style={"height": None, "width": "100%"},
    )


def register_callbacks(app: Dash) -> None:
    _register_desk(app)
    _register_panel(app)
    _register_acts(app)


def _register_desk(app: Dash) -> None:
    @app.callback(
        Output(ids.PAGE, "children"),
        Input("address", "search"),
        State("address", "pathname"),
        prevent_initial_call=True,
    )
    def follow(search: str | None, path: str) -> Any:
        """A link within the page changes what the address says, not which page it is."""
        return _content(address_parts(search)) if path == "/appeals" else dash.no_update

    @app.callback(Output(ids.GRID, "getRowsResponse"), Input(ids.GRID, "getRowsRequest"), State("address", "search"))
    def rows(request: dict[str, Any] | None, search: str | None) -> Any:
        if request is None:
            return dash.no_update
        start, end = int(request["startRow"]), int(request["endRow"])
        filters, now = view_of(address_parts(search)).filters(asking.current().role), datetime.now(UTC)
        with asking.reading() as session:
            page = queries.desk(session, filters, now, limit=end - start, offset=start)
        shown = [row(appeal, now) for appeal in page.rows]
        return {"rowData": shown} if page.is_more else {"rowData": shown, "rowCount": start + len(shown)}

    @app.callback(
        Output(ids.SUMMARY, "children"),
        Output(ids.CHIPS, "children"),
        Input(ids.SUMMARY, "id"),  # once when the page is drawn: an act that has not happened would call nothing
        Input(ids.ACTED, "data"),
        State("address", "search"),
    )
    def summary(_drawn: str, _acted: Any, search: str | None) -> Any:
        with asking.reading() as session:
            counted = queries.counts(session, asking.current().role, datetime.now(UTC))
        return chips(view_of(address_parts(search)), counted)

    app.clientside_callback(
        ClientsideFunction("cases", "refresh"),
        Output(ids.GRID, "id"),
        Input(ids.ACTED, "data"),
        State(ids.GRID, "id"),
        prevent_initial_call=True,
    )


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
        Output(ids.FILES, "children"), Input(ids.ADDED, "data"), State(ids.SHOWN, "data"), prevent_initial_call=True
    )
    def added(told: Any, shown: int | None) -> Any:
        return dash.no_update if told is None or shown is None else shown_files(shown)


def _register_acts(app: Dash) -> None:
    @app.callback(
        Output(ids.ACTED, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(pressed_id(ids.KIND), "data"),
        State({"type": f"{ids.KIND}-field", "act": ALL, "name": ALL}, "value"),
        State({"type": f"{ids.KIND}-field", "act": ALL, "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def act(button: Any, values: list[Any], fields: list[Any]) -> Any:
        asked = pressed(button, "case", "act")
        what = AppealAct(asked["act"])
        return _act(what, int(asked["case"]), filled(what, values, fields))

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.NEW, "n_clicks"),
        State(ids.SUBJECT, "data"),
        State({"type": ids.FIELD, "name": ALL}, "value"),
        State({"type": ids.FIELD, "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def file(clicks: int | None, venue: int | None, values: list[Any], fields: list[Any]) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update
        try:
            number = new.file(venue, {f["name"]: str(v or "") for f, v in zip(fields, values, strict=True)})
        except AnwangError as refusal:
            return dash.no_update, refused(refusal)
        return f"/appeals?appeal={number}", toast(_("Filed; add the evidence now. The province is told."))


def _act(act: AppealAct, appeal_id: int, filled: dict[str, str]) -> tuple[Any, Any]:
    """A refusal leaves the panel as it is: what was typed is not lost."""
    asker, now = asking.current(), datetime.now(UTC)
    acting = Acting(asker.person_id, asker.name, asker.role, asker.address)
    assign_to = number_of(filled.get("assign_to"))
    try:
        with asking.reading() as session:
            wanted = corrections(session, filled.get("corrections", ""))
            commands.act(session, appeal_id, act, acting, now, filled.get("words", ""), assign_to, wanted)
    except AnwangError as refusal:
        return dash.no_update, refused(refusal)
    return now.isoformat(), toast(_("Done; the other side is told."))
