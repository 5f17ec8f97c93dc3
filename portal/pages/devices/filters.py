"""The filters of the device list, held by the address bar: read from it, and the addresses that change one of them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.device_list import WORST_FIRST, DeviceFilters, DeviceOrder, DeviceSort, StateCounts
from db.rules.access_scope import Scope
from db.rules.device_kinds import DeviceKind
from db.rules.online import DeviceState
from portal import regions, words
from portal.address import number_of
from portal.components.pickers import menu_of
from portal.locale import _

PATH = "/devices"
LONGEST_WORDS = 60
BIGGEST_INT = 2**31 - 1


def filters_of(query: Mapping[str, str], scope: Scope) -> DeviceFilters:
    """What the address asks for; what it gets wrong is left out."""
    state, kind = query.get("state", ""), query.get("kind", "")
    region, venue = number_of(query.get("region")), number_of(query.get("venue"))
    return DeviceFilters(
        state=DeviceState(state) if state in set(DeviceState) else None,
        kind=kind if kind in set(DeviceKind) else None,
        words=query.get("q", "").replace("\x00", "")[:LONGEST_WORDS].strip() or None,
        region=region if region in regions.tree().by_adcode else None,
        venue_id=venue if venue is not None and venue <= BIGGEST_INT else None,
        among=scope.venue_ids,
    )


def query_of(filters: DeviceFilters) -> dict[str, str]:
    """The address's words for these filters."""
    told = {
        "state": filters.state,
        "kind": filters.kind,
        "q": filters.words,
        "region": filters.region,
        "venue": filters.venue_id,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


def sort_of(query: Mapping[str, str]) -> DeviceSort:
    """`sort=since&way=desc`; the worst first where nothing is asked for."""
    by = query.get("sort", "")
    if by not in set(DeviceOrder):
        return DeviceSort()
    return DeviceSort(DeviceOrder(by), query.get("way") == "desc")


def sort_asked(model: list[dict[str, Any]]) -> DeviceSort | None:
    """The order that the grid's heads ask for; None where none is chosen there."""
    chosen = next((each for each in model if each.get("colId") in set(DeviceOrder)), None)
    return None if chosen is None else DeviceSort(DeviceOrder(chosen["colId"]), chosen.get("sort") == "desc")


def address_of(query: Mapping[str, str], **changes: str | None) -> str:
    """The list with these filters changed; None takes one away."""
    told = {name: value for name, value in {**query, **changes}.items() if value}
    return f"{PATH}?{urlencode(told)}" if told else PATH


def chips(filters: DeviceFilters, counts: StateCounts) -> list[Component]:
    """One link a state with how many are in it, and one for all."""
    query = query_of(filters)
    every = dcc.Link(
        [_("All states"), f" {words.count(counts.total)}"],
        href=address_of(query, state=None),
        className="chip here" if filters.state is None else "chip",
    )
    return [every, *(_chip(state, filters, query, counts) for state in WORST_FIRST)]


def _chip(state: DeviceState, filters: DeviceFilters, query: dict[str, str], counts: StateCounts) -> Component:
    is_here = filters.state is state
    return dcc.Link(
        [
            html.I(className=f"state-dot state-{state.value}"),
            f"{words.device_state(state)} {words.count(counts.by_state.get(state, 0))}",
        ],
        href=address_of(query, state=None if is_here else state.value),
        className="chip here" if is_here else "chip",
    )


def picks(filters: DeviceFilters, kinds: Mapping[str, int], venue_name: str | None) -> list[Component]:
    """The kind as a menu; region and venue, where a link set them, as chips that take them away again."""
    query = query_of(filters)
    title = words.device_kind(filters.kind) if filters.kind else _("All kinds")
    choices = [(_("All kinds"), address_of(query, kind=None), filters.kind is None)]
    choices += [
        (f"{words.device_kind(kind)} {words.count(n)}", address_of(query, kind=kind), kind == filters.kind)
        for kind, n in kinds.items()
    ]
    shown = [menu_of(title, choices)]
    if filters.region is not None:
        shown.append(_taken_away(regions.name(regions.tree().one(filters.region)), address_of(query, region=None)))
    if filters.venue_id is not None:
        shown.append(_taken_away(venue_name or _("No such venue"), address_of(query, venue=None)))
    return shown


def _taken_away(name: str, href: str) -> Component:
    return dcc.Link([name, html.I(className="icon icon-close")], href=href, className="chip here", title=_("Clear"))
