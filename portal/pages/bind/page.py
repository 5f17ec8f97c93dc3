"""Binding a device where it hangs, with a phone: read its number, say where, confirm."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import dash
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.errors import AnwangError, NotFound
from db.queries import binding as binding_queries
from db.queries import venues as venue_queries
from db.queries.binding import VenueChoice
from db.rules.device_recognition import ReadNumber, read_number
from portal import asking
from portal.components.layout import icon, note
from portal.components.venue_field import venue_options
from portal.locale import _
from portal.pages.bind import ids
from portal.pages.bind.acts import Filled, bind
from portal.pages.bind.form import areas, form
from portal.pages.bind.found import Found, shown
from portal.words import HERE


def layout(named: str = "", **query: str) -> Component:
    """The field for a number; with one in the address, what it is and the form."""
    named = unquote(named)
    number = read_number(named)
    told: list[Component] = []
    if named and number is None:
        told = [note(_("This cannot be the number of a device."), "error")]
    elif number is not None:
        told = _about(number, query.get("venue"))
    return html.Div(
        [
            html.Div(html.H1(_("Bind a device")), className="page-head"),
            dcc.Store(id=ids.NUMBER, data=named),
            _reading(named),
            html.Div(told, className="stack"),
            html.Div(id=ids.RESULT),
        ],
        className="bind stack",
    )


def _reading(named: str) -> Component:
    return html.Div(
        [
            html.Div(
                [
                    dcc.Input(
                        id=ids.TYPED,
                        type="text",
                        value="",
                        maxLength=200,
                        placeholder=_("Number on the device: its label, identity, IMEI"),
                        debounce=False,
                        autoComplete="off",
                    ),
                    html.Button(_("Look up"), id=ids.GO, className="primary", n_clicks=0),
                ],
                className="bind-typed",
            ),
            html.Button(
                [icon("device"), _("Scan with the camera")], id=ids.SCAN, n_clicks=0, className="wide", hidden=True
            ),
            html.Div(
                id="bind-camera", hidden=True, **{"data-refused": _("The camera cannot be used; type the number.")}
            ),
            html.P(_("The phone's own camera opens a label's address as well."), className="quiet", hidden=bool(named)),
        ],
        className="panel bind-reading",
    )


def found_of(number: ReadNumber) -> Found:
    """What the record knows of a number within the reader's scope."""
    with asking.reading() as session:
        device = binding_queries.device(session, number)
        awaiting = binding_queries.awaiting(session, number) if device is None else None
    return Found(number, device, awaiting)


def _about(number: ReadNumber, venue: str | None) -> list[Component]:
    found = found_of(number)
    told = shown(found)
    if (found.device is None and not found.can_be_new) or (found.device and found.device.retired_on):
        return told
    own = asking.current().scope.venue_ids
    asked = int(venue) if venue and venue.isascii() and venue.isdigit() and len(venue) < 10 else None
    preset = found.device.venue_id if found.device else own[0] if len(own) == 1 else asked
    seen = found.device and [found.device.venue_id, found.device.area_id]
    return [*told, dcc.Store(id=ids.SEEN, data=seen), form(found, _venue(preset), is_fixed=len(own) == 1)]


def _venue(venue_id: int | None) -> VenueChoice | None:
    if not venue_id:
        return None
    try:
        with asking.reading() as session:
            return binding_queries.venue(session, venue_id)
    except NotFound:
        return None


def register_callbacks(app: Dash) -> None:
    @app.callback(Output(ids.VENUE, "options"), Input(ids.VENUE, "search_value"), prevent_initial_call=True)
    def find_venue(typed: str | None) -> Any:
        if not typed or not typed.strip():
            return dash.no_update
        with asking.reading() as session:
            found = venue_queries.search(session, typed.strip(), limit=12)
        return venue_options(found, typed)

    @app.callback(
        Output(ids.AREAS, "children"),
        Input(ids.VENUE, "value"),
        State(ids.NUMBER, "data"),
        prevent_initial_call=True,
    )
    def list_areas(venue_id: int | None, named: str) -> Any:
        number = read_number(named or "")
        return areas(found_of(number), _venue(venue_id)) if number is not None else dash.no_update

    @app.callback(
        Output(ids.RESULT, "children"),
        Output(ids.FORM, "hidden"),
        Input(ids.CONFIRM, "n_clicks"),
        State(ids.NUMBER, "data"),
        State(ids.SEEN, "data"),
        *(
            State(each, "value")
            for each in (
                *(ids.VENUE, ids.AREA, ids.FLOOR, ids.AREA_NAME, ids.AREA_KIND),
                *(ids.KIND, ids.MODEL, ids.PLATFORM, ids.CODE),
            )
        ),
        running=[(Output(ids.CONFIRM, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def confirm(clicks: int | None, named: str, seen: Any, *values: Any) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update
        filled = Filled(*values)
        try:
            done = bind(named or "", seen, filled, datetime.now(UTC).astimezone(HERE).date())
        except AnwangError as refusal:
            return note(_(str(refusal)), "error"), False
        return done, True

    for name, inputs in (
        ("look_up", (Input(ids.GO, "n_clicks"), State(ids.TYPED, "value"))),
        ("entered", (Input(ids.TYPED, "n_submit"), State(ids.TYPED, "value"))),
        ("scan", (Input(ids.SCAN, "n_clicks"),)),
    ):
        app.clientside_callback(
            ClientsideFunction("bind", name),
            Output(ids.TYPED, "id", allow_duplicate=True),
            *inputs,
            prevent_initial_call=True,
        )
    app.clientside_callback(
        ClientsideFunction("bind", "new_area"),
        Output("bind-new-area", "hidden"),
        Input(ids.AREA, "value"),
    )
    app.clientside_callback(ClientsideFunction("bind", "can_scan"), Output(ids.SCAN, "hidden"), Input(ids.SCAN, "id"))
