"""Buttons that act, and the store that hears of them: a press is answered though its button is drawn anew meanwhile.

Dash forgets the answer to a press as soon as a button of the same kind is drawn while it is on its way (the newer one
asks again, for nothing): the act is done, and nobody is told. A store that stays asks for what was pressed alone. Of
two presses of one store the later one is answered.
"""

import json
from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate


def press(label: Any, store: str, what: Mapping[str, Any], **attributes: Any) -> Component:
    """A button; pressed, `assets/press.js` puts `what` into the page's store, with the moment (ms) as `at`."""
    said = json.dumps(what, ensure_ascii=False, separators=(",", ":"))
    return html.Button(label, type="button", **attributes, **{"data-press": said, "data-to": store})


def pressed(data: Any, *names: str) -> dict[str, Any]:
    """What the store holds, each of `names` in it; the callback ends here where nobody has pressed."""
    if not isinstance(data, dict) or any(name not in data for name in names):
        raise PreventUpdate
    return data
