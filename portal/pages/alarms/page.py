"""The alarm desk: every open alarm, live, with what is known of the chosen one beside it, and what may be done."""

from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import dash
import dash_ag_grid as dag
import flask
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.errors import AnwangError
from db.queries import alarm_desk
from db.queries.alarm_desk import COUNTED
from portal import asking, saved_views, words
from portal.address import address_parts, number_of
from portal.base_map import straight_tiles
from portal.components.layout import note
from portal.components.press import pressed
from portal.components.toast import toast
from portal.locale import _
from portal.pages.alarms import acting, facts, forms, ids, many
from portal.pages.alarms.filters import chips, menus
from portal.pages.alarms.keys import key_help
from portal.pages.alarms.rows import COLUMNS, grid_words, row, sort_of
from portal.pages.alarms.side import back_to_list, side_panel
from portal.pages.alarms.view import DeskView, mine
from portal.refusals import in_words

MOST_ROWS = 200
"""That one request for rows may answer."""


def layout(**query: str) -> Component:
    """Filters, the grid, and the side panel; the address bar holds the view and the chosen alarm."""
    chosen = number_of(query.get("alarm"))
    return html.Div(
        [
            dcc.Store(id=ids.CHOSEN, data=chosen),
            dcc.Store(id=ids.PRESSED),
            dcc.Store(id=ids.ACTED),
            dcc.Store(id=ids.SIGNED),
            html.Div(
                [
                    html.Div(
                        [html.H1(_("Alarms")), html.Span(id=ids.SUMMARY, className="quiet")], className="page-head"
                    ),
                    html.Div(id=ids.CHIPS, className="chips"),
                    html.Div(
                        [
                            html.Div(id=ids.FILTERS, className="desk-menus"),
                            dcc.Input(
                                id=ids.FIND,
                                type="search",
                                value=DeskView.parse(query).venue,
                                placeholder=_("Venue or initials, Enter"),
                                maxLength=60,
                                autoComplete="off",
                            ),
                            saved_views.saved_views("alarms"),
                        ],
                        className="desk-filters",
                    ),
                    html.Div(id=ids.REPORT),
                    _grid(),
                    key_help(),
                ],
                className="desk-main",
            ),
            html.Aside(
                [
                    html.Div(id=ids.SIDE, className="case"),
                    html.Div([html.Div(id=ids.ACTS), forms.extras()], className="desk-acts"),
                ],
                className="side desk-side",
            ),
        ],
        className="desk alarm-desk case-open" if chosen is not None else "desk alarm-desk",
    )


def _grid() -> Component:
    return dag.AgGrid(
        id=ids.GRID,
        columnDefs=COLUMNS(),
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True},
        rowModelType="infinite",
        getRowId="params.data.id",
        rowClassRules={"chosen": "isChosen(params)", "fresh": "isFresh(params)"},
        dashGridOptions={
            "rowSelection": {
                "mode": "multiRow",
                "checkboxes": True,
                "headerCheckbox": False,
                "enableClickSelection": False,
            },
            "selectionColumnDef": {"width": 38, "minWidth": 38, "maxWidth": 38, "pinned": None},
            "rowHeight": 54,
            "cacheBlockSize": 50,
            "maxBlocksInCache": 20,
            "suppressCellFocus": True,
            "localeText": grid_words(),
        },
        className="desk-grid",
        style={"height": None, "width": "100%"},
    )


def register_callbacks(app: Dash) -> None:
    saved_views.register_callbacks(app, "alarms")
    _register_list(app)
    _register_panel(app)
    _register_in_browser(app)


def _register_list(app: Dash) -> None:
    @app.callback(Output(ids.GRID, "getRowsResponse"), Input(ids.GRID, "getRowsRequest"), State("address", "search"))
    def rows(request: dict[str, Any] | None, search: str | None) -> Any:
        if request is None:
            return dash.no_update
        start, end = int(request["startRow"]), int(request["endRow"])
        now = datetime.now(UTC)
        filters = DeskView.parse(address_parts(search)).filters(asking.current(), now)
        limit, sort = max(0, min(end - start, MOST_ROWS)), sort_of(request.get("sortModel"))
        with asking.reading() as session:
            page = alarm_desk.desk(session, filters, limit, max(0, start), sort, COUNTED)
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
        now, asker = datetime.now(UTC), asking.current()
        with asking.reading() as session:
            figures = alarm_desk.counts(session, mine(asker), now)
        said = _("{open} open · {waiting} unacknowledged · folded from {signals} signals").format(
            open=words.count(figures.open), waiting=words.count(figures.waiting), signals=words.count(figures.signals)
        )
        at = _("as of {at}").format(at=words.clock(now))
        return [said, html.Span(f" · {at}", className="as-of")], chips(DeskView.parse(address_parts(search)), figures)

    @app.callback(Output(ids.FILTERS, "children"), Input("address", "search"), State("address", "pathname"))
    def filters(search: str | None, path: str) -> Any:
        if path != "/alarms":
            return dash.no_update
        return menus(DeskView.parse(address_parts(search)), asking.current())


