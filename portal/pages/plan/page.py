"""The editor of a venue's floors: drawn by the browser; here what it is told, and who may come in."""

import json

from dash import Dash, dcc, html
from dash.development.base_component import Component

from db.queries import plans as plan_queries
from portal import asking, scene_words
from portal.assets import asset_url
from portal.locale import _


def layout(venue_id: str, **_query: str) -> Component:
    """The editor; `NotFound` outside the reader's scope."""
    with asking.reading() as session:
        drawn = plan_queries.of_venue(session, int(venue_id))
    address = f"/api/v1/venues/{drawn.venue_id}"
    config = {
        "venue": drawn.venue_id,
        "scene": f"{address}/scene",
        "record": f"{address}/plan",
        "sketch": f"{address}/plan/sketch",
        "read": f"/api/v1/plans/read?venue={drawn.venue_id}",
        "words": scene_words.of_editor(),
    }
    told = {"data-plan": json.dumps(config, ensure_ascii=False), "data-module": asset_url("scene/plan.mjs")}
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Floors of {venue}").format(venue=drawn.venue_name)),
                    dcc.Link(_("See it in 3D"), href=f"/venues/{drawn.venue_id}?tab=space", className="button"),
                ],
                className="page-head",
            ),
            html.Div(className="plan", **told),
        ]
    )


def register_callbacks(_app: Dash) -> None:
    """The editor speaks to the REST interface."""
