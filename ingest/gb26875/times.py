"""Times of six bytes: second, minute, hour, day, month, year since 2000, as the clock on the wall in China."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ingest.gb26875.dialects import Clock

HERE = ZoneInfo("Asia/Shanghai")
SIZE = 6
NONE = bytes(SIZE)


def read(raw: bytes, clock: Clock) -> datetime | None:
    """The moment, or None where the six bytes are none: a clock that was never set sends zeros."""
    digits = [_from_bcd(byte) if clock is Clock.BCD else byte for byte in raw]
    second, minute, hour, day, month, year = digits
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=HERE)
    except ValueError:
        return None


def write(at: datetime | None, clock: Clock) -> bytes:
    """Six bytes; zeros for None. `ValueError` outside 2000 to 2255 (2099 in BCD)."""
    if at is None:
        return NONE
    here = at.astimezone(HERE)
    digits = (here.second, here.minute, here.hour, here.day, here.month, here.year - 2000)
    return bytes(_to_bcd(digit) if clock is Clock.BCD else digit for digit in digits)


def _from_bcd(byte: int) -> int:
    """Two digits; what is no BCD reads as 255, which no part of a time is."""
    high, low = divmod(byte, 16)
    return high * 10 + low if high < 10 and low < 10 else 255


def _to_bcd(number: int) -> int:
    if not 0 <= number <= 99:
        raise ValueError("BCD has two digits")
    return number // 10 * 16 + number % 10
