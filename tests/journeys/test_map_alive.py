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


@pytest.fixture(autouse=True)
def calm_province(portal_server: PortalServer) -> Iterator[None]:
    change(portal_server, NOTHING_RINGS)
    yield
    change(portal_server, NOTHING_RINGS)


def test_it_rings_while_the_map_is_fetched(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    watched, rung = visit("leader"), []

    def ring_then_go_on(route: Route) -> None:
        if not rung:
            rung.append(ring(portal_server, 0))
            time.sleep(1)
        route.continue_()

    watched.page.route(re.compile(r"/maplibre-gl\.mjs"), ring_then_go_on)
    watched.open("/")
    (alarm,) = rung
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


def test_a_past_day_stays_as_it_was(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    past, today = visit("leader"), visit("leader")
    past.open("/?as_of=2024-08-31")
    today.open("/")
    alarm = ring(portal_server, 0)
    today.page.wait_for_selector(f".pulse[data-alarm='{alarm}']", state="attached")
    past.page.wait_for_function("id => window.anwang.live.upToDate([], '2024-08-31').has(id)", arg=alarm)
    assert past.page.locator(f".pulse[data-alarm='{alarm}']").count() == 0
