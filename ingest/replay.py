"""Decoding again what was kept: accepted messages after a dictionary was corrected, refused ones after a fix.

Both run as the schema's owner: the gateways themselves can neither change a signal nor remove a dead letter.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.rules.access_scope import EVERYTHING
from db.session import Record
from ingest import latest, raw, recording
from ingest.accept import Arrival, accept
from ingest.dead_letters import KEPT_BYTES
from ingest.doors import Decoding
from ingest.known_devices import KnownDevices
from ingest.located import Located
from ingest.messages import DeviceMessage, Received, Refused

AT_ONCE = 2000
Report = Callable[[int], None]
T = TypeVar("T")
_Held = dict[tuple[int, datetime], list[Any]]

_HELD = text(
    """
    select s.device_id, s.signal, s.observed_at, s.received_at, s.value, s.alarm, s.text, s.battery_pct, s.rssi_dbm
    from signals s where s.observed_at between :first and :last and (s.device_id, s.received_at) in (
        select d, at from unnest(cast(:devices as int[]), cast(:moments as timestamptz[])) asked (d, at))
    """
)
_REMOVE = text(
    """
    delete from signals s
    using unnest(cast(:devices as int[]), cast(:signals as text[]), cast(:moments as timestamptz[])) wrong (d, n, at)
    where s.device_id = wrong.d and s.signal = wrong.n and s.observed_at = wrong.at
    """
)
_LETTERS = text(
    """
    select id, received_at, channel, peer, payload from dead_letters
    where received_at >= :since and received_at < :until and id > :after
        and (cast(:channel as text) is null or channel = :channel)
    order by id limit :n
    """
)
_TAKE_OUT = text("delete from dead_letters where id = any (:ids)")


@dataclass(frozen=True, slots=True)
class Span:
    """What to decode again: received in [since, until), through one door or all."""

    since: datetime
    until: datetime
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """Messages by what became of them."""

    messages: int = 0
    unchanged: int = 0
    corrected: int = 0
    added: int = 0
    refused: int = 0

    def plus(self, other: "Replayed") -> "Replayed":
        return Replayed(
            self.messages + other.messages,
            self.unchanged + other.unchanged,
            self.corrected + other.corrected,
            self.added + other.added,
            self.refused + other.refused,
        )


def replay_accepted(owner: Record, span: Span, operator: Operator, report: Report = lambda _done: None) -> Replayed:
    """Decode kept bytes again and correct the signals that they made: nothing rings for it.

    What is refused now stays as it was recorded. A batch is a transaction: one that is cut off can be run again.
    """
    devices, decode, total = KnownDevices(), Decoding(), Replayed()
    with owner.scoped(EVERYTHING) as reading:
        for batch in _batches(raw.kept(reading, span.since, span.until, span.channel), AT_ONCE):
            with owner.scoped(EVERYTHING) as session:
                total = total.plus(_correct(session, batch, devices, decode))
            report(total.messages)
    _note(owner, operator, "messages decoded again", span, total)
    return total


def replay_refused(owner: Record, span: Span, operator: Operator, report: Report = lambda _done: None) -> Replayed:
    """Take in the dead letters that can be read now; those that came within the hour ring."""
    devices, decode, total, after = KnownDevices(), Decoding(), Replayed(), 0
    window = {"since": span.since, "until": span.until, "channel": span.channel, "n": AT_ONCE}
    while True:
        with owner.scoped(EVERYTHING) as session:
            letters = session.execute(_LETTERS, {**window, "after": after}).all()
            if not letters:
                break
            after = letters[-1].id
            taken: list[int] = []
            arrivals: list[Arrival] = []
            for letter in letters:
                received = Received(letter.channel, letter.peer, bytes(letter.payload), letter.received_at)
                said = _readable(session, received, devices, decode)
                if said:
                    taken.append(letter.id)
                    arrivals += [Arrival(received, message) for message in said]
            done = accept(session, arrivals, devices, datetime.now(UTC))
            session.execute(_TAKE_OUT, {"ids": taken})
        total = total.plus(
            Replayed(len(letters), done.repeats, 0, done.signals, len(letters) - len(taken)),
        )
        report(total.messages)
    _note(owner, operator, "dead letters taken in", span, total)
    return total


def _readable(session: Session, received: Received, devices: KnownDevices, decode: Decoding) -> Sequence[DeviceMessage]:
    """What a dead letter says, all of it by devices in use; nothing where any of it is still refused."""
    if len(received.payload) >= KEPT_BYTES:
        return ()
    all_said = decode(session, received)
    said = [message for message in all_said if isinstance(message, DeviceMessage)]
    known = devices.find(session, {message.device_code for message in said})
    whole = len(said) == len(all_said) and all(message.device_code in known for message in said)
    return said if whole else ()


def _correct(session: Session, batch: Sequence[Received], devices: KnownDevices, decode: Decoding) -> Replayed:
    located, refused = _located(session, batch, devices, decode)
    held = _held(session, located)
    changed = [entry for entry in located if not _claimed(held, entry, lambda row, e: _says(row) == _wanted(e))]
    wrong = []
    for entry in changed:
        before = _claimed(held, entry, lambda row, e: row.signal == e.message.signal.value)
        before = before or _claimed(held, entry, lambda _row, _e: True)
        wrong += [before] if before else []
    unchanged, anew = len(located) - len(changed), changed
    if wrong:
        session.execute(
            _REMOVE,
            {
                "devices": [row.device_id for row in wrong],
                "signals": [row.signal for row in wrong],
                "moments": [row.observed_at for row in wrong],
            },
        )
    fresh = recording.record(session, anew)
    latest.move(session, fresh)
    added = max(0, len(fresh) - len(wrong))
    return Replayed(len(batch), unchanged + len(anew) - len(wrong) - added, len(wrong), added, refused)


def _located(
    session: Session, batch: Sequence[Received], devices: KnownDevices, decode: Decoding
) -> tuple[list[Located], int]:
    said = [(received, message) for received in batch for message in decode(session, received)]
    known = devices.find(session, {m.device_code for _received, m in said if isinstance(m, DeviceMessage)})
    located = [
        Located(message, known[message.device_code], received.received_at, message.observed_at or received.received_at)
        for received, message in said
        if not isinstance(message, Refused) and message.device_code in known
    ]
    return located, len(said) - len(located)


def _claimed(held: _Held, entry: Located, is_it: Callable[[Any, Located], bool]) -> Any | None:
    """A signal that the entry's message made; nobody finds it twice."""
    rows = held.get((entry.device.id, entry.received_at), [])
    found = next((row for row in rows if is_it(row, entry)), None)
    if found is not None:
        rows.remove(found)
    return found


