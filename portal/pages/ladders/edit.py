"""The form in which a ladder is changed: a line a rung, times in minutes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dash
from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import ladder_templates as commands
from db.commands.people import Operator
from db.errors import AnwangError, InvalidInput, NotAllowed
from db.queries.ladder_templates import Template
from db.rules.alarm_kinds import AlarmKind, Level
from db.rules.ladders import Clock, Party, Rung
from db.rules.role_acts import CHANGE_LADDERS
from db.rules.venue_categories import Category
from portal import asking, ladder_words, words
from portal.components.layout import panel
from portal.locale import N_, _
from portal.pages.ladders import ids

BLANK_LINES = 3
MINUTE = timedelta(minutes=1)
DUTIES = ("legal_person", "operator", "safety_officer")
FIELDS = ("since", "after", "who", "duties", "asks", "letter")
LONGEST_MINUTES = 60 * 24 * 60
NO_MINUTES = N_("Times are whole minutes, up to sixty days.")


def form(template: Template, *, is_copy: bool) -> Component:
    """The ladder's own lines, and some blank ones; a line without a level is left out."""
    lines = [*template.rungs, *([None] * BLANK_LINES)]
    heads = (
        _("Since"),
        _("After, minutes"),
        _("Who is told"),
        _("Duties at the venue"),
        _("How"),
        _("Letter: answer within, minutes"),
    )
    return panel(
        _("Another ladder like {name}").format(name=template.name) if is_copy else template.name,
        dcc.Store(id=ids.BEFORE, data={"id": template.id, "copy": is_copy}),
        _about(template, is_shown=is_copy),
        html.Div(
            html.Table(
                [
                    html.Thead(html.Tr([html.Th(head) for head in heads])),
                    html.Tbody([_line(number, rung) for number, rung in enumerate(lines)]),
                ],
                className="ladder-form",
            ),
            className="ladder-scroll",
        ),
        html.Label(
            [
                _("A promise holds the ladder up for at most, minutes"),
                dcc.Input(id=ids.PROMISE, type="number", min=1, value=template.promise_at_most // MINUTE),
            ],
            className="ladder-promise",
        ),
        html.P(
            _("Leave a line's level empty to take it out. Alarms that have begun stay on the version they began on."),
            className="quiet",
        ),
        html.Div(id=ids.REFUSAL, role="alert"),
        html.Div(
            [
                html.Button(
                    _("Save as a new version") if not is_copy else _("Make it"),
                    id=ids.SAVE,
                    n_clicks=0,
                    className="primary",
                ),
                dcc.Link(_("Cancel"), href=f"/ladders?tab=templates&ladder={template.id}", className="button"),
            ],
            className="ladder-acts",
        ),
    )


def _about(template: Template, *, is_shown: bool) -> Component:
    """For which alarms a new ladder is; a changed one keeps its own."""
    return html.Div(
        [
            html.Label([_("Name"), dcc.Input(id=ids.NAME, value="" if is_shown else template.name, maxLength=40)]),
            html.Label(
                [
                    _("Category"),
                    _choose(ids.CATEGORY, {each.value: words.category(each) for each in Category}, template.category),
                ]
            ),
            html.Label(
                [
                    _("Kind"),
                    _choose(ids.KIND, {each.value: words.alarm_kind(each) for each in AlarmKind}, template.kind),
                ]
            ),
            html.Label(
                [
                    _("Level"),
                    _choose(
                        ids.LEVEL, {str(int(each)): words.level(each) for each in Level}, str(template.level or "")
                    ),
                ]
            ),
        ],
        className="ladder-about",
        style=None if is_shown else {"display": "none"},
    )


def _choose(id_: Any, names: dict[str, str], value: Any, *, multi: bool = False, is_open: bool = True) -> Component:
    """`is_open`: may be left empty."""
    return dcc.Dropdown(
        id=id_,
        options=[{"value": key, "label": name} for key, name in names.items()],
        value=value or None,
        multi=multi,
        searchable=False,
        clearable=is_open,
        placeholder=_("all"),
    )


def _line(number: int, rung: Rung | None) -> Component:
    letter = rung.letter_within // MINUTE if rung and rung.letter_within else None
    since = {each.value: ladder_words.clock(each) for each in Clock}
    who = {each.value: ladder_words.party(each) for each in Party}
    how = {"ask": ladder_words.asked(True), "inform": ladder_words.asked(False)}
    duties = {duty: words.person_duty(duty) for duty in DUTIES}
    return html.Tr(
        [
            html.Td(
                _choose(
                    ids.rung(number, "since"), since, rung.since.value if rung else Clock.RAISED.value, is_open=False
                )
            ),
            html.Td(
                dcc.Input(
                    id=ids.rung(number, "after"), type="number", min=0, value=rung.after // MINUTE if rung else None
                )
            ),
            html.Td(_choose(ids.rung(number, "who"), who, rung.who.value if rung else None)),
            html.Td(_choose(ids.rung(number, "duties"), duties, list(rung.duties) if rung else None, multi=True)),
            html.Td(
                _choose(ids.rung(number, "asks"), how, "ask" if rung is None or rung.asks else "inform", is_open=False)
            ),
            html.Td(dcc.Input(id=ids.rung(number, "letter"), type="number", min=1, value=letter)),
        ]
    )


def rungs_of(columns: dict[str, Sequence[Any]]) -> list[Rung]:
    """What the form says, line by line; `InvalidInput` where a number is none."""
    found: list[Rung] = []
    for since, after, who, duties, asks, letter in zip(*(columns[name] for name in FIELDS), strict=True):
        if not who:
            continue
        found.append(
            Rung(
                number=len(found) + 1,
                since=Clock(since) if since else Clock.RAISED,
                after=_minutes(after),
                who=Party(who),
                asks=asks != "inform",
                duties=tuple(duty for duty in duties or () if who == Party.VENUE and duty in DUTIES),
                letter_within=None if letter in (None, "") else _minutes(letter),
            )
        )
    return found


def _minutes(value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_MINUTES:
        raise InvalidInput(NO_MINUTES)
    return value * MINUTE


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output("address", "href", allow_duplicate=True),
        Output(ids.REFUSAL, "children"),
        Input(ids.SAVE, "n_clicks"),
        State(ids.BEFORE, "data"),
        State(ids.PROMISE, "value"),
        State(ids.NAME, "value"),
        State(ids.CATEGORY, "value"),
        State(ids.KIND, "value"),
        State(ids.LEVEL, "value"),
        *[State({"type": ids.RUNG, "field": field, "line": ALL}, "value") for field in FIELDS],
        prevent_initial_call=True,
    )
    def save(
        clicks: int | None,
        before: dict[str, Any],
        promise: Any,
        name: Any,
        category: Any,
        kind: Any,
        level: Any,
        *fields: Any,
    ) -> Any:
        """Where it is refused nothing that was typed is lost."""
        if not clicks:
            return dash.no_update, dash.no_update
        about = (str(name or ""), category or None, kind or None, int(level) if level else None)
        try:
            made = _save(before, about, rungs_of(dict(zip(FIELDS, fields, strict=True))), _minutes(promise))
        except AnwangError as refusal:
            return dash.no_update, html.P(_(str(refusal)), className="refused")
        return f"/ladders?tab=templates&ladder={made}", None


def _save(
    before: dict[str, Any], about: tuple[str, str | None, str | None, int | None], rungs: list[Rung], promise: timedelta
) -> int:
    asker = asking.current()
    if asker.role not in CHANGE_LADDERS:
        raise NotAllowed("Only the province office and administrators change ladders.")
    operator = Operator(asker.person_id, asker.name, asker.address)
    now = datetime.now(UTC)
    with asking.reading() as session:
        if before["copy"]:
            return commands.add(session, *about, rungs, promise, operator, now)
        return commands.change(session, int(before["id"]), rungs, promise, operator, now)
