"""Excused venues: who is left out of which measure, for how long, why, and who decided it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import dash
from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import excused_venues as commands
from db.commands.excused_venues import NewExcuse
from db.errors import AnwangError, InvalidInput
from db.queries import excused_venues as queries
from db.queries import venues as venue_queries
from db.rules.excusing import LONGEST_REASON, MAY_ASK
from db.rules.measures import MeasureKey
from portal import asking, measure_words
from portal.components.layout import note, panel
from portal.components.moments import field, moment_field
from portal.components.press import pressed
from portal.components.toast import refused, toast
from portal.components.venue_field import venue_field, venue_options
from portal.locale import _
from portal.pages.excused import ids
from portal.pages.excused.rows import cards
from portal.refusals import in_words
from portal.words import HERE

DAY = timedelta(days=1)
EVERY = "all"


def layout(**_query: str) -> Component:
    may_ask = asking.current().role in MAY_ASK
    return html.Div(
        [
            dcc.Store(id=ids.PRESSED),
            dcc.Store(id=ids.CHANGED),
            html.Div(
                [html.H1(_("Excused venues")), dcc.Link(_("Back to the rankings"), href="/rankings")],
                className="page-head",
            ),
            html.Div(
                [html.Div(shown(), id=ids.LIST, className="stack"), _form() if may_ask else None],
                className="windows-page" if may_ask else "stack",
            ),
        ]
    )


def shown() -> list[Component]:
    """What waits, what stands, what is past."""
    now = datetime.now(UTC)
    today, asker = now.astimezone(HERE).date(), asking.current()
    titles = {"waiting": _("Waiting for a decision"), "standing": _("Standing"), "past": _("Past")}
    with asking.reading() as session:
        rows = {which: queries.listed(session, which, today) for which in titles}
    return [
        panel(title, cards(rows[which], now, today, asker.role, asker.person_id), aside=str(len(rows[which])))
        for which, title in titles.items()
        if rows[which] or which != "past"
    ]


def _form() -> Component:
    today = datetime.now(HERE).date()
    measures = [{"value": EVERY, "label": _("All measures")}]
    measures += [{"value": measure.value, "label": measure_words.name(measure)} for measure in MeasureKey]
    return panel(
        _("Ask that a venue be excused"),
        html.Div(
            [
                field(_("Venue"), venue_field(ids.VENUE)),
                field(
                    _("From which measure"),
                    dcc.Dropdown(id=ids.MEASURE, options=measures, value=EVERY, clearable=False, searchable=False),
                ),
                html.Div(
                    [
                        moment_field(ids.SINCE, "date", today.isoformat(), _("First day")),
                        moment_field(ids.UNTIL, "date", (today + timedelta(days=29)).isoformat(), _("Last day")),
                    ],
                    className="form-row",
                ),
                field(
                    _("Why"),
                    dcc.Textarea(
                        id=ids.REASON,
                        maxLength=LONGEST_REASON,
                        placeholder=_("like: closed for rebuilding, document …"),
                    ),
                ),
                html.Button(_("Ask"), id=ids.ASK, className="primary wide", n_clicks=0),
                html.Div(id=ids.SAID, role="status"),
                html.P(
                    _(
                        "A colleague at the province office decides. The venue then stands in no numerator and no"
                        " denominator, and is told as left out beside every figure."
                    ),
                    className="quiet",
                ),
            ],
            className="form",
        ),
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.VENUE, "options"),
        Input(ids.VENUE, "search_value"),
        State(ids.VENUE, "value"),
        State(ids.VENUE, "options"),
        prevent_initial_call=True,
    )
    def find(typed: str | None, chosen: int | None, known: list[dict[str, Any]]) -> Any:
        if not typed or not typed.strip():
            return dash.no_update
        with asking.reading() as session:
            found = venue_queries.search(session, typed.strip(), limit=20)
        kept = [option for option in known if option["value"] == chosen]
        return kept + [option for option in venue_options(found, typed) if option["value"] != chosen]

    @app.callback(
        Output(ids.CHANGED, "data"),
        Output(ids.SAID, "children"),
        Output(ids.REASON, "value"),
        Input(ids.ASK, "n_clicks"),
        State(ids.VENUE, "value"),
        State(ids.MEASURE, "value"),
        State(ids.SINCE, "data"),
        State(ids.UNTIL, "data"),
        State(ids.REASON, "value"),
        prevent_initial_call=True,
        running=[(Output(ids.ASK, "disabled"), True, False)],
    )
    def ask(clicks: int | None, *typed: Any) -> Any:
        return _ask(*typed) if clicks else (dash.no_update, dash.no_update, dash.no_update)

    @app.callback(
        Output(ids.CHANGED, "data", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.PRESSED, "data"),
        State({"type": ids.WORDS, "id": ALL}, "value"),
        State({"type": ids.WORDS, "id": ALL}, "id"),
        prevent_initial_call=True,
    )
    def act(button: Any, said: list[str | None], whose: list[dict[str, Any]]) -> Any:
        asked = pressed(button, "act", "id")
        words = {each["id"]: text or "" for each, text in zip(whose, said, strict=True)}
        return _act(int(asked["id"]), asked["act"], words.get(asked["id"], ""))

    @app.callback(Output(ids.LIST, "children"), Input(ids.CHANGED, "data"), prevent_initial_call=True)
    def look(_changed: Any) -> Any:
        return shown()


def _ask(
    venue: int | None, measure: str, since: str | None, until: str | None, reason: str | None
) -> tuple[Any, Any, Any]:
    """What was typed stays where it is refused."""
    now = datetime.now(UTC)
    try:
        if venue is None:
            raise InvalidInput("Choose a venue.")
        chosen = None if measure == EVERY else MeasureKey(measure)
        new = NewExcuse(int(venue), chosen, _day(since), _day(until) + DAY, reason or "")
        with asking.reading() as session:
            commands.ask(session, new, asking.actor(), now)
    except AnwangError as refusal:
        return dash.no_update, note(in_words(refusal), "error"), dash.no_update
    return now.isoformat(), note(_("Asked for. A colleague decides.")), ""


def _day(typed: str | None) -> date:
    try:
        return date.fromisoformat(typed or "")
    except ValueError as error:
        raise InvalidInput("Say from which day to which.") from error


def _act(number: int, act: str, words: str) -> tuple[Any, Any]:
    now = datetime.now(UTC)
    try:
        with asking.reading() as session:
            if act == "end":
                commands.end(session, number, asking.actor(), now)
            else:
                commands.decide(session, number, asking.actor(), now, approve=act == "approve", words=words)
    except AnwangError as refusal:
        return now.isoformat(), refused(refusal)
    said = {"approve": _("Approved."), "refuse": _("Refused, and kept."), "end": _("Ended.")}[act]
    return now.isoformat(), toast(said)
