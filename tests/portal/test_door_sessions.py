"""Logging in and staying in: over HTTP, against the record."""

import re

import httpx
import pytest

from db.commands import people
from db.queries.named_places import GrantPlace
from db.rules.access_scope import Role, region_range
from portal.login.throttle import Throttle
from tests.portal.conftest import PortalServer
from tests.portal.door import COOKIE, PASSWORD, TESTER, change, kept_session, new_account, one, stored


def form_token(page: httpx.Response) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def test_nobody_is_shown_a_page_without_logging_in(portal_server: PortalServer) -> None:
    visitor = portal_server.visitor()
    answer = visitor.get("/alarms", params={"show": "closed"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Falarms%3Fshow%3Dclosed"
    login = visitor.get(answer.headers["location"])
    assert login.status_code == 200
    assert 'name="next" value="/alarms?show=closed"' in login.text


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/me",
        "/api/v1/nothing",
        "/live",
        "/tiles/venues/7/105/53.mvt",
        "/_dash-layout",
        "/_dash-dependencies",
        "/assets/portal.css",
        "/_dash-component-suites/dash/deps/react@18.js",
    ],
)
def test_programs_are_told_to_log_in(portal_server: PortalServer, path: str) -> None:
    answer = portal_server.visitor().get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "log_in"


@pytest.mark.parametrize("path", ["/loginx", "/login/", "/healthz/x", "/language2", "/assets/login.css.map"])
def test_what_only_looks_like_the_door_is_closed(portal_server: PortalServer, path: str) -> None:
    assert portal_server.visitor().get(path).status_code in (303, 401)


