"""Venue tiles: right counts, refusals at the rim, kept for a minute, made through the spatial index."""

import math
import time

import pytest
from sqlalchemy import text

from db.queries import tiles
from db.queries.tiles import Tile
from db.rules.access_scope import region_scope
from db.rules.map_layers import Layer
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one
from tests.portal.tile_reading import layers

PROVINCE_AT_7 = [(x, y) for x in (104, 105, 106) for y in (52, 53, 54, 55)]


def tile_at(z: int, lng: float, lat: float) -> tuple[int, int]:
    n = 1 << z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lng + 180) / 360 * n), int(y * n)


def a_venue(server: PortalServer) -> tuple[int, int, int]:
    """A venue in scope today and its tile at zoom 14."""
    with server.owner.connect() as connection:
        row = connection.execute(
            text(
                "select id, st_x(point), st_y(point) from venues where in_scope_until is null"
                " and in_scope_from <= '2024-06-01' and category = 'kindergarten' order by id limit 1"
            )
        ).one()
    return (row[0], *tile_at(14, row[1], row[2]))


def test_density_tiles_add_up_to_the_province(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    seen = {"n": 0, "accessed": 0, "on_duty": 0}
    inside = 0
    for x, y in PROVINCE_AT_7:
        answer = browser.get(f"/tiles/venues/7/{x}/{y}.mvt", params={"as_of": "2024-09-02"})
        if answer.status_code == 204:
            continue
        assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        (layer,) = layers(answer.content)
        assert layer.name == "density"
        inside += 1
        for feature in layer.features:
            assert 0 <= feature["accessed"] <= feature["n"]
            for name in seen:
                seen[name] += feature[name]
    # Tiles overlap by a small margin, so venues near their edges are counted twice.
    in_scope = "in_scope_from <= '2024-09-02' and coalesce(in_scope_until, 'infinity') > '2024-09-02'"
    venues = one(portal_server, f"select count(*) from venues where {in_scope}")
    assert inside >= 4
    assert venues <= seen["n"] <= venues * 1.15


def test_points_from_zoom_ten_carry_what_the_map_shows(portal_server: PortalServer) -> None:
    venue, x, y = a_venue(portal_server)
    answer = portal_server.client("leader").get(f"/tiles/venues/14/{x}/{y}.mvt", params={"as_of": "2026-01-01"})
    (layer,) = layers(answer.content)
    assert layer.name == "venues"
    feature = next(feature for feature in layer.features if feature["id"] == venue)
    assert set(feature) == {"id", "name", "category", "accessed", "on_duty", "stands"}
    assert feature["name"] == one(portal_server, "select name from venues where id = :id", id=venue)
    for column, table, since in (
        ("accessed", "access_history", "accessed"),
        ("on_duty", "duty_history", "declared"),
    ):
        wanted = one(
            portal_server,
            f"select count(*) from {table} where venue_id = :id and {since}_from <= '2026-01-01'"
            f" and coalesce({since}_until, 'infinity') > '2026-01-01'",
            id=venue,
        )
        assert feature[column] == wanted


def test_a_category_leaves_the_others_out(portal_server: PortalServer) -> None:
    venue, x, y = a_venue(portal_server)
    browser = portal_server.client("leader")
    address = f"/tiles/venues/14/{x}/{y}.mvt"
    everything = layers(browser.get(address).content)[0].features
    kindergartens = layers(browser.get(address, params={"category": "kindergarten"}).content)[0].features
    assert {f["category"] for f in kindergartens} == {"kindergarten"}
    assert len(kindergartens) == sum(f["category"] == "kindergarten" for f in everything)
    assert venue in {f["id"] for f in kindergartens}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/tiles/venues/7/105/53.mvt?as_of=2024-09-02&category=kindergarten", 200),
        ("/tiles/venues/7/0/0.mvt", 204),
        ("/tiles/venues/0/0/0.mvt", 200),
        ("/tiles/venues/19/0/0.mvt", 422),
        ("/tiles/venues/-1/0/0.mvt", 422),
        ("/tiles/venues/7/128/0.mvt", 422),
        ("/tiles/venues/7/0/128.mvt", 422),
        ("/tiles/venues/7/105/99999999999999999999.mvt", 422),
        ("/tiles/venues/x/105/53.mvt", 422),
        ("/tiles/venues/7/105/53.mvt?as_of=2024-13-40", 422),
        ("/tiles/venues/7/105/53.mvt?as_of=1900-01-01", 422),
        ("/tiles/venues/7/105/53.mvt?as_of=2999-01-01", 422),
        ("/tiles/venues/7/105/53.mvt?category=castle", 422),
        ("/tiles/venues/7/105/53.mvt?category=';drop table venues", 422),
        ("/tiles/venues/7/105/53", 404),
        ("/tiles/schools/7/105/53.mvt", 404),
    ],
)
def test_wrong_addresses_are_refused_in_one_sentence(portal_server: PortalServer, address: str, status: int) -> None:
    answer = portal_server.client("leader").get(address)
    assert answer.status_code == status
    if status >= 400:
        assert answer.json()["error"]["message"].endswith((".", "。"))


