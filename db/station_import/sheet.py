"""Reading a list of fire stations: its header, and each row checked for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from db.errors import InvalidInput
from db.rules.station_reach import StationKind
from db.venue_import.cells import text_of
from db.venue_import.opening import opened
from geodata.coordinates import Datum, datum, to_cgcs2000
from geodata.location import counties_at

HEADER_WITHIN = 10
MOST_ROWS = 20_000
COLUMNS = {
    "code": ("编号", "代码", "code"),
    "name": ("名称", "消防站名称", "站名", "name"),
    "kind": ("类型", "类别", "kind"),
    "lng": ("经度", "lng", "longitude"),
    "lat": ("纬度", "lat", "latitude"),
    "datum": ("坐标系", "坐标系统", "datum"),
    "address": ("地址", "address"),
    "phone": ("电话", "联系电话", "值班电话", "phone"),
}
NEEDED = ("name", "lng", "lat")
KINDS = {
    "国家综合性消防救援队": StationKind.PROFESSIONAL,
    "消防救援站": StationKind.PROFESSIONAL,
    "政府专职": StationKind.GOVERNMENT,
    "政府专职消防队": StationKind.GOVERNMENT,
    "企业专职": StationKind.ENTERPRISE,
    "企业专职消防队": StationKind.ENTERPRISE,
    "志愿": StationKind.VOLUNTEER,
    "志愿消防队": StationKind.VOLUNTEER,
    "微型消防站": StationKind.MICRO,
} | {kind.value: kind for kind in StationKind}


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station as it goes on record, in CGCS2000."""

    code: str
    name: str
    kind: StationKind
    county: int
    address: str
    phone: str
    lng: float
    lat: float


@dataclass(frozen=True, slots=True)
class Refused:
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Stations:
    rows: tuple[StationRow, ...]
    refused: tuple[Refused, ...]


def read(path: Path, usual: Datum | None) -> Stations:
    """Every row; `InvalidInput` where the sheet is no list of stations. `usual`: datum of rows that name none."""
    with opened(path) as book:
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        cells = [
            [text_of(cell) for cell in row[:40]] for row in sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 30)
        ]
    for number, head in enumerate(cells[:HEADER_WITHIN]):
        where = {key: head.index(name) for key, names in COLUMNS.items() for name in names if name in head}
        if all(key in where for key in NEEDED):
            return _checked(cells[number + 1 :], number + 2, where, usual)
    raise InvalidInput(f"{path.name} has no header row with the columns 名称、经度、纬度.")


def _checked(rows: Sequence[Sequence[str]], first: int, where: dict[str, int], usual: Datum | None) -> Stations:
    good: list[StationRow] = []
    refused: list[Refused] = []
    for number, cells in enumerate(rows, first):
        if not any(cells):
            continue
        said = {key: cells[place] if place < len(cells) else "" for key, place in where.items()}
        try:
            good.append(_station(said, usual))
        except InvalidInput as wrong:
            refused.append(Refused(number, str(wrong)))
    return Stations(tuple(good), tuple(refused))


def _station(said: dict[str, str], usual: Datum | None) -> StationRow:
    if not said["name"]:
        raise InvalidInput("The station has no name.")
    try:
        lng, lat = float(said["lng"]), float(said["lat"])
    except ValueError as error:
        raise InvalidInput("Longitude and latitude are no numbers.") from error
    given = datum(said["datum"]) if said.get("datum") else usual
    if given is None:
        raise InvalidInput("The row names no datum (坐标系), and none was given for the whole list.")
    kind = KINDS.get(said.get("kind", "") or StationKind.PROFESSIONAL.value)
    if kind is None:
        raise InvalidInput(f"{said['kind']} is no kind of station: {'、'.join(list(KINDS)[:9])}.")
    place = to_cgcs2000(np.array([lng]), np.array([lat]), given)
    lng, lat = float(place.lng[0]), float(place.lat[0])
    county = int(counties_at(np.array([lng]), np.array([lat]))[0])
    if county == 0:
        raise InvalidInput("The point lies in no county of the province. Are longitude and latitude exchanged?")
    code = said.get("code") or f"{county}-{said['name']}"
    return StationRow(code, said["name"], kind, county, said.get("address", ""), said.get("phone", ""), lng, lat)
