"""Alarms on the map page that come at a bad moment: while it is fetched, while its stream is away, on a past day."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route

from tests.journeys.conftest import Watched
from tests.journeys.test_wall import NOTHING_RINGS, finish, ring, settle
from tests.portal.conftest import PortalServer
from tests.portal.door import change

pytestmark = pytest.mark.browser

OVERLAP_SECONDS = 4
"""A new stream tells the last three seconds: what is older has to be asked for."""

AWAY_AND_BACK = """() => {
    for (const hidden of [true, false]) {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }
}"""
"""The tab is left and come back to: its stream ends, and another begins."""


@pytest.fixture(autouse=True)
def calm_province(portal_server: PortalServer) -> Iterator[None]:
    change(portal_server, NOTHING_RINGS)
    yield
    change(portal_server, NOTHING_RINGS)


def test_it_rings_while_the_map_is_fetched(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    watched = visit("leader")
    held: list[Route] = []
    watched.page.route(re.compile(r"/maplibre-gl\.mjs"), lambda route: held.append(route))
    watched.page.goto(portal_server.url)
    watched.page.wait_for_selector(".side h1")
    watched.page.wait_for_function("() => window.anwang.live.build()")
    alarm = ring(portal_server, 0)
    watched.page.wait_for_function("id => window.anwang.live.upToDate([], '2024-08-31').has(id)", arg=alarm)
    for route in held:
        route.continue_()
    watched.page.wait_for_selector(f".pulse[data-alarm='{alarm}']", state="attached")
    settle(portal_server, alarm)
    finish(portal_server, alarm)
    watched.page.wait_for_selector(f".pulse[data-alarm='{alarm}']", state="detached")
    assert watched.complaints == []


def test_it_rings_while_the_stream_is_away(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    """The new stream does not tell it any more: the map asks anew, and so do the tables."""
    watched = visit("leader")
    watched.page.route("**/live", lambda route: route.fulfill(status=503))
    watched.open("/")
    alarm = ring(portal_server, 0)
    time.sleep(OVERLAP_SECONDS)
    watched.page.unroute("**/live")
    watched.page.wait_for_selector(f".pulse[data-alarm='{alarm}']", state="attached")


def test_a_map_that_was_left_does_not_keep_a_table_from_what_it_missed(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    watched = visit("leader")
    watched.open("/")
    watched.page.click(".menu a[href='/alarms']")
    watched.page.wait_for_selector(".alarm-desk .ag-row, .ag-overlay-no-rows-center")
    watched.page.route("**/live", lambda route: route.fulfill(status=503))
    watched.page.evaluate(AWAY_AND_BACK)
    alarm = ring(portal_server, 0)
    time.sleep(OVERLAP_SECONDS)
    watched.page.unroute("**/live")
    watched.page.wait_for_selector(f".alarm-desk .ag-row[row-id='{alarm}']")


def test_a_past_day_stays_as_it_was(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    past, today = visit("leader"), visit("leader")
    past.open("/?as_of=2024-08-31")
    today.open("/")
    alarm = ring(portal_server, 0)
    today.page.wait_for_selector(f".pulse[data-alarm='{alarm}']", state="attached")
    past.page.wait_for_function("id => window.anwang.live.upToDate([], '2024-08-31').has(id)", arg=alarm)
    assert past.page.locator(f".pulse[data-alarm='{alarm}']").count() == 0
