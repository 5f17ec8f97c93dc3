"""Rehearsal: what happens if this device rings now, and nothing is sent."""

from datetime import datetime
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from db.errors import AnwangError
from db.queries import rehearsal as rehearsals
from db.queries.rehearsal import Message, Rehearsed
from db.rules.alarm_kinds import Level
from portal import asking, ladder_words, words
from portal.components.layout import badge, figure, note, panel
from portal.locale import _


def content(query: dict[str, str], now: datetime) -> Component:
    code = query.get("device", "").strip()
    level = query.get("level", "")
    return html.Div([_ask(code), _answer(code, level, now) if code else _nothing_yet()], className="stack")


def _ask(code: str) -> Component:
    """A plain form: its address holds the question, and the link reproduces it."""
    return html.Form(
        [
            dcc.Input(type="hidden", name="tab", value="rehearsal"),
            html.Label(
                [
                    _("Number of the device"),
                    dcc.Input(name="device", value=code, placeholder="sd-360702-000612", maxLength=64, required=True),
                ]
            ),
            html.Button(_("Rehearse"), type="submit", className="primary"),
            html.Span(_("Nothing is sent."), className="quiet"),
        ],
        action="/ladders",
        method="GET",
        className="rehearsal-ask",
    )


def _nothing_yet() -> Component:
    return note(_("Type a device's number to see who would be told, in which order, by which channel and when."))


def _answer(code: str, level: str, now: datetime) -> Component:
    try:
        with asking.reading() as session:
            chosen = Level(int(level)) if level in ("1", "2", "3", "4") else None
            found = rehearsals.rehearse(session, code, now, chosen)
    except AnwangError as refusal:
        return note(_(str(refusal)), "error")
    people = {message.person for message in found.messages if message.person}
    holes = [message for message in found.messages if message.person is None]
    return html.Div(
        [
            _head(found),
            html.Div(
                [
                    figure(_("Messages"), words.count(len(found.messages) - len(holes))),
                    figure(_("People"), words.count(len(people))),
                    figure(_("Levels without anybody"), words.count(len(holes)), kind="alarmed" if holes else ""),
                    figure(_("At the top after"), _top(found)),
                ],
                className="figures four",
            ),
            panel(
                _("If nobody moves"),
                html.Div(_table(found), className="ladder-scroll"),
                aside=_("as of {at}, nothing was sent").format(at=words.clock(found.at)),
            ),
            None
            if found.knows_channels
            else html.P(
                _("The record knows no telephone numbers yet: channels say only the portal."), className="quiet"
            ),
        ],
        className="stack",
    )


def _head(found: Rehearsed) -> Component:
    levels = [
        dcc.Link(
            words.level_colour(each),
            href=f"/ladders?tab=rehearsal&device={found.device_code}&level={int(each)}",
            className="here" if each == found.level else "",
        )
        for each in Level
    ]
    return html.Div(
        [
            html.P(
                [
                    _("If {device} rings now:").format(device=found.device_code),
                    " ",
                    badge(
                        f"{words.level_colour(found.level)} · {words.alarm_kind(found.kind)}",
                        words.level_class(found.level),
                    ),
                    " ",
                    dcc.Link(found.venue_name, href=f"/venues/{found.venue_id}"),
                    f" · {found.place} · {found.area_name or _('No area')}",
                ],
                className="rehearsal-head",
            ),
            html.Div(
                [
                    html.Span(levels, className="tabs"),
                    dcc.Link(
                        _("Ladder: {name}, version {n}").format(name=found.template.name, n=found.template.version),
                        href=f"/ladders?tab=templates&ladder={found.template.id}",
                    ),
                ],
                className="controls",
            ),
        ],
        className="stack",
    )


def _top(found: Rehearsed) -> str:
    return ladder_words.span(found.messages[-1].after) if found.messages else "–"


def _table(found: Rehearsed) -> Component:
    heads = (_("When"), _("Who"), _("Person"), _("Channels"), _("Message"))
    rows = []
    for (_at, _rung), told in groupby(found.messages, key=lambda message: (message.at, message.rung)):
        rows += [_row(message, is_first=number == 0) for number, message in enumerate(told)]
    return html.Table(
        [html.Thead(html.Tr([html.Th(head) for head in heads])), html.Tbody(rows)], className="rehearsal-table"
    )


def _row(message: Message, *, is_first: bool) -> Component:
    when = html.Td([html.B(ladder_words.span(message.after)), html.Small(words.clock(message.at))] if is_first else "")
    who = html.Td(
        [html.B(ladder_words.party(message.who)), html.Small(message.place)] if is_first else "",
    )
    if message.person is None:
        return html.Tr(
            [when, who, html.Td(_("Nobody: the next level is told at once"), colSpan=3, className="hole")],
            className="rung-start",
        )
    duty = words.person_duty(message.duty) if message.duty else ""
    channels = [badge(ladder_words.channel(channel)) for channel in message.channels] or badge(_("none"), "major")
    return html.Tr(
        [
            when,
            who,
            html.Td([message.person, html.Small(duty)]),
            html.Td(html.Span(channels, className="next-marks")),
            html.Td(
                [
                    f"{message.title}：{message.text}",
                    badge(_("with a supervision letter"), "major") if message.has_letter and is_first else None,
                ]
            ),
        ],
        className="rung-start" if is_first else "",
    )
