"""What the page says in its corner for a moment."""

import time

from dash import html
from dash.development.base_component import Component


def told(sentence: str) -> Component:
    """A sentence that goes by itself; the same one twice is said twice."""
    return html.Div(sentence, className="said", key=str(time.monotonic()))
