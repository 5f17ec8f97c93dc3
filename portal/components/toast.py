"""What a page says in its corner for a moment."""

import time

from dash import html
from dash.development.base_component import Component

from db.errors import AnwangError
from portal.refusals import in_words


def toast(sentence: str, *, is_refused: bool = False) -> Component:
    """A sentence that goes by itself; the same one twice is said twice."""
    return html.Div(sentence, className="said refused" if is_refused else "said", key=str(time.monotonic()))


def refused(refusal: AnwangError) -> Component:
    """Why nothing was done."""
    return toast(in_words(refusal), is_refused=True)
