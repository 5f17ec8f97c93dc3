"""Duty: what is declared and what is verified, where nobody will stand, whose duty is doubtful; asked and answered."""

from datetime import UTC, date, datetime
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import duty_checks as duty_commands
from db.commands import rosters as roster_commands
from db.commands.people import Operator
from db.commands.rosters import Keeper
from db.errors import AnwangError, InvalidInput, NotAllowed
from db.queries import duty as duty_queries
from db.rules import rosters as roster_rule
from db.rules.access_scope import Role
from db.rules.duty_check import DutyCheckState
from db.rules.role_acts import ASK_THE_WATCH, KEEP_ROSTERS
from db.rules.rosters import Shift
from portal import asking, words
from portal.address import address_parts, number_of
from portal.components.layout import note, panel
from portal.components.press import press, pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.duty import answering, ids, panels, sheets
from portal.pages.duty.roster import lines, roster_panel
from portal.pages.duty.view import Chosen, choose, own_unit, read

LOOK_AGAIN_MS = 15_000


def layout(**query: str) -> Component:
    """`venue`, `unit` or `region` says whose; `answer` is the check that a notice asks about."""
    now = datetime.now(UTC)
    chosen = choose(query)
    return html.Div(
        [
            dcc.Store(id=ids.PRESSED),
            dcc.Store(id=ids.CHANGED),
            dcc.Interval(id=ids.CLOCK, interval=LOOK_AGAIN_MS),
            html.Div(_questions(query, now), id=ids.ANSWERED),
            html.Div(
                [
                    html.H1(_("Duty")),
                    html.Span([chosen.name, " · ", _("as of {at}").format(at=words.moment(now))], className="quiet"),
                    _back(query),
                ],
                className="page-head",
            ),
            html.Div(shown(chosen, now), id=ids.SHOWN, className="stack"),
            _roster(chosen, now),
        ],
        className="duty-page",
    )


def shown(chosen: Chosen, now: datetime) -> list[Component]:
    """Everything but the questions and the roster, which hold what somebody is typing."""
    facts = read(chosen, now)
    is_one = chosen.venue_id is not None or chosen.unit_id is not None
    main = [panels.timeline(facts)] if is_one else [panels.units(facts.units)]
    log = panels.log(facts.log, now, names_venue=chosen.venue_id is None)
    return [
        panels.figures(facts),
        html.Div(
            [
                html.Div([*main, *_ask(chosen), log], className="stack"),
                html.Div([panels.gaps(facts.gaps, now), panels.doubtful(facts)], className="stack"),
            ],
            className="duty-columns",
        ),
    ]


def _ask(chosen: Chosen) -> list[Component]:
    if chosen.venue_id is None or asking.current().role not in ASK_THE_WATCH:
        return []
    return [
        panel(
            _("Ask the watch"),
            html.Div(
                [
                    press(
                        _("Ask the watch now"),
                        ids.PRESSED,
                        {"act": "ask", "id": chosen.venue_id},
                        className="primary",
                    ),
                    html.Span(
                        _("Whoever is on watch has {n} minutes to answer.").format(n=duty_commands.DEFAULT_MINUTES),
                        className="quiet",
                    ),
                ],
                className="duty-ask",
            ),
        )
    ]


def _back(query: dict[str, str]) -> Component | None:
    return dcc.Link(_("whole scope"), href="/duty") if {"venue", "unit", "region"} & set(query) else None


def _questions(query: dict[str, str], now: datetime) -> list[Component]:
    wanted = number_of(query.get("answer"))
    asker = asking.current()
    if wanted is None and asker.role not in KEEP_ROSTERS:
        return []
    with asking.reading() as session:
        check = duty_queries.check(session, wanted) if wanted is not None else None
        waiting = duty_queries.waiting_for(session, asker.person_id)
    if wanted is not None and check is None:
        return answering.not_there()
    return answering.waiting(waiting, now, check)


