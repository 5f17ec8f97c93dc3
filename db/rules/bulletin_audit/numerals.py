"""Numbers as officials write them: 12,253, 1.2万余, 一万二千二百五十三, 65%, 百分之六十五, 六成五."""

import re
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_HAN = "零〇一二两三四五六七八九十百千万亿"
_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
UNITS = "家|所|个|起|条|处|件|项|例|次|座"
NUMBER = re.compile(
    rf"(?P<before>不足|不到|接近|将近|近|约|大约|超过|超|突破|逾|不低于|不少于|至少|高于|低于|大于|小于)?"
    rf"(?:(?P<pct_han>百分之(?P<han_pct>[{_HAN}]+(?:点[{_HAN}]+)?))"
    rf"|(?P<tenths>[一二三四五六七八九])成(?P<half>[一二三四五六七八九半])?"
    rf"|(?P<arabic>{_ARABIC})(?P<power>[万亿千百])?(?P<more_a>余|多)?(?P<pct>%|个?百分点)?"
    rf"|(?P<han>[{_HAN}]+)(?P<more_h>余|多)?(?=(?:{UNITS})))"
    rf"(?P<more>余|多)?(?P<unit>{UNITS})?(?P<after>以上|以下|左右|上下)?"
)
"""A number with what is said around it; whoever uses it first puts dates and headings out of the way."""


@dataclass(frozen=True, slots=True)
class Written:
    """A number as written: its value, and the values that it may stand for (`lo` to `hi`)."""

    value: Decimal
    lo: Decimal
    hi: Decimal
    decimals: int
    is_pct: bool
    is_points: bool
    unit: str
    start: int
    end: int
    comparison: str = ""
    """`>` or `<` where the number is a bound rather than a value."""

    @property
    def is_exact(self) -> bool:
        return self.lo == self.hi and not self.comparison


def han_number(written: str) -> Decimal:
    """一万二千二百五十三 is 12253; 四十三点三 is 43.3; digits one by one (二〇二四) are read as such."""
    whole, _, fraction = written.partition("点")
    if len(whole) > 1 and all(c in _DIGITS for c in whole):
        value = Decimal("".join(str(_DIGITS[c]) for c in whole))
    else:
        value = Decimal(_han_whole(whole))
    if fraction:
        value += Decimal("0." + "".join(str(_DIGITS.get(c, 0)) for c in fraction))
    return value


def _han_whole(written: str) -> int:
    total = section = digit = 0
    for c in written:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in _TENS:
            section += (digit or 1) * _TENS[c]
            digit = 0
        else:
            total = (total + section + digit) * _MYRIADS[c] if c == "亿" else total + (section + digit) * _MYRIADS[c]
            section = digit = 0
    return total + section + digit


def written(found: re.Match[str]) -> Written:
    """The number of a match of `NUMBER`."""
    value, decimals, step = _value(found)
    is_points = (found["pct"] or "").endswith("百分点")
    is_pct = bool(found["pct"] or found["pct_han"] or found["tenths"])
    before, after = found["before"] or "", found["after"] or ""
    lo = hi = value
    comparison = ""
    if found["more"] or found["more_a"] or found["more_h"]:
        hi = value + _round_step(value, step)
    if before in ("约", "大约") or after in ("左右", "上下"):
        lo, hi = value - value / 20, value + value / 20
    elif before in ("接近", "将近", "近"):
        lo = value - value / 10
    elif before in ("不足", "不到", "低于", "小于") or after == "以下":
        comparison = "<"
    elif before or after == "以上":
        comparison = ">"
    return Written(
        *(value, lo, hi, decimals, is_pct, is_points, found["unit"] or "", found.start(), found.end(), comparison)
    )


def _value(found: re.Match[str]) -> tuple[Decimal, int, Decimal]:
    """Value, decimals printed, and what one step of the last digit written is worth."""
    if found["pct_han"]:
        value = han_number(found["han_pct"])
        decimals = len(found["han_pct"].partition("点")[2])
        return value, decimals, Decimal(1).scaleb(-decimals)
    if found["tenths"]:
        half = found["half"]
        tail = Decimal(5) if half == "半" else Decimal(_DIGITS[half]) if half else Decimal(0)
        return Decimal(_DIGITS[found["tenths"]] * 10) + tail, 0, Decimal(1)
    if found["arabic"]:
        plain = found["arabic"].replace(",", "")
        decimals = len(plain.partition(".")[2])
        power = {"万": 10_000, "亿": 100_000_000, "千": 1000, "百": 100}.get(found["power"] or "", 1)
        return Decimal(plain) * power, decimals if power == 1 else 0, Decimal(power).scaleb(-decimals)
    return han_number(found["han"]), 0, Decimal(1)


def _round_step(value: Decimal, step: Decimal) -> Decimal:
    """How far 余 may reach: 8万余 to 9万, 2300余 to 2400, 12余万 as its last digit says."""
    if step > 1:
        return step
    worth = Decimal(1)
    while value and value % (worth * 10) == 0:
        worth *= 10
    return worth
