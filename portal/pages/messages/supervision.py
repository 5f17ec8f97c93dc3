"""For those who supervise: what arrived and what did not, by channel; and who could not be told at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.queries import messages as message_queries
from db.queries.messages import ChannelFigures, DeliveryRow, Reachability
from db.rules.channels import Channel, DeliveryState
from db.rules.message_words import PATHS
from portal import asking, telling_words, words
from portal.address import address_parts, number_of
from portal.components.layout import figure, note, panel
from portal.components.ledger import Cell, ledger, number
from portal.exports.csv_file import csv_bytes
from portal.locale import _
from portal.pages.messages import ids

DAYS = (1, 2, 7, 30)
SHOWN = 200
EXPORTED = 20_000
PEOPLE_SHOWN = 300


def _asked(query: dict[str, str]) -> tuple[int, str | None, str | None]:
    """Days, state and channel as the address holds them; what is none of them is left out."""
    days = number_of(query.get("days")) or 2
    days = days if days in DAYS else 2
    state, channel = query.get("state"), query.get("channel")
    return (
        days,
        state if state in list(DeliveryState) else None,
        channel if channel in list(Channel) else None,
    )


def _href(days: int, state: str | None, channel: str | None) -> str:
    parts = [("tab", "deliveries"), ("days", str(days)), ("state", state), ("channel", channel)]
    return "/messages?" + "&".join(f"{name}={value}" for name, value in parts if value)


def deliveries_tab(query: dict[str, str], now: datetime) -> list[Component]:
    days, state, channel = _asked(query)
    since = now - timedelta(days=days)
    with asking.reading() as session:
        figures = message_queries.channel_figures(session, since)
        rows = message_queries.deliveries(session, since, SHOWN, state=state, channel=channel)
    spans = html.Div(
        [
            dcc.Link(
                _("{n} days").format(n=each) if each > 1 else _("24 hours"),
                href=_href(each, state, channel),
                className="here" if each == days else "",
            )
            for each in DAYS
        ],
        className="tabs",
    )
    return [
        html.Div(
            [spans, html.Button(_("Download as CSV"), id=ids.EXPORT), dcc.Download(id=ids.DOWNLOAD)],
            className="controls",
        ),
        panel(
            _("By channel"),
            _by_channel(figures, days) if figures else note(_("Nothing was sent in this time.")),
            aside=_("as of {at}").format(at=words.clock(now)),
        ),
        html.Div(_chips(figures, days, state, channel), className="chips"),
        _table(rows, now) if rows else note(_("No message fits this filter.")),
    ]


def _chips(figures: list[ChannelFigures], days: int, state: str | None, channel: str | None) -> list[Component]:
    sums = {
        name: sum(getattr(each, name) for each in figures)
        for name in ("waiting", "sent", "delivered", "failed", "withheld")
    }
    chips = [
        dcc.Link(_("All states"), href=_href(days, None, channel), className="chip" if state else "chip here"),
        *(
            dcc.Link(
                f"{telling_words.delivery_state(name)} {count:,}",
                href=_href(days, name, channel),
                className="chip here" if name == state else "chip",
            )
            for name, count in sums.items()
            if count or name == state
        ),
    ]
    if channel:
        chips.append(
            dcc.Link(f"{telling_words.channel(channel)} ×", href=_href(days, state, None), className="chip here")
        )
    return chips


def _by_channel(figures: list[ChannelFigures], days: int) -> Component:
    head = (
        _("Channel"),
        _("Messages"),
        _("Arrived"),
        _("Sent"),
        _("Waiting"),
        _("Failed"),
        _("To send"),
        _("To arrive"),
    )
    rows = [
        [
            Cell(telling_words.channel(each.channel), _href(days, None, each.channel)),
            number(f"{each.made:,}"),
            number(f"{each.delivered:,}"),
            number(f"{each.sent:,}"),
            number(f"{each.waiting:,}"),
            number(f"{each.failed:,}", _href(days, "failed", each.channel) if each.failed else ""),
            number(telling_words.took(each.to_send)),
            number(telling_words.took(each.to_arrive)),
        ]
        for each in figures
    ]
    return ledger(head, rows)


def _table(rows: list[DeliveryRow], now: datetime) -> Component:
    head = (_("When"), _("Channel"), _("State"), _("About"), _("Venue"), _("Person"), _("Took"), _("Why"))
    body: list[list[Cell | str]] = [
        [
            Cell(words.moment(row.made_at, now), kind="when"),
            telling_words.channel(row.channel),
            Cell(telling_words.delivery_state(row.state), badge=telling_words.delivery_class(row.state)),
            _about(row),
            Cell(row.venue_name or "", f"/venues/{row.venue_id}" if row.venue_id else ""),
            row.person_name,
            number(_took(row)),
            Cell(telling_words.delivery_error(row.error), kind="quiet why"),
        ]
        for row in rows
    ]
    return panel(
        _("Messages"),
        ledger(head, body),
        aside=_("the newest {n}").format(n=SHOWN) if len(rows) == SHOWN else "",
    )


def _about(row: DeliveryRow) -> Cell:
    path = PATHS.get(row.subject_kind or "", "").format(id=row.subject_id)
    return Cell(telling_words.subject(row.subject_kind or "", row.kind, {}), path)


def _took(row: DeliveryRow) -> str:
    """From the notice to the best that is known of the message."""
    reached = row.delivered_at or row.sent_at
    return telling_words.took(reached - row.made_at) if reached else "–"


def people_tab(_query: dict[str, str], now: datetime) -> list[Component]:
    with asking.reading() as session:
        found = message_queries.reachability(session, PEOPLE_SHOWN)
    return [
        html.Div(_figures(found), className="figures four"),
        _people(found) if found.rows else note(_("Everybody on a ladder is reached over two kinds of channel.")),
        html.P(
            _(
                "Counted are those who hold a role that acts on alarms and the people of the venues' books, as of {at}."
            ).format(at=words.clock(now)),
            className="quiet",
        ),
    ]


def _figures(found: Reachability) -> list[Component]:
    return [
        figure(_("On ladders"), f"{found.people:,}", detail=_("within your scope")),
        figure(_("No working channel"), f"{found.without:,}", kind="alarmed" if found.without else ""),
        figure(_("One kind only"), f"{found.one_kind:,}", detail=_("a fire needs two")),
        figure(_("Without a number"), f"{found.nameless:,}", detail=_("entries of the books")),
    ]


def _people(found: Reachability) -> Component:
    total = found.without + found.one_kind
    head = (_("Channels"), _("Person"), _("Unit"), _("Role"), _("Why"))
    rows: list[list[Cell | str]] = [
        [
            Cell(_("None"), badge="critical") if row.kinds == 0 else Cell(_("One kind"), badge="minor"),
            row.name,
            Cell(row.place, f"/venues/{row.venue_id}" if row.venue_id else ""),
            words.role(row.role),
            Cell(telling_words.delivery_error(row.last_failure), kind="quiet why"),
        ]
        for row in found.rows
    ]
    return panel(
        _("By name"),
        ledger(head, rows),
        aside=_("{shown} of {total}").format(shown=len(found.rows), total=f"{total:,}"),
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(ids.DOWNLOAD, "data"),
        Input(ids.EXPORT, "n_clicks"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def export(clicks: int | None, search: str | None) -> Any:
        if not clicks:
            return dash.no_update
        days, state, channel = _asked(address_parts(search))
        since = datetime.now(UTC) - timedelta(days=days)
        with asking.reading() as session:
            rows = message_queries.deliveries(session, since, EXPORTED, state=state, channel=channel)
        return dcc.send_bytes(csv_bytes([_head(), *map(_line, rows)]), "anwang-messages.csv")


def _head() -> tuple[str, ...]:
    return (
        *(_("When"), _("Channel"), _("State"), _("About"), _("County"), _("Venue"), _("Person"), _("Tries")),
        *(_("Sent"), _("Arrived"), _("Why")),
    )


def _line(row: DeliveryRow) -> tuple[str | int, ...]:
    return (
        words.moment(row.made_at),
        telling_words.channel(row.channel),
        telling_words.delivery_state(row.state),
        telling_words.subject(row.subject_kind or "", row.kind, {}),
        row.county_name or "",
        row.venue_name or "",
        row.person_name,
        row.tries,
        words.moment(row.sent_at) if row.sent_at else "",
        words.moment(row.delivered_at) if row.delivered_at else "",
        telling_words.delivery_error(row.error),
    )
