"""Which county is meant: by its code or name, with or without its city, as it is called today or was."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from db.rules.written_values import Refused, narrow


@dataclass(frozen=True, slots=True)
class County:
    """A county-level division with its city."""

    adcode: int
    name: str
    city: int
    city_name: str


FORMER = {
    360404: ("九江县", "360421"),
    360402: ("庐山区",),
    360483: ("星子县", "360427"),
    360112: ("新建县", "360122", "湾里区", "360105"),
    360603: ("余江县", "360622"),
    360703: ("南康市", "360782"),
    360704: ("360721",),
    360783: ("龙南县", "360727"),
    361003: ("东乡县", "361029"),
    361104: ("上饶县", "361121"),
    361103: ("广丰县", "361122"),
}
"""Names and codes before the changes of 2013 to 2020 in use still; the point must lie inside anyway."""
REPORTS_LIKE_A_CITY = ("赣江新区",)
"""Named where a city stands, but its counties belong to cities."""
_NOISE = re.compile(r"[(\[（【].*?[)\]）】]|[^\w]|_")
_PROVINCE = ("江西省", "江西")


@dataclass(frozen=True, slots=True)
class CountyNames:
    """Every spelling of every county and city."""

    counties: Mapping[str, tuple[County, ...]]
    cities: Mapping[str, int]

    def find(self, text: str, city: str = "") -> County:
        """The county that `text` means, within `city` where one is named; `Refused` where none or several."""
        written = _plain(text)
        within = self._city(city)
        if within is None and written in self.cities and written in self.counties:
            raise Refused("可指设区市，也可指县，请写全称")
        found, named = self._matches(written)
        if named is not None and within is not None and named != within:
            raise Refused(f"与设区市“{city}”不一致")
        chosen = [county for county in found if within in (None, county.city)]
        if found and not chosen:
            raise Refused(f"不属于设区市“{city}”")
        if len(chosen) > 1:
            raise Refused("不唯一，请填写设区市")
        if not chosen:
            raise Refused("是设区市，请填县（市、区）" if written in self.cities else "不是江西省的县（市、区）")
        return chosen[0]

    def _city(self, text: str) -> int | None:
        plain = _plain(text)
        if not plain or plain in REPORTS_LIKE_A_CITY:
            return None
        if plain not in self.cities:
            raise Refused(f"所在的设区市“{text}”不存在")
        return self.cities[plain]

    def _matches(self, text: str) -> tuple[tuple[County, ...], int | None]:
        """Counties so called, and the city that the text names before them."""
        if text in self.counties:
            return self.counties[text], None
        for spelling, city in sorted(self.cities.items(), key=lambda item: -len(item[0])):
            rest = self.counties.get(text.removeprefix(spelling), ()) if text.startswith(spelling) else ()
            if rest:
                return tuple(county for county in rest if county.city == city), city
        return (), None


def county_names(counties: Iterable[County]) -> CountyNames:
    """The spellings: 360702, 360702000000, 章贡区, 章贡; with 赣州市 or 赣州 before them; former names and codes."""
    listed = tuple(counties)
    spellings: dict[str, list[County]] = {}
    for county in listed:
        code = str(county.adcode)
        for spelling in {code, f"{code}000000", county.name, _bare(county.name), *FORMER.get(county.adcode, ())}:
            spellings.setdefault(spelling, []).append(county)
    cities = {
        spelling: county.city
        for county in listed
        for spelling in (county.city_name, _bare(county.city_name), str(county.city))
    }
    return CountyNames({text: tuple(meant) for text, meant in spellings.items()}, cities)


def _bare(name: str) -> str:
    return name[:-1] if len(name) > 2 else name


def _plain(text: str) -> str:
    plain = _NOISE.sub("", narrow(text))
    for province in _PROVINCE:
        if plain.startswith(province) and len(plain) > len(province):
            return plain.removeprefix(province)
    return plain
