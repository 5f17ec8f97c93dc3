"""The panel beside the map: the selected area's figures, its rank, its trend, and the venues behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.alarms import AlarmCard
from db.queries.coverage import BehindRow, CoverageRow, Standing
from db.queries.map_figures import AreaFigure
from db.queries.regions import RegionRow
from db.rules.coverage import percent
from db.rules.map_layers import FROM_HISTORY, LESS_IS_BETTER, Layer
from db.rules.venue_categories import BULLETIN_CATEGORIES
from portal import regions, words
from portal.components.layout import badge, figure, note
from portal.components.layout import panel as card
from portal.components.tables import bar
from portal.figures import palette, spark
from portal.locale import _
from portal.pages.map.controls import ask_name
from portal.pages.map.layers import layer_meaning, layer_name, value_text
from portal.pages.map.view import Address


@dataclass(frozen=True, slots=True)
class Told:
    """What stands beside the map for one area."""

    coverage: Sequence[CoverageRow]
    figures: Mapping[int, AreaFigure]
    """Of the chosen layer."""
    trend: Sequence[Standing]
    behind: Sequence[BehindRow]
    doubtful: Sequence[BehindRow]
    alarms: Sequence[AlarmCard]


def panel(
    address: Address,
    area: RegionRow,
    told: Told,
    chosen: Sequence[Component],
    answered: Sequence[Component],
    today: date,
) -> list[Component]:
    """`chosen`: the venues within a drawn shape; `answered`: the answer to a question, in place of the usual."""
    here = {row.category: row for row in told.coverage if row.adcode == area.adcode and row.level == area.level}
    row = here.get(address.category)
    head = _head(address, area, told)
    if address.ask:
        return [head, *chosen, html.H2(ask_name(address.ask), className="ask-head"), *answered]
    if row is None:
        return [head, *chosen, note(_("No venue of this category within your scope here."))]
    rates = address.layer in FROM_HISTORY
    return [
        head,
        *chosen,
        _figures(row, told.alarms),
        *_layer_figure(address, area, told),
        _trend(address, told.trend) if rates else html.Div(),
        *(_moves(address, area, told.coverage) if rates else []),
        _categories(address, here, today) if rates else html.Div(),
        _behind(address, told.behind, row) if rates else html.Div(),
        *_doubtful(told.doubtful),
    ]


def _figures(row: CoverageRow, alarms: Sequence[AlarmCard]) -> Component:
    return html.Div(
        [
            figure(_("Venues"), words.count(row.venues), detail=words.category(row.category)),
            figure(
                _("Access rate"),
                words.pct(row.access_pct),
                detail=_("{n} accessed").format(n=words.count(row.accessed)),
            ),
            figure(
                _("Duty coverage"), words.pct(row.duty_pct), detail=_("{n} declared").format(n=words.count(row.on_duty))
            ),
            figure(
                _("Open alarms"),
                words.count(len(alarms)),
                detail=_("{n} critical").format(n=sum(a.level == 1 for a in alarms)),
                kind="alarmed" if any(a.level == 1 for a in alarms) else "",
            ),
        ],
        className="figures",
    )


def _layer_figure(address: Address, area: RegionRow, told: Told) -> list[Component]:
    """Of a layer that is no rate of coverage: what it says here, and the areas at both ends of it."""
    if address.layer in FROM_HISTORY:
        return []
    beneath = sorted(
        (
            (found.value, region)
            for region in regions.tree().children(area.adcode)
            if (found := told.figures.get(region.adcode)) is not None and found.value is not None
        ),
        key=lambda pair: (pair[0] if address.layer in LESS_IS_BETTER else -pair[0], pair[1].adcode),
    )
    rows = [
        html.Li(
            [
                dcc.Link(regions.name(region), href=address.query(date.max, area=region.adcode, as_of=address.as_of)),
                html.Span(value_text(address.layer, told.figures.get(region.adcode)), className="quiet"),
            ]
        )
        for _value, region in beneath
    ]
    here = value_text(address.layer, told.figures.get(area.adcode))
    content = [html.P(here, className="layer-value"), html.P(layer_meaning(address.layer), className="quiet")]
    if rows:
        content.append(html.Ul(rows, className="venues"))
    return [card(layer_name(address.layer), *content, aside=_link_behind(address, area))]


def _link_behind(address: Address, area: RegionRow) -> Component | None:
    """Where the rows behind the layer stand."""
    where = {
        Layer.ALARMS: f"/alarms?region={area.adcode}",
        Layer.HANDLING: f"/alarms?show=closed&region={area.adcode}",
        Layer.HAZARDS: f"/hazards?region={area.adcode}",
        Layer.PROVEN: f"/devices?region={area.adcode}",
        Layer.VERIFIED: f"/duty?region={area.adcode}",
    }.get(address.layer)
    return dcc.Link(_("The rows behind it"), href=where) if where else None


def _moves(address: Address, area: RegionRow, coverage: Sequence[CoverageRow]) -> list[Component]:
    """The two acts that would move the area's rate most: a category of one area beneath it, done as a whole."""
    whole = next(
        (r for r in coverage if r.adcode == area.adcode and r.level == area.level and r.category == address.category),
        None,
    )
    beneath = {region.adcode: region for region in regions.tree().children(area.adcode)} or {area.adcode: area}
    wanted = [address.category] if address.category != "all" else [c.value for c in BULLETIN_CATEGORIES]
    gaps = sorted(
        (
            (row.venues - measured(row, address.layer), row)
            for row in coverage
            if row.adcode in beneath and row.level == beneath[row.adcode].level and row.category in wanted
        ),
        key=lambda pair: (-pair[0], pair[1].adcode),
    )[:2]
    if whole is None or not whole.venues or not gaps or not gaps[0][0]:
        return []
    do = (
        _("Connect the {n} {category} in {place}: {points} points more")
        if address.layer is Layer.ACCESS
        else _("Put the {n} {category} in {place} on duty: {points} points more")
    )
    rows = [
        html.Li(
            dcc.Link(
                do.format(
                    n=words.count(gap),
                    category=words.category(row.category),
                    place=regions.name(beneath[row.adcode]),
                    points=f"{100 * gap / whole.venues:.1f}",
                ),
                href=address.query(date.max, area=row.adcode, category=row.category, as_of=address.as_of),
            )
        )
        for gap, row in gaps
        if gap
    ]
    return [card(_("What would move it most"), html.Ul(rows, className="venues moves"))]


