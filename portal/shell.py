"""What stands around every page: header, menu, live feed, and the router."""

import logging
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import dash
import flask
from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from db.commands import notices as notice_commands
from db.errors import AnwangError
from db.queries import alarms as alarm_queries
from db.queries import appearances as appearance_queries
from db.queries import messages as message_queries
from db.queries import venues as venue_queries
from db.rules.role_acts import EDIT_PLAYLISTS
from portal import asking, pages, palette, words
from portal.address import address_parts
from portal.components.layout import badge, icon, note
from portal.components.still import still
from portal.locale import _, language

log = logging.getLogger("anwang.portal")

ON_A_PHONE = 4
"""Entries of the menu that a phone shows without unfolding."""


def layout() -> Component:
    """The frame of one browser tab with the page that was opened; the router fills it from then on.

    Dash asks for this by an address of its own: the request's `Referer` says which page was opened, and where a browser
    sends none the router fills the frame from the beginning.
    """
    opened: dict[str, str] = {}
    content: Any = None
    kind = "frame loading"
    asked = urlsplit(flask.request.headers.get("Referer", "") if flask.has_request_context() else "")
    try:
        if asked.path:
            content, kind = _shown(asked.path, asked.query)
            opened = {"pathname": asked.path, "search": f"?{asked.query}" if asked.query else ""}
    except Exception:
        log.exception("%s could not be shown at once", asked.path)  # the router tries again, and says what is wrong
    return html.Div(
        [
            dcc.Location(id="address", refresh="callback-nav", **opened),
            dcc.Store(id="live-alarm"),
            dcc.Store(id="live-pulse"),
            dcc.Store(id="live-message"),
            html.Div(content, id="frame", className=kind),
            html.Div(id="toast", className="toast", role="status"),
        ]
    )


def frame(page: pages.Page, content: Component) -> list[Component]:
    """Header and menu around a page's content."""
    asker = asking.current()
    return [
        html.Header(
            [
                dcc.Link([html.Span(_("Anwang"), className="brand-name")], href="/", className="brand"),
                badge(f"{asker.place} · {words.role(asker.role)}", "place"),
                _demo_badge(),
                palette.opener(),
                html.Div(
                    [
                        html.Span(_("As of"), className="as-of-word"),
                        html.Span("–", id="as-of"),
                        html.I(className="dot"),
                    ],
                    id="freshness",
                    className="freshness",
                    title=_("Time of the last sign of life from the data feed"),
                ),
                dcc.Link(
                    [icon("bell"), html.Span(id="unread-count", className="count")],
                    href="/messages",
                    className="my-bell",
                    title=_("My messages"),
                ),
                _language_switch(),
                _person_menu(asker),
            ],
            className="header",
        ),
        _menu(page, asker),
        html.Main(content, className=f"page page-{page.name}"),
    ]


def _menu(page: pages.Page, asker: asking.Asker) -> Component:
    """Every page that this person may see; a phone shows the first few and unfolds the others."""
    entries = [entry for entry in pages.PAGES if entry.menu_path and asker.role in entry.roles]
    links = [
        dcc.Link(
            [icon(entry.icon), html.Span(entry.title()), *_count_badge(entry)],
            href=entry.menu_path or "/",
            className="here" if entry is page else "",
        )
        for entry in entries
    ]
    unfold = html.Button(
        [icon("more"), html.Span(_("More"))],
        className="menu-more here" if page in entries[ON_A_PHONE:] else "menu-more",
        **{"aria-expanded": "false"},
    )
    return html.Nav(
        [*links[:ON_A_PHONE], html.Div(links[ON_A_PHONE:], className="menu-rest"), unfold],
        className="menu",
        **{"aria-label": _("Main menu")},
    )


def _count_badge(entry: pages.Page) -> list[Component]:
    return [html.Span(id="open-alarm-count", className="count")] if entry.name == "alarms" else []


def _demo_badge() -> Component:
    with asking.reading() as session:
        is_demo = venue_queries.any_demo(session)
    return badge(_("Demonstration data"), "demo") if is_demo else html.Span()


