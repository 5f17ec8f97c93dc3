"""A person's own messages: what, where, how it reached them, and "I have it"."""

from datetime import UTC, datetime
from typing import Any

import dash
from dash import Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from db.commands import notices as notice_commands
from db.errors import AnwangError
from db.queries import messages as message_queries
from db.queries.messages import Message, Point, Sent
from db.rules.channels import KINDS_FOR_FIRE, OUTGOING, Channel
from db.rules.message_words import Told, path_of
from portal import asking, regions, telling_words, words
from portal.address import number_of
from portal.components.layout import badge, icon, note
from portal.components.press import press, pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.messages import ids

A_PAGE = 15


def tab(query: dict[str, str], now: datetime) -> list[Component]:
    asker = asking.current()
    only_unread = query.get("show") == "unread"
    start = min(number_of(query.get("from")) or 0, 100_000)
    with asking.reading() as session:
        notice_commands.fetched(session, asker.person_id, now)
        unread = message_queries.unread(session, asker.person_id)
        found = message_queries.mine(session, asker.person_id, A_PAGE + 1, start, only_unread=only_unread)
        points = message_queries.points(session, asker.person_id)
    listed = html.Ul([_message(each, now) for each in found[:A_PAGE]], className="message-list")
    nothing = note(_("Nothing unread.") if only_unread else _("Nobody has told you anything yet."))
    return [
        _warning(points),
        html.Div(
            [
                *_chips(unread, only_unread),
                html.Button(_("Mark all as read"), id=ids.READ_ALL, className="plain", disabled=not unread),
            ],
            className="chips",
        ),
        listed if found else nothing,
        _further(len(found) > A_PAGE, start, only_unread),
    ]


def _chips(unread: int, only_unread: bool) -> list[Component]:
    return [
        dcc.Link(_("All messages"), href="/messages", className="chip" if only_unread else "chip here"),
        dcc.Link(
            _("Unread {n}").format(n=f"{unread:,}"),
            href="/messages?show=unread",
            className="chip here" if only_unread else "chip",
        ),
    ]


def _further(has_more: bool, start: int, only_unread: bool) -> Component | None:
    show = "show=unread&" if only_unread else ""
    links = []
    if start:
        links.append(dcc.Link(_("Newer"), href=f"/messages?{show}from={max(0, start - A_PAGE)}"))
    if has_more:
        links.append(dcc.Link(_("Older"), href=f"/messages?{show}from={start + A_PAGE}"))
    return html.Div(links, className="tabs further") if links else None


def _warning(points: list[Point]) -> Component | None:
    """Said to the person themselves: a fire would not find them."""
    kinds = {point.channel for point in points if point.is_working and point.channel in OUTGOING}
    if len(kinds) >= KINDS_FOR_FIRE:
        return None
    words_said = (
        _("You have no working channel: a fire would not reach you unless you look here. Add one now.")
        if not kinds
        else _("You are reached over one kind of channel only; a fire needs two. Add another one.")
    )
    return html.Div(
        [html.Span(words_said), dcc.Link(_("My channels"), href="/messages?tab=channels", className="button")],
        className="warning-line bad" if not kinds else "warning-line",
        role="alert",
    )


def _message(message: Message, now: datetime) -> Component:
    told = Told(
        *(message.subject_kind, message.subject_id, message.reason, message.level, message.kind),
        *(message.venue_name, message.area_name, message.county_name, message.at, message.facts),
    )
    title = telling_words.subject(message.subject_kind, message.kind, message.facts)
    head = [
        badge(words.level_colour(message.level), words.level_class(message.level)),
        html.Strong(title),
        html.Span(telling_words.reason(message.reason), className="quiet"),
        html.Time(words.moment(message.made_at, now), className="number quiet"),
    ]
    where = " · ".join(filter(None, (regions.named(message.county_name or ""), message.venue_name, message.area_name)))
    text = message.facts.get("text")
    return html.Li(
        [
            html.Div(head, className="message-head"),
            dcc.Link(where, href=path_of(told), className="message-where"),
            html.P(str(text)) if text else None,
            html.Div([*[_sent(each) for each in message.sent], _answer(message, now)], className="message-foot"),
        ],
        className="message" if message.read_at else "message unread",
    )


def _sent(sent: Sent) -> Component | None:
    """One channel's part; the portal's own is what stands before the reader's eyes."""
    if sent.channel == Channel.PORTAL:
        return None
    took = sent.delivered_at - sent.sent_at if sent.delivered_at and sent.sent_at else None
    said = f"{telling_words.channel(sent.channel)} {telling_words.delivery_state(sent.state)}"
    kind = telling_words.delivery_class(sent.state)
    return html.Span(
        f"{said} {telling_words.took(took)}" if took is not None else said,
        className=f"badge {kind}".strip(),
        title=telling_words.delivery_error(sent.error),
    )


def _answer(message: Message, now: datetime) -> Component | None:
    if message.acknowledged_at is not None:
        said = _("You have it since {at}").format(at=words.moment(message.acknowledged_at, now))
        return html.Span(said, className="quiet answer")
    if message.is_over:
        return html.Span(_("The alarm is closed."), className="quiet answer")
    return press([icon("bell"), _("I have it")], ids.ACKNOWLEDGE, {"id": message.id}, className="answer")


def register_callbacks(app: Dash) -> None:
    outputs = (
        Output(ids.ACTED, "data", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Output("live-message", "data", allow_duplicate=True),
    )

    @app.callback(*outputs, Input(ids.ACKNOWLEDGE, "data"), prevent_initial_call=True)
    def acknowledge(button: Any) -> Any:
        return _act(int(pressed(button, "id")["id"]))

    @app.callback(*outputs, Input(ids.READ_ALL, "n_clicks"), prevent_initial_call=True)
    def read_all(clicks: int | None) -> Any:
        return _act(None) if clicks else (dash.no_update,) * 3


def _act(notice_id: int | None) -> tuple[Any, Any, Any]:
    """One message acknowledged, or all of them read."""
    asker, now = asking.current(), datetime.now(UTC)
    try:
        with asking.reading() as session:
            if notice_id is None:
                notice_commands.read(session, asker.person_id, None, now)
                said = toast(_("All of them are read."))
            elif notice_commands.acknowledge(session, asker.person_id, notice_id, now):
                said = toast(_("Noted: you have it."))
            else:
                said = toast(_("You had said so already."))
    except AnwangError as refusal:
        said = refused(refusal)
    return now.isoformat(), said, {"acted": now.isoformat()}
