"""What the patrol page does when somebody acts."""

from datetime import UTC, datetime
from typing import Any

import dash
import flask
from dash import ALL, Dash, Input, Output, State

from db.commands import patrol as commands
from db.errors import AnwangError
from portal import asking
from portal.address import address_parts
from portal.components.press import pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.patrol import capture, ids, shouting, today
from portal.pages.patrol.view import View

STILL = dash.no_update


def register_callbacks(app: Dash) -> None:
    _register_round(app)
    _register_capture(app)
    _register_shouts(app)


def _register_round(app: Dash) -> None:
    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.DRAW, "n_clicks"),
        State(ids.DRAW_COUNT, "value"),
        prevent_initial_call=True,
    )
    def draw(clicks: int, count: Any) -> Any:
        if not clicks or not isinstance(count, int):
            return STILL, STILL
        try:
            with asking.reading() as session:
                number = commands.draw_at_random(
                    session, today.acting(), asking.current().home, count, datetime.now(UTC)
                )
        except AnwangError as error:
            return STILL, refused(error)
        return View("today", number).href(), toast(_("Drawn: those longest not looked at come first."))

    @app.callback(
        Output(ids.LEFT, "children"),
        Input(ids.LOOKED, "data"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def looked(data: dict[str, Any] | None, search: str | None) -> Any:
        """The camera that the middle shows stays the chosen one, though it is not waiting any more."""
        if not data:
            return STILL
        view = View.parse(address_parts(search))
        return today.refreshed(View("today", view.round, int(data["camera"]))) or STILL

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input({"type": ids.SKIP, "venue": ALL}, "n_clicks"),
        State({"type": ids.SKIP_REASON, "venue": ALL}, "value"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def skip(clicks: list[int], reasons: list[str | None], search: str | None) -> Any:
        asked, view = dash.ctx.triggered_id, View.parse(address_parts(search))
        if not any(clicks) or not isinstance(asked, dict):
            return STILL, STILL
        try:
            with asking.reading() as session:
                chosen = today.round_of(session, view)
                commands.skip(
                    session, chosen, int(asked["venue"]), (reasons or [""])[0] or "", today.acting(), datetime.now(UTC)
                )
        except AnwangError as error:
            return STILL, refused(error)
        # Another address, so that the page is drawn anew even where the round began with this venue.
        return f"{View('today', chosen).href()}&after={asked['venue']}", toast(_("Skipped, with your reason."))


def _register_capture(app: Dash) -> None:
    @app.callback(Output(ids.CAPTURE, "children"), Input(ids.CAPTURED, "data"), prevent_initial_call=True)
    def captured(data: dict[str, Any] | None) -> Any:
        return capture.shown(int(data["id"]), None, datetime.now(UTC)) if data else STILL

    @app.callback(
        Output(ids.CAPTURE, "children", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.FILE, "data"),
        State({"type": ids.FIELD, "name": ALL}, "value"),
        State({"type": ids.FIELD, "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def file(button: Any, values: list[Any], fields: list[dict[str, str]]) -> Any:
        asked = pressed(button, "capture")
        filled = {field["name"]: str(value or "") for field, value in zip(fields, values, strict=True)}
        try:
            said = capture.file_hazard(int(asked["capture"]), filled, flask.current_app.config["ANWANG_EVIDENCE"])
        except AnwangError as error:
            return STILL, refused(error)
        return capture.shown(int(asked["capture"]), None, datetime.now(UTC)), toast(said)


def _register_shouts(app: Dash) -> None:
    @app.callback(
        Output(ids.SHOUTS, "children"),
        Output(ids.SHOUT_CLOCK, "disabled"),
        Input(ids.SHOUTED, "data"),
        Input(ids.SHOUT_CLOCK, "n_intervals"),
        State("patrol-shout-venue", "data"),
        prevent_initial_call=True,
    )
    def shouted(_data: Any, _ticks: Any, venue: int | None) -> Any:
        return shouting.refreshed(venue, datetime.now(UTC)) if venue is not None else (STILL, STILL)
