"""Files of evidence over HTTP: what is taken, what is refused in a sentence, and what is handed out again."""

import io
import zlib
from datetime import UTC, datetime

import httpx
import pytest
from PIL import Image

from tests.db.pictures import jpeg
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one, stored

ADDRESS = "/api/v1/evidence"


@pytest.fixture
def hazard(portal_server: PortalServer) -> int:
    """A hazard that has just been found at the demonstration account's venue."""
    venue = one(portal_server, "select venue_id from grants where role = 'venue' order by id limit 1")
    change(
        portal_server,
        "insert into hazards (venue_id, county, place, spot_key, kind, grade, source, state, what, found_at,"
        " found_by_name, act_by) select id, county, '门厅', 'test/' || clock_timestamp(), 'other', 'general',"
        " 'inspection', 'found', '测试', now() - interval '1 day', '测试', now() from venues where id = :v",
        v=venue,
    )
    return int(one(portal_server, "select max(id) from hazards"))


@pytest.fixture
def browser(portal_server: PortalServer) -> httpx.Client:
    return portal_server.client("zhanggong")


def send(
    server: PortalServer, browser: httpx.Client, hazard: int, content: bytes, name: str = "a.jpg", **changed: str
) -> httpx.Response:
    token = one(server, "select csrf_token from login_sessions where token_hash = :t", t=stored(browser))
    form = {"csrf_token": token, "subject": "hazard", "subject_id": str(hazard), "stage": "before", **changed}
    return browser.post(ADDRESS, data=form, files={"file": (name, content, "text/html")})


def test_a_picture_comes_in_and_out_upright_without_metadata(
    portal_server: PortalServer, browser: httpx.Client, hazard: int
) -> None:
    content = jpeg(seed="up", taken=datetime.now(UTC), at=(114.9, 25.8), orientation=6)
    answer = send(portal_server, browser, hazard, content, "现场 <1>.html")
    assert answer.status_code == 201, answer.text
    evidence = answer.json()["id"]
    shown = browser.get(f"{ADDRESS}/{evidence}")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["content-disposition"].startswith("inline")
    assert (Image.open(io.BytesIO(shown.content)).size, b"Exif" in shown.content) == ((480, 640), False)
    original = browser.get(f"{ADDRESS}/{evidence}", params={"form": "original"})
    assert original.content == content
    assert original.headers["content-disposition"].startswith("attachment")
    row = one(
        portal_server, "select name || ' ' || width || '×' || height from evidence_files where id = :id", id=evidence
    )
    assert row == "现场 1.html 480×640"
    assert one(portal_server, "select camera from evidence_files where id = :id", id=evidence) == "Anwang Test Phone"
    assert (
        one(portal_server, "select act from audit_log where subject = :s", s=f"hazards/{hazard}") == "hazard evidence"
    )


def bomb() -> bytes:
    """A PNG of some hundred bytes that would unpack into 12 GB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = (65_000).to_bytes(4) + (65_000).to_bytes(4) + bytes((8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><script>alert(1)</script></html>", "只接收"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 40, "HEIC"),
        (jpeg(seed="cut")[:800], "损坏"),
        (b"\xff\xd8\xff" + b"x" * 400, "损坏"),
        (bomb(), "像素过大"),
        (b"", "空的"),
        (b"GIF89a" + b"\0" * 40, "只接收"),
    ],
    ids=["html", "heic", "cut", "no jpeg", "bomb", "empty", "gif"],
)
def test_what_is_refused_leaves_nothing(
    portal_server: PortalServer, browser: httpx.Client, hazard: int, content: bytes, words: str
) -> None:
    answer = send(portal_server, browser, hazard, content)
    assert (answer.status_code, words in answer.json()["error"]["message"]) == (422, True), answer.text
    assert one(portal_server, "select count(*) from evidence_files where hazard_id = :h", h=hazard) == 0


def test_another_page_s_form_is_refused(portal_server: PortalServer, browser: httpx.Client, hazard: int) -> None:
    assert send(portal_server, browser, hazard, jpeg(), csrf_token="of another session").status_code == 403
    browser.headers["Origin"] = "http://elsewhere.example"
    assert send(portal_server, browser, hazard, jpeg()).status_code == 403


def test_a_file_too_large_is_refused_before_it_is_read(
    portal_server: PortalServer, browser: httpx.Client, hazard: int
) -> None:
    limit = portal_server.settings.evidence_limit_mb * 1024 * 1024
    assert send(portal_server, browser, hazard, b"\xff\xd8\xff" + bytes(limit)).status_code == 422
    assert send(portal_server, browser, hazard, b"\xff\xd8\xff" + bytes(limit + 200_000)).status_code == 413


def test_who_looks_does_not_add(portal_server: PortalServer, hazard: int) -> None:
    assert send(portal_server, portal_server.client("analyst"), hazard, jpeg()).status_code == 403


def test_a_picture_after_comes_too_early_before_anybody_is_assigned(
    portal_server: PortalServer, browser: httpx.Client, hazard: int
) -> None:
    assert send(portal_server, browser, hazard, jpeg(seed="early"), stage="after").status_code == 409


def test_a_document_is_a_download(portal_server: PortalServer, browser: httpx.Client, hazard: int) -> None:
    content = b"%PDF-1.7\n" + b"x" * 100
    evidence = send(portal_server, browser, hazard, content, "报告.pdf").json()["id"]
    answer = browser.get(f"{ADDRESS}/{evidence}")
    assert (answer.headers["content-type"], answer.content) == ("application/pdf", content)
    assert answer.headers["content-disposition"].startswith("attachment")
