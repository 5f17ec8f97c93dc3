"""Pages say which alarms they have drawn: the first one's word is the stamp of "shown on a screen"."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from db.commands import alarm_stamps
from portal import asking
from portal.api.asked import BIGGEST_ID

REMEMBERED = 5000

router = APIRouter(tags=["alarms"])
_known: dict[int, None] = {}
"""Alarms that a screen has shown, as far as this process knows: hundreds of screens draw each one."""


class Drawn(BaseModel):
    id: int = Field(ge=1, le=BIGGEST_ID, description="the alarm's number")
    ago_ms: float = Field(0, ge=0, le=60_000, description="how long ago it was drawn, by the page's own clock")


class Shown(BaseModel):
    alarms: list[Drawn] = Field(max_length=200)


@router.post("/alarms/shown", status_code=204)
def alarms_shown(shown: Shown) -> Response:
    """Tell that a page has drawn these alarms; what lies outside your scope, or was shown before, changes nothing."""
    now = datetime.now(UTC)
    news = {drawn.id: now - timedelta(milliseconds=drawn.ago_ms) for drawn in shown.alarms if drawn.id not in _known}
    if news:
        with asking.reading() as session:
            first = alarm_stamps.shown(session, news)
        while len(_known) + len(first) > REMEMBERED:
            del _known[next(iter(_known))]
        _known.update(dict.fromkeys(first))
    return Response(status_code=204)
