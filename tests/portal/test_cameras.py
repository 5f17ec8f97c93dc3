"""Cameras behind the front door: addresses for one session, faces with a reason, everything logged."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from db.relay_folder import Condition, RelayFolder, State, Trouble, Wanted
from db.rules.play_address import Form, PlayAddress, Purpose, signed
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one, stored
from tests.portal.test_frames import detail, frame, seen


@pytest.fixture
def camera(portal_server: PortalServer) -> int:
    """A camera of the district's, with a source."""
    found = one(
        portal_server, "select id from devices where kind = 'camera' and county = 360702 order by id desc limit 1"
    )
    change(
        portal_server,
        "insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)"
        " select id, venue_id, county, 'file', '/nowhere.mp4', now() from devices where id = :id"
        " on conflict do nothing",
        id=found,
    )
    return int(found)


def ask(server: PortalServer, browser: httpx.Client, camera: int, **how: Any) -> httpx.Response:
    csrf = one(server, "select csrf_token from login_sessions where token_hash = :h", h=stored(browser))
    return browser.post(f"/api/v1/cameras/{camera}/play", json={"csrf_token": csrf} | how)


def relay(server: PortalServer) -> RelayFolder:
    return RelayFolder(server.settings.relay_folder)


def laid_down(server: PortalServer, wanted: Wanted, seconds_old: float = 0.0) -> None:
    """As the relay would have it."""
    folder = relay(server)
    folder.want(wanted)
    for name in ("still.jpg", "index.m3u8", "p1.ts"):
        path: Path = folder.path / wanted.name / name
        path.write_bytes(name.encode())
        os.utime(path, (time.time() - seconds_old,) * 2)
    folder.tell(wanted, Condition(State.PLAYING, time.time()))


def test_pictures_play_for_the_session_that_asked_alone(portal_server: PortalServer, camera: int) -> None:
    mine, other = portal_server.client("zhanggong"), portal_server.client("zhanggong")
    told = ask(portal_server, mine, camera).json()
    laid_down(portal_server, Wanted(camera, Purpose.LIVE, Form.MASKED))
    assert mine.get(told["address"]).content == b"index.m3u8"
    piece = told["address"].replace("index.m3u8", "p1.ts")
    assert mine.get(piece).headers["content-type"] == "video/mp2t"
    assert other.get(told["address"]).status_code == 403
    assert other.get(told["state"]).status_code == 403
    assert portal_server.visitor().get(told["address"]).status_code == 401


@pytest.mark.parametrize("name", ["log", "state.json", "wanted", "..%2f..%2fsecrets.json", "index.m3u8.half"])
def test_nothing_but_pictures_is_handed_out(portal_server: PortalServer, camera: int, name: str) -> None:
    mine = portal_server.client("zhanggong")
    told = ask(portal_server, mine, camera).json()
    laid_down(portal_server, Wanted(camera, Purpose.LIVE, Form.MASKED))
    assert mine.get(told["address"].replace("index.m3u8", name)).status_code == 404


def test_an_expired_address_is_refused(portal_server: PortalServer, camera: int) -> None:
    mine = portal_server.client("zhanggong")
    over = PlayAddress(camera, Form.MASKED, Purpose.STILL, stored(mine), datetime.now(UTC) - timedelta(seconds=1))
    word = signed(over, portal_server.app.state.play_secret)
    assert mine.get(f"/play/{word}/still.jpg").status_code == 403
    assert mine.get("/play/nonsense/still.jpg").status_code == 403


def test_a_scope_that_shrinks_closes_the_address(portal_server: PortalServer, camera: int) -> None:
    venue = portal_server.client("venue")
    word = signed(
        PlayAddress(
            one(portal_server, "select id from devices where kind = 'camera' and county <> 360702 limit 1"),
            *(Form.PLAIN, Purpose.STILL, stored(venue)),
            until=datetime.now(UTC) + timedelta(minutes=5),
        ),
        portal_server.app.state.play_secret,
    )
    assert venue.get(f"/play/{word}/still.jpg").status_code == 404


def test_faces_need_a_reason_above_the_venue_and_it_is_logged(portal_server: PortalServer, camera: int) -> None:
    county = portal_server.client("zhanggong")
    assert ask(portal_server, county, camera).json()["form"] == "masked"
    assert ask(portal_server, county, camera, form="plain").status_code == 422
    assert ask(portal_server, county, camera, form="plain", reason="核实烟感报警").json()["form"] == "plain"
    logged = one(
        portal_server,
        "select detail->>'reason' from audit_log where act = 'camera unmasked' and subject = :s"
        " order by id desc limit 1",
        s=f"devices/{camera}",
    )
    assert logged == "核实烟感报警"
    watched = "select count(*) from audit_log where act = 'camera watched' and subject = :s"
    assert one(portal_server, watched, s=f"devices/{camera}") >= 1


def test_a_wall_and_an_analyst_never_see_faces(portal_server: PortalServer, camera: int) -> None:
    analyst = portal_server.client("analyst")
    assert ask(portal_server, analyst, camera, form="plain", reason="because I may").status_code == 403


def test_a_forged_form_is_refused(portal_server: PortalServer, camera: int) -> None:
    mine = portal_server.client("zhanggong")
    assert mine.post(f"/api/v1/cameras/{camera}/play", json={"csrf_token": "no"}).status_code == 403
    assert one(portal_server, "select count(*) from audit_log where detail->>'form' = 'no'") == 0


def test_what_has_stopped_is_not_called_live(portal_server: PortalServer, camera: int) -> None:
    mine = portal_server.client("zhanggong")
    told = ask(portal_server, mine, camera, purpose="still").json()
    wanted = Wanted(camera, Purpose.STILL, Form.MASKED)
    laid_down(portal_server, wanted)
    assert mine.get(told["state"]).json()["is_live"] is True
    laid_down(portal_server, wanted, seconds_old=30)
    state = mine.get(told["state"]).json()
    assert state["is_live"] is False
    assert state["age_s"] >= 30
    assert float(mine.get(told["address"]).headers["X-Picture-Age"]) >= 30
    relay(portal_server).clear(wanted)
    relay(portal_server).want(wanted)
    relay(portal_server).tell(wanted, Condition(State.FAILED, time.time(), Trouble.NO_ANSWER))
    refused = mine.get(told["address"])
    assert refused.status_code == 503
    assert refused.json()["error"]["message"] == "摄像机无应答"


def test_a_display_in_a_hall_has_evidence_blurred_as_a_whole_and_no_clip(
    portal_server: PortalServer, camera: int
) -> None:
    number = frame(portal_server, [])
    county, wall = portal_server.client("zhanggong"), portal_server.visitor()
    wall.get(f"/kiosk/{portal_server.passwords['wall']}")
    plain = detail(seen(county.get(f"/api/v1/frames/{number}")))
    assert detail(seen(wall.get(f"/api/v1/frames/{number}"))) < plain / 10
    assert detail(seen(county.get(f"/api/v1/frames/{number}?masked=1"))) < plain / 10
    assert wall.get(f"/api/v1/frames/{number}/clip").status_code == 403
