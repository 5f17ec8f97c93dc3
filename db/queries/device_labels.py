"""What is printed on devices' labels."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Labelled:
    """A device as its label shows it."""

    code: str
    kind: str
    venue_name: str
    floor: int | None
    area_name: str | None


_OF_VENUE = text(
    """
    select d.code, d.kind, v.name as venue_name, a.floor, a.name as area_name
    from devices d join venues v on v.id = d.venue_id left join areas a on a.id = d.area_id
    where d.venue_id = :venue and d.retired_on is null
        and (cast(:codes as text[]) is null or d.code = any (cast(:codes as text[])))
    order by a.floor nulls last, a.name, d.kind, d.code
    """
)


def of_venue(session: Session, venue_id: int, codes: Sequence[str] | None = None) -> list[Labelled]:
    """The venue's devices in use, by floor and area; with `codes` these alone. None of what is out of scope."""
    rows = session.execute(_OF_VENUE, {"venue": venue_id, "codes": None if codes is None else list(codes)})
    return [Labelled(**row) for row in rows.mappings()]
