"""The smallest region that holds a scope: where the map opens."""

from collections.abc import Iterable

PROVINCE = 360000


def region_of_range(lo: int, hi: int) -> int:
    """The region whose county codes are `lo` to `hi`; the smallest one around them where none is exact."""
    if lo == hi:
        return lo
    return _around(lo, hi)


def home_of(counties: Iterable[int]) -> int:
    """The smallest region around these counties; the province for none."""
    known = set(counties)
    if not known:
        return PROVINCE
    return region_of_range(min(known), max(known))


def _around(lo: int, hi: int) -> int:
    if lo // 100 == hi // 100:
        return lo // 100 * 100
    return PROVINCE if lo // 10_000 != hi // 10_000 else lo // 10_000 * 10_000
