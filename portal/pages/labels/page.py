"""Labels of a venue's devices to print: choose them, print this page or take the PDF."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import dash
import flask
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db import device_labels
from db.errors import AnwangError, NotFound
from db.queries import device_labels as label_queries
from db.queries import venues as venue_queries
from db.queries.device_labels import Labelled
from portal import asking
from portal.address import address_parts, number_of
from portal.components.layout import note
from portal.components.toast import refused
from portal.components.venue_field import venue_field, venue_options
from portal.locale import _

MOST = 600
VENUE, CHOSEN, PDF, DOWNLOAD, FIND, ALL = (
    *("labels-venue", "labels-chosen", "labels-pdf", "labels-download"),
    *("labels-find", "labels-all"),
)
BODY = "labels-body"


def layout(**query: str) -> Component:
    """A field to find a venue, and its labels."""
    return html.Div(
        [
            html.Div(
                [html.H1(_("Labels")), html.Div(venue_field(FIND), className="labels-find")],
                className="page-head unprinted",
            ),
            html.Div(_labels(query), id=BODY),
        ]
    )


def _labels(query: Mapping[str, str]) -> list[Component]:
    """Of the venue named in the address, or of the reader's own where there is one alone."""
    own = asking.current().scope.venue_ids
    venue_id = number_of(query.get("venue")) or (own[0] if len(own) == 1 else None)
    if venue_id is None or venue_id >= 2**31:
        return [note(_("Labels are printed venue by venue: choose one."))]
    with asking.reading() as session:
        venue = venue_queries.detail(session, venue_id)
        devices = label_queries.of_venue(session, venue_id)
    if not devices:
        return [note(_("This venue has no devices."))]
    return [dcc.Store(id=VENUE, data=venue_id), _bar(venue.name, devices), _sheet(devices[:MOST])]


def _bar(venue: str, devices: list[Labelled]) -> Component:
    return html.Div(
        [
            html.Span(_("{venue}: {n} devices").format(venue=venue, n=len(devices)), className="quiet"),
            html.Button(_("All or none"), id=ALL, n_clicks=0),
            html.Button(_("Print"), className="print-page"),
            html.Button(_("Download PDF"), id=PDF, n_clicks=0, className="primary"),
            dcc.Download(id=DOWNLOAD),
        ],
        className="labels-bar unprinted",
    )


def _sheet(devices: list[Labelled]) -> Component:
    options = [{"value": device.code, "label": _label(device)} for device in devices]
    return dcc.Checklist(id=CHOSEN, options=options, value=[device.code for device in devices], className="labels")


def _label(device: Labelled) -> Component:
    made = device_labels.on_device(base(), device)
    picture = device_labels.qr_svg(made.address)
    return html.Span(
        [
            html.Img(src=f"data:image/svg+xml;utf8,{quote(picture)}", alt=_("QR code")),
            html.Span([html.B(made.code), html.Span(made.what), html.Span(made.where)], className="label-words"),
        ],
        className="label",
    )


def base() -> str:
    """Where phones reach the portal: as the settings have it, else as this request came."""
    settings = flask.current_app.config["ANWANG"]
    return str(settings.public_url or flask.request.host_url).rstrip("/")


def register_callbacks(app: Dash) -> None:
    @app.callback(Output(FIND, "options"), Input(FIND, "search_value"), prevent_initial_call=True)
    def find(typed: str | None) -> Any:
        if not typed or not typed.strip():
            return dash.no_update
        with asking.reading() as session:
            found = venue_queries.search(session, typed.strip(), limit=12)
        return venue_options(found, typed)

    @app.callback(Output("address", "href", allow_duplicate=True), Input(FIND, "value"), prevent_initial_call=True)
    def go(venue_id: int | None) -> Any:
        return f"/labels?venue={venue_id}" if venue_id else dash.no_update

    @app.callback(
        Output(BODY, "children"), Input("address", "search"), State("address", "pathname"), prevent_initial_call=True
    )
    def show(search: str | None, path: str) -> Any:
        if path != "/labels":
            return dash.no_update
        try:
            return _labels(address_parts(search))
        except AnwangError as refusal:
            return note(_(str(refusal)), "error")

    @app.callback(
        Output(CHOSEN, "value"),
        Input(ALL, "n_clicks"),
        State(CHOSEN, "value"),
        State(CHOSEN, "options"),
        prevent_initial_call=True,
    )
    def all_or_none(_clicks: int, chosen: list[str], options: list[dict[str, Any]]) -> list[str]:
        return [] if len(chosen) == len(options) else [each["value"] for each in options]

    @app.callback(
        Output(DOWNLOAD, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(PDF, "n_clicks"),
        State(VENUE, "data"),
        State(CHOSEN, "value"),
        running=[(Output(PDF, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def pdf(clicks: int | None, venue_id: int, chosen: list[str] | None) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update
        try:
            return _pdf(venue_id, chosen or []), ""
        except AnwangError as refusal:
            return dash.no_update, refused(refusal)


def _pdf(venue_id: int, chosen: list[str]) -> Any:
    with asking.reading() as session:
        devices = label_queries.of_venue(session, venue_id, chosen[:MOST])
    if not devices:
        raise NotFound("Choose at least one device.")
    made = device_labels.sheet([device_labels.on_device(base(), device) for device in devices])
    return dcc.send_bytes(made, f"anwang-labels-{venue_id}.pdf")
