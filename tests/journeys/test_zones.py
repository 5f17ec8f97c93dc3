"""Zones drawn upon a camera's picture: by mouse and keys, saved, taken by the worker, lost by nobody."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from db.queries import cameras
from db.queries.cameras import RuleSet
from db.relay_folder import RelayFolder
from db.rules.access_scope import EVERYTHING
from db.rules.camera_rules import VisionRule
from db.session import Record
from tests.journeys.conftest import Watched
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one
from vision.relay.relay import Relay
from vision.relay.sources import by_kind

pytestmark = pytest.mark.browser

CAMERA = "select id from devices where kind = 'camera' and county = 360702 and retired_on is null order by id offset :n"


@pytest.fixture(scope="module")
def relay(portal_server: PortalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A relay beside the portal, and the film that it plays."""
    film = tmp_path_factory.mktemp("film") / "corridor.mp4"
    made = ("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=5", "-t", "20", "-c:v", "libx264", "-preset", "ultrafast")
    subprocess.run(["ffmpeg", "-v", "error", *made, "-pix_fmt", "yuv420p", str(film)], check=True)
    record = Record(portal_server.test_record.app_url, pool_size=2, application_name="test relay")
    running = Relay(record, RelayFolder(portal_server.settings.relay_folder), by_kind("", ""), most=10)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    yield film
    running.stop()
    thread.join(30)
    record.close()


def camera(server: PortalServer, n: int, film: Path) -> int:
    """A camera of the district's that plays, and that nobody has drawn zones for."""
    found = int(one(server, CAMERA, n=n))
    change(server, "delete from camera_streams where device_id = :id", id=found)
    change(server, "update camera_zones set retired_at = now() where device_id = :id", id=found)
    change(server, "update camera_rules set retired_at = now() where device_id = :id", id=found)
    change(
        server,
        "insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)"
        " select id, venue_id, county, 'file', :path, now() from devices where id = :id",
        id=found,
        path=str(film),
    )
    change(
        server,
        "insert into camera_watches (device_id, venue_id, county) select id, venue_id, county from devices"
        " where id = :id on conflict do nothing",
        id=found,
    )
    return found


def opened(visit: Callable[..., Watched], login: str, number: int, *size: int, **options: Any) -> Watched:
    watched = visit(login, *size, **options)
    watched.open(f"/cameras/{number}/zones")
    watched.page.wait_for_selector(".zones[data-picture]", timeout=60_000)
    return watched


def zones(page: Page) -> list[dict[str, Any]]:
    return list(page.evaluate("() => window.anwang.zones.of().draft.plan.zones"))


def spot(page: Page, share: tuple[float, float]) -> tuple[float, float]:
    box = page.locator(".zone-canvas").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * share[0], box["y"] + box["height"] * share[1]


def draw(page: Page, *corners: tuple[float, float]) -> None:
    page.click("[data-tool=draw]")
    for corner in corners:
        page.mouse.click(*spot(page, corner))
    page.keyboard.press("Enter")


def plan(server: PortalServer, number: int) -> tuple[RuleSet, ...]:
    """What a worker that holds the camera's lease judges."""
    with server.test_record.record.scoped(EVERYTHING) as session:
        return cameras.sets(session, [number])[number].rules


def add(page: Page, rule: str) -> None:
    page.select_option(".zone-card.here [data-adds]", rule)


def test_drawn_saved_reloaded_and_watched(visit: Any, relay: Path, portal_server: PortalServer) -> None:
    number = camera(portal_server, 0, relay)
    watched = opened(visit, "zhanggong", number)
    page = watched.page
    page.wait_for_selector(".zones-picture[data-painted='1']")
    page.click(".unmask summary")
    page.fill(".unmask input", "绘制走廊区域")
    page.keyboard.press("Enter")
    page.wait_for_selector(".unmask.opened")
    unmasked = "select detail->>'zones_of' from audit_log where act = 'evidence unmasked' order by id desc limit 1"
    assert one(portal_server, unmasked) == str(number)
    draw(page, (0.1, 0.2), (0.5, 0.2), (0.5, 0.8), (0.1, 0.8))
    (zone,) = zones(page)
    assert zone["corners"][0] == pytest.approx([0.1, 0.2], abs=0.01)
    page.click("[data-act=undo]")
    assert zones(page) == []
    page.click("[data-act=redo]")
    page.mouse.move(*spot(page, (0.3, 0.5)))
    page.mouse.down()
    page.mouse.move(*spot(page, (0.35, 0.5)))
    page.mouse.move(*spot(page, (0.4, 0.5)))
    page.mouse.up()
    assert zones(page)[0]["corners"][0] == pytest.approx([0.2, 0.2], abs=0.01)
    page.fill(".zone-card.here [data-field=name]", "东侧走廊")
    add(page, "crowding")
    add(page, "equipment_missing")
    page.fill(".zone-card.here [data-field='params.people']", "0")
    page.click("[data-act=save]")
    assert "人数下限须" in page.inner_text(".zones-said.bad").replace(" ", "")
    page.fill(".zone-card.here [data-field='params.people']", "12")
    page.check(".zone-card.here [data-rule='0'][value=teaching]")
    page.click("[data-act=save]")
    page.wait_for_selector(".zones-said.good")
    watched.open(f"/cameras/{number}/zones")
    page.wait_for_selector(".zones[data-ready='1']")
    (zone,) = zones(page)
    assert (zone["name"], [rule["rule"] for rule in zone["rules"]]) == ("东侧走廊", ["crowding", "equipment_missing"])
    crowding, equipment = plan(portal_server, number)
    assert (crowding.rule, crowding.params["people"], set(crowding.periods)) == (VisionRule.CROWDING, 12, {"teaching"})
    assert crowding.corners[0] == pytest.approx((0.2, 0.2), abs=0.01)
    picture = one(
        portal_server, "select sha256 from camera_frames where device_id = :id order by id desc limit 1", id=number
    )
    first = "select sha256 from camera_frames where device_id = :id order by id limit 1"
    assert equipment.reference in (bytes(picture), bytes(one(portal_server, first, id=number)))
    logged = "select detail->'zones'->>0 from audit_log where act = 'camera zones' order by id desc limit 1"
    assert one(portal_server, logged) == "东侧走廊"
    assert watched.complaints == []


