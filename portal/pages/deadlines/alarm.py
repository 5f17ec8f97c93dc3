"""One alarm's way: each stamp with its hop and score, and everybody who was told, over what, with what proof."""

from datetime import datetime, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import deadlines as ledger
from db.queries import messages as message_queries
from db.queries.deadlines import Stamps
from db.queries.messages import DeliveryRow
from db.rules.deadlines import DEADLINES, Deadline, Score, Stamp, score
from portal import asking, telling_words, words
from portal.components.layout import badge, note, panel
from portal.locale import _
from portal.pages.deadlines.view import View
from portal.words import HERE

COLOURS = {Score.MET: "good", Score.MISSED: "critical", Score.CLOCK_AHEAD: "minor"}


def chain(view: View, now: datetime) -> list[Component]:
    """The page of one alarm; `NotFound` outside the reader's scope."""
    assert view.alarm is not None
    with asking.reading() as session:
        stamps = ledger.one(session, view.alarm)
        recorded = stamps.stamps[Stamp.RECORDED] or now
        told = message_queries.deliveries_about(session, "alarm", view.alarm, recorded - timedelta(days=1))
    title = f"{words.alarm_kind(stamps.kind)} · {stamps.venue_name}"
    return [
        html.Div(
            [
                html.H1(title),
                dcc.Link(_("Back to the figures"), href=view.href(alarm=None), className="button"),
                dcc.Link(_("To the alarm"), href=f"/alarms?alarm={stamps.alarm_id}", className="button"),
            ],
            className="page-head",
        ),
        note(_("Raised within a drill or maintenance window: timed, and left out of the figures."))
        if stamps.in_window
        else None,
        html.Div([_stamps(stamps), _hops(stamps, now)], className="two"),
        _told(told),
    ]


def _fine(at: datetime | None) -> str:
    """Milliseconds count here."""
    return "–" if at is None else f"{at.astimezone(HERE):%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}"


def _stamps(stamps: Stamps) -> Component:
    known = sorted(
        stamps.stamps.items(), key=lambda pair: (pair[1] is None, pair[1] or datetime.max.replace(tzinfo=HERE))
    )
    rows = [
        html.Tr([html.Td(_fine(at), className="number stamp"), html.Td(telling_words.stamp(stamp))])
        for stamp, at in known
    ]
    return panel(_("Stamps"), html.Table(html.Tbody(rows), className="ledger"), aside=f"#{stamps.alarm_id}")


def _hops(stamps: Stamps, now: datetime) -> Component:
    rows = [row for each in DEADLINES if (row := _hop(each, stamps, now)) is not None]
    return panel(_("Against the deadlines"), html.Table(html.Tbody(rows), className="ledger"))


def _hop(row: Deadline, stamps: Stamps, now: datetime) -> Component | None:
    since, until = stamps.stamps[row.since], stamps.stamps[row.until]
    result = score(row, stamps.kind, stamps.level, since, until, now)
    if result is Score.NOT_SUBJECT:
        return None
    said = {
        Score.MET: _("kept") if row.limit else "",
        Score.MISSED: _("missed"),
        Score.NOT_MEASURED: _("not measured"),
        Score.CLOCK_AHEAD: _("clock ahead of ours"),
    }[result]
    took = until - since if since is not None and until is not None else None
    return html.Tr(
        [
            html.Td(telling_words.hop(row.hop), title=telling_words.about_hop(row.hop)),
            html.Td(telling_words.took(took), className="number"),
            html.Td(f"≤ {telling_words.took(row.limit)}" if row.limit else "", className="number quiet"),
            html.Td(badge(said, COLOURS.get(result, "")) if said else ""),
        ]
    )


def _told(rows: list[DeliveryRow]) -> Component:
    if not rows:
        return panel(_("Who was told"), note(_("Nobody has been told of this alarm.")))
    body = [
        html.Tr(
            [
                html.Td(row.person_name),
                html.Td(telling_words.channel(row.channel)),
                html.Td(badge(telling_words.delivery_state(row.state), telling_words.delivery_class(row.state))),
                html.Td(_fine(row.sent_at), className="number"),
                html.Td(_fine(row.delivered_at), className="number"),
                html.Td(str(row.tries), className="number"),
                html.Td(telling_words.delivery_error(row.error), className="quiet why"),
            ]
        )
        for row in rows
    ]
    head = (_("Person"), _("Channel"), _("State"), _("Sent"), _("Arrived"), _("Tries"), _("Why"))
    heads = [html.Th(name, className="number" if 3 <= place <= 5 else "") for place, name in enumerate(head)]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="ledger")
    return panel(_("Who was told"), html.Div(table, className="wide-table"))
