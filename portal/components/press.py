"""Buttons that act, and the store that hears of them: a press is carried out and answered though its button is gone.

Dash forgets the answer to a press as soon as a button of the same kind is drawn anew while it is on its way (the newer
button asks again, for nothing): the act is done, and nobody is told. A store that stays has neither fault.
"""

import json
from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component


def press(label: Any, store: str, what: Mapping[str, Any], **attributes: Any) -> Component:
    """A button; pressed, `assets/press.js` puts `what` into the page's store, with the moment (ms) as `at`."""
    said = json.dumps(what, ensure_ascii=False, separators=(",", ":"))
    return html.Button(label, type="button", **attributes, **{"data-press": said, "data-to": store})


def pressed(data: Any) -> dict[str, Any]:
    """What the store holds; empty where nobody has pressed."""
    return data if isinstance(data, dict) else {}
