"""A scene behind a link: what its holder is told, and every way to make more of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from db.addresses import read_secrets
from db.rules import scene_links
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one

HOLD = "消防救援站"


@pytest.fixture(scope="module")
def venue(portal_server: PortalServer) -> int:
    sql = "select v.id from venues v join devices d on d.venue_id = v.id where v.county = 360702 order by v.id limit 1"
    return int(one(portal_server, sql))


def given(server: PortalServer, venue: int, hours: float = 2) -> str:
    """The path of a fresh link."""
    answer = server.client("zhanggong").post(
        f"/api/v1/venues/{venue}/scene/links", json={"purpose": HOLD, "hours": hours}
    )
    assert answer.status_code == 201, answer.text
    return str(httpx.URL(answer.json()["url"]).path)


def names(told: Any) -> set[str]:
    """Every name of a value in what was told, at any depth."""
    if isinstance(told, dict):
        return set(told) | set().union(*(names(value) for value in told.values()), set())
    return set().union(*(names(value) for value in told), set()) if isinstance(told, list) else set()


def test_its_holder_sees_one_venue_and_nobody_s_name(portal_server: PortalServer, venue: int) -> None:
    path, stranger = given(portal_server, venue), portal_server.visitor()
    page = stranger.get(path)
    assert page.status_code == 200
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert not stranger.cookies
    told = stranger.get(f"{path}/scene").json()
    assert told["venue"]["id"] == venue
    assert {device["code"] for device in told["devices"]} == {None}
    assert told["plan"]["changed_by_name"] is None
    assert not names(told) & {"phone", "person", "owner_id", "note", "address"}
    assert set(stranger.get(f"{path}/state").json()) == {"at", "revision", "devices", "alarms"}
    row = portal_server.client("zhanggong").get(f"/api/v1/venues/{venue}/scene/links").json()["rows"][0]
    assert (row["purpose"], row["visits"], row["last_address"]) == (HOLD, 1, "127.0.0.1")
    assert path.rpartition("/")[2] not in str(row)


@pytest.mark.parametrize("way", ["", "/scene", "/state"])
def test_what_nobody_issued_opens_nothing(portal_server: PortalServer, venue: int, way: str) -> None:
    path, stranger = given(portal_server, venue), portal_server.visitor()
    token = path.rpartition("/")[2]
    key = read_secrets(portal_server.settings.var_dir)["scene_links"]
    later = datetime.now(UTC) + timedelta(days=20)
    never_given = scene_links.issue(key, venue, later, b"0" * scene_links.NONCE_BYTES)
    another = scene_links.issue("another key", venue, later, b"0" * scene_links.NONCE_BYTES)
    touched = token[:5] + ("A" if token[5] != "A" else "B") + token[6:]
    for wrong in (touched, token[:-1], token + "A", never_given, another, "x", "%00", "%E5%AE%89"):
        assert stranger.get(f"/shared/{wrong}{way}").status_code == 404, wrong
    assert stranger.get(f"{path}{way}").status_code == 200


def test_a_link_is_no_login(portal_server: PortalServer, venue: int) -> None:
    path, stranger = given(portal_server, venue), portal_server.visitor()
    stranger.get(path)
    for address in (
        f"/api/v1/venues/{venue}/scene",
        f"{path}/../../api/v1/me",
        f"/venues/{venue}",
        "/live",
        "/api/v1/me",
    ):
        answer = stranger.get(address)
        assert answer.status_code in (303, 401, 404), address
    for method in ("POST", "PUT", "DELETE"):
        assert stranger.request(method, f"{path}/scene").status_code in (404, 405)
    assert stranger.get(f"{path}/links").status_code == 404


def test_a_withdrawn_or_expired_link_opens_nothing_at_once(portal_server: PortalServer, venue: int) -> None:
    path, stranger, officer = given(portal_server, venue), portal_server.visitor(), portal_server.client("zhanggong")
    row = officer.get(f"/api/v1/venues/{venue}/scene/links").json()["rows"][0]
    assert stranger.get(f"{path}/state").status_code == 200
    assert officer.post(f"/api/v1/venues/{venue}/scene/links/{row['id']}/withdraw").status_code == 204
    assert officer.post(f"/api/v1/venues/{venue}/scene/links/{row['id']}/withdraw").status_code == 409
    said = {stranger.get(path + way).status_code for way in ("", "/scene", "/state")}
    assert said == {404}
    acts = "select count(*) from audit_log where subject = :s and act in ('scene link made', 'scene link withdrawn')"
    assert one(portal_server, acts, s=f"scene_links/{row['id']}") == 2
    late = given(portal_server, venue)
    change(
        portal_server,
        "update scene_links set made_at = now() - interval '2 h', expires_at = now() - interval '1 h'"
        " where id = (select max(id) from scene_links)",
    )
    assert stranger.get(late).status_code == 404


def test_faults_of_a_plan_come_one_by_one_in_the_reader_s_words(portal_server: PortalServer, venue: int) -> None:
    officer = portal_server.client("zhanggong")
    sketch = officer.get(f"/api/v1/venues/{venue}/plan/sketch").json()["buildings"]
    sketch[0]["name"] = ""
    sketch[0]["floors"][0]["height"] = 99
    answer = officer.post(f"/api/v1/venues/{venue}/plan", json={"revision": 0, "buildings": sketch})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "faulty_plan"
    assert len(answer.json()["error"]["faults"]) == 2
    assert "层高" in answer.json()["error"]["faults"][1]
    for odd in ([1], [{}], [{"name": 1}], [{"name": "x", "outline": [["a", 1]], "floors": []}]):
        answer = officer.post(f"/api/v1/venues/{venue}/plan", json={"revision": 0, "buildings": odd})
        assert answer.status_code == 422, odd
    assert one(portal_server, "select count(*) from plans where venue_id = :v and revision > 5", v=venue) == 0
