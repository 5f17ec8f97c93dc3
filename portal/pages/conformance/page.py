"""The bench for vendors and maintainers: what their device says, rule by rule, before it hangs anywhere."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any

import dash
import flask
import orjson
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import bench
from db.commands.bench import Opened
from db.errors import AnwangError, InvalidInput
from db.queries import bench as bench_queries
from db.queries.bench import Trial
from db.rules.conformance import MINUTES, MOST_GIVEN, Protocol
from db.rules.written_values import narrow
from portal import asking
from portal.address import address_parts, number_of
from portal.components.layout import note, panel
from portal.locale import _
from portal.pages.conformance import ids
from portal.pages.conformance import words as bench_words
from portal.pages.conformance.paper import paper
from portal.pages.conformance.pointing import pointing
from portal.pages.conformance.shown import trial_list, trial_shown

PATH = "/conformance"
LOOK_AGAIN_MS = 1500


def layout(**query: str) -> Component:
    """The form and the person's trials beside the trial that the address names."""
    now, person = datetime.now(UTC), asking.current().person_id
    chosen = number_of(query.get("trial"))
    with asking.reading() as session:
        trials = bench_queries.mine(session, person)
        trial = bench_queries.trial(session, person, chosen) if chosen and chosen < 2**31 else None
    return html.Div(
        [
            html.Div(html.H1(_("Conformance bench")), className="page-head unprinted"),
            html.Div(
                [
                    html.Div(
                        [
                            _form(trial.protocol if trial else Protocol.GB26875),
                            panel(_("Your trials"), html.Div(trial_list(trials, chosen, now), id=ids.LIST)),
                        ],
                        className="stack unprinted",
                    ),
                    html.Div(_trial(trial, now), id=ids.REPORT, className="stack"),
                ],
                className="bench",
            ),
            dcc.Store(id=ids.TRIAL, data=trial.id if trial else None),
            dcc.Store(id=ids.SHOWN, data=_mark(trial, now)),
            dcc.Download(id=ids.DOWNLOAD),
            dcc.Interval(id=ids.CLOCK, interval=LOOK_AGAIN_MS, disabled=trial is None or trial.is_examined(now)),
        ]
    )


def _form(protocol: str) -> Component:
    return panel(
        _("Try a device"),
        html.Div(
            [
                dcc.RadioItems(
                    id=ids.PROTOCOL,
                    options=[{"value": each.value, "label": bench_words.protocol(each)} for each in Protocol],
                    value=protocol,
                    className="bench-protocols",
                ),
                dcc.Input(id=ids.LABEL, type="text", maxLength=80, placeholder=_("Maker and model")),
                html.Details(
                    [html.Summary(_("Paste what it sends, or choose a file")), *_given(protocol)],
                    open=True,
                    className="bench-way",
                ),
                html.Details(
                    [html.Summary(_("Point the device at the bench")), *_live(protocol)], className="bench-way"
                ),
                html.Div(id=ids.REFUSAL),
                html.Div(id=ids.SECRET),
            ],
            className="stack",
        ),
    )


def _given(protocol: str) -> list[Component]:
    return [
        dcc.Textarea(
            id=ids.GIVEN, placeholder=bench_words.hint(protocol), value="", maxLength=MOST_GIVEN, spellCheck=False
        ),
        html.Div(
            [
                dcc.Upload(
                    html.Span([_("Choose a file"), html.Small(_("up to 1 MiB"))]), id=ids.UPLOAD, max_size=MOST_GIVEN
                ),
                html.Span(id=ids.FILE, className="quiet"),
                html.Button(_("Examine"), id=ids.EXAMINE, className="primary", n_clicks=0),
            ],
            className="bench-acts",
        ),
    ]


