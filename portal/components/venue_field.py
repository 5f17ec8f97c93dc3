"""A field that finds a venue by what is typed."""

from collections.abc import Iterable
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from portal.locale import _


def venue_field(id: str, **how: Any) -> Component:
    """A drop-down whose options are asked for while somebody types."""
    return dcc.Dropdown(
        id=id,
        placeholder=_("Find a venue: name, initials or address"),
        labels={
            "search": _("Name, initials or address"),
            "clear_search": _("Clear search"),
            "clear_selection": _("Clear"),
            "no_options_found": _("No such venue"),
        },
        **({"options": []} | how),
    )


def venue_options(found: Iterable[Any], typed: str) -> list[dict[str, Any]]:
    """Venues found, so that the field's own filter lets each through, whatever it was found by."""
    return [
        {"value": venue.id, "label": f"{venue.name} · {venue.county_name}", "search": f"{typed} {venue.name}"}
        for venue in found
    ]
