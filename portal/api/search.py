"""Search: venues, people and devices by a few letters, within your scope."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from db.queries import search
from db.queries.search import Found
from portal import asking, words

router = APIRouter(tags=["places"])


class Hit(BaseModel):
    """One find, with where it leads."""

    kind: str
    title: str
    detail: str
    place: str
    href: str
    alike: bool


class Hits(BaseModel):
    rows: list[Hit]


@router.get("/search")
def find(
    q: Annotated[
        str, Query(max_length=60, description="name, pinyin, initials, address, person, telephone, device number")
    ],
    limit: Annotated[int, Query(ge=1, le=50)] = 12,
) -> Hits:
    """Best first; where little fits, names that sound alike follow."""
    with asking.reading() as session:
        return Hits(rows=[_hit(found) for found in search.find(session, q, limit)])


def _hit(found: Found) -> Hit:
    about = {"venue": words.category, "person": words.person_duty, "device": words.device_kind}[found.kind]
    href = f"/devices/{found.code}" if found.kind == "device" else f"/venues/{found.venue_id}"
    return Hit(
        kind=found.kind,
        title=found.title,
        detail=about(found.detail),
        place=found.place,
        href=href,
        alike=found.is_alike,
    )