def test_logging_in_opens_a_session_and_leads_on(portal_server: PortalServer) -> None:
    login = new_account(portal_server)
    visitor = portal_server.visitor()
    answer = visitor.post("/login", data={"login": f" {login.upper()} ", "password": PASSWORD, "next": "/alarms"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/alarms")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert visitor.get("/api/v1/me").json()["role"] == "city"
    assert visitor.cookies[COOKIE] not in one(portal_server, "select string_agg(s::text, ' ') from login_sessions s")
    assert (
        one(
            portal_server,
            "select act from audit_log where actor_name = :n order by id desc limit 1",
            n=f"Tester {login}",
        )
        == "logged in"
    )


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example"]
)
def test_logging_in_never_leads_elsewhere(portal_server: PortalServer, elsewhere: str) -> None:
    login = new_account(portal_server)
    answer = portal_server.visitor().post("/login", data={"login": login, "password": PASSWORD, "next": elsewhere})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_every_refusal_to_log_in_reads_the_same(portal_server: PortalServer) -> None:
    locked, disabled, wrong = (new_account(portal_server) for _ in range(3))
    change(portal_server, "update accounts set locked_until = now() + interval '1 hour' where login = :l", l=locked)
    change(portal_server, "update accounts set disabled = true where login = :l", l=disabled)
    tries = [(locked, PASSWORD), (disabled, PASSWORD), (wrong, "not the password"), ("nobody at all", PASSWORD)]
    texts = set()
    for login, password in tries:
        answer = portal_server.visitor().post("/login", data={"login": login, "password": password})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        texts.add(answer.text.replace(login, "LOGIN"))
    assert len(texts) == 1


def test_an_account_locks_and_opens_again(portal_server: PortalServer) -> None:
    login = new_account(portal_server)
    limit = portal_server.settings.login_failures
    for _ in range(limit):
        assert portal_server.visitor().post("/login", data={"login": login, "password": "wrong"}).status_code == 401
    assert portal_server.visitor().post("/login", data={"login": login, "password": PASSWORD}).status_code == 401
    kept = "select failures from accounts where login = :l and locked_until > now()"
    assert one(portal_server, kept, l=login) == limit
    assert (
        one(
            portal_server,
            "select count(*) from audit_log where act = 'account locked' and detail ->> 'failures' = :n"
            " and actor_name = :a",
            n=str(limit),
            a=f"Tester {login}",
        )
        == 1
    )
    change(portal_server, "update accounts set locked_until = now() where login = :l", l=login)
    assert portal_server.client(login, PASSWORD).get("/api/v1/me").status_code == 200
    assert one(portal_server, "select failures from accounts where login = :l", l=login) == 0


def test_one_address_cannot_try_for_ever(portal_server: PortalServer) -> None:
    closed = Throttle()
    open_, portal_server.app.state.throttle = portal_server.app.state.throttle, closed
    try:
        while not closed.is_closed("127.0.0.1"):
            closed.failed("127.0.0.1")
        login = new_account(portal_server)
        answer = portal_server.visitor().post("/login", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "300"
        assert portal_server.visitor().get(f"/kiosk/{portal_server.passwords['wall']}").status_code == 404
    finally:
        portal_server.app.state.throttle = open_


def test_a_planted_cookie_never_becomes_a_session(portal_server: PortalServer) -> None:
    login = new_account(portal_server)
    visitor = portal_server.visitor()
    visitor.cookies.set(COOKIE, "planted")
    answer = visitor.post("/login", data={"login": login, "password": PASSWORD})
    assert answer.cookies[COOKIE] != "planted"
    assert portal_server.visitor(**{COOKIE: "planted"}).get("/api/v1/me").status_code == 401


def test_logging_in_again_replaces_the_session(portal_server: PortalServer) -> None:
    login = new_account(portal_server)
    client = portal_server.client(login, PASSWORD)
    before, hashed = client.cookies[COOKIE], stored(client)
    answer = client.post("/login", data={"login": login, "password": PASSWORD})
    after = answer.cookies[COOKIE]
    assert after != before
    assert one(portal_server, "select count(*) from login_sessions where token_hash = :h", h=hashed) == 0
    assert portal_server.visitor(**{COOKIE: before}).get("/api/v1/me").status_code == 401
    assert portal_server.visitor(**{COOKIE: after}).get("/api/v1/me").status_code == 200


def test_logging_out_ends_the_session_at_once(portal_server: PortalServer) -> None:
    client = portal_server.client(new_account(portal_server), PASSWORD)
    token = client.cookies[COOKIE]
    assert client.post("/logout", data={"csrf_token": "not this one"}).status_code == 403
    assert client.get("/api/v1/me").status_code == 200
    answer = client.post("/logout", data={"csrf_token": form_token(client.get("/role"))})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert COOKIE not in client.cookies
    assert portal_server.visitor(**{COOKIE: token}).get("/api/v1/me").status_code == 401
    assert one(portal_server, "select act from audit_log order by id desc limit 1") == "logged out"


@pytest.mark.parametrize(
    ("change_of_session", "status"),
    [
        ("update login_sessions set seen_at = now() - interval '61 minutes' where token_hash = :h", 401),
        ("update login_sessions set expires_at = now() where token_hash = :h", 401),
        ("update login_sessions set seen_at = now() - interval '59 minutes' where token_hash = :h", 200),
        (
            "update accounts set disabled = true where person_id = (select person_id from login_sessions"
            " where token_hash = :h)",
            401,
        ),
        ("delete from login_sessions where token_hash = :h", 401),
    ],
)
def test_sessions_end(portal_server: PortalServer, change_of_session: str, status: int) -> None:
    client = portal_server.client(new_account(portal_server), PASSWORD)
    assert client.get("/api/v1/me").status_code == 200
    with kept_session(portal_server, client) as hashed:
        change(portal_server, change_of_session, h=hashed)
    assert client.get("/api/v1/me").status_code == status


def test_use_keeps_a_session_alive_and_is_noted_once_a_minute(portal_server: PortalServer) -> None:
    client = portal_server.client(new_account(portal_server), PASSWORD)
    seen = "select now() - seen_at < interval '5 seconds' from login_sessions where token_hash = :h"
    for ago, noted in (("59 minutes", True), ("30 seconds", False)):
        with kept_session(portal_server, client) as hashed:
            change(
                portal_server,
                "update login_sessions set seen_at = now() - cast(:ago as interval) where token_hash = :h",
                ago=ago,
                h=hashed,
            )
        assert client.get("/api/v1/me").status_code == 200
        assert one(portal_server, seen, h=hashed) is noted


def test_a_wall_display_logs_in_by_its_token_and_may_idle(portal_server: PortalServer) -> None:
    visitor = portal_server.visitor()
    assert visitor.get("/kiosk/unknown", headers={"Accept": "text/html"}).status_code == 404
    answer = visitor.get(f"/kiosk/{portal_server.passwords['wall']}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/wall")
    assert "Max-Age=" in answer.headers["set-cookie"]
    with kept_session(portal_server, visitor) as hashed:
        change(
            portal_server,
            "update login_sessions set seen_at = now() - interval '20 days' where token_hash = :h",
            h=hashed,
        )
    assert visitor.get("/api/v1/me").json()["role"] == "wall"
    for elsewhere in ("/api/v1/venues/1", "/api/v1/alarms", "/", "/venues/1", "/rankings.csv"):
        assert visitor.get(elsewhere).status_code == 403, elsewhere


def test_a_person_switches_between_their_own_roles(portal_server: PortalServer) -> None:
    login, other = new_account(portal_server), new_account(portal_server)
    with portal_server.test_record.record.door() as session:
        people.add_grant(session, login, Role.COUNTY, GrantPlace(*region_range(360702)), TESTER)
    client = portal_server.client(login, PASSWORD)
    before = client.cookies[COOKIE]
    page = client.get("/role")
    grants = re.findall(r'name="grant" value="(\d+)"', page.text)
    assert len(grants) == 2
    others = one(portal_server, "select g.id from grants g join accounts a using (person_id) where login = :l", l=other)
    assert client.post("/role", data={"csrf_token": form_token(page), "grant": others}).status_code == 403
    assert client.post("/role", data={"csrf_token": "", "grant": grants[1]}).status_code == 403
    assert client.post("/role", data={"csrf_token": form_token(page), "grant": grants[1]}).status_code == 303
    assert client.cookies[COOKIE] != before
    assert client.get("/api/v1/me").json()["county_hi"] == 360702
    assert portal_server.visitor(**{COOKIE: before}).get("/api/v1/me").status_code == 401


def test_the_language_is_chosen_before_and_after_logging_in(portal_server: PortalServer) -> None:
    visitor = portal_server.visitor()
    assert '<html lang="zh-CN">' in visitor.get("/login").text
    answer = visitor.post("/language", data={"language": "en", "next": "/login?next=%2Falarms"})
    assert answer.headers["location"] == "/login?next=%2Falarms"
    assert '<html lang="en">' in visitor.get("/login").text
    client = portal_server.client(new_account(portal_server), PASSWORD)
    token = form_token(client.get("/role"))
    came_from = {"Referer": f"{portal_server.url}/rankings?as_of=2024-09-02"}
    answer = client.post("/language", data={"language": "en", "csrf_token": token}, headers=came_from)
    assert answer.headers["location"] == "/rankings?as_of=2024-09-02"
    assert client.get("/api/v1/me").json()["language"] == "en"
    assert client.get("/api/v1/me").json()["place"].isascii()
    assert client.post("/language", data={"language": "xx", "csrf_token": token}).status_code == 422
