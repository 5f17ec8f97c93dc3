"""The editor of what a camera watches: drawn by the browser; here what it is told, and who may come in."""

import json

from dash import Dash, dcc, html
from dash.development.base_component import Component

from db.queries import camera_zones
from db.rules.play_address import Form, forms_of
from portal import asking
from portal.api.zone_bodies import told
from portal.assets import asset_url
from portal.locale import _
from portal.pages.zones import words


def layout(camera_id: str, **_query: str) -> Component:
    """The editor; `NotFound` outside the reader's scope."""
    asker = asking.current()
    with asking.reading() as session:
        watched = camera_zones.of_camera(session, int(camera_id))
    address = f"/api/v1/cameras/{watched.device_id}"
    config = {
        "camera": watched.device_id,
        "record": f"{address}/zones",
        "ground": f"{address}/ground",
        "timetable": f"/api/v1/venues/{watched.venue_id}/timetable",
        "watched": told(watched),
        "limits": words.limits(),
        "words": words.of_editor(),
        "csrf": asker.csrf_token,
        "is_masked": forms_of(asker.role)[0] is not Form.PLAIN,
    }
    name = " · ".join(part for part in (watched.venue_name, watched.area_name, watched.code) if part)
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Zones and rules")),
                    html.Span(name, className="quiet"),
                    dcc.Link(_("See its pictures"), href=f"/cameras?camera={watched.device_id}", className="button"),
                ],
                className="page-head",
            ),
            html.Div(
                className="zones",
                **{
                    "data-zones": json.dumps(config, ensure_ascii=False),
                    "data-module": asset_url("zones/editor.mjs"),
                },
            ),
        ]
    )


def register_callbacks(_app: Dash) -> None:
    """The editor speaks to the REST interface."""
