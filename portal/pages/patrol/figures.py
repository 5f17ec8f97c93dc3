"""Patrols by official and day, week or month."""

from datetime import date, datetime, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import patrol_figures
from db.queries.patrol_figures import OfficialFigures, Span
from portal import asking, words
from portal.api.patrol import heads
from portal.components.layout import figure, note
from portal.locale import _
from portal.pages.patrol.view import View
from portal.words import HERE

LASTING: dict[str, timedelta] = {"day": timedelta(days=13), "week": timedelta(weeks=11), "month": timedelta(days=364)}


def shown(view: View, now: datetime) -> list[Component]:
    asker, last = asking.current(), now.astimezone(HERE).date()
    first = last - LASTING[view.span]
    span: Span = "week" if view.span == "week" else "month" if view.span == "month" else "day"
    with asking.reading() as session:
        rows = patrol_figures.by_official(session, asker.home, first, last, span)
    names = {"day": _("By day"), "week": _("By week"), "month": _("By month")}
    chips = [
        dcc.Link(name, href=View("figures", span=key).href(), className="chip here" if key == view.span else "chip")
        for key, name in names.items()
    ]
    file = f"/api/v1/patrol/figures.csv?span={span}&since={first}&until={last}"
    return [
        html.Div([*chips, html.A(_("As a file (CSV)"), href=file, className="button", download="")], className="chips"),
        _sums(rows),
        _table(rows, span) if rows else note(_("Nobody has been on patrol here.")),
        html.P(
            _(
                "{since} to {until}, as of {at}. A round that was planned and not walked counts as planned alone; what"
                " was seen or not playable is the relay's word."
            ).format(since=first, until=last, at=words.clock(now)),
            className="quiet",
        ),
    ]


def _sums(rows: list[OfficialFigures]) -> Component:
    """What the table adds up to."""

    def total(name: str) -> int:
        return sum(getattr(row, name) for row in rows)

    tried = total("cameras_seen") + total("cameras_unplayable")
    rate = words.pct(total("cameras_unplayable") / tried * 100 if tried else None)
    return html.Div(
        [
            figure(
                _("Rounds done"), words.count(total("rounds_done")), detail=_("{n} planned").format(n=total("rounds"))
            ),
            figure(
                _("Cameras seen"),
                words.count(total("cameras_seen")),
                detail=_("{rate} could not be played").format(rate=rate),
                kind="warn" if total("cameras_unplayable") else "",
            ),
            figure(
                _("Hazards found"),
                words.count(total("hazards_found")),
                detail=_("{n} closed").format(n=total("hazards_closed")),
            ),
            figure(_("Shouts"), words.count(total("shouts")), detail=_("{n} taken").format(n=total("shouts_taken"))),
        ],
        className="figures four",
    )


def _table(rows: list[OfficialFigures], span: Span) -> Component:
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head) for head in heads()])),
                html.Tbody([html.Tr(_cells(row, span)) for row in rows]),
            ],
            className="patrol-table patrol-figures",
        ),
        className="wide-table",
    )


def _cells(row: OfficialFigures, span: Span) -> list[Component]:
    numbers = (
        *(row.rounds, row.rounds_done, row.venues, row.venues_done, row.venues_skipped, row.cameras_seen),
        *(row.cameras_unplayable, row.captures, row.hazards_found, row.hazards_closed, row.shouts, row.shouts_taken),
    )
    return [
        html.Td(_begins(row.begins_on, span)),
        html.Td(row.home_name),
        html.Td(words.role(row.role)),
        html.Td(row.person_name),
        *(html.Td(words.count(n), className="number" if n else "number quiet") for n in numbers),
    ]


def _begins(day: date, span: Span) -> str:
    return f"{day:%Y-%m}" if span == "month" else f"{day:%m-%d}"
