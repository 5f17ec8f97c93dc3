"""Loudspeakers of venues, and what was called out over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.access_scope import region_range
from db.rules.timetables import Hours, Period


@dataclass(frozen=True, slots=True)
class LoudspeakerRow:
    """A column in service. `address` is for the programs; pages show its name."""

    id: int
    venue_id: int
    county: int
    name: str
    adapter: str
    address: str
    gateway: str | None
    is_demo: bool


@dataclass(frozen=True, slots=True)
class ShoutRow:
    """A shout and its proof. `words` None: a recorded voice."""

    id: int
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    loudspeaker_id: int
    loudspeaker: str
    round_id: int | None
    person_id: int
    person_name: str
    role: str
    asked_at: datetime
    confirmed: tuple[str, ...]
    words: str | None
    seconds: float | None
    state: str
    tries: int
    answered_at: datetime | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class DueShout:
    """A shout that is to be tried now, with everything that its loudspeaker must be told."""

    id: int
    key: str
    words: str | None
    recording: bytes | None
    recording_type: str | None
    asked_at: datetime
    tries: int
    loudspeaker: LoudspeakerRow


_SPEAKER_COLUMNS = "l.id, l.venue_id, l.county, l.name, l.adapter, l.address, l.gateway, l.is_demo"
_OF_VENUE = text(
    f"select {_SPEAKER_COLUMNS} from loudspeakers l where l.venue_id = :venue and l.retired_at is null order by l.id"
)
_SPEAKER = text(f"select {_SPEAKER_COLUMNS} from loudspeakers l where l.id = :id and l.retired_at is null")
_ALL = text(
    f"select {_SPEAKER_COLUMNS}, v.name as venue_name from loudspeakers l join venues v on v.id = l.venue_id"
    " where l.retired_at is null order by l.county, l.venue_id, l.id"
)
_NEWEST = text(
    """
    select s.id, s.venue_id, v.name as venue_name, s.county, r.name as county_name, s.loudspeaker_id,
        l.name as loudspeaker, s.round_id, s.person_id, s.person_name, s.role, s.asked_at, s.confirmed, s.words,
        s.seconds, s.state, s.tries, s.answered_at, s.answer
    from shouts s join venues v on v.id = s.venue_id join regions r on r.adcode = s.county
        join loudspeakers l on l.id = s.loudspeaker_id
    where s.county between :lo and :hi and (cast(:venue as int) is null or s.venue_id = :venue)
        and (cast(:person as int) is null or s.person_id = :person)
        and (cast(:before as bigint) is null or s.id < :before)
    order by s.id desc limit :limit
    """
)
_DUE = text(
    f"""
    select s.id as shout_id, s.key, s.words, s.recording, s.recording_type, s.asked_at, s.tries, {_SPEAKER_COLUMNS}
    from shouts s join loudspeakers l on l.id = s.loudspeaker_id
    where s.state = 'waiting' and s.due_at <= :now
        and not exists (select 1 from shouts o where o.loudspeaker_id = s.loudspeaker_id and o.state = 'waiting'
            and o.id < s.id)
    order by s.id limit :limit for update of s skip locked
    """
)
_RECORDING = text("select recording, recording_type from shouts where id = :id and recording is not null")
_TIMETABLE = text(
    "select period, weekdays, from_time, until_time, first_on, last_on from timetable_periods where venue_id = :venue"
)


def loudspeakers(session: Session, venue_id: int) -> list[LoudspeakerRow]:
    """A venue's columns in service."""
    return [LoudspeakerRow(*row) for row in session.execute(_OF_VENUE, {"venue": venue_id})]


def loudspeaker(session: Session, loudspeaker_id: int) -> LoudspeakerRow:
    """`NotFound` outside the reader's scope, or out of service."""
    row = session.execute(_SPEAKER, {"id": loudspeaker_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such loudspeaker here.")
    return LoudspeakerRow(*row)


def every_loudspeaker(session: Session) -> list[tuple[LoudspeakerRow, str]]:
    """All columns within the scope, each with its venue's name."""
    return [(LoudspeakerRow(*row[:-1]), row[-1]) for row in session.execute(_ALL)]


def newest(
    session: Session,
    region: int,
    limit: int,
    venue: int | None = None,
    person: int | None = None,
    before: int | None = None,
) -> list[ShoutRow]:
    """The newest shouts first, from those before `before` on."""
    lo, hi = region_range(region)
    facts = {"lo": lo, "hi": hi, "venue": venue, "person": person, "before": before, "limit": limit}
    rows = session.execute(_NEWEST, facts).mappings()
    return [ShoutRow(**dict(row) | {"confirmed": tuple(row["confirmed"])}) for row in rows]


def due(session: Session, now: datetime, limit: int) -> list[DueShout]:
    """Shouts whose turn it is, locked until the transaction ends; another worker's are left out."""
    found = []
    for row in session.execute(_DUE, {"now": now, "limit": limit}):
        speaker = LoudspeakerRow(*row[7:])
        found.append(
            DueShout(
                *(row.shout_id, row.key, row.words, row.recording, row.recording_type, row.asked_at, row.tries), speaker
            )
        )
    return found


def timetable(session: Session, venue_id: int) -> Sequence[Hours]:
    """A venue's hours, as far as somebody entered them."""
    return [
        Hours(Period(row.period), frozenset(row.weekdays), row.from_time, row.until_time, row.first_on, row.last_on)
        for row in session.execute(_TIMETABLE, {"venue": venue_id})
    ]


def recording(session: Session, shout_id: int) -> tuple[bytes, str] | None:
    """Hash and kind of a shout's voice; None where there is none within the reader's scope."""
    row = session.execute(_RECORDING, {"id": shout_id}).one_or_none()
    return None if row is None else (bytes(row.recording), row.recording_type)
