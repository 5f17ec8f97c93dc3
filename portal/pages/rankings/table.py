"""The ranking table and the heat maps' panels."""

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.coverage import CoverageRow
from db.queries.regions import RegionRow
from portal import regions, words
from portal.components.layout import note, panel
from portal.components.tables import bar
from portal.figures import palette
from portal.figures.heat_map import HeatCell, heat_map
from portal.locale import _
from portal.pages.rankings.view import Address, Ranked, pct


def ranking_table(address: Address, listed: Sequence[Ranked], rows: Sequence[CoverageRow]) -> Component:
    title = _("Access rate") if address.measure == "access" else _("Duty coverage")
    aside = f"{words.category(address.category)} · {address.as_of.isoformat()}"
    if not listed:
        return panel(title, note(_("No venue of this category within your scope here.")), aside=aside)
    head = [_("Rank"), _("Region"), title, _("Change"), _("Venues"), _("Accessed"), _("On duty")]
    body = [_line(entry, address) for entry in listed]
    total = next((r for r in rows if r.adcode == address.within and r.category == address.category), None)
    if total is not None:
        body.append(_total(total, address))
    return panel(
        title,
        html.Table([html.Thead(html.Tr([html.Th(word) for word in head])), html.Tbody(body)], className="ranking"),
        aside=aside,
    )


def _line(entry: Ranked, address: Address) -> Component:
    layer = "" if address.measure == "access" else "&layer=duty"
    href = f"/?area={entry.region.adcode}&category={address.category}&as_of={address.as_of.isoformat()}{layer}"
    return html.Tr(
        [
            html.Td([html.B(entry.place), _arrow(entry.climbed)], className="place-cell"),
            html.Td(dcc.Link(regions.name(entry.region), href=href)),
            html.Td(bar(entry.pct, palette.colour(entry.pct)), className="bar-cell"),
            html.Td(_points(entry.moved), className="number"),
            html.Td(words.count(entry.row.venues), className="number"),
            html.Td(words.count(entry.row.accessed), className="number"),
            html.Td(words.count(entry.row.on_duty), className="number"),
        ]
    )


def _total(row: CoverageRow, address: Address) -> Component:
    rate = pct(row, address.measure)
    return html.Tr(
        [
            html.Td(""),
            html.Td(row.name if row.level != "province" else _("Whole province")),
            html.Td(bar(rate, palette.colour(rate)), className="bar-cell"),
            html.Td(""),
            *[html.Td(words.count(n), className="number") for n in (row.venues, row.accessed, row.on_duty)],
        ],
        className="total",
    )


def _arrow(climbed: int | None) -> Component | None:
    if not climbed:
        return None
    return html.Span(f"{'▲' if climbed > 0 else '▼'}{abs(climbed)}", className="up" if climbed > 0 else "down")


def _points(moved: float | None) -> Component:
    if moved is None:
        return html.Span("–", className="quiet")
    return html.Span(
        f"{moved:+.1f}" if moved else "0.0", className="up" if moved > 0 else "down" if moved < 0 else "quiet"
    )


def heat_panel(
    id_: str, title: str, order: Sequence[RegionRow], categories: list[str], cells: list[list[HeatCell]]
) -> Component:
    """A heat map whose cells lead to the map."""
    names = [regions.short_name(region) for region in order]
    heads = [words.category_short(category) for category in categories]
    return panel(
        f"{title} %",
        dcc.Graph(
            id=id_,
            figure=heat_map(names, heads, cells, title),
            config={
                "displaylogo": False,
                "modeBarButtons": [["toImage"]],
                "toImageButtonOptions": {"format": "svg", "filename": "anwang-heat-map"},
            },
        ),
        aside=_("A cell leads to the map"),
        kind="heat",
    )


def table_rows(
    address: Address, listed: Sequence[Ranked], rows: Sequence[CoverageRow]
) -> list[list[str | int | float]]:
    """Exactly what is seen, for a download: head first, one line a region and category."""
    shown = [entry.region.adcode for entry in listed]
    head: list[str | int | float] = [
        _("As of"),
        _("Code"),
        _("Region"),
        _("Category"),
        _("Venues"),
        _("Accessed"),
        _("On duty"),
        _("Access rate"),
        _("Duty coverage"),
    ]
    lines: list[list[str | int | float]] = [
        [
            address.as_of.isoformat(),
            row.adcode,
            row.name,
            words.category(row.category),
            row.venues,
            row.accessed,
            row.on_duty,
            "" if row.access_pct is None else row.access_pct,
            "" if row.duty_pct is None else row.duty_pct,
        ]
        for row in sorted(
            (r for r in rows if r.adcode in (*shown, address.within)), key=lambda r: (r.category != "all", r.adcode)
        )
    ]
    return [head, *lines]
