"""OneNET pushes: data points (1), links (2), results of cached commands (7), and reports of a thing's model.

As China Mobile's OneNET describes its HTTP push (open.iot.10086.cn, "HTTP 推送 开发指南"). Never raises.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from db.rules.doors import PlatformDoor, addressed
from db.rules.signal_kinds import SignalKind
from ingest import pushed
from ingest.decoded import Alias, Decoded, Link
from ingest.messages import DeviceMessage, Refused
from ingest.nbiot import meaning
from ingest.nbiot.meaning import Spoken
from ingest.nbiot.profiles import BY_NAME, Profile
from ingest.pushed import Unreadable

DOOR = PlatformDoor.ONENET.value
MOST_TOGETHER = 1000


def decode(body: bytes, received_at: datetime, products: Mapping[str, Profile]) -> Decoded:
    """What a push says; of a batch, what is wrong is refused and the rest taken."""
    try:
        parts = [_one(message, received_at, products) for message in _messages(pushed.object_of(body))]
    except Unreadable as wrong:
        return Decoded((Refused(str(wrong)),))
    notes = [part.note for part in parts if part.note]
    return Decoded(
        said=tuple(message for part in parts for message in part.said),
        aliases=tuple(dict.fromkeys(alias for part in parts for alias in part.aliases)),
        links=tuple(link for part in parts for link in part.links),
        note=notes[0] if notes else None,
    )


def _messages(told: dict[str, Any]) -> list[Any]:
    """One message or several, as an object, a list, or the text of either."""
    found = told.get("msg")
    if found is None and "enc_msg" in told:
        raise Unreadable("The message is encrypted: choose plain text at the platform, over HTTPS.")
    if isinstance(found, str):
        found = pushed.json_of(found.encode(errors="replace"))
    several = found if isinstance(found, list) else [found]
    if len(several) > MOST_TOGETHER:
        raise Unreadable(f"More than {MOST_TOGETHER} messages in one push.")
    return several


def _one(told: Any, received_at: datetime, products: Mapping[str, Profile]) -> Decoded:
    try:
        if not isinstance(told, dict):
            raise Unreadable("msg is not an object.")
        device, aliases = _who(told)
        profile = products.get(pushed.text(told.get("productId")), BY_NAME)
        if "data" in told and "type" not in told:
            return Decoded(tuple(_model(told, device, received_at, profile)), aliases)
        match pushed.whole(told.get("type")):
            case 1:
                return Decoded(_point(told, device, received_at, profile), aliases)
            case 2:
                return _link(told, device, received_at)
            case 7:
                return Decoded((), note="The result of a cached command holds no signal.")
            case _:
                raise Unreadable(f"There is no type {pushed.text(told.get('type'))[:20]!r}.")
    except Unreadable as wrong:
        return Decoded((Refused(str(wrong)),))


def _who(told: Mapping[str, Any]) -> tuple[str, tuple[Alias, ...]]:
    """By its IMEI where it is told, else by the platform's number or name of it."""
    number, imei = pushed.text(told.get("dev_id")), pushed.text(told.get("imei"))
    name, product = pushed.text(told.get("deviceName")), pushed.text(told.get("productId"))
    by_number = addressed(DOOR, number) if number else addressed(DOOR, f"{product}/{name}") if name and product else ""
    if imei:
        by_imei = addressed(DOOR, imei)
        return by_imei, ((Alias(by_imei, by_number),) if by_number else ())
    if not by_number:
        raise Unreadable("Neither dev_id nor imei nor deviceName is given.")
    return by_number, ()


def _point(told: Mapping[str, Any], device: str, received_at: datetime, profile: Profile) -> tuple[DeviceMessage, ...]:
    """A data point: the name of its stream says what the value is; an object holds several fields."""
    at, words = pushed.moment(told.get("at"), received_at)
    value, stream = told.get("value"), pushed.text(told.get("ds_id"))
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = pushed.json_of(value.encode(errors="replace"))
    fields = value if isinstance(value, dict) else {_stream(stream): value}
    return meaning.messages(fields, Spoken(device, at, words), profile)


def _stream(name: str) -> str:
    """`3303_0_5700` (object, instance, resource of LwM2M) as profiles name it: `3303/5700`."""
    parts = name.split("_")
    return f"{parts[0]}/{parts[2]}" if len(parts) == 3 and all(part.isdigit() for part in parts) else name


def _link(told: Mapping[str, Any], device: str, received_at: datetime) -> Decoded:
    at, words = pushed.moment(told.get("at"), received_at)
    match pushed.whole(told.get("status")):
        case 1:
            alive = DeviceMessage(
                device, SignalKind.HEARTBEAT, at, text="；".join(filter(None, ["平台报告上线", words]))
            )
            return Decoded((alive,), links=(Link(device, DOOR, True, at or received_at),))
        case 0:
            link = Link(device, DOOR, False, at or received_at)
            return Decoded((), links=(link,), note="The platform says that the device is off line.")
        case _:
            raise Unreadable("status is neither 1 (on line) nor 0 (off line).")


def _model(told: Mapping[str, Any], device: str, received_at: datetime, profile: Profile) -> Iterator[DeviceMessage]:
    """Properties of a thing's model, each with its own time: those of one moment are one report."""
    data = told.get("data")
    params = data.get("params") if isinstance(data, dict) else None
    if not isinstance(params, dict):
        raise Unreadable("data.params is not an object.")
    by_time: dict[Any, dict[str, Any]] = {}
    for name, given in params.items():
        has_time = isinstance(given, dict) and "value" in given
        time, value = (pushed.text(given.get("time")), given["value"]) if has_time else ("", given)
        by_time.setdefault(time, {})[name] = value
    for time, fields in by_time.items():
        at, words = pushed.moment(time, received_at)
        yield from meaning.messages(fields, Spoken(device, at, words), profile)
