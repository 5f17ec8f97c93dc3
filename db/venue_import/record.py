"""Recording the good rows: one transaction, within the caller's scope."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from pypinyin import Style, lazy_pinyin
from sqlalchemy import insert, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from db.commands import audit
from db.errors import NotAllowed
from db.models import Venue, VenuePerson
from db.venue_import.check import GoodVenue


def on_record(session: Session) -> frozenset[tuple[int, str]]:
    """County and name of every venue within scope."""
    return frozenset((row.county, row.name) for row in session.execute(text("select county, name from venues")))


def record(session: Session, venues: Sequence[GoodVenue], today: date, actor_name: str) -> int:
    """Insert the venues with their people; `NotAllowed` where one lies outside the session's scope."""
    if not venues:
        return 0
    last = {
        row.county: row.last
        for row in session.execute(
            text(
                "select county, max(substring(code from '[0-9]+$')::int) as last from venues"
                " where code like 'V-%' group by county"
            )
        )
    }
    numbers: Counter[int] = Counter(last)
    rows = []
    for venue in venues:
        numbers[venue.county] += 1
        rows.append(
            {
                "code": f"V-{venue.county}-{numbers[venue.county]:05d}",
                "name": venue.name,
                "name_initials": "".join(lazy_pinyin(venue.name, style=Style.FIRST_LETTER)).lower(),
                "category": venue.category.value,
                "sub_type": venue.sub_type.value if venue.sub_type else None,
                "county": venue.county,
                "address": venue.address,
                "students": venue.students,
                "point": f"SRID=4490;POINT({venue.lng} {venue.lat})",
                "in_scope_from": venue.scope_from or today,
            }
        )
    try:
        ids = list(session.scalars(insert(Venue).returning(Venue.id, sort_by_parameter_order=True), rows))
    except ProgrammingError as error:
        if "row-level security" in str(error.orig):
            raise NotAllowed("A row lies outside your scope; nothing was imported.") from error
        raise
    people = [
        {"venue_id": venue_id, "county": venue.county, "duty": duty, "name": name, "phone": phone}
        for venue_id, venue in zip(ids, venues, strict=True)
        for duty, name, phone in venue.people
    ]
    if people:
        session.execute(insert(VenuePerson), people)
    audit.write(
        session,
        actor_id=None,
        actor_name=actor_name,
        act="venues imported",
        subject="venues",
        detail={"venues": len(rows), "first": ids[0], "last": ids[-1]},
    )
    return len(rows)
