"""Stretches in which a platform's pushes may have been lost, and asking for them again, with overlap.

Three things make a gap: all receivers were down, pushes could not be stored (both noted by the receivers themselves),
and a platform that pushed nothing for longer than its wont. What comes back goes into the inbox like a push; what was
on record already is dropped there.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import inbox as commands
from db.commands.inbox import Pushed
from db.rules.access_scope import EVERYTHING
from db.rules.doors import PlatformDoor
from db.session import Record
from ingest.nbiot.history import DeviceUnknown, PlatformAway, PlatformHistory

log = logging.getLogger("anwang.gaps")

HISTORY_PEER = "history"
"""As peer of what was asked for."""
OVERLAP = timedelta(minutes=2)
DEVICES_TOGETHER = 20
LONGEST_WAIT = timedelta(minutes=30)
MOST_TRIES = 100
QUIET = "the platform was quiet"

_LAST_PUSH = text("select max(received_at) from inbox where door = :door and peer <> :history")
_LAST_QUIET = text("select max(until) from platform_gaps where door = :door and cause = :cause")
_QUIET = text(
    "insert into platform_gaps (door, since, until, cause, noticed_at, ask_after)"
    " values (:door, :since, :now, :cause, :now, :now)"
)
_DUE = text(
    """
    select id, door, since, until, tries, asked_upto from platform_gaps
    where closed_at is null and ask_after <= :now order by since, id limit 1 for update skip locked
    """
)
_INSIDE = text(
    """
    update platform_gaps set closed_at = :now, outcome = 'within gap ' || :id
    where closed_at is null and id <> :id and door = :door and since >= :since and until <= :until
    """
)
_DEVICES = text(
    """
    select a.address from device_addresses a join devices d on d.id = a.device_id
    where a.door = :door and a.address > :after and position('/' in a.address) > 0 and d.retired_on is null
    order by a.address limit :n
    """
)
_GONE_ON = text(
    "update platform_gaps set asked_upto = :upto, messages = messages + :messages, tries = 0 where id = :id"
)
_AGAIN = text("update platform_gaps set tries = tries + 1, ask_after = :at, outcome = :outcome where id = :id")
_CLOSE = text("update platform_gaps set closed_at = :now, outcome = :outcome where id = :id")


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch to ask about, and how far the asking has come."""

    id: int
    door: str
    since: datetime
    until: datetime
    tries: int
    asked_upto: str


def notice_quiet(session: Session, door: PlatformDoor, now: datetime, quiet: timedelta) -> bool:
    """Note that a platform which has pushed pushes no more; again after each such span, as long as it lasts."""
    last = session.scalar(_LAST_PUSH, {"door": door.value, "history": HISTORY_PEER})
    if last is None:
        return False
    noted = session.scalar(_LAST_QUIET, {"door": door.value, "cause": QUIET})
    since = max(last, noted) if noted else last
    if now - since < quiet:
        return False
    session.execute(_QUIET, {"door": door.value, "since": since, "now": now, "cause": QUIET})
    return True


def close_gaps(
    record: Record, histories: Mapping[str, PlatformHistory], clock: Callable[[], datetime], ends_at: datetime
) -> int:
    """Ask about every gap that is due, until `ends_at`; answers how many messages came back."""
    messages = 0
    while clock() < ends_at:
        found = _ask_on(record, histories, clock())
        if found is None:
            break
        messages += found
    return messages


def _ask_on(record: Record, histories: Mapping[str, PlatformHistory], now: datetime) -> int | None:
    """One stride of the next gap, in one transaction: what came back, and how far the asking has come."""
    with record.scoped(EVERYTHING) as session:
        row = session.execute(_DUE, {"now": now}).one_or_none()
        if row is None:
            return None
        gap = Gap(*row)
        history = histories.get(gap.door)
        if history is None:
            outcome = "no access to the platform's interface is configured"
            session.execute(_CLOSE, {"id": gap.id, "now": now, "outcome": outcome})
            return 0
        session.execute(_INSIDE, {"id": gap.id, "door": gap.door, "since": gap.since, "until": gap.until, "now": now})
        found = {"door": gap.door, "after": gap.asked_upto, "n": DEVICES_TOGETHER}
        addresses = list(session.scalars(_DEVICES, found))
        if not addresses:
            session.execute(_CLOSE, {"id": gap.id, "now": now, "outcome": "asked"})
            return 0
        return _stride(session, gap, history, addresses, now)


def _stride(session: Session, gap: Gap, history: PlatformHistory, addresses: list[str], now: datetime) -> int:
    """The next devices; where the platform is away, what came before that is kept and the rest asked later."""
    messages, upto = 0, gap.asked_upto
    for address in addresses:
        try:
            messages += _fetch(session, gap, history, address, now)
        except DeviceUnknown as error:
            log.warning("%s does not tell of %s: %s", gap.door, address, error)
        except PlatformAway as error:
            _later(session, gap, str(error), now)
            break
        upto = address
    if upto != gap.asked_upto:
        session.execute(_GONE_ON, {"id": gap.id, "upto": upto, "messages": messages})
    return messages


def _fetch(session: Session, gap: Gap, history: PlatformHistory, address: str, now: datetime) -> int:
    """A device's past into the inbox, all of it or nothing."""
    bodies = history.between(address, gap.since - OVERLAP, gap.until + OVERLAP)
    found = [Pushed(history.door, HISTORY_PEER, now, body) for body in islice(bodies, 100_000)]
    if found:
        commands.keep(session, found)
    return len(found)


def _later(session: Session, gap: Gap, outcome: str, now: datetime) -> None:
    """A minute, two, four … up to half an hour; after a hundred times in vain it is given up, by name."""
    if gap.tries + 1 >= MOST_TRIES:
        session.execute(_CLOSE, {"id": gap.id, "now": now, "outcome": f"given up: {outcome}"})
        return
    wait = min(timedelta(minutes=2 ** min(gap.tries, 10)), LONGEST_WAIT)
    session.execute(_AGAIN, {"id": gap.id, "at": now + wait, "outcome": outcome})
