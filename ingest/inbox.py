"""Taking bodies out of the inbox: decoded, through the gate, and marked, all in one transaction.

Rows stay locked until the commit, so that of several workers one takes each; a worker that dies leaves them waiting.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import Settings
from ingest import device_books, platforms, recovered
from ingest.accept import Accepted, Arrival, accept
from ingest.batch_writer import blames_a_message, words_of
from ingest.decoded import Decoded
from ingest.gaps import HISTORY_PEER
from ingest.known_devices import KnownDevices
from ingest.messages import DeviceMessage, Received, Refused
from ingest.nbiot.profiles import Profile, profiles_of

log = logging.getLogger("anwang.inbox")

AT_ONCE = 200
LAST_FROM = 3
"""Begun so often without an end, a body goes behind the others, and alone."""
MOST_ATTEMPTS = 20

_CLAIM = text(
    """
    with next as (
        select id, attempts from inbox where state = 'waiting' and id > :after and (attempts < :last_from) = :first
        order by id limit :n for update skip locked
    )
    update inbox set attempts = least(inbox.attempts + 1, 32000) from next where inbox.id = next.id returning inbox.id
    """
)
_LOCK = text(
    """
    select id, door, peer, received_at, body, attempts from inbox
    where id = any (:ids) and state = 'waiting' order by id for update skip locked
    """
)
_TURN = text(
    "select pg_advisory_xact_lock(hashtextextended('inbox/' || key, 0)) from unnest(cast(:keys as text[])) key"
)
_SEEN = text(
    "select repeat_key from inbox where repeat_key = any (:keys) and state = 'taken'"
    " and received_at > :now - interval '1 hour'"
)
_HOLD = text("update inbox set attempts = 0 where id = any (:ids)")
_MARK = text(
    """
    update inbox set state = told.state, reason = told.reason, repeat_key = told.key, taken_at = :now
    from unnest(cast(:ids as bigint[]), cast(:states as text[]), cast(:reasons as text[]), cast(:keys as text[]))
        as told (id, state, reason, key)
    where inbox.id = told.id
    """
)


@dataclass(frozen=True, slots=True)
class Taken:
    """How a run went. `waiting` bodies were refused while the dead letters were full: they stay where they are."""

    bodies: int = 0
    signals: int = 0
    repeats: int = 0
    refused: int = 0
    waiting: int = 0

    def plus(self, other: "Taken") -> "Taken":
        return Taken(
            self.bodies + other.bodies,
            self.signals + other.signals,
            self.repeats + other.repeats,
            self.refused + other.refused,
            self.waiting + other.waiting,
        )


@dataclass(frozen=True, slots=True)
class _Opened:
    """A body with what it says."""

    row: Row[tuple[int, str, str, datetime, bytes, int]]
    received: Received
    decoded: Decoded
    is_repeat: bool = False

    @property
    def arrivals(self) -> list[Arrival]:
        return [] if self.is_repeat else [Arrival(self.received, message) for message in self.decoded.said]


def take_all(record: Record, settings: Settings, now: datetime) -> Taken:
    """Everything that waits, oldest first; what ended no attempt so far comes last, one by one."""
    products, total = profiles_of(settings.nbiot_products), Taken()
    for is_first, size in ((True, AT_ONCE), (False, 1)):
        after = 0
        while ids := _claim(record, after, is_first, size):
            total = total.plus(take(record, settings, products, ids, now))
            after = max(ids)
    return total


def _claim(record: Record, after: int, is_first: bool, size: int) -> list[int]:
    """Count an attempt before it begins: it is known even of one that ends in the worker's death."""
    with record.scoped(EVERYTHING) as session:
        return sorted(session.scalars(_CLAIM, {"after": after, "first": is_first, "last_from": LAST_FROM, "n": size}))


def take(
    record: Record, settings: Settings, products: Mapping[str, Profile], ids: Sequence[int], now: datetime
) -> Taken:
    """These bodies, in one transaction: on record and marked, or neither."""
    with record.scoped(EVERYTHING) as session:
        opened = [_open(row, products) for row in session.execute(_LOCK, {"ids": list(ids)})]
        opened = _without_repeats(session, opened, now)
        return _through_the_gate(session, opened, settings, now)


