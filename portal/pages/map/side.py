"""The panel beside the map: the selected area's figures, its rank, its trend, and the venues behind them."""

from collections.abc import Sequence
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.alarms import AlarmCard
from db.queries.coverage import BehindRow, CoverageRow, Standing
from db.queries.regions import RegionRow
from db.rules.venue_categories import BULLETIN_CATEGORIES
from portal import regions, words
from portal.components.layout import badge, figure, note
from portal.components.layout import panel as card
from portal.components.tables import bar
from portal.figures import palette, spark
from portal.locale import _
from portal.pages.map.controls import layer_name
from portal.pages.map.view import Address, measured, rate


def panel(
    address: Address,
    area: RegionRow,
    figures: Sequence[CoverageRow],
    trend: Sequence[Standing],
    behind: Sequence[BehindRow],
    doubtful: Sequence[BehindRow],
    alarms: Sequence[AlarmCard],
    today: date,
) -> list[Component]:
    here = {row.category: row for row in figures if row.adcode == area.adcode and row.level == area.level}
    chosen = here.get(address.category)
    if chosen is None:
        return [html.H1(regions.name(area)), note(_("No venue of this category within your scope here."))]
    return [
        _head(address, area, figures),
        html.Div(
            [
                figure(_("Venues"), words.count(chosen.venues), detail=words.category(address.category)),
                figure(
                    _("Access rate"),
                    words.pct(chosen.access_pct),
                    detail=_("{n} accessed").format(n=words.count(chosen.accessed)),
                ),
                figure(
                    _("Duty coverage"),
                    words.pct(chosen.duty_pct),
                    detail=_("{n} declared").format(n=words.count(chosen.on_duty)),
                ),
                figure(
                    _("Open alarms"),
                    words.count(len(alarms)),
                    detail=_("{n} critical").format(n=sum(a.level == 1 for a in alarms)),
                    kind="alarmed" if any(a.level == 1 for a in alarms) else "",
                ),
            ],
            className="figures",
        ),
        _trend(address, trend),
        _categories(address, here, today),
        _behind(address, behind, chosen),
        *_doubtful(doubtful),
    ]


def _head(address: Address, area: RegionRow, figures: Sequence[CoverageRow]) -> Component:
    peers = sorted(
        (row for row in figures if row.level == area.level and row.category == address.category and row.venues),
        key=lambda row: -(rate(row, address.layer) or 0),
    )
    place = next((i for i, row in enumerate(peers, 1) if row.adcode == area.adcode), None)
    rank = None
    if place and len(peers) > 1:
        rank = badge(
            _("{layer}: rank {place} of {all}").format(layer=layer_name(address.layer), place=place, all=len(peers)),
            "rank",
        )
    return html.Div([html.H1(regions.name(area)), rank], className="side-head")


def _trend(address: Address, trend: Sequence[Standing]) -> Component:
    picture = spark.line([rate(standing.row, address.layer) for standing in trend])
    if not picture:
        return html.Div()
    return html.Div(
        [
            html.Div(
                [
                    html.Span(_("Since {month}").format(month=f"{trend[0].day:%Y-%m}")),
                    html.Span(" → ".join(words.pct(rate(end.row, address.layer)) for end in (trend[0], trend[-1]))),
                ],
                className="trend-words",
            ),
            html.Img(src=picture, alt=_("Trend"), className="trend"),
        ],
        className="trend-box",
    )


def _categories(address: Address, here: dict[str, CoverageRow], today: date) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(
                    dcc.Link(
                        words.category(category),
                        href=address.query(today, category="all" if category == address.category else category),
                    )
                ),
                html.Td(bar(rate(here[category], address.layer), palette.colour(rate(here[category], address.layer)))),
                html.Td(
                    f"{words.count(measured(here[category], address.layer))}/{words.count(here[category].venues)}",
                    className="number quiet",
                ),
            ],
            className="here" if category == address.category else "",
        )
        for category in BULLETIN_CATEGORIES
        if category in here
    ]
    return card(_("By category"), html.Table(html.Tbody(rows), className="compact"), aside=layer_name(address.layer))


def _behind(address: Address, behind: Sequence[BehindRow], chosen: CoverageRow) -> Component:
    missing = chosen.venues - measured(chosen, address.layer)
    title = _("Not yet accessed") if address.layer == "access" else _("Without duty")
    if not behind:
        return card(title, note(_("None: every venue counts here.")), aside="0")
    rows = [
        html.Li([dcc.Link(v.name, href=f"/venues/{v.id}"), html.Span(v.county_name, className="quiet")]) for v in behind
    ]
    more = missing - len(behind)
    if more > 0:
        rows.append(html.Li(_("and {n} more").format(n=words.count(more)), className="quiet"))
    return card(title, html.Ul(rows, className="venues"), aside=words.count(missing))


def _doubtful(doubtful: Sequence[BehindRow]) -> list[Component]:
    if not doubtful:
        return []
    rows = [
        html.Li([dcc.Link(v.name, href=f"/venues/{v.id}"), html.Span(v.county_name, className="quiet")])
        for v in doubtful
    ]
    return [card(_("Doubtful: duty declared, never accessed"), html.Ul(rows, className="venues"), kind="doubtful")]
