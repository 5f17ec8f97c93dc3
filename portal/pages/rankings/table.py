"""The ranking table and the heat map beside it."""

from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.measures import Figure
from db.rules.ranking import Place, wilson
from portal import measure_words, regions, words
from portal.components.layout import note, panel
from portal.figures import palette
from portal.figures.heat_map import HeatCell, heat_map
from portal.locale import _
from portal.pages.rankings import ids
from portal.pages.rankings.view import Ranked, Shown, heat_columns

ROW_HEIGHT = 46
"""Of the heat map, as high as the table's beside it."""


def ranking_table(shown: Shown, today: date) -> Component:
    """Those that are ranked in order, the small ones below a line, the whole at the foot."""
    address = shown.address
    title = measure_words.name(address.measure)
    aside = f"{measure_words.category(address.category)} · {address.as_of.isoformat()}"
    if shown.settlement is not None and not shown.is_known:
        said = _("This measure can be asked for from {day} on.").format(day=shown.settlement.first_day.isoformat())
        return panel(title, note(said), aside=aside)
    if not shown.listed:
        return panel(title, note(_("Nothing of this category within your scope here.")), aside=aside)
    head = [_("Rank"), _("Region"), title, _("Change"), measure_words.counted(address.measure), _("Left out")]
    ranked = [entry for entry in shown.listed if entry.place.place is not None]
    small = [entry for entry in shown.listed if entry.place.place is None]
    body = [_line(entry, shown, today) for entry in ranked]
    if small:
        said = _("Fewer than {n}: not ranked").format(n=shown.minimum)
        body.append(html.Tr(html.Td(said, colSpan=len(head)), className="small-numbers"))
        body += [_line(entry, shown, today) for entry in small]
    if shown.whole is not None:
        body.append(_whole(*shown.whole, shown, today))
    return panel(
        title,
        html.Table([html.Thead(html.Tr([html.Th(word) for word in head])), html.Tbody(body)], className="ranking"),
        aside=aside,
    )


def _line(entry: Ranked, shown: Shown, today: date) -> Component:
    address, place = shown.address, entry.place
    is_here = entry.region.adcode == address.unit
    href = address.query(today, unit=address.within if is_here else entry.region.adcode)
    return html.Tr(
        [
            html.Td([html.B(place.place or "–"), _arrow(place.climbed)], className="place-cell"),
            html.Td(dcc.Link(regions.name(entry.region), href=href)),
            html.Td(rate_bar(entry.figure), className="bar-cell"),
            *_counts(place, entry.figure, address.definition.is_better_high),
        ],
        className="here" if is_here else "",
    )


def _whole(place: Place, figure: Figure, shown: Shown, today: date) -> Component:
    name = _("Whole province") if figure.level == "province" else regions.name(regions.tree().one(figure.adcode))
    href = shown.address.query(today, unit=figure.adcode)
    return html.Tr(
        [
            html.Td(""),
            html.Td(dcc.Link(name, href=href)),
            html.Td(rate_bar(figure), className="bar-cell"),
            *_counts(place, figure, shown.address.definition.is_better_high),
        ],
        className="total",
    )


def _counts(place: Place, figure: Figure, is_better_high: bool) -> list[Component]:
    part = f"{words.count(figure.numerator)} / {words.count(figure.denominator)}"
    return [
        html.Td(_points(place.moved, is_better_high), className="number"),
        html.Td(part, className="number part"),
        html.Td(words.count(figure.excluded) if figure.excluded else "–", className="number"),
    ]


def rate_bar(figure: Figure) -> Component:
    """The rate as a bar, with the interval that it may lie in drawn over it."""
    pct, interval = figure.rate_pct, wilson(figure.numerator, figure.denominator)
    lowest, highest = interval or (0.0, 0.0)
    said = _("95 of 100 such counts lie within {low}–{high} %").format(low=f"{lowest:.1f}", high=f"{highest:.1f}")
    return html.Div(
        [
            html.Div(
                [
                    html.I(style={"width": f"{pct or 0:.1f}%", "background": palette.colour(pct)}),
                    html.S(style={"left": f"{lowest:.1f}%", "width": f"{highest - lowest:.1f}%"}),
                ],
                className="bar-track",
            ),
            html.Span([words.pct(pct), html.Small(f"{lowest:.1f}–{highest:.1f}")], className="number"),
        ],
        className="bar with-interval",
        title=said,
    )


def _arrow(climbed: int | None) -> Component | None:
    if not climbed:
        return None
    return html.Span(f"{'▲' if climbed > 0 else '▼'}{abs(climbed)}", className="up" if climbed > 0 else "down")


def _points(moved: float | None, is_better_high: bool) -> Component:
    if moved is None:
        return html.Span("–", className="quiet")
    if not moved:
        return html.Span("0.0", className="quiet")
    return html.Span(f"{moved:+.1f}", className="up" if (moved > 0) is is_better_high else "down")


def heat_panel(shown: Shown, today: date) -> Component:
    """Category × region of the same measure; a cell leads to the venues behind it."""
    title = measure_words.name(shown.address.measure)
    columns = heat_columns(shown)
    if not shown.listed:
        return panel(f"{title} %", note(_("Nothing of this category within your scope here.")), kind="heat")
    cells = [[_cell(shown, entry, category, today) for category in columns] for entry in shown.listed]
    is_any_small = any(cell.is_small for line in cells for cell in line)
    names = [regions.short_name(entry.region) for entry in shown.listed]
    heads = [measure_words.category_short(category) for category in columns]
    return panel(
        f"{title} %",
        dcc.Graph(
            id=ids.HEAT,
            figure=heat_map(names, heads, cells, title, ROW_HEIGHT),
            config={
                "displaylogo": False,
                "modeBarButtons": [["toImage"]],
                "toImageButtonOptions": {"format": "svg", "filename": "anwang-heat-map"},
            },
        ),
        html.P(_("In brackets: fewer than {n}").format(n=shown.minimum), className="quiet") if is_any_small else None,
        aside=_("A cell leads to its venues"),
        kind="heat",
    )


def _cell(shown: Shown, entry: Ranked, category: str, today: date) -> HeatCell:
    figure = shown.figures.get((entry.region.adcode, category))
    href = shown.address.query(today, unit=entry.region.adcode, category=category)
    if figure is None:
        return HeatCell(None, 0, 0, href)
    is_small = figure.denominator < shown.minimum
    return HeatCell(figure.rate_pct, figure.numerator, figure.denominator, href, is_small)
