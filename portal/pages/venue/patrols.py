"""What officials looked at, kept and called out at a venue, for its history."""

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from db.queries import patrol_captures, shouts
from db.queries.patrol_captures import CaptureFilters
from portal import asking
from portal.components.layout import panel
from portal.locale import _
from portal.pages.patrol.results import cards
from portal.pages.patrol.shouting import history

SHOWN = 12


def shown(venue_id: int, now: datetime) -> list[Component]:
    """Captures and shouts, the newest first."""
    with asking.reading() as session:
        kept = patrol_captures.newest(session, CaptureFilters(venue=venue_id), SHOWN)
        said = shouts.newest(session, 360_000, SHOWN, venue_id)
    nothing = html.P(_("Nothing was called out here."), className="quiet")
    return [
        panel(_("Online patrol"), cards(kept, now)),
        panel(_("Shouts"), *(history(said, now) or [nothing])),
    ]
