"""The venue in three dimensions: drawn by the browser from the scene's route; here only what it is told."""

import json

from dash import dcc, html
from dash.development.base_component import Component

from db.queries import plans as plan_queries
from db.queries.plans import PlanOnRecord
from db.rules.plan import PlanSource
from db.rules.role_acts import DRAW_PLANS, SHARE_SCENES
from portal import asking, scene_words, words
from portal.assets import asset_url
from portal.components.layout import badge
from portal.locale import _


def tab(venue_id: int, alarm: int | None = None, device: str = "") -> list[Component]:
    """`alarm` is flown to, `device` (its code) is chosen; `NotFound` outside the scope."""
    with asking.reading() as session:
        drawn = plan_queries.of_venue(session, venue_id)
    role = asking.current().role
    address = f"/api/v1/venues/{venue_id}/scene"
    editor = f"/venues/{venue_id}/plan" if role in DRAW_PLANS else None
    config = {
        "venue": venue_id,
        "scene": address,
        "state": f"{address}/state",
        "share": f"{address}/links" if role in SHARE_SCENES else None,
        "draw": editor,
        "draw_word": _("Draw the floors"),
        "alarm": alarm,
        "device": device,
        "words": scene_words.of_scene(),
    }
    told = {"data-scene": json.dumps(config, ensure_ascii=False), "data-module": asset_url("scene/view.mjs")}
    return [
        html.Div(
            [
                *_origin(drawn),
                html.A(_("Plan as GeoJSON"), href=f"/api/v1/venues/{venue_id}/plan.geojson", className="button")
                if drawn.source
                else None,
                dcc.Link(_("Edit the floors"), href=editor, className="button") if editor else None,
            ],
            className="scene-head",
        ),
        html.Div(className="scene", **told),
    ]


def _origin(drawn: PlanOnRecord) -> list[Component]:
    """Where the plan comes from, so that nobody takes a sketch for a survey."""
    if drawn.source is None:
        return [html.Span(className="quiet")]
    if drawn.source is PlanSource.SKETCH:
        return [
            badge(_("Sketch"), "minor"),
            html.Span(_("Worked out from category and areas; nobody has measured it."), className="quiet"),
        ]
    said = {
        PlanSource.DRAWN: _("Drawn by {who}, {at}, edition {n}."),
        PlanSource.GEOJSON: _("Taken over from GeoJSON by {who}, {at}, edition {n}."),
        PlanSource.IFC: _("Taken over from IFC by {who}, {at}, edition {n}."),
    }[drawn.source]
    at = drawn.changed_at.astimezone(words.HERE).strftime("%Y-%m-%d %H:%M") if drawn.changed_at else ""
    return [html.Span(said.format(who=drawn.changed_by_name, at=at, n=drawn.revision), className="quiet")]
