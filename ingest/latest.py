"""The last word of each device, only ever moved forward: what a meter showed long ago proves nothing today."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.online import counter_of, is_proof
from ingest.located import Located

_MOVE = text(
    """
    insert into device_latest as l
        (device_id, venue_id, county, heard_at, observed_at, signal, value, battery_pct, rssi_dbm, proven_at, counter,
         skew_day, skew_seconds)
    select * from json_to_recordset(cast(:rows as json)) as r (device_id int, venue_id int, county int,
        heard_at timestamptz, observed_at timestamptz, signal text, value float8, battery_pct int2, rssi_dbm int2,
        proven_at timestamptz, counter float8, skew_day date, skew_seconds float4)
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
                        else coalesce(l.rssi_dbm, excluded.rssi_dbm) end,
        proven_at = greatest(l.proven_at, excluded.proven_at,
                             case when excluded.counter <> l.counter and excluded.observed_at >= l.observed_at
                                  then excluded.heard_at end),
        counter = case when excluded.observed_at >= l.observed_at then coalesce(excluded.counter, l.counter)
                       else coalesce(l.counter, excluded.counter) end,
        skew_before = case when l.skew_day = excluded.skew_day then l.skew_before else l.skew_seconds end,
        skew_seconds = case when l.skew_day = excluded.skew_day then least(l.skew_seconds, excluded.skew_seconds)
                            else excluded.skew_seconds end,
        skew_day = excluded.skew_day
    """
)


@dataclass(slots=True)
class _Latest:
    """What a device said last in this batch."""

    entry: Located
    battery_pct: int | None = field(default=None)
    rssi_dbm: int | None = field(default=None)
    proven_at: datetime | None = field(default=None)
    counter: float | None = field(default=None)
    skew_seconds: float | None = field(default=None)
    """The least of what lies between the device's clock and ours: waiting on the way only adds to it."""

    def hear(self, entry: Located) -> None:
        self.entry = entry
        if entry.message.battery_pct is not None:
            self.battery_pct = entry.message.battery_pct
        if entry.message.rssi_dbm is not None:
            self.rssi_dbm = entry.message.rssi_dbm
        message, kind = entry.message, entry.device.kind
        has_radio = message.rssi_dbm is not None or message.battery_pct is not None
        if is_proof(kind, message.signal, message.value, has_radio=has_radio, is_test=message.is_test):
            self.proven_at = entry.received_at
        shown = counter_of(kind, message.signal, message.value)
        self.counter = self.counter if shown is None else shown
        if message.observed_at is not None:
            skew = (entry.received_at - message.observed_at).total_seconds()
            self.skew_seconds = skew if self.skew_seconds is None else min(skew, self.skew_seconds)

    def row(self) -> dict[str, object]:
        device, message = self.entry.device, self.entry.message
        return {
            "device_id": device.id,
            "venue_id": device.venue_id,
            "county": device.county,
            "heard_at": self.entry.received_at,
            "observed_at": self.entry.observed_at,
            "signal": message.signal.value,
            "value": message.value,
            "battery_pct": self.battery_pct,
            "rssi_dbm": self.rssi_dbm,
            "proven_at": self.proven_at,
            "counter": self.counter,
            "skew_day": self.entry.received_at.date(),
            "skew_seconds": self.skew_seconds,
        }


def move(session: Session, fresh: Sequence[Located]) -> None:
    """Take over these signals, oldest first; in the devices' order, so that gateways side by side never deadlock."""
    latest: dict[int, _Latest] = {}
    for entry in fresh:
        latest.setdefault(entry.device.id, _Latest(entry)).hear(entry)
    if not latest:
        return
    rows = [latest[device_id].row() for device_id in sorted(latest)]
    # One JSON text costs the database a tenth of the same rows as arrays of constants.
    session.execute(_MOVE, {"rows": orjson.dumps(rows).decode()})
