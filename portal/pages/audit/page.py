"""The audit of a bulletin: a text pasted or uploaded, and beside it what does not add up, sentence by sentence."""

import base64
import binascii
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.errors import AnwangError, InvalidInput
from db.queries import regions, snapshots
from db.queries.snapshots import Snapshot
from db.rules.bulletin_audit import Places, audit
from portal import asking
from portal.address import number_of
from portal.audit_text import checked, text_of
from portal.components.layout import note, panel
from portal.locale import _
from portal.pages.audit import ids
from portal.pages.audit.shown import result
from portal.refusals import in_words

OFFERED = 40


def layout(**query: str) -> Component:
    """The field for the text; beside it the findings, once there is a text."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Audit of a bulletin")),
                    html.Span(_("Figures against each other, and against a snapshot"), className="quiet"),
                ],
                className="page-head",
            ),
            html.Div(
                [_form(query), html.Div(_nothing_yet(), id=ids.RESULT, className="audit-result")], className="audit"
            ),
        ]
    )


def _form(query: dict[str, str]) -> Component:
    return panel(
        _("Text"),
        dcc.Textarea(
            id=ids.TEXT,
            placeholder=_("Paste the wording of a bulletin here: ours, or a published one."),
            className="audit-text",
        ),
        html.Div(
            [
                dcc.Upload(
                    html.Button(_("Take a file: text, Word or PDF"), type="button"),
                    id=ids.FILE,
                    accept=".txt,.docx,.pdf,text/plain",
                    max_size=20_000_000,
                ),
                dcc.Dropdown(
                    id=ids.SNAPSHOT,
                    options=_offered(),
                    value=number_of(query.get("snapshot")),
                    placeholder=_("Against a snapshot too"),
                    className="audit-against",
                ),
                html.Button(_("Check it"), id=ids.RUN, className="primary", n_clicks=0),
            ],
            className="audit-acts",
        ),
        html.Div(id=ids.SAID, role="status"),
    )


def _offered() -> list[dict[str, Any]]:
    with asking.reading() as session:
        found = snapshots.latest(session, OFFERED)
    said = _("Snapshot {number}, as of {day}")
    return [{"value": s.id, "label": said.format(number=s.number, day=s.as_of.isoformat())} for s in found]


def _nothing_yet() -> Component:
    return note(_("Paste a text or take a file, and check it: every finding will point at its sentence."))


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.TEXT, "value"),
        Output(ids.SAID, "children"),
        Input(ids.FILE, "contents"),
        State(ids.FILE, "filename"),
        prevent_initial_call=True,
    )
    def take(contents: str | None, name: str | None) -> Any:
        if not contents:
            return dash.no_update, dash.no_update
        try:
            return text_of(_bytes(contents)), html.P(name, className="quiet")
        except AnwangError as refusal:
            return dash.no_update, note(in_words(refusal), "error")

    @app.callback(
        Output(ids.RESULT, "children"),
        Input(ids.RUN, "n_clicks"),
        Input(ids.SAID, "children"),
        State(ids.TEXT, "value"),
        State(ids.SNAPSHOT, "value"),
        prevent_initial_call=True,
    )
    def check(_clicks: int | None, _taken: Any, text: str | None, snapshot: int | None) -> Any:
        """A file at once; what is typed when somebody asks."""
        if not (text or "").strip():
            return _nothing_yet()
        try:
            return _checked(text or "", snapshot)
        except AnwangError as refusal:
            return note(in_words(refusal), "error")


def _checked(text: str, snapshot: int | None) -> Component:
    words = checked(text)
    with asking.reading() as session:
        tree = regions.tree(session)
        places = Places.of((row.adcode, row.name) for row in tree.by_adcode.values())
        frozen: Snapshot | None = snapshots.one(session, snapshot) if snapshot else None
        figures = snapshots.figures(session, snapshot) if snapshot else None
    return result(words, audit(words, figures, places, frozen.as_of if frozen else None), frozen)


def _bytes(contents: str) -> bytes:
    try:
        return base64.b64decode(contents.partition(",")[2], validate=True)
    except binascii.Error as error:
        raise InvalidInput("The file came in broken; try again.") from error
