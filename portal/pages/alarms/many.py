"""The side panel while alarms are ticked: which they are, and what can be done with all of them."""

from datetime import UTC, datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from db.queries import alarms as alarm_queries
from db.queries.who_acts import Acting, who_acts
from db.rules.role_acts import ACT_ON_ALARMS, LOOKS_ONLY
from portal import asking, words
from portal.components.layout import badge, note
from portal.locale import _
from portal.pages.alarms.forms import bulk_acts

ASKED_ABOUT = 20
"""So many venues are asked who can act there; a command refuses the rest by itself."""


def numbers(ticked: list[dict[str, Any]] | None) -> list[int]:
    """The alarms that the grid says are ticked."""
    return [int(each["id"]) for each in ticked or [] if str(each.get("id", "")).isdigit()]


def panel(ticked: list[dict[str, Any]]) -> tuple[Component, Component, dict[str, Any]]:
    """What is ticked, the acts, and a sign that changes with them."""
    ids = numbers(ticked)
    with asking.reading() as session:
        cards = alarm_queries.cards(session, ids)
        venues = list(dict.fromkeys(card.venue_id for card in cards))[:ASKED_ABOUT]
        there = [who_acts(session, venue, datetime.now(UTC)) for venue in venues]
    side = html.Div(
        [
            html.Div(html.B(_("Alarms ticked: {n}").format(n=len(ids))), className="case-head"),
            html.Ul(
                [
                    html.Li(
                        [
                            badge(words.level_colour(card.level), words.level_class(card.level)),
                            html.Span([html.B(words.alarm_kind(card.kind)), html.Small(card.venue_name)]),
                        ]
                    )
                    for card in cards[:50]
                ],
                className="ticked",
            ),
        ]
    )
    if asking.current().role not in ACT_ON_ALARMS:
        return side, note(_(LOOKS_ONLY.reason)), {"alarm": 0, "ticked": ids}
    return side, bulk_acts(len(ids), _everywhere(there)), {"alarm": 0, "ticked": ids}


def _everywhere(there: list[list[Acting]]) -> list[Acting]:
    """Who can act at each of the places."""
    if not there:
        return []
    common = set.intersection(*({person.person_id for person in people} for people in there))
    return [person for person in there[0] if person.person_id in common]
