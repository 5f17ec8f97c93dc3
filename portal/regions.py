"""The regions as the portal shows them, read once per process."""

from db.queries import regions as region_queries
from db.queries.regions import RegionRow, RegionTree
from db.rules.access_scope import region_range
from portal import asking
from portal.locale import language

_known: list[RegionTree] = []
_english: dict[str, str] = {}


def tree() -> RegionTree:
    """All regions; read again while the record has none yet."""
    if not _known:
        with asking.reading() as session:
            found = region_queries.tree(session)
        if not found.by_adcode:
            return found
        _known.append(found)
    return _known[0]


def is_at_home(adcode: int) -> bool:
    """Whether the region lies within the reader's smallest: their map shows it."""
    lo, hi = region_range(asking.current().home)
    return lo <= adcode <= hi


def name(region: RegionRow) -> str:
    """The region's name in the reader's language."""
    return region.name if language() == "zh_CN" else region.name_en


def named(*names: str) -> str:
    """The same for regions that are known by their Chinese names alone, as rows of lists name them, from above down."""
    known = english()
    return "".join(names) if known is None else " ".join(known.get(name, name) for name in names)


def english() -> dict[str, str] | None:
    """English names by Chinese ones; None for who reads Chinese."""
    if language() == "zh_CN":
        return None
    if not _english:
        _english.update({region.name: region.name_en for region in tree().by_adcode.values()})
    return _english


def short_name(region: RegionRow) -> str:
    """The name as on a map: 南昌 for 南昌市; districts and counties keep theirs where one character would be left."""
    full = name(region)
    if language() != "zh_CN":
        return full.removesuffix(" District").removesuffix(" County").removesuffix(" City")
    bare = full.removesuffix("市") if region.level == "city" else full.rstrip("区县市")
    return bare if len(bare) >= 2 else full
