"""The record's side of an import: what it has, and the new venues written."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import count

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from db.commands.name_initials import name_initials
from db.errors import WrongState
from db.models import Venue, VenuePerson
from db.rules.venue_on_record import VenueOnRecord
from db.rules.written_venue import NewVenue, Responsible

AT_ONCE = 1000

_HAS_COUNTIES = text("select exists (select from regions where level = 'county')")
_LOCK = text("select pg_try_advisory_xact_lock(hashtext('venue import'))")
_VENUES = text(
    """
    select id, code, name, county, category, sub_type, address, students,
           st_x(point) as lng, st_y(point) as lat, in_scope_from from venues
    """
)
_PEOPLE = text("select venue_id, duty, name, phone from venue_people order by id")
_LAST_NUMBERS = text(
    """
    select substring(code, 3, 6)::int as county, max(substring(code, 10)::int) as last
    from venues where code ~ '^V-[0-9]{6}-[0-9]{1,9}$' group by 1
    """
)


def hold(session: Session) -> None:
    """Keep other imports out until this transaction ends: two would give the same codes, and the same venue twice.

    `WrongState` where another is under way, or the record has no counties to stand in.
    """
    if not session.scalar(_HAS_COUNTIES):
        raise WrongState("The record has no counties; name its owner with ANWANG_DATABASE_URL to have them filled in.")
    if not session.scalar(_LOCK):
        raise WrongState("Another import is under way; try again when it has ended.")


def on_record(session: Session) -> list[VenueOnRecord]:
    """Every venue within the session's scope."""
    people: dict[int, list[Responsible]] = {}
    for venue_id, duty, name, phone in session.execute(_PEOPLE):
        people.setdefault(venue_id, []).append(Responsible(duty, name, phone))
    return [
        VenueOnRecord(
            *(v.code, v.name, v.county, v.category, v.sub_type, v.address, v.students, v.lng, v.lat, v.in_scope_from),
            tuple(people.get(v.id, ())),
        )
        for v in session.execute(_VENUES)
    ]


def record(
    session: Session,
    venues: Sequence[NewVenue],
    today: date,
    report: Callable[[int], None] = lambda _venues: None,
) -> None:
    """Insert the venues with their people; `report` hears how many are written."""
    coded = list(zip(_codes(session, venues), venues, strict=True))
    for start in range(0, len(coded), AT_ONCE):
        batch = coded[start : start + AT_ONCE]
        _insert(session, batch, today)
        report(start + len(batch))


def _codes(session: Session, venues: Sequence[NewVenue]) -> Iterator[str]:
    """A code for each: its own, or the county's next free number."""
    last = {row.county: row.last for row in session.execute(_LAST_NUMBERS)}
    own = {venue.code for venue in venues}
    numbers: dict[int, Iterator[str]] = {}
    for venue in venues:
        if venue.county not in numbers:
            numbers[venue.county] = _numbered(venue.county, last.get(venue.county, 0))
        yield venue.code or next(code for code in numbers[venue.county] if code not in own)


def _numbered(county: int, last: int) -> Iterator[str]:
    return (f"V-{county}-{number:05d}" for number in count(last + 1))


def _insert(session: Session, coded: Sequence[tuple[str, NewVenue]], today: date) -> None:
    rows = [
        {
            "code": code,
            "name": venue.name,
            "name_initials": name_initials(venue.name),
            "category": venue.category.value,
            "sub_type": venue.sub_type.value if venue.sub_type else None,
            "county": venue.county,
            "address": venue.address,
            "students": venue.students,
            "point": f"SRID=4490;POINT({venue.lng} {venue.lat})",
            "in_scope_from": venue.scope_from or today,
        }
        for code, venue in coded
    ]
    ids = session.scalars(insert(Venue).returning(Venue.id, sort_by_parameter_order=True), rows).all()
    people = [
        {"venue_id": venue_id, "county": venue.county, "duty": who.duty, "name": who.name, "phone": who.phone}
        for venue_id, (_code, venue) in zip(ids, coded, strict=True)
        for who in venue.people
    ]
    if people:
        session.execute(insert(VenuePerson), people)
