"""A phone without a network shows what its person last saw, says so, and shows nobody anything of another's."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from portal.bench.browser import log_in
from tests.journeys.conftest import Watched
from tests.portal.conftest import PortalServer

pytestmark = pytest.mark.browser

KEPT = "() => document.documentElement.dataset.kept"
# The device keeps a page again as rows come to it.
ROWS_ARE_KEPT = """async () => {
    const kept = await caches.match(location.pathname + location.search);
    const still = new DOMParser().parseFromString(await kept.text(), "text/html");
    return still.querySelectorAll(".ag-row").length === document.querySelectorAll(".ag-row").length;
}"""


def see(page: Page, base: str, path: str) -> None:
    """Open a page and stay until the device has kept it."""
    page.goto(base + path)
    deadline = time.monotonic() + 120
    while page.evaluate(KEPT) != path:
        assert time.monotonic() < deadline, f"{path} was not kept: {page.evaluate(KEPT)}"
        page.wait_for_timeout(200)


def test_what_was_seen_is_there_without_a_network_and_goes_with_the_log_out(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    watched = visit("zhanggong", 390, 844, has_touch=True, is_mobile=True)
    page, base = watched.page, portal_server.url
    see(page, base, "/alarms?show=all")
    page.wait_for_selector(".ag-row >> nth=1")  # the first stands for all until they come
    page.wait_for_function(ROWS_ARE_KEPT, timeout=60_000)
    rows = page.locator(".ag-row").count()
    assert watched.complaints == []
    page.context.set_offline(True)
    page.goto(f"{base}/alarms?show=all")
    assert "没有网络：这是您在" in page.inner_text(".seen-banner")
    assert page.locator(".ag-row").count() == rows > 0
    assert page.evaluate("document.scripts.length + document.forms.length") == 0
    assert page.locator("button:not([disabled])").count() == 0
    assert page.locator("#freshness").count() == 0, "its age stands above it"
    page.goto(f"{base}/outbox")
    assert "没有网络" in page.inner_text("h1")
    assert page.locator(".seen-none li").count() == 1
    page.context.set_offline(False)
    page.goto(f"{base}/alarms")
    page.click(".person summary")
    page.click(".person-card form[action='/logout'] button")
    page.wait_for_url("**/login")
    assert page.evaluate("caches.keys()") == []
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(f"{base}/alarms")


GROUND = """async () => {
    const kept = await caches.match(location.pathname + location.search);
    const still = new DOMParser().parseFromString(await kept.text(), "text/html");
    const picture = new Image();
    picture.src = still.querySelector(".still-map").src;
    await picture.decode();
    const sheet = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
    const brush = sheet.getContext("2d");
    brush.drawImage(picture, 0, 0);
    return [...brush.getImageData(picture.width - 3, 3, 1, 1).data].slice(0, 3);
}"""


def test_a_kept_map_has_its_ground(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    watched = visit("leader", color_scheme="light")
    see(watched.page, portal_server.url, "/")
    assert watched.page.evaluate(GROUND) == pytest.approx([0xE9, 0xED, 0xF3], abs=6)


def test_nothing_of_another_persons_is_shown(browser: Browser, portal_server: PortalServer) -> None:
    """The second person logs in on the first one's telephone, which was never logged out."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page, base = context.new_page(), portal_server.url
    log_in(page, base, "ganzhou", portal_server.passwords["ganzhou"])
    see(page, base, "/hazards")
    page.context.clear_cookies()
    page.goto(f"{base}/hazards")
    assert "/login" in page.url
    assert [name for name in page.evaluate("caches.keys()") if name.startswith("seen-")] == []
    log_in(page, base, "venue", portal_server.passwords["venue"])
    see(page, base, "/alarms")
    context.set_offline(True)
    page.goto(f"{base}/hazards")
    assert page.locator(".ag-row").count() == 0
    assert page.locator(".seen-none li").count() == 1
    context.close()
