"""Hazards as lines on other pages, each leading to its place on the desk."""

from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.hazards import HazardRow
from portal import hazard_words
from portal.components.layout import badge, note
from portal.locale import _
from portal.pages.hazards.rows import due_words, state_words


def hazard_list(listed: Sequence[HazardRow], now: datetime) -> Component:
    if not listed:
        return note(_("No hazard on record."))
    return html.Ul([_hazard(hazard, now) for hazard in listed], className="hazard-lines")


def _hazard(hazard: HazardRow, now: datetime) -> Component:
    return html.Li(
        dcc.Link(
            [
                badge(hazard_words.grade_short(hazard.grade), hazard_words.grade_class(hazard.grade)),
                html.Span(hazard.what),
                html.Span(hazard.spot, className="quiet"),
                html.Span(state_words(hazard), className="quiet"),
                html.Span(
                    due_words(hazard, now), className="number overdue" if hazard.is_overdue(now) else "number quiet"
                ),
            ],
            href=f"/hazards?venue={hazard.venue_id}&show=all&hazard={hazard.id}",
        )
    )
