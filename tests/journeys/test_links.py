"""Links: each leads to what it promises, for its reader, and pages that are reached by them stand as those opened."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Watched
from tests.journeys.test_pages import venue_of
from tests.portal.conftest import PortalServer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("login", ["ganzhou", "zhanggong", "venue"])
def test_no_link_of_ours_leads_beyond_what_a_reader_may_see(
    visit: Callable[..., Watched], portal_server: PortalServer, login: str
) -> None:
    watched = visit(login)
    page = watched.page
    starts = {f"/venues/{venue_of(portal_server)}": ".breadcrumb"}
    if login != "venue":  # rankings are for bureaus
        starts["/rankings"] = ".ranking tbody tr"
    for path, ready in starts.items():
        watched.open(path)
        page.wait_for_selector(ready)
        links = page.eval_on_selector_all(
            "main a[href^='/?'], main a[href^='/rankings?']", "all => all.map((link) => link.getAttribute('href'))"
        )
        for link in sorted(set(links))[:: max(1, len(set(links)) // 6)]:
            watched.open(link)
            page.wait_for_selector(".map-page .breadcrumb strong, .ranking tbody tr")
            assert page.locator(".address-note").count() == 0, (path, link)
    assert watched.complaints == []


def test_a_venue_that_is_not_there_leads_back_to_the_map(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    watched.open("/venues/99999999")
    watched.page.click(".note.error a:has-text('返回地图')")
    watched.page.wait_for_selector(".map-page")
    assert watched.complaints == []


INNER = {
    "/venues/{venue}": ["a[href$='?tab=devices']", "a[href$='?tab=duty']", "a[href$='?tab=overview']"],
    "/outbox": ["a[href='/outbox?show=open']", "a.chip[href='/outbox']"],
    "/windows": ["a[href='/windows?show=past']", "a.chip[href='/windows']"],
    "/hazards": ["a[href*='show=names']"],
    "/alarms": ["a.chip:not(.here)"],
    "/duty": ["a[href*='/duty?unit=']"],
}
"""Links that lead to the same page with another question."""


def test_a_link_within_a_page_shows_what_it_promises(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    watched = visit("leader")
    page = watched.page
    for path, links in INNER.items():
        watched.open(path.format(venue=venue_of(portal_server)))
        for link in links:
            page.wait_for_selector(link)
            address = page.get_attribute(link, "href")
            frame = page.locator("#frame")
            before = frame.inner_text()
            page.click(link)
            expect(frame).not_to_have_text(before, use_inner_text=True, timeout=30_000)
            assert page.url.removeprefix(watched.base) == address
    assert watched.complaints == []


def test_a_link_goes_on_without_loading_and_a_key_asks_for_a_new_window(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    watched.open("/")
    watched.page.evaluate("() => { window.isTheSame = true; }")
    with watched.page.context.expect_page() as opened:
        watched.page.click(".menu a[href='/rankings']", modifiers=["Control"])
    opened.value.close()
    assert urlsplit(watched.page.url).path == "/"
    watched.page.click(".menu a[href='/rankings']")
    watched.page.wait_for_selector(".page-rankings table", timeout=30_000)
    watched.page.go_back()
    watched.page.wait_for_selector(".page-map .side h1", timeout=30_000)
    assert watched.page.evaluate("() => window.isTheSame")
    assert watched.complaints == []


@pytest.mark.parametrize("login", ["ganzhou", "maintainer"])
def test_pages_reached_by_the_menu_stand_without_a_complaint(visit: Callable[..., Watched], login: str) -> None:
    """A page that is put into one that stands asks for more than one that is opened; and again on the way back."""
    watched = visit(login)
    watched.open("/")
    page = watched.page
    links = page.locator(".menu a:not([href='/wall'])")
    addresses = links.evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    assert len(addresses) > 8
    for address in (*addresses[1:], addresses[0], "/messages"):
        page.evaluate("(address) => window.anwang.go(address)", address)
        page.wait_for_selector(f".menu a.here[href='{address}']" if address in addresses else ".page-messages")
    page.click(".venue-tabs a[href*='tab=channels']")
    page.wait_for_url("**/messages?tab=channels")
    page.click(".menu a[href='/alarms']")
    page.wait_for_selector(".page-alarms .ag-row, .page-alarms .ag-overlay")
    page.go_back()
    page.wait_for_selector(".page-messages .venue-tabs a.here[href*='tab=channels']", timeout=30_000)
    assert watched.complaints == []


def test_no_address_on_a_page_is_a_script(visit: Callable[..., Watched]) -> None:
    """Whoever got one into the record would have it run by who presses it."""
    watched = visit("leader")
    watched.open("/")
    shown = watched.page.evaluate(
        """() => {
            const box = document.createElement("div"), hostile = "java\\nscript:alert(1)";
            const tree = [["Link", { href: hostile }, "a"], ["a", { href: hostile }, "b"],
                          ["form", { action: hostile }], ["a", { href: "/venues/1" }, "c"]];
            window.ReactDOM.createRoot(box).render(window.React.createElement(window.anwang.Still, { tree }));
            return new Promise((done) => setTimeout(() =>
                done([...box.children].map((each) => each.getAttribute("href") ?? each.getAttribute("action"))), 200));
        }"""
    )
    assert shown == ["about:blank", "about:blank", "about:blank", "/venues/1"]
