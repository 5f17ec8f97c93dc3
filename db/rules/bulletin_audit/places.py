"""Names of regions in a text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from db.rules.access_scope import region_range

PROVINCE = 360_000
CITIES = {
    360_100: "南昌市",
    360_200: "景德镇市",
    360_300: "萍乡市",
    360_400: "九江市",
    360_500: "新余市",
    360_600: "鹰潭市",
    360_700: "赣州市",
    360_800: "吉安市",
    360_900: "宜春市",
    361_000: "抚州市",
    361_100: "上饶市",
}


@dataclass(frozen=True)
class Places:
    """Regions by code with their full names; the cities of Jiangxi where nothing else is known."""

    names: tuple[tuple[int, str], ...] = tuple(CITIES.items())

    @staticmethod
    def of(names: Iterable[tuple[int, str]]) -> "Places":
        """Cities and counties; the province needs no name."""
        return Places(tuple((code, name) for code, name in names if code != PROVINCE))

    @cached_property
    def _by_code(self) -> dict[int, str]:
        return dict(self.names) | {PROVINCE: "全省"}

    def name(self, code: int) -> str:
        return self._by_code.get(code, str(code))

    @cached_property
    def spellings(self) -> dict[str, tuple[int, ...]]:
        """Every spelling with the codes it may mean: 南昌市, 南昌 (the city before the county), 章贡区."""
        found: dict[str, tuple[int, ...]] = {"全省": (PROVINCE,), "我省": (PROVINCE,), "江西省": (PROVINCE,)}
        for code, name in sorted(self.names):
            found[name] = (*found.get(name, ()), code)
        for code, name in sorted(self.names):
            short = name[:-1] if len(name) > 2 else name
            if code % 100 == 0 or (len(short) > 1 and short not in found):
                found[short] = (code,)
        return found

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(sorted(map(re.escape, self.spellings), key=len, reverse=True)))

    def children(self, region: int) -> frozenset[int]:
        """The cities of the province, the counties of a city, so far as they are known."""
        lo, hi = region_range(region)
        if region == PROVINCE:
            return frozenset(code for code, _name in self.names if code % 100 == 0)
        if region % 100:
            return frozenset()
        return frozenset(code for code, _name in self.names if lo < code <= hi)