def _roster(chosen: Chosen, now: datetime) -> Component | None:
    """Of the unit or venue that is looked at; written only by its own people."""
    if chosen.venue_id is None and chosen.unit_id is None:
        return None
    with asking.reading() as session:
        rows = duty_queries.roster(session, now, maintainer_id=chosen.unit_id, venue_id=chosen.venue_id)
    return roster_panel(rows, now, may_keep=_is_own(chosen))


def _is_own(chosen: Chosen) -> bool:
    asker = asking.current()
    if asker.role is Role.VENUE:
        return chosen.venue_id is not None and chosen.venue_id in asker.scope.venue_ids
    return chosen.unit_id is not None and chosen.unit_id == own_unit()


def register_callbacks(app: Dash) -> None:
    _register_sheet(app)

    @app.callback(
        Output(ids.SHOWN, "children"),
        Output(ids.ANSWERED, "children"),
        Input(ids.CLOCK, "n_intervals"),
        Input(ids.CHANGED, "data"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def look(_ticks: Any, _changed: Any, search: str | None) -> Any:
        query, now = address_parts(search), datetime.now(UTC)
        return shown(choose(query), now), _questions(query, now)

    @app.callback(
        Output(ids.CHANGED, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.PRESSED, "data"),
        prevent_initial_call=True,
    )
    def ask_or_answer(button: Any) -> Any:
        asked = pressed(button, "act", "id")
        return _ask_now(int(asked["id"])) if asked["act"] == "ask" else _answer(int(asked["id"]))

    @app.callback(
        Output(ids.ROSTER, "children"),
        Output(ids.SAID, "children"),
        Output(ids.CHANGED, "data", allow_duplicate=True),
        Output(ids.NAME, "value"),
        Output(ids.PASTED, "value"),
        Input(ids.ADD, "n_clicks"),
        Input(ids.IMPORT, "n_clicks"),
        State("address", "search"),
        State(ids.NAME, "value"),
        State(ids.PHONE, "value"),
        State(ids.FROM, "data"),
        State(ids.UNTIL, "data"),
        State(ids.WEEKDAYS, "value"),
        State(ids.CYCLE, "value"),
        State(ids.STARTS, "data"),
        State(ids.ENDS, "data"),
        State(ids.PASTED, "value"),
        prevent_initial_call=True,
    )
    def write(one: int | None, many: int | None, search: str | None, *typed: Any) -> Any:
        if not one and not many:
            return (dash.no_update,) * 5
        return _write(search, dash.ctx.triggered_id == ids.IMPORT, *typed)

    @app.callback(
        Output(ids.ROSTER, "children", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Output(ids.CHANGED, "data", allow_duplicate=True),
        Input(ids.REMOVE, "data"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def remove(button: Any, search: str | None) -> Any:
        return _remove(search, int(pressed(button, "id")["id"]))


def _register_sheet(app: Dash) -> None:
    @app.callback(Output(ids.FORM_FILE, "data"), Input(ids.FORM, "n_clicks"), prevent_initial_call=True)
    def form(clicks: int | None) -> Any:
        return sheets.form() if clicks else dash.no_update

    @app.callback(
        Output(ids.ROSTER, "children", allow_duplicate=True),
        Output(ids.SAID, "children", allow_duplicate=True),
        Output(ids.CHANGED, "data", allow_duplicate=True),
        Output(ids.SHEET, "contents"),
        Input(ids.SHEET, "contents"),
        State(ids.SHEET, "filename"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def take_over(contents: str | None, name: str | None, search: str | None) -> Any:
        """The box is emptied, so that the same file, mended, is heard again."""
        if not contents:
            return (dash.no_update,) * 4
        now = datetime.now(UTC)
        try:
            keeper = _keeper(search)
            told = sheets.take_over(contents, name or "", keeper, _operator(), now)
        except AnwangError as refusal:
            return dash.no_update, html.Div(_(str(refusal)), className="refused"), dash.no_update, None
        return _lines(keeper, now), told, now.isoformat(), None


def _ask_now(venue_id: int) -> tuple[str, Component]:
    now = datetime.now(UTC)
    try:
        if asking.current().role not in ASK_THE_WATCH:
            raise NotAllowed("Your role may look, not act.")
        with asking.reading() as session:
            duty_commands.ask(session, venue_id, _operator(), now)
    except AnwangError as refusal:
        return now.isoformat(), refused(refusal)
    return now.isoformat(), toast(_("The watch is being asked."))


def _answer(check_id: int) -> tuple[str, Component]:
    now = datetime.now(UTC)
    try:
        with asking.reading() as session:
            state = duty_commands.answer_in_person(session, check_id, _operator(), now)
    except AnwangError as refusal:
        return now.isoformat(), refused(refusal)
    in_time = state is DutyCheckState.ANSWERED
    return now.isoformat(), toast(_("Thank you: answered in time.") if in_time else _("Answered, but late."))


def _write(search: str | None, is_pasted: bool, *typed: Any) -> tuple[Any, ...]:
    """What was typed stays where it is refused."""
    now = datetime.now(UTC)
    *one, pasted = typed
    try:
        keeper = _keeper(search)
        shifts = _pasted(pasted, now) if is_pasted else [_shift(*one)]
        with asking.reading() as session:
            roster_commands.add(session, keeper, shifts, _operator(), now)
    except AnwangError as refusal:
        return dash.no_update, note(_(str(refusal)), "error"), *(dash.no_update,) * 3
    said = note(_("{n} shifts are on the roster.").format(n=len(shifts)))
    return _lines(keeper, now), said, now.isoformat(), "", "" if is_pasted else dash.no_update


def _pasted(pasted: str | None, now: datetime) -> list[Shift]:
    """All lines, or none: the first that cannot be read is named."""
    found = roster_rule.read_lines(pasted or "", now.astimezone(words.HERE).date())
    if found.wrong:
        number, line = found.wrong[0]
        raise InvalidInput(_("Line {n} cannot be read: {line}").format(n=number, line=line[:60]))
    if not found.shifts:
        raise InvalidInput("There is no line to take over.")
    return list(found.shifts)


def _shift(
    name: str | None,
    phone: str | None,
    since: str | None,
    until: str | None,
    weekdays: list[int] | None,
    cycle: int | None,
    starts: str | None,
    ends: str | None,
) -> Shift:
    from_time, until_time = roster_rule.clock(since or ""), roster_rule.clock(until or "")
    if from_time is None or until_time is None:
        raise InvalidInput("Say from when to when, like 08:00 and 20:00.")
    try:
        first = date.fromisoformat(starts or "")
        last = date.fromisoformat(ends) if ends else None
    except ValueError as error:
        raise InvalidInput("Say from which day on.") from error
    days = tuple(sorted(int(day) for day in weekdays or ()))
    return Shift((name or "").strip(), (phone or "").strip() or None, first, last, days, cycle, from_time, until_time)


def _remove(search: str | None, roster_id: int) -> tuple[Any, ...]:
    now = datetime.now(UTC)
    try:
        keeper = _keeper(search)
        with asking.reading() as session:
            roster_commands.remove(session, keeper, roster_id, _operator(), now)
    except AnwangError as refusal:
        return dash.no_update, refused(refusal), dash.no_update
    return _lines(keeper, now), toast(_("Removed. Shifts that began stay on record.")), now.isoformat()


def _keeper(search: str | None) -> Keeper:
    chosen = choose(address_parts(search))
    if not _is_own(chosen):
        raise NotAllowed("Only whoever keeps the watch writes its roster.")
    return Keeper(chosen.unit_id, chosen.venue_id)


def _lines(keeper: Keeper, now: datetime) -> Component:
    with asking.reading() as session:
        rows = duty_queries.roster(session, now, maintainer_id=keeper.maintainer_id, venue_id=keeper.venue_id)
    return lines(rows, may_keep=True)


def _operator() -> Operator:
    asker = asking.current()
    return Operator(asker.person_id, asker.name, asker.address)
