"""A row of a device list: what it says, checked by itself, every reason against it in Chinese."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TypeVar

from db.rules import device_identity
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.device_recognition import is_imei
from db.rules.device_words import area_kind, device_kind, first_names
from db.rules.written_values import Refused, day, narrow, shown

T = TypeVar("T")
EARLIEST = date(2000, 1, 1)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")
_FLOOR = re.compile(r"(?:第)?([BbFf]?)(-?\d{1,3})(?:层|楼|[Ff])?")
PLATFORMS = {"ctwing": "ctwing", "电信": "ctwing", "天翼": "ctwing", "onenet": "onenet", "移动": "onenet"}
LARGEST_SOURCE = (1 << 48) - 1


@dataclass(frozen=True, slots=True)
class WrittenDevice:
    """A row as it reads."""

    code: str = ""
    kind: str = ""
    model: str = ""
    venue: str = ""
    venue_code: str = ""
    floor: str = ""
    area: str = ""
    area_kind: str = ""
    installed_on: str = ""
    imei: str = ""
    platform: str = ""
    identity: str = ""
    gateway: str = ""
    source: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self))


@dataclass(frozen=True, slots=True)
class Area:
    """Where a device hangs."""

    kind: AreaKind
    floor: int
    name: str


@dataclass(frozen=True, slots=True)
class ReadDevice:
    """A row that is good by itself; its venue and gateway are still to be found."""

    code: str
    kind: DeviceKind
    model: str
    area: Area | None
    installed_on: date
    gateway: str
    addresses: tuple[tuple[str, str], ...]
    """Door and address, as the books of addresses hold them."""


def read_device(written: WrittenDevice, today: date) -> ReadDevice | tuple[str, ...]:
    """The device, or every reason why the row is none."""
    reasons: list[str] = []

    def taken(header: str, text: str, reading: Callable[[str], T]) -> T | None:
        try:
            return reading(text)
        except Refused as refusal:
            reasons.append(f"{header}“{text}”{refusal}" if text else f"{header}{refusal}")
            return None

    code = taken("设备编号", written.code, _code)
    kind = taken("设备类型", written.kind, _kind)
    model = taken("型号", written.model, _model)
    installed = taken("安装日期", written.installed_on, lambda text: _installed(text, today))
    area = taken("部位", written.area, lambda text: _area(text, written.area_kind, written.floor))
    gateway = taken("网关编号", written.gateway, lambda text: _code(text) if text else "")
    addresses = [
        taken("IMEI", written.imei, lambda text: _imei(text, written.platform)),
        taken("国标编码", written.identity, _identity),
        taken("传输装置地址", written.source, lambda text: _source(text, kind)),
    ]
    if not (written.venue or written.venue_code):
        reasons.append("缺少场所编码或场所名称")
    if reasons or code is None or kind is None or model is None or installed is None or gateway is None:
        return tuple(reasons)
    return ReadDevice(code, kind, model, area, installed, gateway, tuple(each for each in addresses if each))


def _code(text: str) -> str:
    plain = narrow(text)
    if not plain:
        raise Refused("缺少")
    if not _CODE.fullmatch(plain):
        raise Refused("应为 2 至 64 位字母、数字、点、横线、下划线")
    return plain


def _kind(text: str) -> DeviceKind:
    if not text:
        raise Refused("缺少")
    found = device_kind(text)
    if found is None:
        raise Refused(f"无法识别，可填：{'、'.join(first_names())}")
    return found


def _model(text: str) -> str:
    if not text:
        raise Refused("缺少")
    if len(text) > 60:
        raise Refused("超过 60 个字")
    return shown(text)


def _installed(text: str, today: date) -> date:
    if not text:
        raise Refused("缺少")
    found = day(text)
    if not EARLIEST <= found <= today + timedelta(days=1):
        raise Refused(f"应在 {EARLIEST} 至 {today} 之间")
    return found


def read_area(text: str, kind: AreaKind | None, floor: str) -> Area:
    """An area that is to be made, its kind told by its name where nobody chose one; `Refused` where it cannot be."""
    plain = narrow(text)
    if not plain:
        raise Refused("缺少")
    if kind is not None and len(plain) <= 60:
        return Area(kind, _floor(floor), shown(plain))
    found = _area(plain, "", floor)
    assert found is not None
    return found


def _area(text: str, written_kind: str, floor: str) -> Area | None:
    if not text:
        return None
    if len(text) > 60:
        raise Refused("超过 60 个字")
    kind = area_kind(written_kind) or area_kind(text)
    if kind is None:
        raise Refused("看不出部位类型，请在“部位类型”列写明：走廊、宿舍、教室、厨房、实验室、楼梯、出入口、疏散通道")
    return Area(kind, _floor(floor), shown(text))


def _floor(text: str) -> int:
    if not text:
        return 1
    found = _FLOOR.fullmatch(narrow(text).replace(" ", ""))
    if found is None or int(found.group(2)) == 0:
        raise Refused(f"的楼层“{text}”不是楼层，请写作 3 或 -1")
    number = int(found.group(2))
    return -abs(number) if found.group(1) in "Bb" and found.group(1) else number


def _imei(text: str, platform: str) -> tuple[str, str] | None:
    if not text:
        return None
    plain = narrow(text).replace(" ", "").replace("-", "")
    if not (plain.isdigit() and len(plain) == 15):
        raise Refused("不是 15 位数字")
    if not is_imei(plain):
        raise Refused("校验位不对，请核对")
    book = next((book for word, book in PLATFORMS.items() if word in platform.lower()), None)
    if book is None:
        raise Refused("须在“平台”列写明 CTWing（电信）或 OneNET（移动）")
    return book, plain


def _identity(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    plain = narrow(text).replace(" ", "")
    if isinstance(device_identity.parse(plain), str):
        raise Refused("不是 GB/T 45839 的 27 位设备标识")
    return "identity", plain


def _source(text: str, kind: DeviceKind | None) -> tuple[str, str] | None:
    if not text:
        return None
    plain = narrow(text)
    if kind not in (None, DeviceKind.USER_TRANSMISSION_DEVICE):
        raise Refused("只用于用户信息传输装置")
    if not plain.isdigit() or not 0 < int(plain) <= LARGEST_SOURCE:
        raise Refused("不是 1 至 281474976710655 的整数（GB/T 26875.3 源地址）")
    return "gb26875", str(int(plain))
