"""Supervision letters as files."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path
from starlette.responses import Response

from db.queries import letters as letter_queries
from portal import asking
from portal.api.asked import BIGGEST_ID

router = APIRouter(tags=["letters"])


@router.get(
    "/letters/{letter_id}.pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The letter as it was issued"}},
)
def letter(letter_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]) -> Response:
    """A supervision letter, byte for byte as it was issued; its SHA-256 is the ETag."""
    with asking.reading() as session:
        found = letter_queries.file(session, letter_id)
    name = quote(f"{found.number}.pdf")
    return Response(
        found.pdf,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f"inline; filename=letter-{letter_id}.pdf; filename*=UTF-8''{name}",
            "Cache-Control": "private, no-cache",
            "ETag": f'"{found.sha256}"',
        },
    )