def _head(address: Address, area: RegionRow, told: Told) -> Component:
    level = {region.adcode for region in regions.tree().level(area.level)}
    peers = sorted(
        (found.value, adcode) for adcode, found in told.figures.items() if adcode in level and found.value is not None
    )
    if address.layer not in LESS_IS_BETTER:
        peers.reverse()
    place = next((i for i, (_v, adcode) in enumerate(peers, 1) if adcode == area.adcode), None)
    rank = None
    if place and len(peers) > 1:
        rank = badge(
            _("{layer}: rank {place} of {all}").format(layer=layer_name(address.layer), place=place, all=len(peers)),
            "rank",
        )
    return html.Div([html.H1(regions.name(area)), rank], className="side-head")


def measured(row: CoverageRow, layer: Layer) -> int:
    """Numerator of the layer's rate."""
    return row.on_duty if layer is Layer.DUTY else row.accessed


def rate(row: CoverageRow, layer: Layer) -> float | None:
    return percent(measured(row, layer), row.venues)


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
        html.Li([dcc.Link(v.name, href=f"/venues/{v.id}"), html.Span(regions.named(v.county_name), className="quiet")])
        for v in behind
    ]
    more = missing - len(behind)
    if more > 0:
        rows.append(html.Li(_("and {n} more").format(n=words.count(more)), className="quiet"))
    return card(title, html.Ul(rows, className="venues"), aside=words.count(missing))


def _doubtful(doubtful: Sequence[BehindRow]) -> list[Component]:
    if not doubtful:
        return []
    rows = [
        html.Li([dcc.Link(v.name, href=f"/venues/{v.id}"), html.Span(regions.named(v.county_name), className="quiet")])
        for v in doubtful
    ]
    return [card(_("Doubtful: duty declared, never accessed"), html.Ul(rows, className="venues"), kind="doubtful")]