def _live(protocol: str) -> list[Component]:
    return [
        html.Div(
            dcc.Input(
                id=ids.SOURCE,
                type="text",
                maxLength=15,
                placeholder=_("Source address; empty: one is made for the trial"),
            ),
            id="bench-source-field",
            hidden=protocol != Protocol.GB26875,
        ),
        html.Div(
            [
                dcc.RadioItems(
                    id=ids.MINUTES,
                    options=[{"value": n, "label": _("{n} minutes").format(n=n)} for n in MINUTES],
                    value=MINUTES[0],
                    className="bench-minutes",
                ),
                html.Button(_("Open the bench"), id=ids.OPEN, className="primary", n_clicks=0),
            ],
            className="bench-acts",
        ),
    ]


def _trial(trial: Trial | None, now: datetime) -> list[Component]:
    if trial is None:
        return [
            note(_("Choose a protocol and paste what the device sends; or open the bench and point the device at it."))
        ]
    settings = flask.current_app.config["ANWANG"]
    base = (settings.public_url or flask.request.host_url).rstrip("/")
    return trial_shown(trial, pointing(trial, settings, base) if trial.is_open(now) else None, now)


def _mark(trial: Trial | None, now: datetime) -> str:
    """Changes where there is something new to show."""
    if trial is None:
        return ""
    return f"{trial.id}/{trial.state}/{trial.is_open(now)}/{trial.examined_at}"


def register_callbacks(app: Dash) -> None:
    _register_forms(app)
    _register_report(app)


