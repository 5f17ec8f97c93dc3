"""Where the map is drawn: a component of its own, so that it begins with its place and not after all of the page."""

from typing import Any

from dash.development.base_component import Component


class MapCanvas(Component):
    """The map as `assets/map.js` draws it: `view` as `map_data` makes it, `label` for those who cannot see it."""

    _namespace = "anwang"
    _type = "MapCanvas"
    _prop_names = ("id", "view", "label")
    _base_nodes = ("children",)
    _children_props = ()
    _valid_wildcard_attributes = ()
    available_properties = ("id", "view", "label")

    def __init__(self, id: str, view: dict[str, Any], label: str) -> None:
        super().__init__(id=id, view=view, label=label)