def test_browsers_keep_tiles_for_a_minute_and_for_one_session(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    answer = browser.get("/tiles/venues/7/105/53.mvt")
    assert answer.headers["cache-control"] == "private, max-age=60"
    assert "Cookie" in answer.headers["vary"]
    assert answer.headers["content-encoding"] == "gzip"
    again = browser.get("/tiles/venues/7/105/53.mvt", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = browser.get("/tiles/venues/7/105/53.mvt", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content


def test_a_tile_named_by_its_version_is_kept_until_the_history_changes(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    venue, x, y = a_venue(portal_server)
    address = f"/tiles/venues/14/{x}/{y}.mvt"
    with portal_server.test_record.record.scoped(region_scope(360000)) as session:
        before = tiles.version(session)
    kept = browser.get(address, params={"v": before})
    assert kept.headers["cache-control"] == "private, max-age=86400, immutable"
    assert browser.get(address, params={"v": before + 1}).headers["cache-control"] == "private, max-age=60"
    change(portal_server, "update venues set name = name || '改' where id = :id", id=venue)
    try:
        with portal_server.test_record.record.scoped(region_scope(360000)) as session:
            after = tiles.version(session)
        assert after > before
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            answer = browser.get(address, params={"v": after})
            if "immutable" in answer.headers["cache-control"]:
                break
            time.sleep(0.2)
        names = {f["id"]: f["name"] for f in layers(answer.content)[0].features}
        assert names[venue].endswith("改")
    finally:
        change(portal_server, "update venues set name = left(name, -1) where id = :id", id=venue)


def test_controlled_areas_stand_around_their_venue(portal_server: PortalServer) -> None:
    with portal_server.owner.connect() as connection:
        venue, lng, lat, areas = connection.execute(
            text(
                "select v.id, st_x(point), st_y(point), count(*) from venues v join areas a on a.venue_id = v.id"
                " group by v.id order by count(*) desc, v.id limit 1"
            )
        ).one()
    x, y = tile_at(16, lng, lat)
    answer = portal_server.client("leader").get(f"/tiles/venues/16/{x}/{y}.mvt")
    found = {layer.name: layer.features for layer in layers(answer.content)}
    theirs = [feature for feature in found["areas"] if feature["venue_id"] == venue]
    assert len(theirs) == areas
    devices = "select count(*) from devices where venue_id = :id and retired_on is null and area_id is not null"
    assert sum(f["devices"] for f in theirs) == one(portal_server, devices, id=venue)


@pytest.mark.parametrize("layer", [layer for layer in Layer if layer is not Layer.DUTY])
def test_every_layer_says_of_each_venue_how_it_stands(portal_server: PortalServer, layer: Layer) -> None:
    _venue, x, y = a_venue(portal_server)
    answer = portal_server.client("leader").get(f"/tiles/venues/14/{x}/{y}.mvt", params={"layer": layer})
    assert {f["stands"] for f in layers(answer.content)[0].features} <= {0, 1}
    assert answer.headers["cache-control"] == "private, max-age=60"


def test_one_scope_never_gets_the_tile_made_for_another(portal_server: PortalServer) -> None:
    x, y = tile_at(7, 114.94, 25.85)
    address = f"/tiles/venues/7/{x}/{y}.mvt"
    counts = {}
    for login in ("leader", "ganzhou", "zhanggong", "venue"):
        answer = portal_server.client(login).get(address)
        counts[login] = sum(f["n"] for f in layers(answer.content)[0].features) if answer.content else 0
    assert counts["leader"] > counts["ganzhou"] > counts["zhanggong"] > 1 >= counts["venue"]


def test_tiles_are_found_through_the_spatial_index(portal_server: PortalServer) -> None:
    if not one(
        portal_server,
        "select proleakproof from pg_proc where proname = 'geometry_overlaps'"
        " and pg_get_function_arguments(oid) = 'geom1 geometry, geom2 geometry'",
    ):
        pytest.skip("only a superuser can mark the comparison leakproof")
    tile = Tile(12, *tile_at(12, 114.94, 25.85))
    with portal_server.test_record.record.scoped(region_scope(360000)) as session:
        plan = "\n".join(
            row[0]
            for row in session.execute(
                text("explain select id from venues v where v.mercator && st_makeenvelope(:w, :s, :e, :n, 3857)"),
                {"w": tile.west, "s": tile.north - tile.size, "e": tile.west + tile.size, "n": tile.north},
            )
        )
        assert tiles.venues(session, tile, one(portal_server, "select current_date"), None)
    assert "ix_venues_mercator" in plan
