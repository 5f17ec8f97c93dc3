"""A decoded message in fields, whatever the protocol."""

from typing import Any

from db.rules.signal_kinds import BY_SIGNAL
from ingest.messages import DeviceMessage


def fields_of(message: DeviceMessage) -> dict[str, Any]:
    """What the record would hold of it; absent values are left out."""
    unit = BY_SIGNAL[message.signal].unit
    told = {
        "device": message.device_code,
        "signal": message.signal.value,
        "value": None if message.value is None else f"{message.value:g} {unit}".strip(),
        "alarm": message.alarm,
        "test": message.is_test or None,
        "at": message.observed_at.isoformat() if message.observed_at else None,
        "battery_pct": message.battery_pct,
        "rssi_dbm": message.rssi_dbm,
        "text": message.text,
    }
    return {name: value for name, value in told.items() if value is not None}
