"""The one gate: decoded messages become signals, latest words and alarms, in one transaction."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.commands.alarm_raising import AlarmSignal, Near, hear_witnesses, raise_alarms
from db.rules.alarm_correlation import may_witness
from db.rules.signal_kinds import rings
from ingest import dead_letters, latest, raw, recording
from ingest.dead_letters import DeadLetterNote
from ingest.known_devices import KnownDevices
from ingest.located import Located
from ingest.messages import DeviceMessage, Received, Refused


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it came, and what it says or why it is refused."""

    received: Received
    message: DeviceMessage | Refused


@dataclass(frozen=True, slots=True)
class Accepted:
    """How a batch went."""

    signals: int = 0
    repeats: int = 0
    refused: int = 0
    alarm_bearing: int = 0
    held: tuple[Received, ...] = ()
    """Refused, with no room to keep them: on record they are nowhere, so whoever sent them must keep them."""

    def plus(self, other: "Accepted") -> "Accepted":
        """Both batches together."""
        return Accepted(
            self.signals + other.signals,
            self.repeats + other.repeats,
            self.refused + other.refused,
            self.alarm_bearing + other.alarm_bearing,
            self.held + other.held,
        )

    @property
    def taken(self) -> int:
        return self.signals + self.repeats


def accept(
    session: Session,
    arrivals: Sequence[Arrival],
    devices: KnownDevices,
    now: datetime,
    dead_letter_quota_bytes: int = sys.maxsize,
) -> Accepted:
    """Record a batch. What was recorded before is dropped as a repeat: it neither counts nor rings again."""
    known = devices.find(session, {a.message.device_code for a in arrivals if isinstance(a.message, DeviceMessage)})
    located: list[Located] = []
    accepted: list[Received] = []
    aside: list[DeadLetterNote] = []
    for arrival in arrivals:
        message, received = arrival.message, arrival.received
        if isinstance(message, Refused):
            _put_aside(aside, DeadLetterNote(received, message.reason))
        elif (device := known.get(message.device_code)) is None:
            _put_aside(aside, DeadLetterNote(received, f"There is no device {message.device_code!r} in use."))
        else:
            at = message.observed_at or received.received_at
            located.append(Located(message, device, received.received_at, at))
            if not accepted or accepted[-1] is not received:  # a frame may hold several messages
                accepted.append(received)
    has_room = not aside or dead_letters.has_room(session, dead_letter_quota_bytes)
    if has_room:
        dead_letters.keep(session, aside)
    raw.keep(session, accepted)
    fresh = recording.record(session, located)
    latest.move(session, fresh)
    ringing = [signal for entry in fresh if (signal := _ringing(entry)) is not None]
    raise_alarms(session, ringing, now)
    hear_witnesses(session, [Near(e.device.venue_id, e.observed_at) for e in fresh if _is_witness(e)], now)
    return Accepted(
        signals=len(fresh),
        repeats=len(located) - len(fresh),
        refused=len(aside) if has_room else 0,
        alarm_bearing=len(ringing),
        held=() if has_room else tuple(note.received for note in aside),
    )


def _put_aside(aside: list[DeadLetterNote], note: DeadLetterNote) -> None:
    """Once for each reason: what holds several messages of one unknown device is one dead letter."""
    if not aside or aside[-1].received is not note.received or aside[-1].reason != note.reason:
        aside.append(note)


def _ringing(entry: Located) -> AlarmSignal | None:
    """The signal as one that rings, or None; a test is recorded and does not ring, nor does a reading that came late.

    What calls itself an alarm rings however late, as of its receipt: the clock may be wrong, and the fire real.
    """
    message, device = entry.message, entry.device
    is_history = entry.is_late and not message.alarm
    kind = None if message.is_test or is_history else rings(message.signal, message.value, message.alarm)
    if kind is None:
        return None
    return AlarmSignal(
        venue_id=device.venue_id,
        county=device.county,
        area_id=device.area_id,
        device_id=device.id,
        device_code=device.code,
        kind=kind,
        signal=message.signal.value,
        value=message.value,
        observed_at=entry.received_at if entry.is_late else entry.observed_at,
        is_demo=device.is_demo,
        device_kind=device.kind,
    )


def _is_witness(entry: Located) -> bool:
    """True for a reading that rings nothing itself and may yet speak for a fire nearby."""
    message = entry.message
    if message.is_test or message.alarm or entry.is_late:
        return False
    return may_witness(message.signal, message.value)
