"""`Install_info` and `status_info` (GB/T 45839-2025 annex D). Bytes in, values out; never raises."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from db.rules import device_identity
from db.rules.doors import GBT45839, IDENTITY, addressed
from db.rules.signal_kinds import SignalKind
from ingest import pushed
from ingest.decoded import Alias, Decoded, Installed
from ingest.messages import DeviceMessage, Refused
from ingest.pushed import Unreadable

HERE = ZoneInfo("Asia/Shanghai")
FACTS = (
    *("name", "categoryName", "netType", "client", "address", "deviceAddress", "productingDate", "longitude"),
    *("latitude", "activeTime", "organizationName", "area", "responsible", "mobile"),
)
"""Fields of Install_info beside company and serial, as annex D spells them."""
LONGEST_KEY = 64


def decode_install(body: bytes, _received_at: datetime) -> Decoded:
    """A device put on the books by its vendor. Where it hangs is for us to say: no venue is made of it."""
    try:
        told = pushed.object_of(body)
        company, serial = _who(told)
    except Unreadable as wrong:
        return Decoded((Refused(str(wrong)),))
    facts = {name: pushed.text(told.get(name)) for name in FACTS}
    return Decoded(
        said=(),
        installed=Installed(company, serial, {name: value for name, value in facts.items() if value}),
        note="A device was put on the books.",
    )


def decode_status(body: bytes, received_at: datetime) -> Decoded:
    """A detector's state: normal, alarm, fault or shielded."""
    try:
        return _status(pushed.object_of(body), received_at)
    except Unreadable as wrong:
        return Decoded((Refused(str(wrong)),))


def _status(told: dict[str, Any], received_at: datetime) -> Decoded:
    company, serial = _who(told)
    device = addressed(GBT45839, f"{company}:{serial}")
    at, words = pushed.written_moment(told.get("datetime"), _written, received_at)
    battery, radio = pushed.whole(told.get("batteryPercentage")), pushed.whole(told.get("signalStrength"))
    if battery is not None and not 0 <= battery <= 100:
        words, battery = "；".join(filter(None, [words, f"电量 {battery} 不可用"])), None
    signal, value, alarm, text = _said(pushed.whole(told.get("status")))
    message = DeviceMessage(
        device,
        signal,
        at,
        value=value,
        alarm=alarm,
        battery_pct=battery,
        rssi_dbm=radio if radio is not None and -200 <= radio <= 0 else None,
        text="；".join(filter(None, [text, words])) or None,
    )
    return Decoded((message,), _aliases(device, serial))


def _said(status: int | None) -> tuple[SignalKind, float | None, bool | None, str]:
    """Annex D: 1 normal, 2 alarm, 3 fault, 4 shielded. A shielded detector is alive, and senses nothing."""
    match status:
        case 1:
            return SignalKind.SMOKE, None, False, "正常"
        case 2:
            return SignalKind.SMOKE, None, True, "报警"
        case 3:
            return SignalKind.FAULT, 1.0, True, "故障"
        case 4:
            return SignalKind.FAULT, 1.0, True, "已被屏蔽"
    raise Unreadable("status is not 1 (normal), 2 (alarm), 3 (fault) or 4 (shielded).")


def _aliases(device: str, serial: str) -> tuple[Alias, ...]:
    """Where the serial number is the whole identity, the device is known by that too."""
    identity = device_identity.parse(serial)
    return () if isinstance(identity, str) else (Alias(device, addressed(IDENTITY, serial)),)


def _who(told: dict[str, Any]) -> tuple[str, str]:
    company, serial = pushed.text(told.get("company")), pushed.text(told.get("serial"))
    if not company or not serial:
        raise Unreadable("company and serial are not both given.")
    if len(company) > LONGEST_KEY or len(serial) > LONGEST_KEY or ":" in company:
        raise Unreadable(f"company or serial is longer than {LONGEST_KEY} characters, or company holds a colon.")
    return company, serial


def _written(words: str) -> datetime:
    """ "YYYY-MM-DD hh:mm:ss", Beijing time, as annex D writes it."""
    at = datetime.fromisoformat(words)
    return at if at.tzinfo else at.replace(tzinfo=HERE)
