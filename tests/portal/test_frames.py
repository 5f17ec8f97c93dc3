"""Faces in evidence: blurred above the venue, opened with a reason to one session, masked whole where in doubt."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import text

from db.evidence.store import EvidenceStore
from db.rules.unmasking import is_good, leave
from tests.portal.alarming import close, raise_alarm
from tests.portal.conftest import PortalServer
from tests.portal.door import one, stored

HEADS = [[0.5, 0.25, 0.75, 0.75]]
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def frame(server: PortalServer, heads: Any, venue: int | None = None) -> int:
    """A chequered picture of a camera of the district, with a clip."""
    squares = np.indices((360, 640)).sum(axis=0) // 8 % 2 * 255
    made = io.BytesIO()
    Image.fromarray(squares.astype(np.uint8)).convert("RGB").save(made, "JPEG")
    store = EvidenceStore(server.settings.evidence_folder)
    asked = {
        "sha256": store.keep(made.getvalue()).sha256,
        "clip": store.keep_clip(b"a clip"),
        "heads": None if heads is None else json.dumps(heads),
        "venue": venue,
    }
    sql = """
        insert into camera_frames (device_id, venue_id, county, taken_at, sha256, width, height, clip, clip_from,
            clip_until, heads)
        select id, venue_id, county, now(), :sha256, 640, 360, :clip, now(), now(), cast(:heads as jsonb) from devices
        where kind = 'camera' and (venue_id = :venue or cast(:venue as int) is null and county = 360702)
        order by id desc limit 1 returning id
    """
    with server.owner.begin() as connection:
        return int(connection.scalar(text(sql), asked) or 0)


def seen(answer: httpx.Response) -> NDArray[np.float64]:
    assert answer.status_code == 200, answer.text
    with Image.open(io.BytesIO(answer.content)) as picture:
        return np.asarray(picture.convert("L"), dtype=float)


def detail(picture: NDArray[np.float64]) -> float:
    """How much neighbouring dots differ."""
    return float(np.abs(np.diff(picture)).mean())


def unmask(server: PortalServer, browser: httpx.Client, number: int, **ask: Any) -> httpx.Response:
    csrf = one(server, "select csrf_token from login_sessions where token_hash = :h", h=stored(browser))
    return browser.post(f"/api/v1/frames/{number}/unmask", json={"csrf_token": csrf, "reason": ""} | ask)


def test_offices_see_heads_blurred_and_the_rest_sharp(portal_server: PortalServer) -> None:
    county = portal_server.client("zhanggong")
    picture = seen(county.get(f"/api/v1/frames/{frame(portal_server, HEADS)}"))
    head, rest = picture[120:240, 360:440], picture[20:340, 20:280]
    assert detail(head) < detail(rest) / 10


@pytest.mark.parametrize(("login", "heads"), [("zhanggong", None), ("analyst", HEADS)])
def test_where_heads_are_not_known_or_never_seen_all_is_masked(
    portal_server: PortalServer, login: str, heads: Any
) -> None:
    browser, number = portal_server.client(login), frame(portal_server, heads)
    plain = seen(portal_server.client("zhanggong").get(f"/api/v1/frames/{frame(portal_server, [])}"))
    assert detail(seen(browser.get(f"/api/v1/frames/{number}"))) < detail(plain) / 10
    assert browser.get(f"/api/v1/frames/{number}/clip").status_code == 403


def test_leave_is_for_one_picture_one_session_and_its_alarm(portal_server: PortalServer) -> None:
    county, other = portal_server.client("zhanggong"), portal_server.client("zhanggong")
    venue = one(
        portal_server, "select venue_id from devices where kind = 'camera' and county = 360702 order by id desc"
    )
    alarm, number, second = raise_alarm(portal_server, venue=venue), *(frame(portal_server, HEADS) for _ in range(2))
    assert unmask(portal_server, county, number, alarm=alarm).status_code == 422
    assert unmask(portal_server, county, number, reason="核实火情").status_code == 422
    assert unmask(portal_server, county, number, reason="核实火情", alarm=alarm + 1_000_000).status_code == 422
    told = unmask(portal_server, county, number, reason="核实火情", alarm=alarm).json()
    word = told["picture"].partition("=")[2]
    plain = seen(county.get(told["picture"]))
    assert detail(plain[120:240, 360:440]) > detail(plain[20:340, 20:280]) / 2
    assert county.get(told["clip"]).status_code == 200
    assert other.get(told["clip"]).status_code == 403
    assert county.get(f"/api/v1/frames/{second}/clip?leave={word}").status_code == 403
    assert (
        unmask(portal_server, portal_server.client("analyst"), number, reason="我想看看", alarm=alarm).status_code
        == 403
    )
    close(portal_server, alarm)


def test_the_venue_sees_its_own_as_they_are(portal_server: PortalServer) -> None:
    sql = "select venue_id from grants join accounts using (person_id) where login = 'venue'"
    number = frame(portal_server, None, int(one(portal_server, sql)))
    venue = portal_server.client("venue")
    assert detail(seen(venue.get(f"/api/v1/frames/{number}"))) > 10
    assert venue.get(f"/api/v1/frames/{number}/clip").status_code == 200


def test_leave_ends() -> None:
    word = leave(7, b"session", "secret", NOW + timedelta(minutes=15))
    assert is_good(word, 7, b"session", "secret", NOW)
    assert not is_good(word, 8, b"session", "secret", NOW)
    assert not is_good(word, 7, b"other", "secret", NOW)
    assert not is_good(word, 7, b"session", "secret", NOW + timedelta(minutes=15))
    assert not is_good("nonsense", 7, b"session", "secret", NOW)