def _language_switch() -> Component:
    other, word = ("en", "EN") if language() == "zh_CN" else ("zh_CN", "中")
    return html.Form(
        [
            dcc.Input(type="hidden", name="csrf_token", value=asking.current().csrf_token),
            dcc.Input(type="hidden", name="language", value=other),
            html.Button(word, type="submit", className="plain", title="中文 / English"),
        ],
        action="/language",
        method="POST",
        className="language",
    )


def _person_menu(asker: asking.Asker) -> Component:
    return html.Details(
        [
            html.Summary([icon("person"), html.Span(asker.name, className="person-name")]),
            html.Div(
                [
                    html.Strong(asker.name),
                    html.Span(f"{asker.place} · {words.role(asker.role)}", className="quiet"),
                    _appearance(asker),
                    html.A(_("Choose a role"), href="/role", className="plain"),
                    html.A(_("Playlist of the walls"), href="/wall/playlist", className="plain")
                    if asker.role in EDIT_PLAYLISTS
                    else None,
                    html.A(_("Interface for programs (API)"), href="/api/v1/docs", className="plain"),
                    html.Form(
                        [
                            dcc.Input(type="hidden", name="csrf_token", value=asker.csrf_token),
                            html.Button(_("Log out"), type="submit", className="wide"),
                        ],
                        action="/logout",
                        method="POST",
                    ),
                ],
                className="person-card",
            ),
        ],
        className="person",
    )


def _appearance(asker: asking.Asker) -> Component:
    """Light, dark, or as the system says; the choice goes with the person."""
    with asking.reading() as session:
        chosen = appearance_queries.scheme_of(session, asker.person_id) or "system"
    choices = {"system": _("As the system"), "light": _("Light"), "dark": _("Dark")}
    buttons = [
        html.Button(
            word,
            type="submit",
            name="scheme",
            value=scheme,
            className="here" if scheme == chosen else "",
            **{"aria-pressed": str(scheme == chosen).lower()},
        )
        for scheme, word in choices.items()
    ]
    return html.Form(
        [dcc.Input(type="hidden", name="csrf_token", value=asker.csrf_token), *buttons],
        action="/appearance",
        method="POST",
        className="appearance",
        **{"aria-label": _("Appearance")},
    )


def _shown(path: str, search: str | None) -> tuple[Any, str]:
    """What the frame holds at an address, and its class."""
    page = pages.find(path)
    if page is None or asking.current().role not in page.roles:
        return note(
            _("This page is not for your role, or there is no such page."),
            "error",
            html.A(_("Back to the map"), href="/"),
        ), "frame bare"
    try:
        content = page.layout(**address_parts(search) | (page.arguments(path) or {}))
    except AnwangError as refusal:
        content = note(_(str(refusal)), "error", None if page.bare else dcc.Link(_("Back to the map"), href="/"))
    if page.bare:
        return still(content), f"frame bare bare-{page.name}"
    return still(frame(page, content)), "frame"


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output("frame", "children"),
        Output("frame", "className"),
        Input("address", "pathname"),
        Input("address", "search"),
        prevent_initial_call=True,
    )
    def show_page(path: str, search: str | None) -> tuple[Any, Any]:
        page = pages.find(path or "/")
        moved = "address.pathname" in dash.ctx.triggered_prop_ids or not dash.ctx.triggered_prop_ids
        if page is not None and page.follows and not moved:
            return dash.no_update, dash.no_update
        return _shown(path or "/", search)

    @app.callback(Output("open-alarm-count", "children"), Input("open-alarm-count", "id"), Input("live-alarm", "data"))
    def count_open(_id: str, _alarm: Any) -> str:
        with asking.reading() as session:
            return str(alarm_queries.open_count(session) or "")

    @app.callback(Output("unread-count", "children"), Input("unread-count", "id"), Input("live-message", "data"))
    def count_unread(_id: str, _told: Any) -> str:
        """The bell's figure; that a page of theirs asked for it proves that the portal's own message arrived."""
        asker = asking.current()
        with asking.reading() as session:
            notice_commands.fetched(session, asker.person_id, datetime.now(UTC))
            unread = message_queries.unread(session, asker.person_id)
        return "99+" if unread > 99 else str(unread or "")

    app.clientside_callback(
        ClientsideFunction("live", "show_freshness"),
        Output("freshness", "className"),
        Input("live-pulse", "data"),
        Input("frame", "className"),
    )