def _register_forms(app: Dash) -> None:
    @app.callback(
        Output(ids.GIVEN, "placeholder"), Output("bench-source-field", "hidden"), Input(ids.PROTOCOL, "value")
    )
    def change_protocol(protocol: str) -> tuple[str, bool]:
        return bench_words.hint(protocol), protocol != Protocol.GB26875

    @app.callback(Output(ids.FILE, "children"), Input(ids.UPLOAD, "filename"), Input(ids.UPLOAD, "contents"))
    def name_file(name: str | None, contents: str | None) -> str:
        return (name or "") if contents else ""

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output(ids.REFUSAL, "children", allow_duplicate=True),
        Input(ids.EXAMINE, "n_clicks"),
        State(ids.PROTOCOL, "value"),
        State(ids.LABEL, "value"),
        State(ids.GIVEN, "value"),
        State(ids.UPLOAD, "contents"),
        running=[(Output(ids.EXAMINE, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def examine(clicks: int | None, protocol: str, label: str | None, typed: str | None, file: str | None) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update
        try:
            given = typed.encode() if typed and typed.strip() else _content(file)
            with asking.reading() as session:
                number = bench.give(
                    session, asking.current().person_id, Protocol(protocol), label or "", given, datetime.now(UTC)
                )
        except AnwangError as refusal:
            return dash.no_update, note(_(str(refusal)), "error")
        _tell()
        return f"{PATH}?trial={number}", ""

    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output(ids.REFUSAL, "children"),
        Output(ids.SECRET, "children"),
        Input(ids.OPEN, "n_clicks"),
        State(ids.PROTOCOL, "value"),
        State(ids.LABEL, "value"),
        State(ids.MINUTES, "value"),
        State(ids.SOURCE, "value"),
        running=[(Output(ids.OPEN, "disabled"), True, False)],
        prevent_initial_call=True,
    )
    def open_bench(clicks: int | None, protocol: str, label: str | None, minutes: int, source: str | None) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update, dash.no_update
        try:
            opened = _open(protocol, label or "", minutes, source)
        except AnwangError as refusal:
            return dash.no_update, note(_(str(refusal)), "error"), dash.no_update
        _tell()
        return f"{PATH}?trial={opened.id}", "", _secret(opened)


def _register_report(app: Dash) -> None:
    @app.callback(
        Output(ids.TRIAL, "data"),
        Input("address", "search"),
        State("address", "pathname"),
        State(ids.TRIAL, "data"),
        prevent_initial_call=True,
    )
    def choose(search: str | None, path: str, before: int | None) -> Any:
        """The page stays as it is, with what was typed and a password that is shown once: the trial alone changes."""
        chosen = number_of(address_parts(search).get("trial"))
        return dash.no_update if path != PATH or chosen is None or chosen == before else chosen

    app.clientside_callback(
        ClientsideFunction("bench", "into_sight"),
        Output(ids.REPORT, "id"),
        Input(ids.TRIAL, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(ids.REPORT, "children"),
        Output(ids.LIST, "children"),
        Output(ids.SHOWN, "data"),
        Output(ids.CLOCK, "disabled"),
        Input(ids.CLOCK, "n_intervals"),
        Input(ids.TRIAL, "data"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def look(_ticks: int | None, trial_id: int | None, shown: str | None) -> Any:
        """Draws again only what is new, so that what somebody reads stays open."""
        if trial_id is None:
            return dash.no_update, dash.no_update, dash.no_update, True
        now, person = datetime.now(UTC), asking.current().person_id
        try:
            with asking.reading() as session:
                trial = bench_queries.trial(session, person, trial_id)
                trials = bench_queries.mine(session, person)
        except AnwangError as refusal:
            return note(_(str(refusal)), "error"), dash.no_update, "", True
        if trial.frames != (trial.examined_frames or 0) or (trial.state == "open" and not trial.is_open(now)):
            _tell()
        mark = _mark(trial, now)
        if mark == shown:
            return dash.no_update, dash.no_update, dash.no_update, trial.is_examined(now)
        return _trial(trial, now), trial_list(trials, trial_id, now), mark, trial.is_examined(now)

    @app.callback(
        Output(ids.CLOCK, "n_intervals"),
        Input(ids.CLOSE, "n_clicks"),
        State(ids.TRIAL, "data"),
        prevent_initial_call=True,
    )
    def close(clicks: int | None, trial_id: int) -> Any:
        if not clicks:
            return dash.no_update
        try:
            with asking.reading() as session:
                bench.close_door(session, asking.current().person_id, trial_id, datetime.now(UTC))
        except AnwangError:
            return 0  # it has ended by itself: the next look shows it
        _tell()
        return 0

    @app.callback(
        Output(ids.DOWNLOAD, "data"),
        Input(ids.JSON, "n_clicks"),
        Input(ids.PDF, "n_clicks"),
        State(ids.TRIAL, "data"),
        prevent_initial_call=True,
    )
    def download(as_json: int | None, as_pdf: int | None, trial_id: int) -> Any:
        if not (as_json or as_pdf):
            return dash.no_update
        with asking.reading() as session:
            trial = bench_queries.trial(session, asking.current().person_id, trial_id)
        name = f"anwang-conformance-{trial.id}"
        if dash.ctx.triggered_id == ids.PDF:
            return dcc.send_bytes(paper(trial), f"{name}.pdf")
        return dcc.send_bytes(orjson.dumps(trial.report, option=orjson.OPT_INDENT_2), f"{name}.json")


def _open(protocol: str, label: str, minutes: int, source: str | None) -> Opened:
    plain = narrow(source or "")
    if plain and not (plain.isascii() and plain.isdigit()):
        raise InvalidInput("A source address is a whole number from 1 to 281474976710655.")
    with asking.reading() as session:
        person, now = asking.current().person_id, datetime.now(UTC)
        return bench.open_door(session, person, Protocol(protocol), label, minutes, int(plain) if plain else None, now)


def _secret(opened: Opened) -> Component | None:
    if opened.password is None or flask.current_app.config["ANWANG"].mqtt_url:
        return None
    return html.Div(
        [
            html.Span(_("Password of the login, shown this once:")),
            html.Code(f"{opened.key}", className="bench-login"),
            html.Code(opened.password, className="bench-password"),
        ],
        className="bench-secret",
    )


def _content(file: str | None) -> bytes:
    """The file as the browser sends it."""
    if not file:
        return b""
    try:
        return base64.b64decode(file.partition(",")[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("This file cannot be read.") from error


def _tell() -> None:
    """A worker looks at once; the clock does in any case."""
    flask.current_app.config.get("ANWANG_EXAMINE", lambda: None)()
