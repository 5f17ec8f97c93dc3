"""Shouting: asked for by a person, carried out by a worker, proven by the loudspeaker's answer."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.errors import InvalidInput, NotAllowed, WrongState
from db.queries import shouts as queries
from db.queries.shouts import DueShout
from db.rules.alarm_lifecycle import Refusal
from db.rules.loudspeakers import NOT_YET, Adapter
from db.rules.shouting import MAY_SHOUT, MOST_WORDS, STALE_AFTER, Caution, Unsaid, cautions, next_try

LEASE = timedelta(minutes=3)
"""A worker that died with a shout in its hands holds it no longer than this."""
AT_ONCE = 8
PAUSE = timedelta(seconds=10)
"""Two officials, or two clicks: one column is not talked over."""

CONFIRM = Refusal("It is a time at which people sleep or are taught: confirm that it must be called out now.")

_NEW = text(
    """
    insert into shouts (venue_id, county, loudspeaker_id, round_id, person_id, person_name, role, home, asked_at,
        confirmed, words, recording, recording_type, key, due_at, is_demo)
    values (:venue, :county, :loudspeaker, :round, :person, :name, :role, :home, :now, :confirmed, :words, :recording,
        :type, :key, :now, :is_demo) returning id
    """
)
_TURN = text("select pg_advisory_xact_lock(hashtextextended('shouts/' || :loudspeaker, 0))")
_BUSY = text(
    "select person_name from shouts where loudspeaker_id = :loudspeaker and asked_at > :since and state <> 'failed'"
    " order by id desc limit 1"
)
_ROUND = text("select person_id from patrol_rounds where id = :id")
_LEASE = text("update shouts set tries = tries + 1, due_at = :until where id = any (:ids)")
_TOO_LATE = text(
    "update shouts set state = 'failed', due_at = null, answered_at = :now, answer = coalesce(answer, :answer)"
    " where state = 'waiting' and asked_at < :since and due_at <= :now"
)
_TAKEN = text(
    "update shouts set state = 'taken', due_at = null, answered_at = :now, answer = :answer, seconds = :seconds"
    " where id = :id and state = 'waiting'"
)
_NOT_TAKEN = text(
    "update shouts set state = :state, due_at = :due, answered_at = :now, answer = :answer, seconds = :seconds"
    " where id = :id and state = 'waiting'"
)


@dataclass(frozen=True, slots=True)
class NewShout:
    """What is to be called out: words, or a recording that lies in the evidence folder."""

    loudspeaker_id: int
    words: str = ""
    recording: bytes | None = None
    recording_type: str | None = None
    round_id: int | None = None
    is_confirmed: bool = False
    """True where the person was told of the hour and wants it nonetheless."""


class NeedsConfirming(WrongState):
    """The hour asks for a second word; `cautions` says why."""

    def __init__(self, found: tuple[Caution, ...]) -> None:
        super().__init__(CONFIRM.reason)
        self.cautions = found


def shout(session: Session, new: NewShout, home: int, acting: Acting, now: datetime) -> int:
    """Put it on its way; answers its number. `NeedsConfirming` at night and in teaching hours."""
    if acting.person_id is None or acting.role not in MAY_SHOUT:
        raise NotAllowed("Your role may look, not act.")
    speaker = queries.loudspeaker(session, new.loudspeaker_id)
    if speaker.adapter == Adapter.SIP:
        raise WrongState(NOT_YET.reason)
    words = " ".join(new.words.split())
    if new.recording is None and not words:
        raise InvalidInput("Write or record what is to be called out.")
    if len(words) > MOST_WORDS:
        raise InvalidInput("A shout has {most} characters at most.", most=MOST_WORDS)
    if new.round_id is not None and session.scalar(_ROUND, {"id": new.round_id}) != acting.person_id:
        raise NotAllowed("This is somebody else's round.")
    found = cautions(queries.timetable(session, speaker.venue_id), now)
    if found and not new.is_confirmed:
        raise NeedsConfirming(found)
    session.execute(_TURN, {"loudspeaker": speaker.id})
    busy = session.scalar(_BUSY, {"loudspeaker": speaker.id, "since": now - PAUSE})
    if busy is not None:
        raise WrongState("{name} has just shouted there; wait a few seconds.", name=busy)
    facts = {
        "venue": speaker.venue_id,
        "county": speaker.county,
        "loudspeaker": speaker.id,
        "round": new.round_id,
        "person": acting.person_id,
        "name": acting.name,
        "role": acting.role.value,
        "home": home,
        "now": now,
        "confirmed": [each.value for each in found],
        "words": None if new.recording else words,
        "recording": new.recording,
        "type": new.recording_type,
        "key": str(uuid.uuid4()),
        "is_demo": speaker.is_demo,
    }
    shout_id = int(session.execute(_NEW, facts).scalar_one())
    detail = {"loudspeaker": speaker.id, "confirmed": facts["confirmed"]}
    detail |= {"recording": new.recording.hex()} if new.recording else {"words": words}
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act="shouted",
        subject=f"shouts/{shout_id}",
        venue_id=speaker.venue_id,
        county=speaker.county,
        detail=detail,
    )
    return shout_id


def take_due(session: Session, now: datetime) -> list[DueShout]:
    """Shouts that this worker is to try now; they are its own until the lease ends.

    What waited too long, because no worker ran, is given up: nobody would know any more what it was about.
    """
    session.execute(_TOO_LATE, {"now": now, "since": now - STALE_AFTER, "answer": Unsaid.TOO_LATE.value})
    found = queries.due(session, now, AT_ONCE)
    session.execute(_LEASE, {"ids": [each.id for each in found], "until": now + LEASE})
    return found


def taken(session: Session, shout_id: int, answer: str, seconds: float | None, now: datetime) -> None:
    """The loudspeaker has it, in its own words."""
    session.execute(_TAKEN, {"id": shout_id, "now": now, "answer": answer, "seconds": seconds})


def not_taken(
    session: Session, due: DueShout, reason: str, seconds: float | None, now: datetime, *, is_final: bool
) -> None:
    """It was not taken: again later, or given up with the reason."""
    again = None if is_final else next_try(due.asked_at, due.tries + 1, now)
    state = "waiting" if again is not None else "failed"
    facts = {"id": due.id, "state": state, "due": again, "now": now, "answer": reason, "seconds": seconds}
    session.execute(_NOT_TAKEN, facts)
