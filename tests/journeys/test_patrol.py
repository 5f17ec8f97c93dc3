"""A morning's patrol in the browser: the round, a look, a capture, its marks, the hazard, a shout, the figures."""

import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db.commands import loudspeakers
from db.commands.acting import Acting
from db.evidence.sounds import SoundStore
from db.key_file import LOUDSPEAKERS
from db.relay_folder import RelayFolder
from db.rules.access_scope import EVERYTHING
from db.session import Record
from ingest.shout.lane import Lane, turn
from tests.plugins.fake_gateway import FakeGateway
from tests.portal.conftest import PortalServer
from tests.portal.door import one
from vision.relay.relay import Relay
from vision.relay.sources import by_kind

pytestmark = pytest.mark.browser

HERE = """(before) => location.href !== before
    && location.search.includes(`camera=${document.querySelector('.camera-tile.large')?.dataset.camera}`)"""
"""The next camera's address, and its tile."""


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "corridor.mp4"
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=5", "-t", "20"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-pix_fmt", "yuv420p", str(path)),
        ],
        check=True,
    )
    return path


@pytest.fixture
def relay(portal_server: PortalServer, films: Path) -> Iterator[None]:
    """A relay beside the portal; one venue of the district has a camera that plays and one whose film is gone."""
    with portal_server.owner.begin() as connection:
        connection.execute(text("delete from camera_streams"))
        connection.execute(
            text(
                """
                with chosen as (select d.id, d.venue_id, d.county, row_number() over (order by d.id) as n from devices d
                    where d.kind = 'camera' and d.retired_on is null and d.venue_id = (select venue_id from devices
                        where kind = 'camera' and county = 360702 and retired_on is null
                        group by venue_id order by count(*) desc, venue_id limit 1))
                insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)
                select id, venue_id, county, 'file', case n when 2 then '/nowhere.mp4' else :path end, now() from chosen
                """
            ),
            {"path": str(films)},
        )
    record = Record(portal_server.test_record.app_url, pool_size=4, application_name="test relay")
    running = Relay(record, RelayFolder(portal_server.settings.relay_folder), by_kind("", ""), most=40)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    yield
    running.stop()
    thread.join(30)
    record.close()


@pytest.fixture
def column(portal_server: PortalServer, relay: None, fake_gateway: FakeGateway) -> int:
    """A loudspeaker column of that venue, which takes what is sent to it; the venue has no lessons today."""
    code = one(portal_server, "select v.code from venues v join camera_streams s on s.venue_id = v.id limit 1")
    with portal_server.test_record.record.scoped(EVERYTHING) as session:
        session.execute(text("delete from timetable_periods"))
        number = loudspeakers.add(
            session, code, "校门音柱", f"{fake_gateway.url}/column", None, Acting(None, "t", None), datetime.now(UTC)
        )
    LOUDSPEAKERS.keep(portal_server.settings.var_dir, number, "secret")
    return number


def count(server: PortalServer, sql: str) -> int:
    return int(one(server, f"select count(*) from {sql}"))


def test_a_morning_on_patrol(visit: Any, portal_server: PortalServer, column: int, fake_gateway: FakeGateway) -> None:
    watched = visit("zhanggong")
    watched.open("/patrol")
    page = watched.page
    page.locator("#patrol-draw").click()
    page.wait_for_selector(".patrol-stops li")
    page.wait_for_selector('.camera-tile.large[data-shows="live"]', timeout=60_000)
    page.wait_for_selector(".patrol-stops .patrol-seen", timeout=30_000)  # noted without a click

    page.keyboard.press("c")
    page.wait_for_selector(".patrol-picture img")
    page.wait_for_function("() => document.querySelector('.patrol-picture img').naturalWidth > 0")
    page.keyboard.press("m")
    canvas = page.locator(".patrol-marker canvas")
    page.wait_for_function("() => document.querySelector('.patrol-marker canvas').width > 300")
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 200, steps=4)
    page.mouse.up()
    page.locator("[data-tool=save]").click()
    page.wait_for_function("() => document.querySelector('.patrol-picture img').src.includes('marked=1')")

    page.keyboard.press("h")
    page.keyboard.type("消防通道堆放杂物")
    page.locator(".patrol-hazard button.primary").click()
    page.wait_for_selector(".patrol-filed a")
    assert count(portal_server, "patrol_captures where hazard_id is not null and marked_sha256 <> sha256") == 1
    assert count(portal_server, "hazards where source = 'patrol' and what = '消防通道堆放杂物'") == 1
    assert (
        count(
            portal_server, "evidence_files e join patrol_captures c on c.hazard_id = e.hazard_id where stage = 'before'"
        )
        == 2
    )

    page.locator(".patrol-standard").first.click()
    page.locator(".patrol-say").click()
    page.wait_for_function(
        "() => document.querySelector('.patrol-said').textContent"
        " || !document.querySelector('.patrol-confirming').hidden"
    )
    expected = ["503"]
    if page.locator(".patrol-confirm").is_visible():  # this test runs at night too
        page.locator(".patrol-confirm").click()
        expected.append("409")  # nothing is said before somebody has confirmed
    page.wait_for_selector(".patrol-shouts li")
    settings = portal_server.settings
    turn(portal_server.test_record.record, Lane(settings.var_dir, SoundStore(settings.evidence_folder), {}))
    page.wait_for_selector(".patrol-shouts .badge.good", timeout=20_000)
    came = fake_gateway.to("/column")[0]
    assert came.body.startswith(b"RIFF")
    assert len(came.body) > 50_000
    assert came.key == one(portal_server, "select key from shouts")

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")  # the camera whose film is gone
    page.wait_for_selector(".patrol-stops .patrol-unplayable", timeout=60_000)
    while page.locator("a.patrol-next").count():
        before = page.url
        page.keyboard.press("ArrowRight")
        page.wait_for_function(HERE, arg=before)
        page.wait_for_selector('.camera-tile.large[data-shows="live"]', timeout=60_000)
    page.wait_for_selector(".patrol-done", timeout=60_000)

    page.locator(".page-head .tabs a").nth(1).click()
    page.wait_for_selector(".patrol-cards figure")
    page.locator(".page-head .tabs a").nth(2).click()
    page.wait_for_selector(".patrol-figures td")
    cells = page.locator(".patrol-figures tbody tr").first.locator("td").all_inner_texts()
    assert cells[4:6] == ["1", "1"]  # a round, and done
    assert cells[12:16] == ["1", "0", "1", "1"]  # a hazard, still open; a shout, taken
    # The camera whose film is gone answers 503 with its reason; nothing else went wrong.
    assert [said for said in watched.complaints if not any(each in said for each in expected)] == []
