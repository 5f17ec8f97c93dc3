"""The inbox of platforms' pushes: bodies in, in one short transaction; what was lost, written down to be asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.doors import RECEIVER_FEED, PlatformDoor

DOWN_AFTER = timedelta(seconds=15)
"""A receiver gives a sign of life every few seconds; one that was longer away may have missed pushes."""
COOL_DOWN = timedelta(seconds=90)
"""CTWing pushes nothing for a minute after a hundred failures in a row, and drops what came meanwhile."""

ASKED_AGAIN = (PlatformDoor.CTWING,)
"""Platforms that have an interface to ask for the past."""

_KEEP = text(
    """
    insert into inbox (door, peer, received_at, body)
    select * from unnest(cast(:doors as text[]), cast(:peers as text[]), cast(:moments as timestamptz[]),
                         cast(:bodies as bytea[]))
    """
)
_ALIVE = text("select alive_at from feeds where name = :name for update")
_BEAT = text(
    """
    insert into feeds (name, alive_at, accepted, refused) values (:name, :now, :accepted, :refused)
    on conflict (name) do update set alive_at = greatest(feeds.alive_at, excluded.alive_at),
        accepted = feeds.accepted + excluded.accepted, refused = feeds.refused + excluded.refused
    """
)
_GAP = text(
    "insert into platform_gaps (door, since, until, cause, noticed_at, ask_after)"
    " values (:door, :since, :until, :cause, :now, :until)"
)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A body as it came; `door` says how it is read."""

    door: PlatformDoor
    peer: str
    received_at: datetime
    body: bytes


def keep(session: Session, pushes: Sequence[Pushed]) -> None:
    """Write the bodies down, all of them or none."""
    session.execute(
        _KEEP,
        {
            "doors": [push.door.value for push in pushes],
            "peers": [push.peer for push in pushes],
            "moments": [push.received_at for push in pushes],
            "bodies": [push.body for push in pushes],
        },
    )


def note_gap(session: Session, since: datetime, until: datetime, cause: str, now: datetime) -> None:
    """Pushes in [since, until] may be lost; the platform is asked once that stretch is over."""
    for door in ASKED_AGAIN:
        session.execute(_GAP, {"door": door.value, "since": since, "until": until, "cause": cause, "now": now})


def beat(session: Session, now: datetime, accepted: int, refused: int) -> timedelta | None:
    """The receivers' sign of life; answers how long all of them were away, where that was long, and notes the gap."""
    before = session.scalar(_ALIVE, {"name": RECEIVER_FEED})
    session.execute(_BEAT, {"name": RECEIVER_FEED, "now": now, "accepted": accepted, "refused": refused})
    if before is None or now - before <= DOWN_AFTER:
        return None
    note_gap(session, before, now + COOL_DOWN, "the receivers were down", now)
    away: timedelta = now - before
    return away


def is_in_use(session: Session) -> bool:
    """True once any platform has pushed: before that nobody waits for a sign of life."""
    return session.scalar(_ALIVE, {"name": RECEIVER_FEED}) is not None
