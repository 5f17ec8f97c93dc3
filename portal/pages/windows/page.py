"""Drills and maintenance: what is under way, coming and past, and the form that announces the next."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import windows as window_commands
from db.commands.alarms import Actor
from db.commands.windows import NewWindow
from db.errors import AnwangError, InvalidInput, NotAllowed
from db.queries import venues as venue_queries
from db.queries import windows as window_queries
from db.queries.windows import Place
from db.rules.device_kinds import DeviceKind
from db.rules.role_acts import ANNOUNCE_WINDOWS
from db.rules.windows import WindowKind
from portal import asking
from portal.address import address_parts, number_of
from portal.components.layout import note, panel
from portal.components.press import pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.windows import ids
from portal.pages.windows.form import device_options, form, length_options, usual, venue_options
from portal.pages.windows.rows import cards
from portal.words import HERE

LOOK_AGAIN_MS = 20_000
SHOWN = 60


def layout(**query: str) -> Component:
    """`show=past` looks back; `window` marks one."""
    may_announce = asking.current().role in ANNOUNCE_WINDOWS
    now = datetime.now(UTC)
    with asking.reading() as session:
        places = window_queries.venues_watched(session) if may_announce else []
    return html.Div(
        [
            dcc.Store(id=ids.END),
            dcc.Store(id=ids.CHANGED),
            dcc.Interval(id=ids.CLOCK, interval=LOOK_AGAIN_MS),
            html.Div(
                [html.H1(_("Drills and maintenance")), html.Span(id=ids.SUMMARY, className="quiet")],
                className="page-head",
            ),
            html.Div(_chips(query), className="chips"),
            html.Div(
                [
                    html.Div(shown(query, now), id=ids.LIST, className="stack"),
                    form(places, now) if may_announce else None,
                ],
                className="windows-page" if may_announce else "stack",
            ),
        ]
    )


def shown(query: dict[str, str], now: datetime) -> list[Component]:
    """The lists for an address."""
    may_end = asking.current().role in ANNOUNCE_WINDOWS
    chosen = number_of(query.get("window"))
    with asking.reading() as session:
        if query.get("show") == "past":
            past = window_queries.listed(session, "past", now, limit=SHOWN)
            return [panel(_("Past"), cards(past.rows, now, chosen, may_end=False), aside=str(past.total))]
        running = window_queries.listed(session, "now", now, limit=SHOWN)
        coming = window_queries.listed(session, "coming", now, limit=SHOWN)
        named = window_queries.of_alarm(session, chosen) if chosen else None
    known = {row.id for row in (*running.rows, *coming.rows)}
    return [
        *(
            [panel(_("Asked for"), cards([named], now, named.id, may_end=False))]
            if named and named.id not in known
            else []
        ),
        panel(_("Under way"), cards(running.rows, now, chosen, may_end=may_end), aside=str(running.total)),
        panel(_("Coming"), cards(coming.rows, now, chosen, may_end=may_end), aside=str(coming.total)),
    ]


def _chips(query: dict[str, str]) -> list[Component]:
    is_past = query.get("show") == "past"
    return [
        dcc.Link(_("Under way and coming"), href="/windows", className="chip" if is_past else "chip here"),
        dcc.Link(_("Past"), href="/windows?show=past", className="chip here" if is_past else "chip"),
    ]


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.LIST, "children"),
        Output(ids.SUMMARY, "children"),
        Input(ids.CHANGED, "data"),
        Input(ids.CLOCK, "n_intervals"),
        State("address", "search"),
    )
    def look(_changed: Any, _ticks: Any, search: str | None) -> Any:
        now = datetime.now(UTC)
        with asking.reading() as session:
            counted = window_queries.counts(session, now)
        said = _("{now} under way, {coming} coming").format(now=counted["now"], coming=counted["coming"])
        return shown(address_parts(search), now), said

    @app.callback(
        Output(ids.DEVICES, "options"),
        Output(ids.DEVICES, "value"),
        Output(ids.HOURS, "options"),
        Output(ids.HOURS, "value"),
        Input(ids.KIND, "value"),
        State(ids.HOURS, "value"),
        prevent_initial_call=True,
    )
    def of_kind(kind: str, hours: float) -> Any:
        chosen = WindowKind(kind)
        lengths = length_options(chosen)
        fits = any(each["value"] == hours for each in lengths)
        return device_options(chosen), usual(chosen), lengths, hours if fits else 1

    @app.callback(
        Output(ids.VENUES, "options"),
        Input(ids.VENUES, "search_value"),
        State(ids.VENUES, "value"),
        State(ids.VENUES, "options"),
        prevent_initial_call=True,
    )
    def find(typed: str | None, chosen: list[int] | None, known: list[dict[str, Any]]) -> Any:
        """Found by searching where the scope is a region; what is chosen stays among the options."""
        if not typed or not typed.strip() or not asking.current().scope.is_regional:
            return dash.no_update
        with asking.reading() as session:
            found = venue_queries.search(session, typed.strip(), limit=20)
        kept = [option for option in known if option["value"] in (chosen or [])]
        names = [Place(venue.id, f"{venue.name} · {venue.county_name}") for venue in found]
        fresh = [{**option, "search": f"{typed} {option['label']}"} for option in venue_options(names)]
        return kept + [option for option in fresh if option["value"] not in (chosen or [])]

    @app.callback(
        Output(ids.VENUES, "value"),
        Input(ids.EVERYWHERE, "n_clicks"),
        State(ids.VENUES, "options"),
        prevent_initial_call=True,
    )
    def everywhere(clicks: int | None, known: list[dict[str, Any]]) -> Any:
        """A maintainer's every venue at once."""
        return [option["value"] for option in known] if clicks else dash.no_update

    @app.callback(Output(ids.AREA, "options"), Output(ids.AREA, "value"), Input(ids.VENUES, "value"))
    def areas(chosen: list[int] | None) -> Any:
        if not chosen or len(chosen) != 1:
            return [], None
        with asking.reading() as session:
            return venue_options(window_queries.areas_of(session, chosen[0])), None

    @app.callback(
        Output(ids.CHANGED, "data"),
        Output(ids.SAID, "children"),
        Output(ids.REASON, "value"),
        Input(ids.ANNOUNCE, "n_clicks"),
        State(ids.KIND, "value"),
        State(ids.VENUES, "value"),
        State(ids.AREA, "value"),
        State(ids.DEVICES, "value"),
        State(ids.STARTS, "data"),
        State(ids.HOURS, "value"),
        State(ids.REASON, "value"),
        prevent_initial_call=True,
        running=[(Output(ids.ANNOUNCE, "disabled"), True, False)],
    )
    def announce(clicks: int | None, *typed: Any) -> Any:
        if not clicks:
            return dash.no_update, dash.no_update, dash.no_update
        return _announce(*typed)

    @app.callback(
        Output(ids.CHANGED, "data", allow_duplicate=True),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.END, "data"),
        prevent_initial_call=True,
    )
    def end(button: Any) -> Any:
        return _end(int(pressed(button, "id")["id"]))


