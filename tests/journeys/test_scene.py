"""A venue in three dimensions, looked at as a person does: by the scene's own state, not by pixels."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Watched, watch
from tests.portal.alarming import close, raise_alarm
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser

READY = ".scene[data-ready='1']"
PLACE = """
    select v.id from venues v join devices d on d.venue_id = v.id join areas a on a.id = d.area_id and a.floor = 2
    where v.category = 'kindergarten' and d.kind = 'smoke_detector' and v.county = 360702
        and not exists (select from alarms x where x.venue_id = v.id and x.closed_at is null)
        and not exists (select from plans p where p.venue_id = v.id)
    order by v.id offset :n limit 1
"""
UPSTAIRS = """
    select d.id from devices d join areas a on a.id = d.area_id and a.floor = 2
    where d.venue_id = :venue and d.kind = 'smoke_detector' order by d.id limit 1
"""


def state(page: Page) -> dict[str, Any]:
    """What the scene shows now."""
    return dict(page.evaluate("() => window.anwang.scene.state()"))


def wait_for(page: Page, condition: str) -> None:
    page.wait_for_function(f"() => {{ const s = window.anwang.scene.state(); return {condition}; }}", timeout=20_000)


def shown(page: Page) -> set[str]:
    return {floor["key"] for floor in state(page)["floors"] if floor["shown"]}


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_floors_devices_and_an_alarm(
    visit: Callable[..., Watched], portal_server: PortalServer, size: tuple[int, int]
) -> None:
    venue = one(portal_server, PLACE, n=0 if size[0] > 500 else 1)
    watched = visit("zhanggong", *size)
    page = watched.page
    watched.open(f"/venues/{venue}?tab=space")
    page.wait_for_selector(READY)
    page.wait_for_function("() => window.anwang.scene.state().drawn > 0")
    seen = state(page)
    assert seen["webgl"]
    assert seen["source"] == "sketch"
    assert all(device["shown"] and 0 < device["x"] < size[0] for device in seen["devices"])
    assert page.locator(".scene-list .scene-device").count() == len(seen["devices"])
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    heights = [floor["height"] for floor in seen["floors"]]
    page.fill(".scene-apart input", "100")
    assert [floor["height"] for floor in state(page)["floors"]] > heights
    page.click(".scene-lift [data-level='2']")
    assert {key.split("/")[1] for key in shown(page) if key.startswith("0/")} == {"2"}
    page.click("[data-shows=cameras]")
    assert all(floor["cones"] == 0 for floor in state(page)["floors"])
    page.click(".scene-lift [data-level=all]")

    device = one(portal_server, UPSTAIRS, venue=venue)
    alarm = raise_alarm(portal_server, venue=venue, device=device)
    wait_for(page, f"s.alarms.includes({alarm}) && s.level === 2 && !s.flying")
    seen = state(page)
    assert [floor["key"] for floor in seen["floors"] if floor["alarmed"]] == ["0/2"]
    (area,) = [area for floor in seen["floors"] for area in floor["areas"] if area["alarmed"]]
    assert area["area_id"] == one(portal_server, "select area_id from devices where id = :id", id=device)
    (rung,) = [each for each in seen["devices"] if each["id"] == device]
    assert rung["state"] == "alarm"
    assert page.locator(f".scene-card a[href='/alarms?alarm={alarm}']").count() == 1
    close(portal_server, alarm)
    page.evaluate("() => window.anwang.scene.of().look()")
    wait_for(page, "s.alarms.length === 0 && s.banner === null")
    assert watched.complaints == []


@pytest.mark.broad
def test_the_keyboard_reaches_everything(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    watched = visit("zhanggong")
    page = watched.page
    watched.open(f"/venues/{one(portal_server, PLACE, n=2)}?tab=space")
    page.wait_for_selector(READY)
    page.focus(".scene-canvas")
    before = state(page)["camera"]
    page.keyboard.press("ArrowLeft")
    assert state(page)["camera"] != before
    page.keyboard.press("PageUp")
    assert state(page)["level"] == 1
    page.keyboard.press("n")
    chosen = state(page)["chosen"]
    assert chosen is not None
    assert page.locator(f".scene-device.here[data-device='{chosen}']").count() == 1
    page.keyboard.press("Home")
    assert (state(page)["level"], state(page)["chosen"]) == (None, None)
    assert watched.complaints == []


@pytest.mark.broad
def test_without_webgl_the_list_says_the_same(
    browser: Browser, visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    watched = visit("zhanggong")
    page = watched.page
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    venue = one(portal_server, PLACE, n=3)
    watched.open(f"/venues/{venue}?tab=space")
    page.wait_for_selector(".scene.no-webgl .scene-note")
    n = one(portal_server, "select count(*) from devices where venue_id = :v and retired_on is null", v=venue)
    assert page.locator(".scene-list .scene-device").count() == n


def test_a_link_shows_the_scene_to_whoever_holds_it_until_it_is_withdrawn(
    browser: Browser, visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    watched = visit("zhanggong")
    page = watched.page
    venue = one(portal_server, PLACE, n=4)
    watched.open(f"/venues/{venue}?tab=space")
    page.wait_for_selector(READY)
    page.click(".scene-share")
    page.fill(".scene-link-form input", "消防救援站")
    page.click(".scene-link-form button")
    url = page.input_value(".scene-link")
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    stranger = watch(context.new_page(), portal_server.url)
    stranger.page.goto(url)
    stranger.page.wait_for_selector(READY)
    seen = state(stranger.page)
    assert seen["webgl"]
    assert {device["code"] for device in seen["devices"]} == {None}
    assert stranger.page.locator(".scene a").count() == 0
    assert stranger.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert stranger.complaints == []
    page.click(".scene-links button")
    page.wait_for_selector(".scene-links li.over:has-text('打开 1 次')")
    stranger.page.evaluate("() => window.anwang.scene.of().look()")
    stranger.page.wait_for_selector(".scene-note:has-text('已撤回')")
    assert stranger.page.goto(url).status == 404  # type: ignore[union-attr]
    context.close()
    assert watched.complaints == []
