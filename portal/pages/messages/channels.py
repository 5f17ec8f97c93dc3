"""A person's own channels as they stand: what reaches them, what does not, and how to add one."""

from datetime import datetime
from typing import Any

import flask
from dash import dcc, html
from dash.development.base_component import Component

from db import addresses, web_push_keys
from db.queries import messages as message_queries
from db.queries import telling
from db.queries.messages import Point
from db.rules.contact_address import CODE_LASTS, OWN_CHANNELS, masked
from db.rules.notification import QuietHours
from db.settings import Settings
from portal import asking, telling_words, words
from portal.components.layout import badge, note, panel
from portal.components.press import press
from portal.locale import _
from portal.pages.messages import ids


def tab(_query: dict[str, str], now: datetime) -> list[Component]:
    asker = asking.current()
    with asking.reading() as session:
        points = message_queries.points(session, asker.person_id)
        quiet = telling.quiet_hours_of(session, [asker.person_id]).get(asker.person_id)
        configured = {row.channel for row in message_queries.channels(session) if row.is_configured}
    return [
        html.Div(id=ids.SAID, className="said", role="alert"),
        panel(
            _("What reaches you"),
            html.Ul([_point(point, now) for point in points], className="points")
            if points
            else note(_("Nothing yet: a fire would not reach you unless you look here.")),
        ),
        html.Div([_adding(configured), html.Div([_this_device(), _quiet(quiet)], className="stack")], className="two"),
    ]


def _point(point: Point, now: datetime) -> Component:
    state, kind, detail = _state(point, now)
    own = [
        html.Strong(telling_words.channel(point.channel)),
        html.Span(masked(point.channel, point.address), className="number"),
        html.Span(point.label, className="quiet") if point.label else None,
        badge(state, kind),
    ]
    return html.Li(
        [
            html.Div(own, className="point-head"),
            html.Span(detail, className="quiet"),
            html.Div(_acts(point, now), className="point-acts"),
        ]
    )


def _state(point: Point, now: datetime) -> tuple[str, str, str]:
    """A word, its colour, and a sentence."""
    if not point.is_configured:
        return _("Not available"), "", _("This installation does not have this channel; its administrator can add it.")
    if point.disabled_at is not None:
        return _("Ended"), "critical", point.last_failure or ""
    if not point.is_usable:
        return _("Not verified"), "minor", _("Type the code that was sent there.")
    if not point.is_working:
        said = _("Failed {n} times, last {at}: {why}").format(
            n=point.failures, at=words.moment(point.last_failure_at, now), why=point.last_failure or ""
        )
        return _("Not working"), "critical", said
    if point.last_ok_at is not None:
        return _("Works"), "good", _("Last message arrived {at}").format(at=words.moment(point.last_ok_at, now))
    return _("Never tried"), "", _("Send a test message to be sure.")


def _acts(point: Point, now: datetime) -> list[Component]:
    def button(word: str, act: str, kind: str = "") -> Component:
        return press(word, ids.PRESSED, {"act": act, "id": point.id}, className=kind)

    acts: list[Component] = []
    if point.origin == "own" and point.verified_at is None and point.is_configured:
        is_open = point.code_asked_at is not None and now - point.code_asked_at < CODE_LASTS
        if is_open:
            code: dict[str, Any] = {"inputMode": "numeric", "maxLength": 6, "autoComplete": "one-time-code"}
            acts += [
                dcc.Input(
                    id={"type": ids.CODE, "id": point.id}, placeholder=_("6 digits"), className="code-field", **code
                ),
                button(_("Verify"), "verify", "primary"),
            ]
        acts.append(button(_("Send the code again") if is_open else _("Send a code"), "code"))
    elif point.is_usable and point.is_configured:
        acts.append(button(_("Send a test message"), "test"))
    if point.origin == "own":
        acts.append(button(_("Remove"), "remove", "plain"))
    else:
        acts.append(html.Span(_("From the books"), className="quiet", title=_("It is changed in the venue's books.")))
    return acts


def _adding(configured: set[str]) -> Component:
    choices = [channel for channel in OWN_CHANNELS if channel in configured]
    if not choices:
        return panel(
            _("Add a channel"), note(_("This installation has no gateway for text messages, calls or robots."))
        )
    return panel(
        _("Add a channel"),
        html.Div(
            [
                dcc.Dropdown(
                    id=ids.CHANNEL,
                    options=[{"value": each.value, "label": telling_words.channel(each)} for each in choices],
                    value=choices[0].value,
                    clearable=False,
                    searchable=False,
                ),
                dcc.Input(
                    id=ids.ADDRESS, placeholder=_("Telephone number, mail address or robot's key"), maxLength=500
                ),
                dcc.Input(id=ids.SECRET, placeholder=_("Secret, for DingTalk alone"), maxLength=200, type="password"),
                dcc.Input(id=ids.LABEL, placeholder=_("A name for it, if you like"), maxLength=40),
                html.Button(_("Add, and send a code"), id=ids.ADD, className="primary"),
            ],
            className="point-form",
        ),
        html.P(_("It counts once you have typed the code that is sent there."), className="quiet"),
    )


def _this_device() -> Component:
    settings: Settings = flask.current_app.config["ANWANG"]
    key = web_push_keys.public_key(addresses.read_secrets(settings.var_dir)["web_push"])
    return panel(
        _("This device"),
        html.P(_("Messages come to this telephone or computer even while the portal is closed."), className="quiet"),
        dcc.Store(id=ids.PUSH_KEY, data=key),
        html.Button(_("Push to this device"), id=ids.PUSH, className="primary"),
    )


def _quiet(quiet: QuietHours | None) -> Component:
    hours = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 30)]

    def field(name: str, chosen: str) -> Component:
        return dcc.Dropdown(id=name, options=hours, value=chosen, clearable=False, className="hour-field")

    starts, ends = (f"{quiet.starts:%H:%M}", f"{quiet.ends:%H:%M}") if quiet else ("22:30", "06:30")
    return panel(
        _("Quiet hours"),
        html.P(_("Lesser messages wait until they end. A fire, gas or a duty check never waits."), className="quiet"),
        html.Div(
            [
                field(ids.QUIET_FROM, starts),
                html.Span("–"),
                field(ids.QUIET_UNTIL, ends),
                html.Button(_("Set"), id=ids.QUIET_SET),
                html.Button(_("No quiet hours"), id=ids.QUIET_END, className="plain", disabled=quiet is None),
            ],
            className="quiet-form",
        ),
        aside=_("now set") if quiet else _("none set"),
    )
