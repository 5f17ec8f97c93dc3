"""The choices above the rankings."""

from datetime import date, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from db.rules.venue_categories import BULLETIN_CATEGORIES
from portal import asking, regions, words
from portal.components.pickers import as_of_picker, menu_of
from portal.locale import _
from portal.pages.map.controls import BULLETIN_DAY
from portal.pages.rankings.view import HALF_MONTH, Address


def controls(address: Address, today: date) -> list[Component]:
    measures = [
        dcc.Link(
            name, href=address.query(today, measure=measure), className="here" if measure == address.measure else ""
        )
        for measure, name in (("access", _("Access rate")), ("duty", _("Duty coverage")))
    ]
    categories = [
        (words.category(category), address.query(today, category=category), category == address.category)
        for category in ("all", *BULLETIN_CATEGORIES)
    ]
    days = [
        (name, address.query(today, as_of=day, before=day - HALF_MONTH), address.as_of == day)
        for name, day in ((_("Today"), today), (_("Bulletin of 2 September 2024"), BULLETIN_DAY))
    ]
    earlier = [
        (name, address.query(today, before=address.as_of - span), address.before == address.as_of - span)
        for name, span in (
            (_("Half a month before"), HALF_MONTH),
            (_("A month before"), timedelta(days=30)),
            (_("A year before"), timedelta(days=365)),
        )
    ]
    return [
        *_regions(address, today),
        html.Div(measures, className="tabs"),
        menu_of(words.category(address.category), categories),
        as_of_picker(address.as_of, today, days, address.query(today, as_of="DAY")),
        menu_of(_("Against {day}").format(day=address.before.isoformat()), earlier),
    ]


def _regions(address: Address, today: date) -> list[Component]:
    tree, home = regions.tree(), asking.current().home
    if tree.one(home).level != "province":
        return []
    choices = [
        (regions.name(row), address.query(today, within=row.adcode), row.adcode == address.within)
        for row in (tree.one(home), *tree.children(home))
    ]
    return [menu_of(regions.name(tree.one(address.within)), choices)]
