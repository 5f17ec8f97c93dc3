"""The editor of floors: drawn by mouse and by keys, undone, refused in words, lost by nobody."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Watched
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser

PLACE = """
    select v.id from venues v where v.category = 'kindergarten' and v.county = 360702
        and exists (select from devices d where d.venue_id = v.id) order by v.id desc offset :n limit 1
"""


def opened(visit: Callable[..., Watched], login: str, venue: int, *size: int) -> Watched:
    watched = visit(login, *size)
    watched.open(f"/venues/{venue}/plan")
    watched.page.wait_for_selector(".plan[data-ready='1']")
    return watched


def plan(page: Page) -> list[dict[str, Any]]:
    return list(page.evaluate("() => window.anwang.plan.of().draft.plan.buildings"))


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Between two spots of the sheet, in shares of its width and height."""
    box = page.locator(".sheet").bounding_box()
    assert box is not None
    (ax, ay), (bx, by) = (
        (box["x"] + box["width"] * share[0], box["y"] + box["height"] * share[1]) for share in (start, end)
    )
    page.mouse.move(ax, ay)
    page.mouse.down()
    page.mouse.move((ax + bx) / 2, (ay + by) / 2)
    page.mouse.move(bx, by)
    page.mouse.up()


def test_drawn_undone_saved_and_seen(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    venue = one(portal_server, PLACE, n=0)
    watched = opened(visit, "zhanggong", venue)
    page = watched.page
    before = plan(page)
    page.click("[data-tool=draw_building]")
    drag(page, (0.05, 0.06), (0.2, 0.16))
    assert len(plan(page)) == len(before) + 1
    page.click("[data-act=undo]")
    assert plan(page) == before
    page.click("[data-act=redo]")
    page.click(".plan-lift .plan-group:first-child .chip:last-child")
    page.fill("input[name=above]", "3")
    page.press("input[name=above]", "Tab")
    assert [floor["level"] for floor in plan(page)[-1]["floors"]] == [1, 2, 3]
    page.click(".plan-lift [data-level='2']")
    page.click("[data-tool=draw_area]")
    drag(page, (0.07, 0.08), (0.12, 0.12))
    assert len(plan(page)[-1]["floors"][1]["areas"]) == 1
    page.click("[data-act=save]")
    page.wait_for_selector(".plan-said.good")
    assert one(portal_server, "select revision from plans where venue_id = :v", v=venue) == 1
    assert one(portal_server, "select count(*) from audit_log where subject = :s", s=f"plans/{venue}") == 1
    watched.open(f"/venues/{venue}?tab=space")
    page.wait_for_selector(".scene[data-ready='1']")
    assert page.evaluate("() => window.anwang.scene.state().source") == "drawn"
    assert watched.complaints == []


@pytest.mark.broad
def test_by_keys_alone(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    watched = opened(visit, "zhanggong", one(portal_server, PLACE, n=1))
    page = watched.page
    page.focus("[data-key='device-0']")
    x = plan(page)[0]["floors"][0]["devices"][0]["x"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert plan(page)[0]["floors"][0]["devices"][0]["x"] == pytest.approx(x + 1.1)
    n = len(plan(page)[0]["floors"][0]["devices"])
    page.keyboard.press("Delete")
    assert len(plan(page)[0]["floors"][0]["devices"]) == n - 1
    page.focus(".plan-waiting .plan-device")
    page.keyboard.press("Enter")
    assert len(plan(page)[0]["floors"][0]["devices"]) == n
    page.focus("[data-tool=draw_building]")
    page.keyboard.press("Enter")
    assert len(plan(page)[-1]["outline"]) == 4
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert len(plan(page)[0]["floors"][0]["devices"]) == n - 1
    assert watched.complaints == []


def test_the_second_of_two_is_refused_and_loses_nothing(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    venue = one(portal_server, PLACE, n=2)
    first, second = opened(visit, "zhanggong", venue), opened(visit, "ganzhou", venue, 390, 844)
    for watched, name in ((first, "一号楼"), (second, "二号楼")):
        watched.page.fill("input[name=name]", name)
        watched.page.press("input[name=name]", "Tab")
    first.page.click("[data-act=save]")
    first.page.wait_for_selector(".plan-said.good")
    second.page.click("[data-act=save]")
    second.page.wait_for_selector(".plan-said.bad:has-text('已保存了另一版')")
    assert plan(second.page)[0]["name"] == "二号楼"
    second.page.reload()
    second.page.wait_for_selector(".plan[data-ready='1']")
    second.page.click("[data-act=draft]")
    assert plan(second.page)[0]["name"] == "二号楼"
    second.page.click("[data-act=save]")
    second.page.click("[data-act=theirs]")
    second.page.wait_for_function("() => window.anwang.plan.of().draft.plan.buildings[0].name === '一号楼'")
    assert second.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert [c for c in second.complaints if "409" not in c] == first.complaints == []


@pytest.mark.broad
def test_a_faulty_file_is_told_and_takes_nothing(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    venue = one(portal_server, PLACE, n=3)
    watched = opened(visit, "zhanggong", venue)
    page = watched.page
    before = plan(page)
    taken = page.request.get(f"{portal_server.url}/api/v1/venues/{venue}/plan.geojson").json()
    broken = {**taken, "features": [*taken["features"], None, {"type": "Feature", "properties": {"kind": "tree"}}]}

    def hand_in(name: str, content: str) -> None:
        page.set_input_files(
            ".plan-bar input[type=file]", {"name": name, "mimeType": "application/json", "buffer": content.encode()}
        )

    hand_in("broken.geojson", json.dumps(broken))
    page.wait_for_selector(".plan-said.bad li")
    assert page.locator(".plan-said.bad li").count() == 2
    assert plan(page) == before
    hand_in("plan.geojson", json.dumps(taken))
    page.wait_for_selector(".plan-said:not(.bad):has-text('已读入')")
    assert [len(b["floors"]) for b in plan(page)] == [len(b["floors"]) for b in before]
    page.click("[data-act=save]")
    page.wait_for_selector(".plan-said.good")
    assert one(portal_server, "select source from plans where venue_id = :v", v=venue) == "geojson"
    assert watched.complaints == []
