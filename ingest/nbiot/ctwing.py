"""CTWing (AEP) pushes: data, events, links and answers to commands. Bytes in, values out; never raises.

Message types and fields as CTWing's help describes its subscriptions (数据订阅推送): dataReport, dataReportTupUnion,
eventReport, deviceOnlineOfflineReport, commandResponse.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from db.rules.doors import PlatformDoor, addressed
from db.rules.signal_kinds import SignalKind
from ingest import pushed
from ingest.decoded import Alias, Decoded, Link
from ingest.messages import DeviceMessage, Refused
from ingest.nbiot import meaning
from ingest.nbiot.meaning import Spoken
from ingest.nbiot.profiles import BY_NAME, Profile
from ingest.pushed import Unreadable

DOOR = PlatformDoor.CTWING.value


def decode(body: bytes, received_at: datetime, products: Mapping[str, Profile]) -> Decoded:
    """What a push says, or why it is refused."""
    try:
        return _decode(pushed.object_of(body), received_at, products)
    except Unreadable as wrong:
        return Decoded((Refused(str(wrong)),))


def _decode(told: dict[str, Any], received_at: datetime, products: Mapping[str, Profile]) -> Decoded:
    kind = pushed.text(told.get("messageType"))
    device, alias = _who(told)
    profile = products.get(pushed.text(told.get("productId")), BY_NAME)
    if kind == "deviceOnlineOfflineReport":
        return _link(told, device, received_at)
    if kind == "commandResponse":
        return Decoded((), note="An answer to a command holds no signal.")
    if kind == "dataReportTupUnion":
        reports = told.get("payload")
        each = reports if isinstance(reports, list) else [reports]
        said = [m for report in each for m in _report(_dict(report), told, device, received_at, profile)]
        return Decoded(tuple(said), alias)
    if kind in ("dataReport", "eventReport"):
        content = told.get("payload" if kind == "dataReport" else "eventContent")
        return Decoded(_report(_dict(content), told, device, received_at, profile), alias, key=_key(told, device))
    raise Unreadable(f"There is no message type {kind[:40]!r}.")


def _who(told: Mapping[str, Any]) -> tuple[str, tuple[Alias, ...]]:
    """By its IMEI where it is told, else by the platform's own number of it; who is both, is one device."""
    imei = pushed.text(told.get("IMEI")) or pushed.text(told.get("imei"))
    number, product = pushed.text(told.get("deviceId")), pushed.text(told.get("productId"))
    by_number = addressed(DOOR, f"{product}/{number}") if number and product else ""
    if imei:
        by_imei = addressed(DOOR, imei)
        return by_imei, ((Alias(by_imei, by_number),) if by_number else ())
    if not by_number:
        raise Unreadable("Neither IMEI nor deviceId with productId is given.")
    return by_number, ()


def _link(told: Mapping[str, Any], device: str, received_at: datetime) -> Decoded:
    """1 on line, 0 off. Off is the platform's word, not the device's: no sign of life."""
    at, words = pushed.moment(told.get("timestamp"), received_at)
    match pushed.whole(told.get("eventType")):
        case 1:
            alive = DeviceMessage(
                device, SignalKind.HEARTBEAT, at, text="；".join(filter(None, ["平台报告上线", words]))
            )
            return Decoded((alive,), links=(Link(device, DOOR, True, at or received_at),))
        case 0:
            link = Link(device, DOOR, False, at or received_at)
            return Decoded((), links=(link,), note="The platform says that the device is off line.")
        case _:
            raise Unreadable("eventType is neither 1 (on line) nor 0 (off line).")


def _report(
    content: dict[str, Any], told: Mapping[str, Any], device: str, received_at: datetime, profile: Profile
) -> tuple[DeviceMessage, ...]:
    at, words = pushed.moment(content.get("timestamp") or told.get("timestamp"), received_at)
    return meaning.messages(_fields(content), Spoken(device, at, words), profile)


def _fields(content: dict[str, Any]) -> dict[str, Any]:
    """The fields of a report; those of transparent data where it is JSON itself, in Base64."""
    given = content.get("APPdata")
    if given is None:
        return content
    try:
        inside = base64.b64decode(str(given), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable("APPdata is not Base64.") from error
    try:
        found = orjson.loads(inside)
    except orjson.JSONDecodeError as error:
        raise Unreadable("APPdata holds a vendor's own frame, and no profile says how it is read.") from error
    if not isinstance(found, dict):
        raise Unreadable("APPdata holds no object.")
    return found


def _dict(content: Any) -> dict[str, Any]:
    if isinstance(content, str):  # written as text inside the text
        content = pushed.json_of(content.encode(errors="replace"))
    if not isinstance(content, dict):
        raise Unreadable("payload is not an object.")
    return content


def _key(told: Mapping[str, Any], device: str) -> str | None:
    """The platform's number of the message, where it counts at all (-1 says that it does not), and the content."""
    number = pushed.whole(told.get("upDataSN"))
    if number is None or number < 0:
        return None
    content = orjson.dumps(told.get("payload"), option=orjson.OPT_SORT_KEYS, default=str)
    return f"{device}/{number}/{hashlib.sha256(content).hexdigest()[:16]}"
