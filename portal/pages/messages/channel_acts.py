"""What a person does to their own channels; each refusal is a sentence beside the form, and nothing typed is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import dash
import flask
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, html
from sqlalchemy.orm import Session

from db import addresses, channel_file
from db.commands import contact_points
from db.commands.people import Operator
from db.errors import AnwangError, InvalidInput
from db.rules import contact_address
from db.rules.channels import Channel
from db.settings import Settings
from portal import asking
from portal.components.press import pressed
from portal.locale import _
from portal.pages.messages import ids

Act = Callable[[Session, Operator, datetime], str]
Said = tuple[Any, Any]
NOTHING: Said = (dash.no_update, dash.no_update)


def _done(act: Act) -> Said:
    """The page drawn anew and a word in the corner; a refusal beside the form, which stays as it is."""
    asker, now = asking.current(), datetime.now(UTC)
    operator = Operator(asker.person_id, asker.name, asker.address)
    try:
        with asking.reading() as session:
            said = act(session, operator, now)
    except AnwangError as refusal:
        return dash.no_update, html.Div(_(str(refusal)), className="refused")
    return now.isoformat(), html.Div(said)


def _hosts(channel: Channel) -> tuple[str, ...]:
    settings: Settings = flask.current_app.config["ANWANG"]
    gateway = channel_file.read(settings).get(channel)
    return gateway.hosts if gateway else ()


def _add(channel: str | None, typed: str | None, secret: str | None, label: str | None) -> Act:
    def act(session: Session, operator: Operator, now: datetime) -> str:
        if channel not in contact_address.OWN_CHANNELS:
            raise InvalidInput("This channel cannot be added here.")
        chosen = Channel(channel)
        found = contact_address.read(chosen, typed or "", secret or "", _hosts(chosen))
        if isinstance(found, contact_address.Refusal):
            raise InvalidInput(found.reason)
        point = contact_points.add(session, chosen, found, label or "", operator, now)
        contact_points.ask_code(session, point, operator, now)
        return _("A code is on its way; type it here.")

    return act


def _subscribe(told: dict[str, Any]) -> Act:
    def act(session: Session, operator: Operator, now: datetime) -> str:
        keys = told.get("keys") if isinstance(told.get("keys"), dict) else {}
        endpoint = str(told.get("endpoint", ""))[:1000]
        texts = {str(name): str(value) for name, value in (keys or {}).items()}
        found = contact_address.push_endpoint(endpoint, texts, _hosts(Channel.WEB_PUSH))
        if isinstance(found, contact_address.Refusal):
            raise InvalidInput(found.reason)
        label = str(told.get("label", ""))
        point = contact_points.add(session, Channel.WEB_PUSH, found, label, operator, now)
        contact_points.send_test(session, point, operator, now)
        return _("A test message is on its way to this device.")

    return act


def _one(what: str, point: int, code: str | None) -> Act:
    def act(session: Session, operator: Operator, now: datetime) -> str:
        if what == "code":
            contact_points.ask_code(session, point, operator, now)
            return _("A code is on its way; type it here.")
        if what == "verify":
            settings: Settings = flask.current_app.config["ANWANG"]
            secret = addresses.read_secrets(settings.var_dir)["contact_codes"]
            if contact_points.verify(session, point, code or "", secret, operator, now):
                return _("Verified: it will be used from now on.")
            return _("This is not the code that was sent.")
        if what == "test":
            contact_points.send_test(session, point, operator, now)
            return _("A test message is on its way.")
        contact_points.remove(session, point, operator)
        return _("Removed.")

    return act


def _quiet(starts: str | None, ends: str | None) -> Act:
    def act(session: Session, operator: Operator, _now: datetime) -> str:
        try:
            first, last = time.fromisoformat(starts or ""), time.fromisoformat(ends or "")
        except ValueError as error:
            raise InvalidInput("These are no times of day.") from error
        if first == last:
            raise InvalidInput("Quiet hours must end at another time than they begin.")
        contact_points.keep_quiet(session, first, last, operator)
        return _("Lesser messages wait between these hours.")

    return act


def _no_quiet(session: Session, operator: Operator, _now: datetime) -> str:
    contact_points.keep_no_quiet(session, operator)
    return _("Every message comes at once.")


def register_callbacks(app: Dash) -> None:
    acted = Output(ids.ACTED, "data", allow_duplicate=True)
    said = Output(ids.SAID, "children", allow_duplicate=True)

    @app.callback(
        acted,
        said,
        Input(ids.ADD, "n_clicks"),
        State(ids.CHANNEL, "value"),
        State(ids.ADDRESS, "value"),
        State(ids.SECRET, "value"),
        State(ids.LABEL, "value"),
        prevent_initial_call=True,
    )
    def add(clicks: int | None, channel: str, typed: str | None, secret: str | None, label: str | None) -> Said:
        return _done(_add(channel, typed, secret, label)) if clicks else NOTHING

    @app.callback(
        acted,
        said,
        Input(ids.PRESSED, "data"),
        State({"type": ids.CODE, "id": ALL}, "value"),
        State({"type": ids.CODE, "id": ALL}, "id"),
        prevent_initial_call=True,
    )
    def one(button: Any, codes: list[str | None], fields: list[dict[str, Any]]) -> Said:
        chosen = pressed(button, "act", "id")
        typed = {field["id"]: code for field, code in zip(fields, codes, strict=True)}
        return _done(_one(str(chosen["act"]), int(chosen["id"]), typed.get(chosen["id"])))

    @app.callback(acted, said, Input(ids.SUBSCRIBED, "data"), prevent_initial_call=True)
    def subscribed(told: dict[str, Any] | None) -> Said:
        if not told:
            return NOTHING
        if "refused" in told:
            return dash.no_update, html.Div(_refused(str(told["refused"])), className="refused")
        return _done(_subscribe(told))

    @app.callback(
        acted,
        said,
        Input(ids.QUIET_SET, "n_clicks"),
        Input(ids.QUIET_END, "n_clicks"),
        State(ids.QUIET_FROM, "value"),
        State(ids.QUIET_UNTIL, "value"),
        prevent_initial_call=True,
    )
    def quiet(to_set: int | None, to_end: int | None, starts: str | None, ends: str | None) -> Said:
        if not (to_set or to_end):
            return NOTHING
        return _done(_no_quiet if dash.ctx.triggered_id == ids.QUIET_END else _quiet(starts, ends))

    app.clientside_callback(
        ClientsideFunction("messages", "subscribe"),
        Output(ids.SUBSCRIBED, "data"),
        Input(ids.PUSH, "n_clicks"),
        State(ids.PUSH_KEY, "data"),
        prevent_initial_call=True,
    )


def _refused(why: str) -> str:
    """Why the browser did not subscribe."""
    return {
        "unsupported": _("This browser cannot be pushed to: it needs HTTPS, and on an iPhone the home screen."),
        "denied": _("Notifications from this site are blocked in the browser's settings."),
    }.get(why, _("The browser's push service does not answer; it may not be reachable from here."))