def _open(row: Row[tuple[int, str, str, datetime, bytes, int]], products: Mapping[str, Profile]) -> _Opened:
    received = Received(row.door, row.peer, bytes(row.body), row.received_at)
    if row.attempts > MOST_ATTEMPTS:
        return _Opened(row, received, Decoded((Refused(f"{MOST_ATTEMPTS} attempts ended without a result."),)))
    return _Opened(row, received, platforms.decode(row.door, received.payload, row.received_at, products))


def _without_repeats(session: Session, opened: Sequence[_Opened], now: datetime) -> list[_Opened]:
    """Mark what the platform pushed again under its own number; whoever comes first with a number has its turn."""
    keys = sorted({each.decoded.key for each in opened if each.decoded.key})
    if not keys:
        return list(opened)
    session.execute(_TURN, {"keys": keys})
    seen = set(session.scalars(_SEEN, {"keys": keys, "now": now}))
    marked = []
    for each in opened:
        key = each.decoded.key
        marked.append(replace(each, is_repeat=key is not None and key in seen))
        if key is not None:
            seen.add(key)
    return marked


def _through_the_gate(session: Session, opened: Sequence[_Opened], settings: Settings, now: datetime) -> Taken:
    """All together, or by halves down to the body that the record refuses, which is kept aside."""
    if not opened:
        return Taken()
    try:
        with session.begin_nested():
            return _write(session, opened, settings, now)
    except Exception as error:
        if not blames_a_message(error):
            raise
        if len(opened) > 1:
            half = len(opened) // 2
            first = _through_the_gate(session, opened[:half], settings, now)
            return first.plus(_through_the_gate(session, opened[half:], settings, now))
        log.warning("kept aside, the record refuses it: %s", words_of(error))
        refusal = Decoded((Refused(f"The record refuses it: {words_of(error)}."),))
        return _write(session, [replace(opened[0], decoded=refusal)], settings, now)


def _write(session: Session, opened: Sequence[_Opened], settings: Settings, now: datetime) -> Taken:
    """Pushes first: what a platform tells again is compared with the record that they made."""
    fresh = [each for each in opened if not each.is_repeat]
    device_books.learn(session, [alias for each in fresh for alias in each.decoded.aliases])
    devices, quota = KnownDevices(), settings.dead_letter_quota_mb << 20
    pushed = [arrival for each in fresh if each.row.peer != HISTORY_PEER for arrival in each.arrivals]
    done = accept(session, pushed, devices, now, quota) if pushed else Accepted()
    told_again = [arrival for each in fresh if each.row.peer == HISTORY_PEER for arrival in each.arrivals]
    unheard = recovered.unheard(session, told_again, devices) if told_again else []
    if unheard:
        done = done.plus(accept(session, unheard, devices, now, quota))
    device_books.link(session, [link for each in fresh for link in each.decoded.links], devices)
    device_books.install(session, [(each.decoded.installed, each.received.received_at) for each in fresh])
    held = {id(received) for received in done.held}
    settled = [each for each in opened if id(each.received) not in held]
    if held:
        session.execute(_HOLD, {"ids": [each.row.id for each in opened if id(each.received) in held]})
    _mark(session, [(each, *_outcome(each, devices)) for each in settled], now)
    return Taken(
        bodies=len(settled),
        signals=done.signals,
        repeats=done.repeats + len(told_again) - len(unheard) + len(opened) - len(fresh),
        refused=done.refused,
        waiting=len(opened) - len(settled),
    )


def _mark(session: Session, settled: Sequence[tuple[_Opened, str, str | None]], now: datetime) -> None:
    session.execute(
        _MARK,
        {
            "ids": [each.row.id for each, _state, _reason in settled],
            "states": [state for _each, state, _reason in settled],
            "reasons": [reason and reason.replace("\x00", "␀") for _each, _state, reason in settled],
            "keys": [each.decoded.key for each, _state, _reason in settled],
            "now": now,
        },
    )


def _outcome(each: _Opened, devices: KnownDevices) -> tuple[str, str | None]:
    """Refused only where nothing of it was taken; part of a batch that is refused stands in the dead letters."""
    if each.is_repeat:
        return "taken", "The platform pushed it again."
    refusals = [reason for message in each.decoded.said if (reason := _refusal(message, devices)) is not None]
    if refusals and len(refusals) == len(each.decoded.said):
        return "refused", refusals[0]
    return "taken", refusals[0] if refusals else each.decoded.note


def _refusal(message: DeviceMessage | Refused, devices: KnownDevices) -> str | None:
    if isinstance(message, Refused):
        return message.reason
    return None if devices.knows(message.device_code) else f"There is no device {message.device_code!r} in use."