def test_two_people_at_once_and_nothing_is_lost(visit: Any, relay: Path, portal_server: PortalServer) -> None:
    number = camera(portal_server, 1, relay)
    mine, theirs = (opened(visit, login, number).page for login in ("zhanggong", "ganzhou"))
    for page, left in ((mine, 0.1), (theirs, 0.5)):
        draw(page, (left, 0.2), (left + 0.3, 0.2), (left + 0.3, 0.7), (left, 0.7))
        add(page, "route_blocked")
    theirs.click("[data-act=save]")
    theirs.wait_for_selector(".zones-said.good")
    mine.click("[data-act=save]")
    mine.wait_for_selector(".zones-said.bad [data-act=theirs]")
    assert len(zones(mine)) == 1
    assert len(plan(portal_server, number)) == 1
    mine.click("[data-act=theirs]")
    mine.wait_for_function("() => window.anwang.zones.of().draft.revision === 1")
    assert zones(mine)[0]["corners"][0][0] == pytest.approx(0.5, abs=0.01)
    mine.click("[data-act=undo]")
    assert zones(mine)[0]["corners"][0][0] == pytest.approx(0.1, abs=0.01)


def test_by_keys_alone_and_by_touch(visit: Any, relay: Path, portal_server: PortalServer) -> None:
    number = camera(portal_server, 2, relay)
    watched = opened(visit, "zhanggong", number, 390, 844, has_touch=True)
    page = watched.page
    page.focus("[data-tool=draw]")
    page.keyboard.press("Enter")
    x = zones(page)[0]["corners"][0][0]
    page.keyboard.press("Shift+ArrowRight")
    assert zones(page)[0]["corners"][0][0] == pytest.approx(x + 0.02)
    page.keyboard.press("Delete")
    assert zones(page) == []
    page.keyboard.press("Control+z")
    assert len(zones(page)) == 1
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.tap("[data-tool=draw]")
    for corner in ((0.1, 0.1), (0.6, 0.1), (0.6, 0.9)):
        page.touchscreen.tap(*spot(page, corner))
    page.tap(".zones-finish .primary")
    assert zones(page)[0]["corners"][2] == pytest.approx([0.6, 0.9], abs=0.02)
    page.reload()
    page.wait_for_selector(".zones-said [data-act=draft]")
    page.tap("[data-act=draft]")
    assert len(zones(page)) == 1
    assert watched.complaints == []


def test_the_venues_hours_are_chosen_and_edited(visit: Any, relay: Path, portal_server: PortalServer) -> None:
    number = camera(portal_server, 3, relay)
    change(
        portal_server,
        "delete from timetable_periods where venue_id = (select venue_id from devices where id = :id)",
        id=number,
    )
    page = opened(visit, "zhanggong", number).page
    page.click("[data-act=add-hours]")
    page.select_option(".hours-row [data-hours=period]", "exam")
    page.fill(".hours-row [data-hours=since]", "")
    page.click("[data-act=save-hours]")
    page.wait_for_selector(".hours-said.bad")
    page.fill(".hours-row [data-hours=since]", "07:30")
    page.fill(".hours-row [data-hours=first_on]", "2026-06-07")
    page.fill(".hours-row [data-hours=last_on]", "2026-06-06")
    page.click("[data-act=save-hours]")
    page.wait_for_function("() => document.querySelector('.hours-said').textContent.includes('末日早于首日')")
    page.fill(".hours-row [data-hours=last_on]", "2026-06-09")
    page.click("[data-act=save-hours]")
    page.wait_for_selector(".hours-said.good")
    with portal_server.test_record.record.scoped(EVERYTHING) as session:
        (hours,) = cameras.sets(session, [number])[number].timetable
    assert (hours.period, str(hours.since), str(hours.last_on)) == ("exam", "07:30:00", "2026-06-09")
