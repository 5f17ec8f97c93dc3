"""Alarm notices in JSON, as WVP-Pro names their fields. Bytes in, values out; never raises.

Fields are those of GB/T 28181-2022 A.2.5.3 (alarm notice): WVP-Pro's `DeviceAlarm` calls them deviceId, channelId,
alarmPriority, alarmMethod, alarmType, alarmTime, alarmDescription; its `AlarmChannelMessage` gbId, alarmSn,
alarmType, alarmDescription (github.com/648540858/wvp-GB28181-pro). The standard's own names are read as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from db.rules.doors import PlatformDoor, addressed
from db.rules.signal_kinds import SignalKind
from ingest import pushed
from ingest.decoded import Decoded
from ingest.messages import DeviceMessage, Refused
from ingest.pushed import Unreadable

DOOR = PlatformDoor.GBT28181.value
HERE = ZoneInfo("Asia/Shanghai")
MOST_TOGETHER = 1000


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a method and type mean: a signal that rings, or words alone."""

    signal: SignalKind
    zh: str
    rings: bool = True


_WORDS = SignalKind.HEARTBEAT
METHODS = {1: "电话报警", 2: "设备报警", 3: "短信报警", 4: "GPS 报警", 5: "视频报警", 6: "设备故障报警", 7: "其他报警"}
MEANINGS: dict[tuple[int, int], Meaning] = {
    (2, 1): Meaning(SignalKind.PICTURE, "视频丢失"),
    (2, 2): Meaning(SignalKind.PICTURE, "设备被拆"),
    (2, 3): Meaning(SignalKind.FAULT, "磁盘满"),
    (2, 4): Meaning(SignalKind.FAULT, "设备高温"),
    (2, 5): Meaning(SignalKind.FAULT, "设备低温"),
    (5, 1): Meaning(_WORDS, "人工视频报警", rings=False),
    (5, 2): Meaning(_WORDS, "运动目标", rings=False),
    (5, 3): Meaning(_WORDS, "遗留物", rings=False),
    (5, 4): Meaning(SignalKind.EQUIPMENT, "物体被移走"),
    (5, 5): Meaning(_WORDS, "绊线", rings=False),
    (5, 6): Meaning(_WORDS, "入侵", rings=False),
    (5, 7): Meaning(_WORDS, "逆行", rings=False),
    (5, 8): Meaning(_WORDS, "徘徊", rings=False),
    (5, 9): Meaning(_WORDS, "流量统计", rings=False),
    (5, 10): Meaning(SignalKind.CROWD, "人员密度"),
    (5, 11): Meaning(SignalKind.PICTURE, "视频异常"),
    (5, 12): Meaning(_WORDS, "快速移动", rings=False),
    (6, 1): Meaning(SignalKind.FAULT, "磁盘故障"),
    (6, 2): Meaning(SignalKind.FAULT, "风扇故障"),
}
"""By method and type, GB/T 28181-2022 A.2.5.3. What rings nothing with us stands in words: it is not fire safety's."""


def decode(body: bytes, received_at: datetime) -> Decoded:
    """What the notices say; of several, what is wrong is refused and the rest taken."""
    try:
        told = pushed.json_of(body)
        several = told if isinstance(told, list) else [told]
        if len(several) > MOST_TOGETHER:
            raise Unreadable(f"More than {MOST_TOGETHER} notices in one push.")
    except Unreadable as wrong:
        return Decoded((Refused(str(wrong)),))
    return Decoded(tuple(_one(each, received_at) for each in several))


def _one(told: Any, received_at: datetime) -> DeviceMessage | Refused:
    try:
        if not isinstance(told, dict):
            raise Unreadable("A notice is not an object.")
        return _notice({name.lower(): value for name, value in told.items()}, received_at)
    except Unreadable as wrong:
        return Refused(str(wrong))


def _notice(told: Mapping[str, Any], received_at: datetime) -> DeviceMessage:
    channel = next(filter(None, (pushed.text(told.get(name)) for name in ("channelid", "gbid", "deviceid"))), "")
    if not channel:
        raise Unreadable("Neither channelId nor gbId nor deviceId is given.")
    method, type_ = _method(told), _type(told)
    meaning = _meaning(method, type_)
    at, wrong = pushed.written_moment(told.get("alarmtime"), _written, received_at)
    priority = pushed.text(told.get("alarmpriority"))
    words = (
        meaning.zh,
        f"{priority} 级警情" if priority in ("1", "2", "3", "4") else "",
        pushed.text(told.get("alarmdescription"))[:200],
        wrong,
    )
    return DeviceMessage(
        addressed(DOOR, channel),
        meaning.signal,
        at,
        value=1.0 if meaning.rings else None,
        alarm=True if meaning.rings else None,
        text="；".join(filter(None, words)),
    )


def _method(told: Mapping[str, Any]) -> int:
    """The way of alarming. `AlarmChannelMessage` gives none: its alarms come from analysis of pictures."""
    given = pushed.whole(told.get("alarmmethod"))
    if given is None:
        if "gbid" in told:
            return 5
        raise Unreadable("alarmMethod is not a number from 1 to 7.")
    if given not in METHODS:
        raise Unreadable("alarmMethod is not a number from 1 to 7.")
    return given


def _type(told: Mapping[str, Any]) -> int | None:
    """By the field of its own, or inside alarmTypeParam / info as the standard nests it."""
    given = told.get("alarmtype")
    info = told.get("info")
    if given is None and isinstance(info, dict):
        given = {name.lower(): value for name, value in info.items()}.get("alarmtype")
    return pushed.whole(given)


def _meaning(method: int, type_: int | None) -> Meaning:
    """A device fault without a type is a fault all the same; an unknown type of another method is words."""
    if type_ is not None and (known := MEANINGS.get((method, type_))) is not None:
        return known
    words = METHODS[method] if type_ is None else f"{METHODS[method]}，类型 {type_}"
    return Meaning(SignalKind.FAULT, words) if method == 6 else Meaning(_WORDS, words, rings=False)


def _written(words: str) -> datetime:
    """ISO 8601 as the standard writes it; without an offset it is Beijing time."""
    at = datetime.fromisoformat(words)
    return at if at.tzinfo else at.replace(tzinfo=HERE)
