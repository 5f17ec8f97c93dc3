"""Fire stations of the demonstration: invented, and marked so."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import Connection

from db.demo.copy import copy_rows
from geodata.districts import county_weights, districts
from geodata.placement import settled

PEOPLE_A_STATION = 210_000


def fill(connection: Connection, rng: np.random.Generator) -> None:
    """One at each county's seat, and one more for every 210,000 people."""
    columns = ("code", "name", "kind", "county", "address", "phone", "point", "is_demo")
    copy_rows(connection, "fire_stations", columns, _rows(rng))


def _rows(rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    for district in districts("county"):
        weight = county_weights()[district.adcode]
        more = int(weight.est_population) // PEOPLE_A_STATION
        points = [tuple(district.label)]
        if more:
            points += [
                tuple(p) for p in settled(district.boundary, district.label, weight.townships, more, rng).tolist()
            ]
        for number, (lng, lat) in enumerate(points, 1):
            kind = "professional" if number <= 2 else "government"
            yield (
                f"DEMO-{district.adcode}-{number}",
                f"{district.name}消防救援站（演示{number}）",
                kind,
                district.adcode,
                district.name,
                "119",
                f"SRID=4490;POINT({lng} {lat})",
                True,
            )
