"""The last word of each device, only ever moved forward."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from ingest.located import Located

_MOVE = text(
    """
    insert into device_latest as l
        (device_id, venue_id, county, heard_at, observed_at, signal, value, battery_pct, rssi_dbm)
    select * from unnest(cast(:device_id as int[]), cast(:venue_id as int[]), cast(:county as int[]),
        cast(:heard_at as timestamptz[]), cast(:observed_at as timestamptz[]), cast(:signal as text[]),
        cast(:value as float8[]), cast(:battery_pct as int2[]), cast(:rssi_dbm as int2[]))
    on conflict (device_id) do update set
        venue_id = excluded.venue_id,
        county = excluded.county,
        heard_at = greatest(l.heard_at, excluded.heard_at),
        observed_at = greatest(l.observed_at, excluded.observed_at),
        signal = case when excluded.observed_at >= l.observed_at then excluded.signal else l.signal end,
        value = case when excluded.observed_at >= l.observed_at then excluded.value else l.value end,
        battery_pct = case when excluded.observed_at >= l.observed_at then coalesce(excluded.battery_pct, l.battery_pct)
                           else coalesce(l.battery_pct, excluded.battery_pct) end,
        rssi_dbm = case when excluded.observed_at >= l.observed_at then coalesce(excluded.rssi_dbm, l.rssi_dbm)
                        else coalesce(l.rssi_dbm, excluded.rssi_dbm) end
    """
)


@dataclass(slots=True)
class _Latest:
    """What a device said last in this batch."""

    entry: Located
    battery_pct: int | None = field(default=None)
    rssi_dbm: int | None = field(default=None)

    def hear(self, entry: Located) -> None:
        self.entry = entry
        if entry.message.battery_pct is not None:
            self.battery_pct = entry.message.battery_pct
        if entry.message.rssi_dbm is not None:
            self.rssi_dbm = entry.message.rssi_dbm


def move(session: Session, fresh: Sequence[Located]) -> None:
    """Take over these signals, oldest first; in the devices' order, so that gateways side by side never deadlock."""
    latest: dict[int, _Latest] = {}
    for entry in fresh:
        latest.setdefault(entry.device.id, _Latest(entry)).hear(entry)
    if not latest:
        return
    rows = [latest[device_id] for device_id in sorted(latest)]
    columns: dict[str, list[Any]] = {
        "device_id": [row.entry.device.id for row in rows],
        "venue_id": [row.entry.device.venue_id for row in rows],
        "county": [row.entry.device.county for row in rows],
        "heard_at": [row.entry.received_at for row in rows],
        "observed_at": [row.entry.observed_at for row in rows],
        "signal": [row.entry.message.signal.value for row in rows],
        "value": [row.entry.message.value for row in rows],
        "battery_pct": [row.battery_pct for row in rows],
        "rssi_dbm": [row.rssi_dbm for row in rows],
    }
    session.execute(_MOVE, columns)
