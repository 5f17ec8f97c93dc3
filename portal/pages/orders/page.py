"""The work orders' desk: given, on their way, finished; the chosen one's life beside it."""

from datetime import UTC, datetime
from typing import Any

import dash
import dash_ag_grid as dag
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import work_orders as commands
from db.commands.acting import Acting
from db.commands.work_orders import Place
from db.errors import AnwangError
from db.queries import work_orders as queries
from db.rules.order_lifecycle import OrderAct
from portal import asking
from portal.address import address_parts, number_of
from portal.components.case import filled, pressed_id
from portal.components.press import pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.orders import ids, new
from portal.pages.orders.chips import chips
from portal.pages.orders.rows import columns, grid_words, row
from portal.pages.orders.side import shown_pictures, side
from portal.pages.orders.view import subject_of, view_of


def layout(**query: str) -> Component:
    """Chips, the grid, and the side panel; the address bar holds the choice and the chosen order."""
    return html.Div(_content(query), id=ids.PAGE)


def _content(query: dict[str, str]) -> Component:
    chosen, is_new, view = number_of(query.get("order")), "new" in query, view_of(query)
    head = [html.H1(_("Work orders")), html.Span(id=ids.SUMMARY, className="quiet")]
    find = dcc.Input(
        id=ids.FIND,
        type="search",
        value=view.q,
        placeholder=_("Venue: name or initials"),
        debounce=True,
        maxLength=100,
        className="find-case",
    )
    return html.Div(
        [
            dcc.Store(id=ids.CHOSEN, data=chosen),
            dcc.Store(id=ids.SHOWN),
            dcc.Store(id=pressed_id(ids.KIND)),
            dcc.Store(id=ids.ACTED),
            dcc.Store(id=ids.ADDED),
            dcc.Store(id=ids.WHERE),
            html.Div(
                [
                    html.Div(head, className="page-head"),
                    html.Div(id=ids.CHIPS, className="chips"),
                    html.Div(find, className="case-filters"),
                    _grid(),
                ],
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
        return _content(address_parts(search)) if path == "/orders" else dash.no_update

    @app.callback(Output(ids.GRID, "getRowsResponse"), Input(ids.GRID, "getRowsRequest"), State("address", "search"))
    def rows(request: dict[str, Any] | None, search: str | None) -> Any:
        if request is None:
            return dash.no_update
        start, end = int(request["startRow"]), int(request["endRow"])
        filters, now = view_of(address_parts(search)).filters(asking.current().role), datetime.now(UTC)
        with asking.reading() as session:
            page = queries.desk(session, filters, now, limit=end - start, offset=start)
        shown = [row(order, now) for order in page.rows]
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


def _register_acts(app: Dash) -> None:
    fields = (
        State({"type": f"{ids.KIND}-field", "act": ALL, "name": ALL}, "value"),
        State({"type": f"{ids.KIND}-field", "act": ALL, "name": ALL}, "id"),
    )

    @app.callback(
        Output(ids.ACTED, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(pressed_id(ids.KIND), "data"),
        *fields,
        prevent_initial_call=True,
    )
    def act(button: Any, values: list[Any], named: list[Any]) -> Any:
        asked = pressed(button, "case", "act")
        what = OrderAct(asked["act"])
        if what is OrderAct.ARRIVE:  # first the telephone is asked where it is, below
            return dash.no_update, dash.no_update
        return _act(what, int(asked["case"]), filled(what, values, named), None)

    # `pages/evidence.js` fills `WHERE` once the telephone has said where it is, or that it does not say.
    @app.callback(
        Output(ids.ACTED, "data", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.WHERE, "data"),
        *fields,
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def arrive(where: Any, values: list[Any], named: list[Any], shown: int | None) -> Any:
        """The remark beside it is this order's only while it is the one that is shown."""
        order = int(pressed(where, "order")["order"])
        beside = filled(OrderAct.ARRIVE, values, named) if order == shown else {}
        return _act(OrderAct.ARRIVE, order, beside, where)

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.NEW, "n_clicks"),
        State(ids.SUBJECT, "data"),
        State({"type": "order-new-field", "name": ALL}, "value"),
        State({"type": "order-new-field", "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def give(clicks: int | None, subject: list[Any], values: list[Any], fields: list[Any]) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update
        try:
            order = new.give(subject, {f["name"]: str(v or "") for f, v in zip(fields, values, strict=True)})
        except AnwangError as refusal:
            return dash.no_update, refused(refusal)
        return f"/orders?order={order}", toast(_("Given; whoever is to do it is told."))


def _act(act: OrderAct, order_id: int, filled: dict[str, str], where: dict[str, Any] | None) -> tuple[Any, Any]:
    """A refusal leaves the panel as it is: what was typed is not lost."""
    asker, now = asking.current(), datetime.now(UTC)
    acting = Acting(asker.person_id, asker.name, asker.role, asker.address)
    try:
        place = Place(float(where["lng"]), float(where["lat"])) if where and where.get("lng") is not None else None
        with asking.reading() as session:
            commands.act(
                session, order_id, act, acting, now, filled.get("words", ""), place, new.day(filled.get("finish_on"))
            )
    except AnwangError as refusal:
        return dash.no_update, refused(refusal)
    return now.isoformat(), toast(_("Done; the other side is told."))
