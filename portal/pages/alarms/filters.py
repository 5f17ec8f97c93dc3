"""The desk's chips and filter menus: links all of them, so that every view has an address."""

from collections.abc import Callable
from dataclasses import replace

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.alarm_desk import DeskCounts
from db.queries.regions import RegionRow, RegionTree
from db.rules.alarm_kinds import AlarmKind, AlarmState, Level, Verdict
from portal import regions, words
from portal.asking import Asker
from portal.locale import _
from portal.pages.alarms.view import DeskView


def chips(view: DeskView, figures: DeskCounts) -> list[Component]:
    """One link a view that people come for, with its count."""
    told = (
        ("mine", _("For me"), figures.mine),
        ("open", _("All open"), figures.open),
        ("urgent", _("Red and orange"), figures.urgent),
        ("waiting", _("Unacknowledged"), figures.waiting),
        ("overdue", _("Promise passed"), figures.overdue),
        ("drill", _("In a drill"), figures.in_window),
        ("closed", _("Closed"), None),
    )
    return [
        dcc.Link(
            [name, html.B(words.count(n), className="late" if show == "overdue" and n else "")]
            if n is not None
            else name,
            href=replace(view, show=show, state=()).href,
            className="chip here" if show == view.show else "chip",
        )
        for show, name, n in told
    ]


def menus(view: DeskView, asker: Asker) -> list[Component]:
    """A menu for each filter; a chosen value is taken back by choosing it again."""
    made = [
        _menu(view, "level", _("Level"), [str(int(level)) for level in Level], lambda v: words.level_colour(int(v))),
        _menu(view, "kind", _("Kind"), list(AlarmKind), words.alarm_kind),
        _menu(view, "state", _("State"), list(AlarmState), words.alarm_state),
        _menu(view, "verdict", _("Verdict"), list(Verdict), words.verdict),
    ]
    if asker.scope.is_regional and asker.scope.county_lo != asker.scope.county_hi:
        made.insert(0, _places(view, asker))
    if view.query.replace(f"show={view.show}", ""):
        made.append(dcc.Link(_("Clear filters"), href=DeskView(view.show).href, className="clear"))
    return made


def _menu(view: DeskView, part: str, title: str, values: list[str], word: Callable[[str], str]) -> Component:
    chosen: tuple[str, ...] = getattr(view, part)
    links = [
        dcc.Link(word(value), href=view.toggled(part, value).href, className="here" if value in chosen else "")
        for value in values
    ]
    head = " · ".join(word(value) for value in chosen) if chosen else title
    return html.Details(
        [html.Summary(head), html.Div(links, className="menu-card")], className="pick chosen" if chosen else "pick"
    )


def _places(view: DeskView, asker: Asker) -> Component:
    """Cities of a province, then counties of the chosen city."""
    tree = regions.tree()
    here = tree.by_adcode.get(view.region or 0)
    links = [
        dcc.Link(
            regions.name(region),
            href=replace(view, region=region.adcode).href,
            className=f"of-{region.level}" + (" here" if region is here else ""),
        )
        for region in _offered(view, tree, asker)
    ]
    if here is not None:
        links.insert(0, dcc.Link(_("Everywhere"), href=replace(view, region=None).href))
    return html.Details(
        [html.Summary(regions.name(here) if here else _("Region")), html.Div(links, className="menu-card tall")],
        className="pick chosen" if here else "pick",
    )


def _offered(view: DeskView, tree: RegionTree, asker: Asker) -> list[RegionRow]:
    lo, hi = asker.scope.county_lo, asker.scope.county_hi
    city = (view.region or asker.home) // 100 * 100
    return [
        region
        for region in tree.by_adcode.values()
        if (region.level == "city" and lo <= region.adcode and region.adcode + 99 <= hi)
        or (region.level == "county" and region.parent == city and lo <= region.adcode <= hi)
    ]
