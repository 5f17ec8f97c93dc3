"""Mosaics of cameras: a tile says that it is live only while pictures come."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from db.relay_folder import RelayFolder
from db.session import Record
from tests.portal.conftest import PortalServer
from vision.relay.relay import Relay
from vision.relay.sources import by_kind

pytestmark = pytest.mark.browser

TILES = """() => [...document.querySelectorAll('.camera-tile')].map((tile) => ({
    shows: tile.dataset.shows, says: tile.querySelector('.camera-state').textContent,
    has: !!tile.querySelector('img[src], video'), camera: Number(tile.dataset.camera) }))"""


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "corridor.mp4"
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=5", "-t", "20"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-pix_fmt", "yuv420p", str(path)),
        ],
        check=True,
    )
    return path


@pytest.fixture
def relay(portal_server: PortalServer, video: Path) -> Iterator[Relay]:
    """A relay beside the portal, and sixteen cameras of the district that play."""
    with portal_server.owner.begin() as connection:
        connection.execute(text("delete from camera_streams"))
        connection.execute(
            text(
                "insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)"
                " select id, venue_id, county, 'file', :path, now() from devices"
                " where kind = 'camera' and county = 360702 and retired_on is null order by id limit 16"
            ),
            {"path": str(video)},
        )
    record = Record(portal_server.test_record.app_url, pool_size=4, application_name="test relay")
    running = Relay(record, RelayFolder(portal_server.settings.relay_folder), by_kind("", ""), most=40)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    yield running
    running.stop()
    thread.join(30)
    record.close()


def until(page: Any, holds: str, seconds: float = 90.0) -> None:
    page.wait_for_function(f"() => {{ const tiles = ({TILES})(); return {holds}; }}", timeout=seconds * 1000)


def hang(camera: int) -> int:
    """Stop every program of the relay that makes this camera's pictures: its last one stays."""
    count = 0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if f"/{camera}-" in process.cwd():
                process.suspend()
                count += 1
    return count


def test_a_tile_becomes_live_where_somebody_looks_and_says_when_it_stops(
    visit: Any, relay: Relay, portal_server: PortalServer
) -> None:
    watched = visit("zhanggong")
    watched.open("/cameras?n=4")
    page = watched.page
    until(page, "tiles.length === 4 && tiles.every((tile) => tile.shows === 'still' && tile.has)")
    page.locator(".camera-tile").first.click()
    until(page, "tiles[0].shows === 'live'")
    assert page.locator(".camera-tile").first.locator("video").count() == 1
    stopped = page.evaluate(TILES)[1]["camera"]
    assert hang(stopped)
    until(page, "['stale', 'none', 'waiting'].includes(tiles[1].shows)")
    until(page, "tiles[1].shows === 'still'")  # started again by the relay
    page.locator(".camera-tile").first.click()
    until(page, "tiles[0].shows === 'still'")
    assert watched.complaints == []


def test_one_camera_large_unmasked_with_a_reason(visit: Any, relay: Relay) -> None:
    watched = visit("zhanggong", 390, 844)
    watched.open("/cameras?n=4")
    watched.page.locator(".camera-large").first.click()
    until(watched.page, "tiles.length === 1 && tiles[0].shows === 'live'")
    watched.page.locator(".camera-unmasking summary").click()
    watched.page.locator(".camera-unmask").click()
    until(watched.page, "tiles[0].shows === 'refused'")
    watched.page.fill("#camera-reason", "核实烟感报警现场")
    watched.page.locator(".camera-unmask").click()
    until(watched.page, "tiles[0].shows === 'live'")


@pytest.mark.broad
def test_sixteen_tiles_for_five_minutes(visit: Any, relay: Relay) -> None:
    """No tile whose pictures have stopped is ever shown as fresh, and the others go on."""
    watched = visit("zhanggong")
    watched.open("/cameras?n=16")
    page = watched.page
    until(page, "tiles.length === 16 && tiles.every((tile) => tile.shows === 'still')", 240)
    hung = page.evaluate(TILES)[5]["camera"]
    ends, stopped, said = time.monotonic() + 300, 0, set()
    while time.monotonic() < ends:
        stopped += hang(hung)  # whatever the relay starts for it anew
        page.wait_for_timeout(5_000)
        tiles = page.evaluate(TILES)
        said.add(tiles[5]["shows"])
        for tile in tiles:
            if tile["shows"] == "still":
                assert int(tile["says"].split()[0]) <= 8, tile
    fresh = [tile for tile in page.evaluate(TILES) if tile["shows"] == "still"]
    assert len(fresh) >= 15
    assert stopped
    assert said & {"stale", "none", "waiting"}, "the camera that hangs is seen to hang"
