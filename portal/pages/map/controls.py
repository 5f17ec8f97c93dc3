"""The rows above the map, the slider of months and the legend."""

from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.map_figures import PLAYED
from db.rules.map_layers import Layer
from db.rules.venue_categories import BULLETIN_CATEGORIES
from portal import asking, regions, words
from portal.components.layout import icon
from portal.components.pickers import as_of_picker, menu_of
from portal.figures import palette
from portal.locale import _
from portal.pages.map.layers import Scale, keys, layer_meaning, layer_name
from portal.pages.map.view import Address

BULLETIN_DAY = date(2024, 9, 2)

__all__ = ["BULLETIN_DAY", "controls", "crumbs", "layer_name", "legend", "months"]


def crumbs(address: Address, today: date) -> list[Component]:
    """The way from the reader's home down to the area; each step is a link, the last one is not."""
    path = [row for row in regions.tree().path(address.area) if regions.is_at_home(row.adcode)]
    parts: list[Component] = []
    for row in path[:-1]:
        parts += [dcc.Link(regions.name(row), href=address.query(today, area=row.adcode)), html.Span("›")]
    return [*parts, html.Strong(regions.name(path[-1]))]


def controls(address: Address, today: date) -> list[Component]:
    tabs = [
        dcc.Link(
            layer_name(layer),
            href=address.query(today, layer=layer, ask=""),
            className="here" if layer == address.layer and not address.ask else "",
            title=layer_meaning(layer),
        )
        for layer in Layer
    ]
    categories = [
        (words.category(category), address.query(today, category=category), category == address.category)
        for category in ("all", *BULLETIN_CATEGORIES)
    ]
    days = [
        (_("Today"), address.query(today, as_of=today), address.as_of == today),
        (_("Bulletin of 2 September 2024"), address.query(today, as_of=BULLETIN_DAY), address.as_of == BULLETIN_DAY),
    ]
    return [
        html.Div(tabs, className="tabs layers"),
        menu_of(words.category(address.category), categories),
        as_of_picker(address.as_of, today, days, address.query(today, as_of="DAY")),
        _questions(address, today),
        *_heat_maps(address),
    ]


def ask_name(ask: str) -> str:
    return {
        "smoke": _("Venues without a working smoke detector"),
        "stations": _("Nearest fire station and its reach"),
        "density": _("Where alarms lie densest"),
        "hot": _("Hot spots of alarms by county"),
        "hot-cells": _("Hot spots of alarms by hexagon"),
    }[ask]


def _questions(address: Address, today: date) -> Component:
    from portal.pages.map.view import ASKS

    choices = [(ask_name(ask), address.query(today, ask=ask), ask == address.ask) for ask in ASKS]
    if address.ask:
        choices.append((_("Back to the layer"), address.query(today, ask=""), False))
    return menu_of(ask_name(address.ask) if address.ask else _("Questions"), choices)


def _heat_maps(address: Address) -> list[Any]:
    from portal.pages import REGIONAL

    if asking.current().role not in REGIONAL:
        return []
    return [
        dcc.Link(
            icon("bars"),
            href=f"/rankings?as_of={address.as_of.isoformat()}",
            className="button quiet-button",
            title=_("Heat maps"),
        )
    ]


def months(address: Address, today: date) -> Component:
    """The slider over the programme's months; map.js fills and moves it."""
    return html.Div(
        [
            html.Button("▶", className="play", title=_("Play the months"), **{"aria-label": _("Play the months")}),
            html.Span(address.as_of.isoformat(), className="months-day"),
        ],
        className="months-row",
        **{
            "data-layer": address.layer,
            "data-category": address.category,
            "data-day": address.as_of.isoformat(),
            "data-today": today.isoformat(),
            "data-played": "1" if address.layer in PLAYED and not address.ask else "",
            "data-words": _("As-of date by month"),
        },
    )


def legend(address: Address, scale: Scale, answered: list[Component]) -> list[Component]:
    """The scale of the layer, or of the answer where a question was asked."""
    if answered:
        return answered
    dark, light = scale.ends
    good, bad = keys(address.layer)
    steps = [html.I(style={"background": step}) for step in palette.RAMP]
    return [
        html.Span(layer_name(address.layer), className="legend-name", title=layer_meaning(address.layer)),
        html.Span(dark),
        html.Span(steps, className="ramp"),
        html.Span(light),
        html.Span(
            [html.I(className="venue-key on"), good, html.I(className="venue-key off"), bad],
            className="venue-keys",
        ),
    ]
