"""Online patrol for programs: rounds, captures and shouts as lists, figures of officials as a file."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from db.errors import InvalidInput, NotAllowed
from db.queries import patrol, patrol_captures, patrol_figures
from db.queries import shouts as shout_queries
from db.queries.patrol_captures import CaptureFilters
from db.rules.access_scope import Role
from portal import asking, words
from portal.address import FIRST_DAY
from portal.api.asked import BIGGEST_ID, BIGGEST_INT, InRegion
from portal.api.cases import Listed
from portal.api.models import Answer
from portal.locale import _

router = APIRouter(tags=["patrol"])

Limit = Annotated[int, Query(ge=1, le=500, description="rows to answer at most")]
After = Annotated[int | None, Query(ge=1, le=BIGGEST_ID, description="`next` of the answer before")]
Venue = Annotated[int | None, Query(ge=1, le=BIGGEST_INT)]
PROVINCE = 360_000
MOST_DAYS = 400


class Round(Answer):
    """One official's venues of one day."""

    id: int
    plan_id: int | None
    plan_name: str | None
    person_name: str
    role: str
    home: int
    day: date
    drawn_at: datetime
    stops: int
    ended: int
    looked: int
    unplayable: int
    skipped: int


class Capture(Answer):
    """A frame that an official kept; its picture is at `/patrol/captures/{id}`."""

    id: int
    round_id: int | None
    code: str
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    area_name: str | None
    taken_at: datetime
    captured_at: datetime
    person_name: str
    role: str
    form: str
    marked_at: datetime | None
    hazard_id: int | None
    hazard_state: str | None


class ShoutTold(Answer):
    """A shout and the loudspeaker's answer."""

    id: int
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    loudspeaker: str
    person_name: str
    role: str
    asked_at: datetime
    words: str | None
    seconds: float | None
    state: str
    tries: int
    answered_at: datetime | None
    answer: str | None


@router.get("/patrol/rounds")
def rounds(region: InRegion, limit: Limit = 50, after: After = None) -> Listed[Round]:
    """Rounds of officials within your scope, the newest first."""
    _who()
    with asking.reading() as session:
        found = patrol.newest_rounds(session, region or PROVINCE, limit + 1, after)
    rows = [Round.model_validate(row) for row in found[:limit]]
    return Listed(rows=rows, next=_next(rows[-1].id if len(found) > limit else None))


@router.get("/patrol/captures")
def captures(
    region: InRegion,
    show: Literal["all", "filed", "open", "closed"] = "all",
    venue: Venue = None,
    limit: Limit = 50,
    after: After = None,
) -> Listed[Capture]:
    """Frames kept on patrol within your scope, the newest first; `show` goes by the hazards that came of them."""
    _who()
    with asking.reading() as session:
        found = patrol_captures.newest(session, CaptureFilters(region or PROVINCE, show, venue), limit + 1, after)
    rows = [Capture.model_validate(row) for row in found[:limit]]
    return Listed(rows=rows, next=_next(rows[-1].id if len(found) > limit else None))


@router.get("/patrol/shouts")
def shouts(region: InRegion, venue: Venue = None, limit: Limit = 50, after: After = None) -> Listed[ShoutTold]:
    """What was called out within your scope, the newest first."""
    _who()
    with asking.reading() as session:
        found = shout_queries.newest(session, region or PROVINCE, limit + 1, venue, None, after)
    rows = [ShoutTold.model_validate(row) for row in found[:limit]]
    return Listed(rows=rows, next=_next(rows[-1].id if len(found) > limit else None))


@router.get("/patrol/figures.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def figures(
    region: InRegion,
    span: Literal["day", "week", "month"] = "day",
    since: Annotated[date | None, Query(ge=FIRST_DAY, description="thirty days ago where left out")] = None,
    until: Annotated[date | None, Query(ge=FIRST_DAY, description="today where left out")] = None,
) -> Response:
    """Patrols by official and day, week or month, as a file that spreadsheets open."""
    asker = _who()
    if not asker.scope.is_regional:
        raise NotAllowed("Your role does not include this.")
    last = until or datetime.now(UTC).astimezone(words.HERE).date()
    first = since or last - timedelta(days=30)
    if first > last or (last - first).days > MOST_DAYS:
        raise InvalidInput("since and until: a stretch of {most} days at most.", most=MOST_DAYS)
    with asking.reading() as session:
        rows = patrol_figures.by_official(session, region or asker.home, first, last, span, 20_000)
    made = io.StringIO()
    sheet = csv.writer(made)
    sheet.writerow(heads())
    for row in rows:
        sheet.writerow(
            [
                *(row.begins_on.isoformat(), _safe(row.home_name), words.role(row.role), _safe(row.person_name)),
                *(row.rounds, row.rounds_done, row.venues, row.venues_done, row.venues_skipped, row.cameras_seen),
                *(row.cameras_unplayable, row.captures, row.hazards_found, row.hazards_closed),
                *(row.shouts, row.shouts_taken),
            ]
        )
    name = f"anwang-patrol-{span}-{first.isoformat()}-{last.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response("\ufeff" + made.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def heads() -> tuple[str, ...]:
    """What the columns of an official's figures say."""
    return (
        *(_("Period from"), _("Region"), _("Role"), _("Official"), _("Rounds planned"), _("Rounds done")),
        *(_("Venues drawn"), _("Venues looked at"), _("Skipped"), _("Cameras seen"), _("Not playable")),
        *(_("Captures"), _("Hazards found"), _("Of them closed"), _("Shouts"), _("Shouts taken")),
    )


def _safe(written: str) -> str:
    """A name that a spreadsheet would take for a formula is text."""
    return f"'{written}" if written[:1] in "=+-@\t" else written


def _who() -> asking.Asker:
    asker = asking.current()
    if asker.role is Role.WALL:
        raise NotAllowed("Your role may look, not act.")
    return asker


def _next(number: int | None) -> str | None:
    return None if number is None else str(number)
