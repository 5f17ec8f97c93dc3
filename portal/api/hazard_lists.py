"""The two lists as files: exactly what the desk shows, within the reader's scope."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.responses import Response

from db.errors import InvalidInput, NotAllowed
from db.queries import hazards
from db.queries.hazards import HazardFilters
from db.rules.access_scope import Role
from db.rules.hazard_kinds import Grade, HazardKind, Source
from portal import asking
from portal.api.asked import BIGGEST_INT, InRegion
from portal.exports.hazard_lists import TITLES, filed
from portal.exports.list_document import document
from portal.exports.list_workbook import workbook
from portal.locale import speaking
from portal.words import HERE

router = APIRouter(tags=["hazards"])

MOST = {"xlsx": 20_000, "docx": 1_000}
"""Rows in one file: beyond them a spreadsheet takes too long, and nobody signs such a document."""
MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@router.get("/hazards/lists/{which}.{format}", response_class=Response)
def hazard_list(
    which: Literal["problems", "measures"],
    format: Literal["xlsx", "docx"],
    region: InRegion,
    show: Literal["mine", "open", "overdue", "major", "submitted", "look_back", "closed", "all"] = "open",
    grade: Grade | None = None,
    source: Source | None = None,
    kind: HazardKind | None = None,
    venue: Annotated[int | None, Query(ge=1, le=BIGGEST_INT)] = None,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """问题清单 or 整改清单 in the shape in which officials file them."""
    asker, now = asking.current(), datetime.now(UTC)
    if asker.role is Role.WALL:
        raise NotAllowed("Your role may look, not act.")
    filters = HazardFilters(show, asker.role, grade, source, kind, region, venue, q.strip(), within=asker.scope)
    with asking.reading() as session:
        rows = hazards.listed(session, filters, now, MOST[format] + 1)
    if len(rows) > MOST[format]:
        raise InvalidInput("These are more hazards than one file takes; narrow the choice.")
    day = now.astimezone(HERE).date()
    with speaking("zh_CN"):
        made = filed(which, asker.place, day, rows)
        content = workbook(made) if format == "xlsx" else document(made)
    name = quote(f"{TITLES[which]}-{asker.place}-{day.isoformat()}.{format}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type=MEDIA[format], headers=headers)
