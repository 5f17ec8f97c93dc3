"""The regions as map tiles: every county, every border once, kept by browsers until the boundaries change."""

import json
import math
from collections.abc import Iterator

import pytest
import shapely

from geodata.districts import districts
from portal.api.boundaries import borders, county_shapes
from tests.portal.conftest import PortalServer
from tests.portal.tile_reading import Layer, layers


def tiles_at(z: int) -> Iterator[tuple[int, int]]:
    """The tiles in which the province lies."""
    n = 1 << z

    def row(lat: float) -> int:
        return int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)

    for x in range(int((113.4 + 180) / 360 * n), int((118.7 + 180) / 360 * n) + 1):
        for y in range(row(30.2), row(24.3) + 1):
            yield x, y


def read(server: PortalServer, z: int) -> list[dict[str, Layer]]:
    browser = server.client("leader")
    found = []
    for x, y in tiles_at(z):
        answer = browser.get(f"/tiles/regions/{z}/{x}/{y}.mvt")
        assert answer.status_code in (200, 204)
        found.append({layer.name: layer for layer in layers(answer.content)})
    return found


@pytest.mark.parametrize("zoom", [5, 7, 9])
def test_every_county_and_every_kind_of_border_is_on_the_tiles(portal_server: PortalServer, zoom: int) -> None:
    tiles = read(portal_server, zoom)
    counties = {number for tile in tiles if "counties" in tile for number in tile["counties"].ids}
    assert counties == {county.adcode for county in districts("county")}
    levels = {border["level"] for tile in tiles if "borders" in tile for border in tile["borders"].features}
    assert levels == {"county", "city", "province"}


def test_every_border_is_drawn_once_at_the_highest_level_that_it_divides() -> None:
    lines, shapes = borders(), county_shapes()
    once = shapely.union_all([shape.boundary for shape in shapes.values()])
    assert sum(line.length for line in lines.values()) == pytest.approx(once.length)
    province = shapely.coverage_union_all(list(shapes.values()))
    assert shapely.symmetric_difference(lines["province"], province.boundary).length == pytest.approx(0, abs=1e-6)
    cities: dict[int, list[shapely.Geometry]] = {}
    for adcode, shape in shapes.items():
        cities.setdefault(adcode // 100, []).append(shape)
    outlines = shapely.union_all([shapely.coverage_union_all(each).boundary for each in cities.values()])
    around = shapely.union_all([lines["city"], lines["province"]])
    assert shapely.symmetric_difference(around, outlines).length == pytest.approx(0, abs=1e-6)


def test_a_tile_named_by_the_boundaries_is_kept_for_ever_and_any_other_asked_for_again(
    portal_server: PortalServer,
) -> None:
    browser = portal_server.client("leader")
    page = json.dumps(browser.get("/_dash-layout", headers={"Referer": f"{portal_server.url}/"}).json())
    named = page.split("/tiles/regions/{z}/{x}/{y}.mvt?m=")[1].split('"')[0]
    (x, y), *_ = tiles_at(5)
    kept = browser.get(f"/tiles/regions/5/{x}/{y}.mvt", params={"m": named})
    assert "immutable" in kept.headers["cache-control"]
    for other in ({}, {"m": "0" * 16}):
        again = browser.get(f"/tiles/regions/5/{x}/{y}.mvt", params=other)
        assert again.headers["cache-control"] == "no-cache"
        assert again.content == kept.content
    etag = {"If-None-Match": kept.headers["etag"]}
    assert browser.get(f"/tiles/regions/5/{x}/{y}.mvt", headers=etag).status_code == 304
    assert browser.get(f"/tiles/regions/5/{x}/{y}.mvt", headers={"Accept-Encoding": "identity"}).content == kept.content


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/tiles/regions/9/0/0.mvt", 204),
        ("/tiles/regions/5/32/0.mvt", 422),
        ("/tiles/regions/10/840/420.mvt", 422),
        ("/tiles/regions/five/26/13.mvt", 422),
    ],
)
def test_wrong_addresses_are_refused_in_one_sentence(portal_server: PortalServer, address: str, status: int) -> None:
    answer = portal_server.client("leader").get(address)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["error"]["message"].endswith((".", "。"))
