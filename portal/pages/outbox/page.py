"""What goes to the fire service: its platforms, and every message with its tries, until it is acknowledged."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.commands import outbox as outbox_commands
from db.commands.people import Operator
from db.errors import AnwangError, NotAllowed
from db.queries import outbox as outbox_queries
from db.queries.outbox import OutboxFigures, OutboxRow, PlatformRow
from db.rules.coverage import percent
from db.rules.outbox import WITHIN, MessageKind, OutboxState, Transport
from db.rules.role_acts import FORWARD_FIRES
from portal import asking, regions, words
from portal.address import address_parts
from portal.components.layout import badge, figure, note, panel
from portal.components.press import press, pressed
from portal.components.toast import refused, toast
from portal.locale import _
from portal.pages.outbox import ids

LOOK_AGAIN_MS = 3000
LISTED = 100


def layout(**query: str) -> Component:
    """`show=open` leaves out what was acknowledged."""
    return html.Div(
        [
            dcc.Store(id=ids.RETRY),
            dcc.Store(id=ids.CHANGED),
            dcc.Interval(id=ids.CLOCK, interval=LOOK_AGAIN_MS),
            html.Div(
                [
                    html.H1(_("Fire service")),
                    html.Span(
                        _("A confirmed fire is told to the city's platform within {n} s (GB 50440).").format(
                            n=int(WITHIN.total_seconds())
                        ),
                        className="quiet",
                    ),
                ],
                className="page-head",
            ),
            html.Div(shown(query, datetime.now(UTC)), id=ids.SHOWN, className="stack"),
        ]
    )


def shown(query: dict[str, str], now: datetime) -> list[Component]:
    only_open = query.get("show") == "open"
    with asking.reading() as session:
        figures = outbox_queries.figures(session, now, WITHIN)
        platforms = outbox_queries.platforms(session)
        rows = outbox_queries.listed(session, only_open=only_open, limit=LISTED)
        total = outbox_queries.count(session, only_open=only_open)
    chips = [
        dcc.Link(_("All messages"), href="/outbox", className="chip" if only_open else "chip here"),
        dcc.Link(_("Not acknowledged"), href="/outbox?show=open", className="chip here" if only_open else "chip"),
    ]
    return [
        _figures(figures),
        panel(_("Platforms of the fire service"), _platforms(platforms, now), aside=str(len(platforms))),
        panel(_("What was told"), html.Div(chips, className="chips"), _messages(rows, now), aside=words.count(total)),
    ]


def _figures(figures: OutboxFigures) -> Component:
    return html.Div(
        [
            figure(
                _("Not delivered yet"),
                words.count(figures.waiting),
                detail=_("tried again until it is acknowledged"),
                kind="alarmed" if figures.waiting else "",
            ),
            figure(
                _("Turned down"),
                words.count(figures.refused),
                detail=_("somebody must look"),
                kind="alarmed" if figures.refused else "",
            ),
            figure(
                _("Without a platform"),
                words.count(figures.nowhere),
                detail=_("wait for one to be added"),
                kind="alarmed" if figures.nowhere else "",
            ),
            figure(
                _("Acknowledged within 3 s"),
                words.pct(percent(figures.in_time, figures.acknowledged)),
                detail=_("{n} in 30 days, the longest {time}").format(
                    n=words.count(figures.acknowledged),
                    time=_lasting(figures.longest),
                ),
            ),
        ],
        className="figures four",
    )


def _platforms(platforms: Sequence[PlatformRow], now: datetime) -> Component:
    if not platforms:
        return note(_("No platform is known: confirmed fires wait for one (anwang fire-service add)."))
    head = (_("Platform"), _("Takes fires of"), _("Way"), _("Last answer"), _("Not delivered yet"), _("State"))
    rows = [
        html.Tr(
            [
                html.Td(platform.name),
                html.Td(regions.named(platform.region_name)),
                html.Td({Transport.HTTP: "HTTP", Transport.GB26875: "GB/T 26875.3"}[platform.transport]),
                html.Td(words.moment(platform.answered_at, now), className="number"),
                html.Td(words.count(platform.waiting), className="number"),
                html.Td(_state_of(platform, now)),
            ]
        )
        for platform in platforms
    ]
    return _table(head, rows, "platforms")


def _state_of(platform: PlatformRow, now: datetime) -> list[Any]:
    if platform.is_failing and platform.failed_at is not None:
        since = _("since {at}").format(at=words.moment(platform.oldest_waiting_at, now))
        return [badge(_("Does not take it"), "major"), html.Small(f" {since} · {platform.failure}", className="quiet")]
    return [badge(_("Answers"), "good") if platform.answered_at else badge(_("Not tried yet"))]


def _messages(rows: Sequence[OutboxRow], now: datetime) -> Component:
    if not rows:
        return note(_("Nothing here: no fire was confirmed."))
    may_retry = asking.current().role in FORWARD_FIRES
    head = (_("Confirmed"), _("Report"), _("Venue"), _("Platform"), _("State"), _("Tries"), _("Took"), "")
    return _table(head, [_message(row, now, may_retry=may_retry) for row in rows], "fires")


def _message(row: OutboxRow, now: datetime, *, may_retry: bool) -> Component:
    name, kind = {
        OutboxState.WAITING: (_("Not delivered yet"), "minor"),
        OutboxState.REFUSED: (_("Turned down"), "critical"),
        OutboxState.ACKNOWLEDGED: (_("Acknowledged there"), "good"),
    }[row.state]
    is_open = row.state is not OutboxState.ACKNOWLEDGED
    error = None
    if is_open and row.last_error:
        error = html.Small(
            f"{row.last_error} · " + _("next try {at}").format(at=words.moment(row.next_try_at, now)), className="quiet"
        )
    late = row.took is not None and row.took > WITHIN
    return html.Tr(
        [
            html.Td(words.moment(row.made_at, now), className="number"),
            html.Td(
                dcc.Link(
                    {MessageKind.FIRE: _("Confirmed fire"), MessageKind.WITHDRAWN: _("Withdrawn: no fire")}[row.kind],
                    href=f"/alarms?alarm={row.alarm_id}",
                ),
                title=row.key,
            ),
            html.Td(
                [
                    dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}"),
                    html.Small(f" {regions.named(row.county_name)}"),
                ]
            ),
            html.Td(row.platform_name or badge(_("none known"), "major")),
            html.Td([badge(name, kind), error], title=row.receipt or ""),
            html.Td(str(row.tries), className="number"),
            html.Td(_lasting(row.took), className="number late" if late else "number"),
            html.Td(
                press(_("Try now"), ids.RETRY, {"id": row.id})
                if may_retry and is_open and row.platform_id is not None
                else None
            ),
        ]
    )


def _lasting(span: timedelta | None) -> str:
    """To a tenth of a second where it is a matter of seconds."""
    if span is None:
        return "–"
    seconds = span.total_seconds()
    return _("{s} s").format(s=f"{seconds:.1f}") if seconds < 60 else words.lasting(span)


def _table(head: Sequence[str], rows: list[Component], kind: str) -> Component:
    return html.Div(
        html.Table(
            [html.Thead(html.Tr([html.Th(name) for name in head])), html.Tbody(rows)], className="compact listing"
        ),
        className=f"wide-table {kind}",
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.SHOWN, "children"),
        Input(ids.CLOCK, "n_intervals"),
        Input(ids.CHANGED, "data"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def look(_ticks: Any, _changed: Any, search: str | None) -> Any:
        return shown(address_parts(search), datetime.now(UTC))

    @app.callback(
        Output(ids.CHANGED, "data"),
        Output("toast", "children", allow_duplicate=True),
        Input(ids.RETRY, "data"),
        prevent_initial_call=True,
    )
    def retry(button: Any) -> Any:
        return _retry(int(pressed(button, "id")["id"]))


def _retry(entry_id: int) -> tuple[Any, Any]:
    asker, now = asking.current(), datetime.now(UTC)
    try:
        if asker.role not in FORWARD_FIRES:
            raise NotAllowed("Your role may look, not act.")
        with asking.reading() as session:
            operator = Operator(asker.person_id, asker.name, asker.address)
            outbox_commands.retry_now(session, entry_id, operator, now)
    except AnwangError as refusal:
        return now.isoformat(), refused(refusal)
    return now.isoformat(), toast(_("It is tried now."))
