"""Every route of the interface, the tiles and the live stream keep within the scope; what stands open is named."""

import math

import pytest

from portal.api.doors import receipts, receivers
from tests.portal.alarming import close, raise_alarm
from tests.portal.conftest import PortalServer
from tests.portal.door import one
from tests.portal.listening import listening
from tests.portal.scopes import (
    tries_alarms,
    tries_bulletins,
    tries_cameras,
    tries_duty,
    tries_hazards,
    tries_lists,
    tries_patrol,
    tries_scenes,
)
from tests.portal.scopes.levels import Level, Tries, ringing_place
from tests.portal.tile_reading import layers

ROOMS = (
    tries_lists,
    tries_alarms,
    tries_hazards,
    tries_cameras,
    tries_patrol,
    tries_bulletins,
    tries_scenes,
    tries_duty,
)
TRIED: Tries = {route: tried for room in ROOMS for route, tried in room.TRIED.items()}


def test_every_route_of_the_interface_is_tried(portal_server: PortalServer) -> None:
    described = portal_server.client("leader").get("/api/v1/openapi.json").json()["paths"]
    assert {(method, path) for path, methods in described.items() for method in methods} == set(TRIED)
    assert len(TRIED) == sum(len(room.TRIED) for room in ROOMS), "a route stands in two rooms"


@pytest.mark.parametrize("route", TRIED, ids=lambda route: " ".join(route))
def test_the_interface_keeps_within_the_scope(level: Level, route: tuple[str, str], issued: tuple[int, int]) -> None:
    TRIED[route](level)


def test_tiles_keep_within_the_scope(level: Level) -> None:
    for venue in (min(level.theirs), *level.outside):
        lng = one(level.server, "select st_x(point) from venues where id = :id", id=venue)
        lat = one(level.server, "select st_y(point) from venues where id = :id", id=venue)
        for z in (8, 10, 12, 14):
            n = 1 << z
            y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
            answer = level.get(f"/tiles/venues/{z}/{int((lng + 180) / 360 * n)}/{y}.mvt")
            found = layers(answer.content)[0].features if answer.content else []
            if z < 10:
                assert sum(feature["n"] for feature in found) <= len(level.theirs)
            else:
                assert {feature["id"] for feature in found} <= level.theirs


def test_the_live_stream_keeps_within_the_scope(level: Level) -> None:
    near = [ringing_place(level, outside) for outside in level.outside]
    with_device = (
        "select venue_id from devices d where retired_on is null and venue_id = any (:ids)"
        " and not exists (select from alarms a where a.venue_id = d.venue_id and closed_at is null) limit 1"
    )
    inside = one(level.server, with_device, ids=list(level.theirs))
    with listening(level.browser) as page:
        page.wait_for("pulse")
        outside = [raise_alarm(level.server, venue=venue) for venue in dict.fromkeys(near)]
        mine = raise_alarm(level.server, venue=inside)
        heard = page.all_until("alarm", lambda data: data["alarm"]["id"] == mine)
        last_id = heard[-1].id
    told = {event.data["alarm"]["venue_id"] for event in heard if event.name == "alarm"}
    assert told <= level.theirs
    with listening(level.browser, str(int(last_id or 0) - 1)) as page:
        again = page.all_until("alarm", lambda data: data["alarm"]["id"] == mine)
    assert {event.data["alarm"]["venue_id"] for event in again if event.name == "alarm"} <= level.theirs
    for alarm in (*outside, mine):
        close(level.server, alarm)


STANDS_OPEN = {
    "/api/v1/nbiot/ctwing/{secret}": "CTWing has no session; the address itself is the secret",
    "/api/v1/nbiot/onenet/{secret}": "OneNET neither; its signature is checked besides",
    "/api/v1/gbt45839/Install_info": "vendors' platforms show a key (GB/T 45839-2025 annex D)",
    "/api/v1/gbt45839/status_info": "the same",
    "/api/v1/gbt28181/alarms": "a video platform shows a key",
    "/api/v1/bench/{key}/ctwing": "a trial's own address is its key, and leads nowhere but to its report",
    "/api/v1/notify/receipts/sms/{secret}": "gateways have no session; the address itself is the secret",
    "/api/v1/notify/push/received": "a telephone whose session is over shows the message's own token",
}
"""Addresses of the interface that know no session, and why: they take bodies, and tell nothing of the record."""


@pytest.mark.parametrize("path", STANDS_OPEN)
def test_what_stands_open_takes_no_session_for_a_key(level: Level, path: str) -> None:
    assert path.startswith((*receivers.FOLDERS, receipts.FOLDER))
    for method in ("GET", "POST"):
        answer = level.browser.request(method, path, content=b'{"mark-session": 1}')
        assert answer.status_code in (401, 404)
        assert set(answer.json()) <= {"error", "success"}
    assert one(level.server, "select count(*) from inbox where position('mark-session'::bytea in body) > 0") == 0


def test_nothing_else_stands_open(portal_server: PortalServer) -> None:
    """Every other address of the interface asks who is there, spelt as it may be."""
    visitor = portal_server.visitor()
    near = ("/api/v1/nbiot", "/api/v1/gbt45839", "/api/v1//nbiot/ctwing/x", "/api/v1/GBT45839/status_info")
    for path in (*(path for _method, path in TRIED), *near):
        assert visitor.get(path).status_code == 401, path
    for path in ("/api/v1/nbiot/../alarms", "/api/v1/nbiot/%2e%2e/alarms"):
        assert visitor.get(path).status_code in (401, 404), path
