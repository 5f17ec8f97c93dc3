"""The one gate: decoded messages become signals, latest words and alarms, in one transaction."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.alarms import AlarmSignal, raise_alarm
from db.rules.signal_kinds import rings
from ingest.dead_letters import DeadLetterNote, keep
from ingest.known_devices import KnownDevice, KnownDevices
from ingest.messages import DeviceMessage, Received, Refused


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it came, and what it says or why it is refused."""

    received: Received
    message: DeviceMessage | Refused


@dataclass(frozen=True, slots=True)
class Accepted:
    """How a batch went."""

    signals: int
    repeats: int
    refused: int
    alarms_raised: int


@dataclass(frozen=True, slots=True)
class _Located:
    """A message with its device and its time."""

    message: DeviceMessage
    device: KnownDevice
    received_at: datetime
    observed_at: datetime


_STAGE = text("create temporary table if not exists staged (like signals) on commit delete rows")
_TAKE = text(
    """
    insert into signals (device_id, signal, observed_at, venue_id, county, received_at, value, alarm, text)
    select distinct on (device_id, signal, observed_at)
        device_id, signal, observed_at, venue_id, county, received_at, value, alarm, text from staged
    order by device_id, signal, observed_at, received_at
    on conflict do nothing returning device_id, signal, observed_at
    """
)
_LATEST = text(
    """
    insert into device_latest (device_id, venue_id, county, heard_at, observed_at, signal, value, battery_pct, rssi_dbm)
    select * from unnest(cast(:device_id as int[]), cast(:venue_id as int[]), cast(:county as int[]),
        cast(:heard_at as timestamptz[]), cast(:observed_at as timestamptz[]), cast(:signal as text[]),
        cast(:value as float8[]), cast(:battery as int2[]), cast(:rssi as int2[]))
    on conflict (device_id) do update set
        heard_at = greatest(device_latest.heard_at, excluded.heard_at),
        observed_at = greatest(device_latest.observed_at, excluded.observed_at),
        signal = case when excluded.observed_at >= device_latest.observed_at then excluded.signal
                      else device_latest.signal end,
        value = case when excluded.observed_at >= device_latest.observed_at then excluded.value
                     else device_latest.value end,
        battery_pct = coalesce(excluded.battery_pct, device_latest.battery_pct),
        rssi_dbm = coalesce(excluded.rssi_dbm, device_latest.rssi_dbm)
    """
)


def accept(session: Session, arrivals: Sequence[Arrival], devices: KnownDevices, now: datetime) -> Accepted:
    """Record a batch. What was recorded before is dropped as a repeat: it neither counts nor rings again."""
    known = devices.find(session, {a.message.device_code for a in arrivals if isinstance(a.message, DeviceMessage)})
    located: list[_Located] = []
    aside: list[DeadLetterNote] = []
    for arrival in arrivals:
        message, received = arrival.message, arrival.received
        if isinstance(message, Refused):
            aside.append(DeadLetterNote(received, message.reason))
        elif (device := known.get(message.device_code)) is None:
            aside.append(DeadLetterNote(received, f"There is no device {message.device_code!r} in use."))
        else:
            at = message.observed_at or received.received_at
            located.append(_Located(message, device, received.received_at, at))
    keep(session, aside)
    fresh = _record(session, located)
    _move_latest(session, fresh)
    raised = sum(_ring(session, entry, now) for entry in fresh)
    return Accepted(len(fresh), len(located) - len(fresh), len(aside), raised)


def _record(session: Session, located: Sequence[_Located]) -> list[_Located]:
    """Write signals; answers those that were not on record, oldest first."""
    if not located:
        return []
    session.execute(_STAGE)
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(
        (
            *(e.device.id, e.message.signal.value, e.observed_at.isoformat(), e.device.venue_id, e.device.county),
            *(e.received_at.isoformat(), e.message.value, e.message.alarm, e.message.text or None),
        )
        for e in located
    )
    lines.seek(0)
    cursor = session.connection().connection.cursor()
    cursor.copy_expert(
        "copy staged (device_id, signal, observed_at, venue_id, county, received_at, value, alarm, text)"
        " from stdin with (format csv)",
        lines,
    )
    written = {(row.device_id, row.signal, row.observed_at) for row in session.execute(_TAKE)}
    fresh: list[_Located] = []
    for entry in sorted(located, key=lambda e: (e.observed_at, e.received_at)):
        key = (entry.device.id, entry.message.signal.value, entry.observed_at)
        if key in written:
            written.discard(key)
            fresh.append(entry)
    return fresh


def _move_latest(session: Session, fresh: Sequence[_Located]) -> None:
    latest: dict[int, _Located] = {}
    powers: dict[int, tuple[int | None, int | None]] = {}
    for entry in fresh:
        latest[entry.device.id] = entry
        battery, rssi = powers.get(entry.device.id, (None, None))
        message = entry.message
        powers[entry.device.id] = (
            message.battery_pct if message.battery_pct is not None else battery,
            message.rssi_dbm if message.rssi_dbm is not None else rssi,
        )
    if not latest:
        return
    rows = [latest[device_id] for device_id in sorted(latest)]
    columns: dict[str, list[Any]] = {
        "device_id": [e.device.id for e in rows],
        "venue_id": [e.device.venue_id for e in rows],
        "county": [e.device.county for e in rows],
        "heard_at": [e.received_at for e in rows],
        "observed_at": [e.observed_at for e in rows],
        "signal": [e.message.signal.value for e in rows],
        "value": [e.message.value for e in rows],
        "battery": [powers[e.device.id][0] for e in rows],
        "rssi": [powers[e.device.id][1] for e in rows],
    }
    session.execute(_LATEST, columns)


def _ring(session: Session, entry: _Located, now: datetime) -> bool:
    """Raise or fold an alarm where the signal rings; a test is recorded and does not ring."""
    message, device = entry.message, entry.device
    kind = None if message.is_test else rings(message.signal, message.value, message.alarm)
    if kind is None:
        return False
    signal = AlarmSignal(
        *(device.venue_id, device.county, device.area_id, device.id, device.code, kind),
        *(message.signal.value, message.value, entry.observed_at, device.is_demo),
    )
    raise_alarm(session, signal, now)
    return True
