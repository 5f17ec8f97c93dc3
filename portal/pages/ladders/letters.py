"""Supervision letters that went out, newest first."""

from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import letters as letter_queries
from db.queries.letters import LetterRow
from portal import asking, regions, words
from portal.address import number_of
from portal.components.layout import badge, note, panel
from portal.locale import _

SHOWN = 200


def content(query: dict[str, str], now: datetime) -> Component:
    chosen = number_of(query.get("letter"))
    with asking.reading() as session:
        rows = letter_queries.latest(session, SHOWN)
    if not rows:
        return note(_("No letter has gone out: every alarm was acted on before a city or the province was reached."))
    waiting = sum(row.answered_at is None for row in rows)
    return panel(
        _("Supervision letters"),
        html.Ul([_row(row, now, is_chosen=row.id == chosen) for row in rows], className="letter-list"),
        aside=_("{n} of {total} not answered").format(n=waiting, total=len(rows)),
    )


def _row(row: LetterRow, now: datetime, *, is_chosen: bool) -> Component:
    return html.Li(
        [
            html.Div(
                [html.A(row.number, href=f"/api/v1/letters/{row.id}.pdf", target="_blank"), html.Small(row.issuer)]
            ),
            html.Div(
                [
                    dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}"),
                    html.Small(regions.named(row.city_name, row.county_name)),
                ]
            ),
            html.Div(
                [
                    dcc.Link(
                        badge(
                            f"{words.level_colour(row.level)} · {words.alarm_kind(row.kind)}",
                            words.level_class(row.level),
                        ),
                        href=f"/alarms?alarm={row.alarm_id}",
                    ),
                    html.Small(_("{n} alarms").format(n=row.alarms)) if row.alarms > 1 else None,
                ]
            ),
            html.Div([html.Span(words.moment(row.made_at, now)), html.Small(_("issued"))]),
            html.Div(_state(row, now)),
        ],
        className="chosen" if is_chosen else "",
    )


def _state(row: LetterRow, now: datetime) -> list[Component]:
    if row.answered_at is not None and row.answered_at <= row.due_at:
        return [badge(_("answered in time"), "good"), html.Small(words.moment(row.answered_at, now))]
    if row.answered_at is not None:
        return [badge(_("answered late"), "minor"), html.Small(words.moment(row.answered_at, now))]
    if row.due_at < now:
        return [badge(_("overdue"), "critical"), html.Small(words.lasting(now - row.due_at))]
    return [badge(_("answer due"), "notice"), html.Small(words.moment(row.due_at, now))]
