"""Ids of the map page's moving parts."""

CANVAS = "map-canvas"
VIEW = "map-view"
CRUMBS = "map-crumbs"
CONTROLS = "map-controls"
LEGEND = "map-legend"
SIDE = "map-side"
DRAWN = "map-drawn"
