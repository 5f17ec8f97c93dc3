"""What holds for every request: where it may come from, how large it may be, which headers its answer carries."""

import socket
from contextlib import suppress
from urllib.parse import urlsplit

import brotli
import httpx
import pytest
from sqlalchemy import text

from db.addresses import Addresses
from db.rules.access_scope import EVERYTHING
from portal import asking
from portal.front_door import create_app
from portal.headers import content_policy
from tests.plugins.services import free_port
from tests.portal.conftest import PortalServer, serving

HTML = {"Accept": "text/html"}

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

POLICY = (
    "default-src 'self'",
    "worker-src 'self' blob:",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "object-src 'none'",
)


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("", "/login", 200),
        ("", "/healthz", 200),
        ("", "/", 303),
        ("", "/api/v1/me", 401),
        ("", "/assets/login.css", 200),
        ("", "/kiosk/unknown", 404),
        ("leader", "/", 200),
        ("leader", "/api/v1/me", 200),
        ("leader", "/api/v1/venues/999999", 404),
        ("leader", "/api/v1/nothing", 404),
        ("leader", "/api/v1/docs", 200),
        ("leader", "/tiles/venues/7/0/0.mvt", 204),
        ("leader", "/tiles/venues/99/0/0.mvt", 422),
        ("leader", "/assets/portal.css", 200),
        ("leader", "/assets/nothing.css", 404),
        ("leader", "/_dash-dependencies", 200),
    ],
)
def test_every_kind_of_answer_carries_the_headers(
    portal_server: PortalServer, login: str, path: str, status: int
) -> None:
    browser = portal_server.client(login) if login else portal_server.visitor()
    answer = browser.get(path, headers=HTML)
    assert answer.status_code == status
    assert HEADERS.items() <= dict(answer.headers).items()
    policy = answer.headers["content-security-policy"].split("; ")
    assert set(POLICY) <= set(policy)
    scripts = next(rule for rule in policy if rule.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "server" not in answer.headers
    assert "cache-control" in answer.headers


def test_a_base_map_and_https_widen_only_what_they_must(portal_server: PortalServer) -> None:
    settings = portal_server.settings.model_copy(update={"base_map_url": "https://tiles.example/{z}/{x}/{y}.png?k=1"})
    policy = content_policy(settings, ["'sha256-x'"])
    assert "img-src 'self' data: blob: https://tiles.example;" in policy
    assert "connect-src 'self' https://tiles.example;" in policy
    assert "script-src 'self' 'sha256-x';" in policy


def test_behind_https_cookies_and_headers_say_so(portal_server: PortalServer) -> None:
    port = free_port()
    settings = portal_server.settings.model_copy(update={"cookie_secure": True, "portal_port": port})
    login = {"login": "leader", "password": portal_server.passwords["leader"]}
    with serving(create_app(settings, portal_server.test_record.addresses), port) as url:
        answer = httpx.post(f"{url}/login", data=login, headers={"Origin": url})
        plain = httpx.get(f"{url}/api/v1/me", cookies={"anwang_session": answer.cookies["__Host-anwang_session"]})
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-anwang_session=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
    assert plain.status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "SELF"}, 401),
        ({"Sec-Fetch-Site": "same-origin"}, 401),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "SELF"}, 401),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "SELF.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "SELF"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Referer": "SELF/login"}, 403),
    ],
)
def test_forms_of_other_sites_are_refused(portal_server: PortalServer, headers: dict[str, str], status: int) -> None:
    sent = {name: value.replace("SELF", portal_server.url) for name, value in headers.items()}
    answer = httpx.post(f"{portal_server.url}/login", data={"login": "x", "password": "x"}, headers=sent)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"] == {"code": "forbidden", "message": answer.json()["error"]["message"]}


