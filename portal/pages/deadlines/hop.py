"""One hop looked into: how its lengths spread, who fares worst, and the alarms behind each figure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dash import dcc, html
from dash.development.base_component import Component
from sqlalchemy.orm import Session

from db.queries import deadlines as deadline_queries
from db.queries.deadlines import BY, Bin, HopFigures, HopRow, Ranked
from db.rules.deadlines import BY_HOP, Deadline
from portal import regions, telling_words, words
from portal.components.layout import note, panel
from portal.components.ledger import Cell, ledger, number
from portal.figures.spread import spread_bars
from portal.locale import _
from portal.pages.deadlines.view import View

ROWS = 50
RANKED = 15
EDGES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 100.0, 600.0)
HOURS = (0.0, 1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 48.0)
MINUTES = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)


@dataclass(frozen=True, slots=True)
class Detail:
    bins: list[Bin]
    ranked: list[Ranked]
    rows: list[HopRow]


def _edges(row: Deadline) -> list[timedelta]:
    """In seconds, but for the hops that people and a day's silence take."""
    if row.limit is not None and row.limit >= timedelta(hours=1):
        return [timedelta(hours=each) for each in HOURS]
    if row.hop == "acknowledged":
        return [timedelta(minutes=each) for each in MINUTES]
    return [timedelta(seconds=each) for each in EDGES]


def read(session: Session, view: View, now: datetime) -> Detail:
    span = view.span(now)
    within = view.within.replace(":", "=", 1)
    return Detail(
        deadline_queries.distribution(session, span, view.hop, _edges(BY_HOP[view.hop]), now),
        deadline_queries.ranking(session, span, view.hop, view.by, now, RANKED),
        deadline_queries.worst(session, span, view.hop, now, ROWS, within=within),
    )


def panels(view: View, figures: HopFigures, detail: Detail, now: datetime) -> list[Component]:
    return [
        html.Div([_spread(view, figures, detail), _ranking(view, detail)], className="two"),
        _worst(view, detail, now),
    ]


def _spread(view: View, figures: HopFigures, detail: Detail) -> Component:
    row = BY_HOP[view.hop]
    bars = [
        (_short(each.lowest) + (" +" if each.highest is None else ""), each.lowest, each.alarms) for each in detail.bins
    ]
    aside = []
    if figures.not_measured:
        aside.append(_("{n} not measured").format(n=f"{figures.not_measured:,}"))
    if figures.clock_ahead:
        aside.append(_("{n} with a clock ahead of ours").format(n=f"{figures.clock_ahead:,}"))
    return panel(
        telling_words.hop(view.hop),
        html.P(telling_words.about_hop(view.hop), className="quiet"),
        spread_bars(bars, row.limit),
        aside=" · ".join(aside),
    )


def _short(edge: timedelta) -> str:
    seconds = edge.total_seconds()
    if seconds >= 3600:
        return _("{h} h").format(h=f"{seconds / 3600:g}")
    if seconds >= 60 and seconds % 60 == 0:
        return _("{m} min").format(m=f"{seconds / 60:g}")
    return _("{s} s").format(s=f"{seconds:g}")


def _ranking(view: View, detail: Detail) -> Component:
    names = {
        "venue": _("Venue"),
        "county": _("County"),
        "maintainer": _("Maintainer"),
        "model": _("Model"),
        "door": _("Door"),
    }
    tabs = html.Div(
        [dcc.Link(names[by], href=view.href(by=by, within=""), className="here" if by == view.by else "") for by in BY],
        className="tabs",
    )
    head = (names[view.by], _("Missed"), _("Alarms"), _("Median"), "95 %")
    rows = [
        [
            Cell(
                regions.named(each.name) if view.by == "county" else each.name,
                view.href(within=f"{view.by}:{each.key}"),
            ),
            number(f"{each.missed:,}", is_late=bool(each.missed)),
            number(f"{each.subject:,}"),
            number(telling_words.took(each.median)),
            number(telling_words.took(each.p95)),
        ]
        for each in detail.ranked
    ]
    content = ledger(head, rows) if rows else note(_("No alarm in this time."))
    return panel(_("Who fares worst"), html.Div(tabs, className="controls"), content)


def _worst(view: View, detail: Detail, now: datetime) -> Component:
    narrowed = (
        dcc.Link(_("of the chosen one alone ×"), href=view.href(within=""), className="chip here")
        if view.within
        else ""
    )
    if not detail.rows:
        return panel(_("Alarms that took longest"), note(_("No alarm in this time.")), aside=narrowed)
    limit = BY_HOP[view.hop].limit
    head = ("", _("Alarm"), _("Venue"), _("County"), _("On record"), _("Took"))
    rows: list[list[Cell | str]] = [
        [
            Cell(words.level_colour(row.level), badge=words.level_class(row.level)),
            Cell(words.alarm_kind(row.kind), view.href(alarm=row.alarm_id)),
            Cell(row.venue_name, f"/venues/{row.venue_id}", after=row.area_name or ""),
            regions.named(row.county_name),
            number(words.moment(row.at, now)),
            number(
                _("never") if row.took is None else telling_words.took(row.took),
                is_late=limit is not None and (row.took is None or row.took > limit),
            ),
        ]
        for row in detail.rows
    ]
    return panel(_("Alarms that took longest"), ledger(head, rows), aside=narrowed)