def _held(session: Session, located: Sequence[Located]) -> _Held:
    """What these messages made of themselves when they came, by device and moment of receipt; some made several."""
    if not located:
        return {}
    moments = [entry.observed_at for entry in located]
    # A crowded tick is recorded a few microseconds later, and a wrong clock at the moment of receipt.
    first = min(*moments, *(entry.received_at for entry in located))
    last = max(*moments, *(entry.received_at for entry in located)) + timedelta(seconds=1)
    rows = session.execute(
        _HELD,
        {
            "devices": [entry.device.id for entry in located],
            "moments": [entry.received_at for entry in located],
            "first": first,
            "last": last,
        },
    )
    held: _Held = {}
    for row in rows:
        held.setdefault((row.device_id, row.received_at), []).append(row)
    return held


def _says(row: Any) -> tuple[object, ...]:
    return row.signal, row.value, row.alarm, row.text, row.battery_pct, row.rssi_dbm


def _wanted(entry: Located) -> tuple[object, ...]:
    message = entry.message
    return (
        message.signal.value,
        message.value,
        message.alarm,
        entry.text,
        message.battery_pct,
        message.rssi_dbm,
    )


def _note(owner: Record, operator: Operator, act: str, span: Span, total: Replayed) -> None:
    with owner.scoped(EVERYTHING) as session:
        audit.write(
            session,
            actor_id=operator.person_id,
            actor_name=operator.name,
            address=operator.address,
            act=act,
            subject=span.channel or "all doors",
            detail={
                "since": span.since.isoformat(),
                "until": span.until.isoformat(),
                "messages": total.messages,
                "corrected": total.corrected,
                "added": total.added,
                "refused": total.refused,
            },
        )


def _batches(messages: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(messages, size)):
        yield batch