@pytest.mark.parametrize(
    "path", ["/logout", "/language", "/role", "/_dash-update-component", "/api/v1/alarms/1/acknowledge"]
)
def test_no_unsafe_request_gets_in_from_elsewhere(portal_server: PortalServer, path: str) -> None:
    browser = portal_server.client("leader")
    answer = browser.post(path, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert browser.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("path", ["/login", "/_dash-update-component", "/api/v1/alarms/1/acknowledge"])
def test_bodies_too_large_are_refused(portal_server: PortalServer, path: str) -> None:
    browser = portal_server.client("leader")
    assert browser.post(path, content=b"x" * (4 * 1024 * 1024 + 1)).status_code == 413

    def chunks() -> object:
        for _ in range(70):
            yield b"x" * 65_536

    with suppress(httpx.WriteError):  # refused and closed before all of it was sent
        assert browser.post(path, content=chunks()).status_code == 413  # type: ignore[arg-type]


def said_to(server: PortalServer, line: bytes, cookie: str) -> bytes:
    """The answer to a request line that no client library would send."""
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname or "", where.port or 0)) as wire:
        wire.sendall(line + f"\r\nHost: {where.netloc}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: wire.recv(65_536), b""))


@pytest.mark.parametrize(
    "address",
    ["/assets/../db/settings.py", "/assets/%2e%2e/db/settings.py", "/assets/..%2fdb%2fsettings.py"],
)
def test_no_path_leads_out_of_the_assets(portal_server: PortalServer, address: str) -> None:
    cookie = f"anwang_session={portal_server.client('leader').cookies['anwang_session']}"
    said = said_to(portal_server, f"GET {address} HTTP/1.1".encode(), cookie)
    assert said.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
    assert b"BaseSettings" not in said


def test_an_address_that_is_no_text_is_refused(portal_server: PortalServer) -> None:
    cookie = f"anwang_session={portal_server.client('leader').cookies['anwang_session']}"
    said = said_to(portal_server, b"GET /?area=\xff HTTP/1.1", cookie)
    assert said.startswith(b"HTTP/1.1 400")


def test_a_foreign_host_header_changes_nothing(portal_server: PortalServer) -> None:
    answer = portal_server.visitor().get("/alarms", headers={"Host": "evil.example"})
    assert answer.headers["location"] == "/login?next=%2Falarms"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/assets/portal.css?m=abc", "public, max-age=31536000, immutable"),
        (
            "/assets/fonts/noto-sans-sc/files/noto-sans-sc-latin-wght-normal.woff2",
            "public, max-age=31536000, immutable",
        ),
        ("/assets/portal.css", "no-cache"),
        ("/api/v1/me", "no-store"),
        ("/", "no-store"),
    ],
)
def test_browsers_keep_what_never_changes(portal_server: PortalServer, path: str, kept: str) -> None:
    browser = portal_server.client("leader")
    answer = browser.get(path)
    assert answer.headers["cache-control"] == kept
    if path.startswith("/assets/"):
        assert browser.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_bundles_are_kept_and_compressed(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    page = browser.get("/", headers=HTML).text
    bundle = next(part.split('"')[0] for part in page.split('src="') if part.startswith("/_dash-component-suites/"))
    plain = browser.get(bundle, headers={"Accept-Encoding": "identity"})
    assert "immutable" in plain.headers["cache-control"]
    assert "content-encoding" not in plain.headers
    for accepted, encoding in (("br, gzip", "br"), ("gzip", "gzip"), ("gzip;q=0.5, br;q=0", "gzip")):
        for _ in range(2):
            packed = browser.get(bundle, headers={"Accept-Encoding": accepted})
            assert packed.headers["content-encoding"] == encoding
            assert int(packed.headers["content-length"]) < len(plain.content) / 2
            assert "Accept-Encoding" in packed.headers["vary"]
            assert packed.content == plain.content


def test_answers_are_compressed_whole(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    with browser.stream("GET", "/api/v1/regions", headers={"Accept-Encoding": "br"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "br"
    assert len(raw) == int(answer.headers["content-length"])
    assert brotli.decompress(raw).startswith(b"[")
    assert "content-encoding" not in browser.get("/api/v1/me").headers


@pytest.mark.parametrize(
    "path", ["/", "/login", "/api/v1/me", "/assets/portal.css?m=1", "/healthz", "/tiles/venues/7/105/53.mvt", "/live"]
)
def test_head_answers_like_get_without_a_body(portal_server: PortalServer, path: str) -> None:
    answer = portal_server.client("leader").head(path)
    assert answer.status_code in (200, 303)
    assert answer.content == b""


@pytest.mark.parametrize(("path", "method"), [("/api/v1/me", "DELETE"), ("/live", "POST"), ("/healthz", "PUT")])
def test_wrong_methods_are_refused(portal_server: PortalServer, path: str, method: str) -> None:
    answer = portal_server.client("leader").request(method, path)
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "wrong_method"


def test_people_are_shown_pages_and_programs_are_told(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    page = browser.post("/logout", data={"csrf_token": "wrong"}, headers=HTML)
    assert page.status_code == 403
    assert page.headers["content-type"].startswith("text/html")
    assert '<p class="door-code">403</p>' in page.text
    told = browser.post("/logout", data={"csrf_token": "wrong"})
    assert told.json()["error"]["code"] == "not_allowed"


@pytest.fixture
def broken_portal(portal_server: PortalServer) -> object:
    """A portal whose database does not answer."""
    there = portal_server.test_record.addresses
    nowhere = Addresses(None, there.database_app.set(port=free_port()), there.redis, there.mqtt, there.mqtt_device)
    port = free_port()
    with serving(create_app(portal_server.settings, nowhere), port) as url:
        yield url


def test_without_the_database_everything_says_so(broken_portal: str) -> None:
    cookies = {"anwang_session": "whatever"}
    with httpx.Client(base_url=broken_portal, cookies=cookies, headers={"Origin": broken_portal}) as browser:
        for path in ("/api/v1/me", "/tiles/venues/7/105/53.mvt", "/live", "/_dash-layout", "/healthz"):
            answer = browser.get(path)
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "database_away"), path
        page = browser.get("/", headers=HTML)
        assert page.status_code == 503
        assert '<p class="door-code">503</p>' in page.text
        assert browser.get("/login").status_code == 200
        assert browser.post("/login", data={"login": "a", "password": "b"}).status_code == 503


def test_what_nobody_foresaw_has_a_reference(portal_server: PortalServer, caplog: pytest.LogCaptureFixture) -> None:
    room = portal_server.app.state.tile_room
    portal_server.app.state.tile_room = None
    try:
        answer = portal_server.client("leader").get("/tiles/venues/7/105/53.mvt")
    finally:
        portal_server.app.state.tile_room = room
    assert answer.status_code == 500
    assert HEADERS.items() <= dict(answer.headers).items()
    message = answer.json()["error"]["message"]
    assert any(record.message.split()[-1] in message for record in caplog.records if record.name == "anwang.portal")
    assert "NoneType" not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[]", b'{"output": "x.y", "inputs": []}'])
def test_senseless_callbacks_are_refused_without_a_trace(portal_server: PortalServer, body: bytes) -> None:
    answer = portal_server.client("leader").post(
        "/_dash-update-component", content=body, headers={"Content-Type": "application/json"}
    )
    assert 400 <= answer.status_code <= 500
    assert "Traceback" not in answer.text


def test_statements_are_given_up_in_the_end(portal_server: PortalServer) -> None:
    with portal_server.app.state.record.scoped(EVERYTHING) as session:
        assert session.scalar(text("show statement_timeout")) == "20s"


def test_nobody_is_asking_outside_a_request() -> None:
    assert asking.known() is None
