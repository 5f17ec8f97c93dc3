"""Review of what cameras found: a card at a time by keys; below, how often rules are right, and the models."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import vision_reviews
from db.errors import AnwangError, InvalidInput, NotAllowed
from db.queries import vision_review, vision_verdicts
from db.rules.role_acts import EXPORT_REFUSALS
from db.rules.vision_review import Refused, Why, checked
from portal import asking, camera_words, words
from portal.address import address_parts, number_of
from portal.components.press import pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.vision import figures, ids
from portal.pages.vision.card import card

PATH = "/vision"
CLOCK_MS = 20_000
SPANS = (30, 90, 365)


def layout(**query: str) -> Component:
    """The next card, and the figures of so many `days`."""
    shown, number, said = _next([])
    head: list[Any] = [html.H1(_("Review of vision")), html.Span(said, id=ids.COUNTED, className="quiet")]
    if asking.current().role in EXPORT_REFUSALS:
        away = html.A(
            _("Refusals as COCO"),
            href="/api/v1/vision/refusals.zip",
            className="button",
            title=_("Logged; shows faces"),
        )
        head.append(html.Div(away, className="head-acts"))
    return html.Div(
        [
            dcc.Store(id=ids.SHOWN, data=number),
            dcc.Store(id=ids.SKIPPED, data=[]),
            dcc.Store(id=ids.PRESSED),
            dcc.Store(id=ids.SET),
            dcc.Store(id=ids.THRESHOLD),
            dcc.Interval(id=ids.CLOCK, interval=CLOCK_MS),
            html.Div(head, className="page-head"),
            html.Section(shown, id=ids.CARD, className="vision-review", **{"aria-live": "polite"}),
            html.Div(_figures(query), id=ids.FIGURES),
        ],
        className="vision-page",
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.CARD, "children"),
        Output(ids.SHOWN, "data"),
        Output(ids.COUNTED, "children"),
        Output(ids.SKIPPED, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.PRESSED, "data"),
        State(ids.SHOWN, "data"),
        State(ids.SKIPPED, "data"),
        State(ids.WORDS, "value", allow_optional=True),
        prevent_initial_call=True,
    )
    def go_on(button: Any, shown: int | None, skipped: list[int], said: str | None) -> Any:
        return _gone_on(str(pressed(button, "act")["act"]), shown, skipped, said or "")

    @app.callback(
        Output(ids.CARD, "children", allow_duplicate=True),
        Output(ids.SHOWN, "data", allow_duplicate=True),
        Output(ids.COUNTED, "children", allow_duplicate=True),
        Input(ids.CLOCK, "n_intervals"),
        State(ids.SHOWN, "data"),
        State(ids.SKIPPED, "data"),
        prevent_initial_call=True,
    )
    def look_again(_ticks: Any, shown: int | None, skipped: list[int]) -> Any:
        """A card that is being judged stays; the figures move on."""
        following = _next(skipped)
        return following if shown is None else (dash.no_update, dash.no_update, following[2])

    @app.callback(
        Output(ids.FIGURES, "children"),
        Input("address", "search"),
        Input(ids.SET, "data"),
        State("address", "pathname"),
        prevent_initial_call=True,
    )
    def figure(search: str | None, _set: Any, path: str) -> Any:
        return _figures(address_parts(search)) if path == PATH else dash.no_update

    @app.callback(
        Output(ids.SET, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.THRESHOLD, "data"),
        prevent_initial_call=True,
    )
    def threshold(asked: dict[str, Any] | None) -> Any:
        if not asked:
            return dash.no_update, dash.no_update
        return datetime.now(UTC).isoformat(), _set_threshold(int(asked["rule"]), asked.get("value"))


def _gone_on(act: str, shown: int | None, skipped: list[int], said: str) -> Any:
    """The next card; a refusal in words leaves this one and what was typed."""
    said_of_it: Any = dash.no_update
    if act == "again":
        skipped = []
    elif act == "skip" and shown is not None:
        skipped = [*skipped, shown]
    elif shown is not None:
        try:
            why = None if act == "confirm" else checked(Why(act), said)
            _judge(shown, why)
        except AnwangError as refusal:
            said_of_it = refused(refusal)
            if refused_by_form(refusal):
                return (*(dash.no_update,) * 4, said_of_it)
    return (*_next(skipped), skipped, said_of_it)


def refused_by_form(refusal: AnwangError) -> bool:
    """True where something was to be filled in; anything else has gone by, and the next card is due."""
    return isinstance(refusal, InvalidInput | NotAllowed)


def _judge(verdict: int, refused: Refused | None) -> None:
    said = (
        "" if refused is None else camera_words.refusal(refused.why) + (f"：{refused.words}" if refused.words else "")
    )
    with asking.reading() as session:
        vision_reviews.judge(session, verdict, refused, asking.actor(), datetime.now(UTC), said)


def _next(skipped: list[int]) -> tuple[list[Component], int | None, str]:
    now = datetime.now(UTC)
    with asking.reading() as session:
        waiting, counted = vision_review.following(session, skipped), vision_review.counted(session)
    said = _("{n} wait, {rung} of them open alarms").format(
        n=words.count(counted.waiting), rung=words.count(counted.rung)
    )
    return card(waiting, counted, len(skipped), now), waiting[0].id if waiting else None, said


def _figures(query: dict[str, str]) -> list[Component]:
    asked, now = number_of(query.get("days")), datetime.now(UTC)
    days = asked if asked in SPANS else SPANS[0]
    with asking.reading() as session:
        rows = vision_verdicts.precision(session, now - timedelta(days=days))
        models = vision_verdicts.models(session)
    return [figures.precisions(rows, days, now), figures.models(models, now)]


def _set_threshold(rule: int, value: Any) -> Component:
    """A refusal draws the figures anew: the field shows again what holds."""
    try:
        if not isinstance(value, int | float):
            raise InvalidInput("The threshold is a number.")
        with asking.reading() as session:
            vision_reviews.set_threshold(session, rule, float(value), asking.actor(), datetime.now(UTC))
    except AnwangError as refusal:
        return refused(refusal)
    return toast(_("The threshold is set; the camera goes by it within 30 seconds."))
