"""Conformance bench."""

from dash import Dash, html
from dash.development.base_component import Component

from portal.locale import _


def layout(**query: str) -> Component:
    return html.H1(_("Conformance bench"))


def register_callbacks(app: Dash) -> None:
    pass
