"""The watch asked to answer now (查岗), and what it answered: the evidence of duty."""

from datetime import UTC, datetime
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import duty_checks as duty_commands
from db.commands.people import Operator
from db.errors import AnwangError, NotAllowed
from db.queries import duty_checks as duty_queries
from db.queries.duty_checks import DutyCheckRow
from db.rules.duty_check import OPEN
from db.rules.role_acts import ASK_THE_WATCH
from portal import asking, words
from portal.components.layout import badge, note, panel
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.duty.panels import answered_by, asked_by, outcome_kind
from portal.pages.venue import ids

LOOK_AGAIN_MS = 2000


def tab(venue_id: int) -> list[Component]:
    return [
        dcc.Store(id=ids.DUTY_VENUE, data=venue_id),
        dcc.Store(id=ids.ASKED),
        dcc.Interval(id=ids.DUTY_CLOCK, interval=LOOK_AGAIN_MS, disabled=True),
        html.Div(shown(venue_id), id=ids.DUTY, className="stack"),
    ]


def shown(venue_id: int) -> list[Component]:
    """The button for whoever may press it, and the checks so far."""
    now = datetime.now(UTC)
    with asking.reading() as session:
        checks = duty_queries.of_venue(session, venue_id)
        can_be_asked = duty_queries.can_be_asked(session, venue_id, now.astimezone(words.HERE).date())
    return [
        panel(_("Ask the watch"), _ask(can_be_asked, any(check.state in OPEN for check in checks))),
        panel(
            _("Duty checks"),
            _table(checks, now),
            aside=dcc.Link(_("day by day, roster and gaps"), href=f"/duty?venue={venue_id}"),
        ),
    ]


def _ask(can_be_asked: bool, is_open: bool) -> Component:
    if not can_be_asked:
        return note(_("This venue has no user transmission device and nobody with an account that could be asked."))
    if asking.current().role not in ASK_THE_WATCH:
        return note(_("The province, the city and the county ask; the venue and its maintainer see the answers."))
    return html.Div(
        [
            html.Button(_("Ask the watch now"), id=ids.ASK, className="act", disabled=is_open),
            html.Span(
                _("A check is under way.")
                if is_open
                else _("Whoever is on watch has {n} minutes to answer.").format(n=duty_commands.DEFAULT_MINUTES),
                className="quiet",
            ),
        ],
        className="duty-ask",
    )


def _table(checks: list[DutyCheckRow], now: datetime) -> Component:
    if not checks:
        return note(_("Nobody has asked yet."))
    rows = [
        html.Tr(
            [
                html.Td(words.moment(check.asked_at, now), className="number"),
                html.Td(asked_by(check.is_planned, check.asked_by_name)),
                html.Td(badge(words.duty_check_state(check.state), outcome_kind(check.state))),
                html.Td(words.lasting(check.answered_at - check.sent_at), className="number")
                if check.answered_at and check.sent_at
                else html.Td("–", className="number"),
                html.Td(_answered_by(check)),
            ]
        )
        for check in checks
    ]
    head = (_("Asked"), _("By"), _("Outcome"), _("Answered after"), _("Answered by"))
    table = [html.Thead(html.Tr([html.Th(name) for name in head])), html.Tbody(rows)]
    return html.Div(html.Table(table, className="compact duty-checks"), className="wide-table")


def _answered_by(check: DutyCheckRow) -> str:
    if check.operator_number is not None:
        return _("key at the panel, number {n}").format(n=check.operator_number)
    return answered_by(check.answered_through, check.answered_by_name)


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.ASKED, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.ASK, "n_clicks"),
        State(ids.DUTY_VENUE, "data"),
        prevent_initial_call=True,
    )
    def ask(clicks: int | None, venue_id: int) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update
        return _ask_now(venue_id)

    @app.callback(
        Output(ids.DUTY, "children"),
        Output(ids.DUTY_CLOCK, "disabled"),
        Input(ids.ASKED, "data"),
        Input(ids.DUTY_CLOCK, "n_intervals"),
        State(ids.DUTY_VENUE, "data"),
        prevent_initial_call=True,
    )
    def look(_asked: Any, _ticks: Any, venue_id: int) -> Any:
        """Every two seconds while a check is open."""
        with asking.reading() as session:
            is_open = any(check.state in OPEN for check in duty_queries.of_venue(session, venue_id, limit=5))
        return shown(venue_id), not is_open


def _ask_now(venue_id: int) -> tuple[str, Component]:
    asker, now = asking.current(), datetime.now(UTC)
    try:
        if asker.role not in ASK_THE_WATCH:
            raise NotAllowed("Your role may look, not act.")
        with asking.reading() as session:
            operator = Operator(asker.person_id, asker.name, asker.address)
            duty_commands.ask(session, venue_id, operator, now)
    except AnwangError as refusal:
        return now.isoformat(), refused(refusal)
    return now.isoformat(), toast(_("The watch is being asked."))