def _register_panel(app: Dash) -> None:
    @app.callback(
        Output(ids.SIDE, "children"),
        Output(ids.ACTS, "children"),
        Output(ids.SIGNED, "data"),
        Input(ids.CHOSEN, "data"),
        Input(ids.GRID, "selectedRows"),
        Input(ids.ACTED, "data"),
        Input("live-alarm", "data"),
        State(ids.SIGNED, "data"),
    )
    def show(
        chosen: int | None, ticked: list[dict[str, Any]] | None, _acted: Any, live: Any, signed: dict[str, Any] | None
    ) -> Any:
        """The buttons are drawn anew only where they change: what is being typed beside them stays."""
        is_news = dash.ctx.triggered_id == "live-alarm" and not _concerns(live, chosen)
        if is_news and _shows(signed, chosen, many.numbers(ticked)):
            return dash.no_update, dash.no_update, dash.no_update
        if ticked:
            return many.panel(ticked)
        side, made, sign = _panel(chosen)
        if sign is not None and sign == signed:
            return side, dash.no_update, dash.no_update
        return side, made, sign

    @app.callback(
        Output(ids.ACTED, "data"),
        Output("toast", "children", allow_duplicate=True),
        Output(ids.REPORT, "children"),
        Output(ids.WORDS, "value"),
        Output(ids.EVIDENCE, "value"),
        Input(ids.PRESSED, "data"),
        State(ids.WORDS, "value"),
        State(ids.EVIDENCE, "value"),
        State(ids.CLOSE_TOO, "value"),
        State(ids.SIGNED, "data"),
        State(ids.GRID, "selectedRows"),
        prevent_initial_call=True,
    )
    def act(data: Any, said: Any, evidence: Any, close_too: Any, seen: Any, ticked: Any) -> Any:
        """Upon the alarm that the panel shows: the choice in the list may have moved on already."""
        button = pressed(data)
        try:
            asked = acting.understood(button, said, evidence, close_too, seen)
            told = acting.answer(asked, many.numbers(ticked))
        except AnwangError as refusal:
            told = acting.Answer(in_words(refusal), is_done=False)
        now = datetime.now(UTC).isoformat()
        said_so = toast(told.sentence, is_refused=not told.is_done)
        cleared = "" if told.is_done else dash.no_update
        return {"at": now, "done": told.is_done}, said_so, told.report, cleared, cleared


def _register_in_browser(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("desk", "refresh"),
        Output(ids.GRID, "id"),
        Input("live-alarm", "data"),
        Input(ids.ACTED, "data"),
        State(ids.GRID, "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("desk", "show_view"),
        Output(ids.FIND, "value"),
        Input("address", "search"),
        State("address", "pathname"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("desk", "find"),
        Output(ids.FIND, "id"),
        Input(ids.FIND, "n_submit"),
        State(ids.FIND, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("desk", "begin"), Output(ids.CHOSEN, "id"), Input(ids.GRID, "id"), State(ids.CHOSEN, "data")
    )


def _concerns(live: dict[str, Any] | None, chosen: int | None) -> bool:
    """The chosen alarm changed, or the stream lost its thread."""
    if not live or chosen is None:
        return False
    return live.get("what") == "resync" or (live.get("alarm") or {}).get("id") == chosen


def _shows(signed: dict[str, Any] | None, chosen: int | None, ticked: list[int]) -> bool:
    """The panel stands already: news that overtake the answer to a choice must not leave it undrawn."""
    if ticked:
        return signed is not None and signed.get("ticked") == ticked
    return chosen is None or (signed is not None and signed["alarm"] == chosen)


def _panel(chosen: int | None) -> tuple[Any, Any, dict[str, Any] | None]:
    if chosen is None:
        return note(_("Choose an alarm to see what happened, who knows, and what comes next."), "hint"), None, None
    try:
        with asking.reading() as session:
            case = facts.read(session, chosen, datetime.now(UTC))
    except AnwangError as refusal:
        return [back_to_list(), note(in_words(refusal), "error")], None, None
    tiles = straight_tiles(flask.current_app.config["ANWANG"])
    made = forms.acts(case, asking.current())
    row = case.alarm.row
    sign = {
        "alarm": row.id,
        "state": row.state,
        "verdict": row.verdict,
        "owner": row.owner_id or 0,
        "drawn": crc32(repr(made).encode()),
    }
    return side_panel(case, tiles), made, sign
