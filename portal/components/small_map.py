"""A small map of one place: the outline of its county and a dot."""

from typing import Any

import dash_leaflet as dl
from dash.development.base_component import Component


def small_map(lat: float, lng: float, outline: dict[str, Any] | None, tiles: str = "") -> Component:
    """`outline` is a GeoJSON feature; `tiles` the address of a base map, where one is configured."""
    parts = [dl.TileLayer(url=tiles)] if tiles else []
    if outline is not None:
        style = {"color": "#8494ae", "weight": 1.2, "fillColor": "#7fa3cf", "fillOpacity": 0.12}
        parts.append(dl.GeoJSON(data=outline, interactive=False, style=style))
    parts.append(
        dl.CircleMarker(center=[lat, lng], radius=8, color="#ffffff", weight=2, fillColor="#d92d35", fillOpacity=1)
    )
    return dl.Map(parts, center=[lat, lng], zoom=14 if tiles else 10, attributionControl=False, className="case-map")
