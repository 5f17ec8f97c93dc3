"""Regions, read: the tree of province, cities and counties with their boxes and label points."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region with its label point and bounding box in degrees (CGCS2000)."""

    adcode: int
    level: str
    parent: int | None
    name: str
    name_en: str
    lng: float
    lat: float
    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class RegionTree:
    """All regions by code. Boundaries are public and change by migration only, so one reading serves a process."""

    by_adcode: dict[int, RegionRow]

    def one(self, adcode: int) -> RegionRow:
        """The region; `NotFound` for an unknown code."""
        row = self.by_adcode.get(adcode)
        if row is None:
            raise NotFound("There is no region with this code.")
        return row

    def path(self, adcode: int) -> list[RegionRow]:
        """From the province down to the region itself."""
        row = self.one(adcode)
        return [*(self.path(row.parent) if row.parent else []), row]

    def children(self, adcode: int) -> list[RegionRow]:
        return [row for row in self.by_adcode.values() if row.parent == adcode]

    def level(self, level: str) -> list[RegionRow]:
        return [row for row in self.by_adcode.values() if row.level == level]


_TREE = text(
    """
    select adcode, level, parent, name, name_en, st_x(label_point) as lng, st_y(label_point) as lat,
           st_xmin(boundary) as west, st_ymin(boundary) as south, st_xmax(boundary) as east, st_ymax(boundary) as north
    from regions order by adcode
    """
)


def tree(session: Session) -> RegionTree:
    """Every region of the record."""
    return RegionTree({row["adcode"]: RegionRow(**row) for row in session.execute(_TREE).mappings()})
