"""One camera large, as the script plays it; what a page must say for that; faces with a reason."""

import json
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.rules.access_scope import Role
from db.rules.play_address import Form, Purpose, forms_of
from portal.assets import asset_url
from portal.camera_words import script_words
from portal.locale import _


def for_the_script(csrf_token: str) -> dict[str, Any]:
    """Attributes of the element around all tiles of a page."""
    return {
        "data-csrf": csrf_token,
        "data-hls": asset_url("vendor/hls/hls.light.min.js"),
        "data-words": json.dumps(script_words(), ensure_ascii=False),
    }


def large_tile(camera_id: int, *above: Any) -> Component:
    """The live picture; `above` lies over it."""
    return html.Figure(
        [
            html.Div(className="camera-picture"),
            *above,
            html.Figcaption(html.Span("", className="camera-state", role="status")),
        ],
        className="camera-tile large",
        key=f"large-{camera_id}",
        **{"data-camera": str(camera_id), "data-purpose": Purpose.LIVE.value},
    )


def unmask(role: Role) -> Component | None:
    """Where this role sees faces with a reason: the field for it."""
    if len(forms_of(role)) < 2:
        return None
    return html.Details(
        [
            html.Summary(_("See faces")),
            html.Label(
                [
                    _("Why must faces be seen? The reason is logged with your name."),
                    dcc.Input(type="text", maxLength=200, className="camera-reason", id="camera-reason"),
                ]
            ),
            html.Button(_("Show without blurring"), type="button", className="button camera-unmask"),
        ],
        className="camera-unmasking",
    )


def masked_note(role: Role) -> str:
    """What to say of pictures that are blurred unasked; empty where they are not."""
    said = {
        Form.MASKED: _("Heads are blurred; where they cannot be found, the whole picture is."),
        Form.WHOLE: _("Pictures are blurred as a whole: nobody can be recognised."),
    }
    return said.get(forms_of(role)[0], "")
