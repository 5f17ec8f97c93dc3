"""Values as people write them in spreadsheets: full-width digits, degrees and minutes, dates of every shape."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Refused(ValueError):
    """A value that cannot be taken. The message is the end of a Chinese sentence: “场所类别“小学”…不在字典内”."""


class Axis(StrEnum):
    LNG = "lng"
    LAT = "lat"


@dataclass(frozen=True, slots=True)
class Angle:
    """Degrees, and the axis where the text names one (东经, N …)."""

    degrees: float
    axis: Axis | None


_NARROW = {0x3000: " "} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = str.maketrans("º˚度′’‘`´分″”“秒：", "°°°''''''\"\"\"\":")
_AXES = (
    ("东经", Axis.LNG),
    ("北纬", Axis.LAT),
    ("经度", Axis.LNG),
    ("纬度", Axis.LAT),
    ("E", Axis.LNG),
    ("N", Axis.LAT),
)
_DECIMAL = re.compile(r"[-+]?\d{1,9}(\.\d*)?°?")
_SEXAGESIMAL = re.compile(r"""(\d{1,3})[°:](\d{1,2}(?:\.\d+)?)(?:[':](?:(\d{1,2}(?:\.\d+)?)"?)?)?""")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?([ T].*)?")
_COUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,9})[人名]?")
_PHONES = re.compile(r"[、/,;]")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"(?:(0\d{2,3})-?)?([2-9]\d{6,7})(?:[-转](\d{1,6}))?")
_HOTLINE = re.compile(r"[48]00-?\d{3}-?\d{4}")
_LOST_ZERO = re.compile(r"7(?:9\d|01)-?[2-9]\d{6,7}")
"""A Jiangxi area code whose leading zero a spreadsheet took for nothing."""
_EXCEL_DAY_ONE = date(1899, 12, 30)


def narrow(text: str) -> str:
    """The text with full-width letters, digits and signs made narrow, and single spaces."""
    return " ".join(text.translate(_NARROW).split())


def degrees(text: str) -> Angle:
    """Decimal degrees, or degrees, minutes and seconds: 114.9349, 114°56′05″, 东经114度56分5秒, 114°56.1'E."""
    plain = narrow(text).translate(_SIGNS).upper().replace(" ", "").replace("''", '"')
    axis = next((axis for word, axis in _AXES if word in plain), None)
    for word, _axis in _AXES:
        plain = plain.replace(word, "")
    plain = plain.strip(":")
    if _DECIMAL.fullmatch(plain):
        return Angle(float(plain.rstrip("°")), axis)
    parts = _SEXAGESIMAL.fullmatch(plain)
    if parts is None:
        raise Refused("不是十进制度，也不是度分秒")
    whole, minutes, seconds = (float(part or 0) for part in parts.groups())
    if minutes >= 60 or seconds >= 60:
        raise Refused("的分或秒超过 60")
    return Angle(whole + minutes / 60 + seconds / 3600, axis)


def day(text: str) -> date:
    """2024-01-15, 2024/1/15, 2024年1月15日, 20240115, or a spreadsheet's own number of the day."""
    plain = narrow(text).replace("年 ", "年").replace("月 ", "月")
    found = _DAY.fullmatch(plain)
    if found is None and re.fullmatch(r"\d{8}", plain):
        found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", plain)
    if found:
        try:
            return date(*(int(part) for part in found.groups()[:3]))
        except ValueError:
            raise Refused("不是日历上的日期") from None
    if re.fullmatch(r"[34567]\d{4}", plain):
        return _EXCEL_DAY_ONE + timedelta(days=int(plain))
    raise Refused("不是完整的日期，请写作 2024-01-15")


def count(text: str) -> int:
    """A whole number of people: 0, 180, 1,200, 350人."""
    found = _COUNT.fullmatch(narrow(text))
    if found is None:
        raise Refused("不是整数")
    return int(found.group(1).replace(",", ""))


def phones(text: str) -> str:
    """One phone number or several, each in one shape: 13800000000、0797-8123456-12."""
    plain = re.sub(r"[–—－]", "-", narrow(text)).replace(" ", "")
    plain = re.sub(r"\((0?\d{2,3})\)-?", r"\1-", plain)
    return "、".join(_phone(part) for part in _PHONES.split(plain) if part)


def _phone(text: str) -> str:
    mobile = _MOBILE.fullmatch(text.replace("-", ""))
    if mobile:
        return mobile.group(1)
    landline = _LANDLINE.fullmatch(f"0{text}" if _LOST_ZERO.fullmatch(text) else text)
    if landline:
        return "-".join(part for part in landline.groups() if part)
    if _HOTLINE.fullmatch(text):
        return text
    raise Refused("不像电话号码")


def shown(text: str) -> str:
    """The text itself where every character can be shown."""
    if not text.isprintable() and any(unicodedata.category(c) in ("Cc", "Co", "Cs", "Cn") for c in text):
        raise Refused("含有无法显示的字符")
    return text


def folded(name: str) -> str:
    """What is left of a name for telling whether two are the same: no spaces, signs, case or widths."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).lower() if c.isalnum())
