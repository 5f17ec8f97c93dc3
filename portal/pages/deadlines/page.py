"""Deadlines: every hop of every alarm against the standard's limits, and down to one alarm's stamps."""

from datetime import UTC, datetime

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.queries import deadlines as ledger
from db.queries.deadlines import Capacity, HopFigures
from db.rules.deadlines import BY_HOP, CAPACITY_ALARMS, DEADLINES
from portal import asking, regions, telling_words, words
from portal.address import address_parts
from portal.components.layout import figure
from portal.locale import _
from portal.pages.deadlines import alarm, hop
from portal.pages.deadlines.view import DAYS, View

BODY = "deadlines-body"


def layout(**query: str) -> Component:
    return html.Div(_body(query), id=BODY, className="deadlines")


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(BODY, "children"), Input("address", "search"), State("address", "pathname"), prevent_initial_call=True
    )
    def show(search: str | None, path: str) -> list[Component]:
        return _body(address_parts(search)) if path == "/deadlines" else []


def _body(query: dict[str, str]) -> list[Component]:
    view, now = View.parse(query), datetime.now(UTC)
    if view.alarm is not None:
        return alarm.chain(view, now)
    span = view.span(now)
    with asking.reading() as session:
        figures = ledger.figures(session, span, now)
        capacity = ledger.capacity(session, span, now)
        detail = hop.read(session, view, now)
    chosen = next(each for each in figures if each.hop is view.hop)
    return [
        _head(view),
        html.Div([*(_card(each, view) for each in figures), _capacity(capacity, now)], className="hop-cards"),
        *hop.panels(view, chosen, detail, now),
        html.P(
            _("Alarms of drills and maintenance windows are left out. As of {at}.").format(at=words.clock(now)),
            className="quiet",
        ),
    ]


def _head(view: View) -> Component:
    place = regions.name(regions.tree().by_adcode[view.region]) if view.region is not None else asking.current().place
    links = [
        dcc.Link(
            _("{n} days").format(n=days) if days > 1 else _("24 hours"),
            href=view.href(days=days),
            className="here" if days == view.days else "",
        )
        for days in DAYS
    ]
    narrowed = (
        dcc.Link(f"{place} ×", href=view.href(region=None), className="chip here")
        if view.region is not None
        else html.Span(place, className="quiet")
    )
    return html.Div([html.H1(_("Deadlines")), narrowed, html.Div(links, className="tabs")], className="page-head")


def _card(each: HopFigures, view: View) -> Component:
    """How many kept the limit; a hop without one shows its median."""
    row = BY_HOP[each.hop]
    measured = each.met + each.missed
    if row.limit is None:
        value, unit, kind = telling_words.took(each.median), "", ""
    else:
        value = words.pct(each.met / measured * 100 if measured else None)
        unit = "≤ " + telling_words.limit(row.limit)
        kind = "alarmed" if each.missed else ""
    detail = [
        html.Span(
            _("median {median}, 95 % within {p95}").format(
                median=telling_words.took(each.median), p95=telling_words.took(each.p95)
            )
        ),
        html.Span(
            _("{missed} missed of {measured}").format(missed=f"{each.missed:,}", measured=f"{measured:,}")
            if row.limit is not None
            else _("{n} measured").format(n=f"{measured:,}")
        ),
        html.Span(row.clause, className="clause"),
    ]
    return dcc.Link(
        figure(telling_words.hop(each.hop), value, unit, detail, kind),
        href=view.href(hop=each.hop, within=""),
        className="hop-card here" if each.hop is view.hop else "hop-card",
    )


def _capacity(found: Capacity, now: datetime) -> Component:
    detail = [
        html.Span(
            _("at {at}, {late} of them late").format(at=words.moment(found.ended_at, now), late=found.late)
            if found.ended_at
            else _("no alarm in this time")
        ),
        html.Span(_("at least {n} must be taken in 60 s").format(n=CAPACITY_ALARMS)),
        html.Span(DEADLINES[1].clause, className="clause"),
    ]
    kind = "alarmed" if found.late and found.alarms >= CAPACITY_ALARMS else ""
    return html.Div(figure(_("Busiest 60 s"), f"{found.alarms:,}", _("alarms"), detail, kind), className="hop-card")