def _announce(
    kind: str,
    venues: list[int] | None,
    area: int | None,
    devices: list[str] | None,
    starts: str | None,
    hours: float | None,
    reason: str | None,
) -> tuple[Any, Any, Any]:
    """What was typed stays where it is refused."""
    now = datetime.now(UTC)
    try:
        begins = _begins(starts)
        new = NewWindow(
            WindowKind(kind),
            tuple(venues or ()),
            tuple(DeviceKind(each) for each in devices or ()),
            begins,
            begins + timedelta(hours=float(hours or 0)),
            reason or "",
            area,
        )
        with asking.reading() as session:
            made = window_commands.announce(session, new, _actor(), now)
    except AnwangError as refusal:
        return dash.no_update, note(_(str(refusal)), "error"), dash.no_update
    said = _("Announced at {n} venues; all concerned are told.").format(n=len(made))
    return now.isoformat(), note(said), ""


def _begins(typed: str | None) -> datetime:
    try:
        return datetime.fromisoformat(typed or "").replace(tzinfo=HERE)
    except ValueError as error:
        raise InvalidInput("Say when it begins.") from error


def _end(window_id: int) -> tuple[Any, Any]:
    now = datetime.now(UTC)
    try:
        with asking.reading() as session:
            window_commands.end(session, window_id, _actor(), now)
    except AnwangError as refusal:
        return now.isoformat(), refused(refusal)
    return now.isoformat(), toast(_("Ended. What is open there is live again."))


def _actor() -> Actor:
    asker = asking.current()
    if asker.role not in ANNOUNCE_WINDOWS:
        raise NotAllowed("Your role may look, not act.")
    return Actor(asker.person_id, asker.name, asker.address)
