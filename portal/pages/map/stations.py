"""Fire stations taken over from a file at the page."""

import base64
import binascii
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dash
from dash import Dash, Input, Output, State, html
from dash.development.base_component import Component

from db.commands import fire_stations
from db.errors import AnwangError, InvalidInput, NotAllowed
from db.station_import.sheet import Stations, read
from geodata.coordinates import Datum
from portal import asking
from portal.components.layout import note
from portal.locale import _
from portal.pages.map import ids
from portal.pages.map.answers import MAY_UPLOAD


def register(app: Dash) -> None:
    @app.callback(
        Output(ids.STATIONS_SAID, "children"),
        Input(ids.STATIONS_FILE, "contents"),
        State(ids.STATIONS_FILE, "filename"),
        State(ids.STATIONS_DATUM, "value"),
        prevent_initial_call=True,
    )
    def take(contents: str | None, name: str | None, datum: str | None) -> Any:
        if not contents:
            return dash.no_update
        try:
            return _taken(contents, name or "stations.xlsx", Datum(datum or Datum.CGCS2000))
        except AnwangError as refusal:
            return note(_(str(refusal)), "error")


def _taken(contents: str, name: str, datum: Datum) -> list[Component]:
    if asking.current().role not in MAY_UPLOAD:
        raise NotAllowed("Your role may not take over stations.")
    found = _read(contents, name, datum)
    with asking.reading() as session:
        taken = fire_stations.take_over_by(session, found.rows, asking.actor(), name)
    said: list[Component] = [html.P(_("{n} stations taken over.").format(n=taken))]
    if found.refused:
        first = found.refused[0]
        words = _("{n} rows refused: row {row}: {why}").format(n=len(found.refused), row=first.row, why=_(first.reason))
        said.append(note(words, "error"))
    return said


def _read(contents: str, name: str, datum: Datum) -> Stations:
    try:
        body = base64.b64decode(contents.partition(",")[2], validate=True)
    except binascii.Error as error:
        raise InvalidInput("The file did not arrive whole.") from error
    with TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "stations.xlsx")
        path.write_bytes(body)
        return read(path, datum)
