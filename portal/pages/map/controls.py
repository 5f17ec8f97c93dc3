"""The row above the map and the legend below it."""

from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.rules.access_scope import region_range
from db.rules.venue_categories import BULLETIN_CATEGORIES
from portal import asking, regions, words
from portal.components.layout import icon
from portal.components.pickers import as_of_picker, menu_of
from portal.figures import palette
from portal.locale import _
from portal.pages.map.view import LAYERS, Address

BULLETIN_DAY = date(2024, 9, 2)


def layer_name(layer: str) -> str:
    return {"access": _("Access rate"), "duty": _("Duty coverage")}[layer]


def crumbs(address: Address, today: date) -> list[Component]:
    """The way from the reader's home down to the area; each step is a link, the last one is not."""
    home = asking.current().home
    lo, hi = region_range(home)
    path = [row for row in regions.tree().path(address.area) if lo <= row.adcode and row.adcode <= hi]
    parts: list[Component] = []
    for row in path[:-1]:
        parts += [dcc.Link(regions.name(row), href=address.query(today, area=row.adcode)), html.Span("›")]
    return [*parts, html.Strong(regions.name(path[-1]))]


def controls(address: Address, today: date) -> list[Component]:
    tabs = [
        dcc.Link(
            layer_name(layer),
            href=address.query(today, layer=layer),
            className="here" if layer == address.layer else "",
        )
        for layer in LAYERS
    ]
    categories = [
        (words.category(category), address.query(today, category=category), category == address.category)
        for category in ("all", *BULLETIN_CATEGORIES)
    ]
    days = [
        (_("Today"), address.query(today, as_of=today), address.as_of == today),
        (_("Bulletin of 2 September 2024"), address.query(today, as_of=BULLETIN_DAY), address.as_of == BULLETIN_DAY),
    ]
    heat_maps: list[Any] = []
    if asking.current().role in _rankings_roles():
        heat_maps = [
            dcc.Link(
                [icon("bars"), html.Span(_("Heat maps"))],
                href=f"/rankings?as_of={address.as_of.isoformat()}",
                className="button quiet-button",
            )
        ]
    return [
        html.Div(tabs, className="tabs"),
        menu_of(words.category(address.category), categories),
        as_of_picker(address.as_of, today, days, address.query(today, as_of="DAY")),
        *heat_maps,
    ]


def _rankings_roles() -> Any:
    from portal.pages import REGIONAL

    return REGIONAL


def legend(address: Address, bounds: tuple[float, float]) -> list[Component]:
    lowest, highest = bounds
    steps = [html.I(style={"background": step}) for step in palette.RAMP]
    return [
        html.Span(layer_name(address.layer), className="legend-name"),
        html.Span(f"{lowest:.0f}%"),
        html.Span(steps, className="ramp"),
        html.Span(f"{highest:.0f}%"),
        html.Span(
            [
                html.I(className="venue-key on"),
                _("Accessed") if address.layer == "access" else _("On duty"),
                html.I(className="venue-key off"),
                _("Not accessed") if address.layer == "access" else _("No duty"),
            ],
            className="venue-keys",
        ),
    ]
