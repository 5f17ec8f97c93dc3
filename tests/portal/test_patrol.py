"""Patrol behind the front door: what is kept is what was seen, in the form in which it was seen."""

import io
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import text

from db.commands import camera_verdicts
from db.queries import camera_frames
from db.relay_folder import Condition, RelayFolder, State, Trouble, Wanted
from db.rules.access_scope import EVERYTHING
from db.rules.play_address import Form, Purpose
from tests.portal.conftest import PortalServer
from tests.portal.door import one
from tests.portal.patrolling import address_of, token

CHEQUERED = "color=black:size=320x180:rate=10:duration=1,geq=lum='235*mod(floor(X/2)+floor(Y/2),2)':cb=128:cr=128"
EVIDENCE = text(
    """
    with h as (insert into hazards (venue_id, county, place, spot_key, kind, grade, source, state, what, found_at,
        found_by_name)
        values (:v, 360702, 'x', 'x', 'other', 'general', 'patrol', 'found', 'x', now(), 'x') returning id)
    insert into evidence_files (venue_id, county, hazard_id, stage, sha256, media_type, size_bytes, name, uploaded_at,
        uploaded_by_name)
    select :v, 360702, id, 'before', :sha, 'image/jpeg', 1, 'x', now(), 'x' from h returning id
    """
)
STARTED = datetime(2026, 11, 26, 1, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def segments(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Two pieces of a second each: the first black, the second white from its half on."""
    made = []
    folder = tmp_path_factory.mktemp("pieces")
    for name, film in (
        ("black", "color=black:size=320x180:rate=10:duration=1"),
        ("turning", "color=black:size=320x180:rate=10:duration=1,geq=lum='if(gte(T,0.5),235,16)':cb=128:cr=128"),
    ):
        path = folder / f"{name}.ts"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", film, "-c:v", "libx264", "-pix_fmt", "yuv420p", str(path)],
            check=True,
        )
        made.append(path.read_bytes())
    return made


@pytest.fixture
def camera(portal_server: PortalServer, segments: list[bytes]) -> int:
    """A camera of the district's whose blurred and plain pictures the relay has laid down."""
    with portal_server.owner.begin() as connection:
        found = connection.scalar(
            text("select id from devices where kind = 'camera' and county = 360702 and retired_on is null order by id")
        )
        connection.execute(
            text(
                "insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)"
                " select id, venue_id, county, 'file', '/nowhere.mp4', now() from devices where id = :id"
                " on conflict do nothing"
            ),
            {"id": found},
        )
    for form in Form:
        lay_down(portal_server, Wanted(int(found or 0), Purpose.LIVE, form), segments)
    return int(found or 0)


def lay_down(server: PortalServer, wanted: Wanted, segments: list[bytes], seconds_old: float = 0.0) -> None:
    folder = RelayFolder(server.settings.relay_folder)
    folder.want(wanted)
    lines = ["#EXTM3U", "#EXT-X-VERSION:6"]
    for number, content in enumerate(segments):
        at = STARTED + timedelta(seconds=number)
        lines += ["#EXTINF:1.000000,", f"#EXT-X-PROGRAM-DATE-TIME:{at:%Y-%m-%dT%H:%M:%S.000+0000}", f"p{number}.ts"]
        (folder.path / wanted.name / f"p{number}.ts").write_bytes(content)
    playlist: Path = folder.path / wanted.name / "index.m3u8"
    playlist.write_text("\n".join(lines) + "\n")
    os.utime(playlist, (time.time() - seconds_old,) * 2)
    folder.tell(wanted, Condition(State.PLAYING, time.time()))


def keep(server: PortalServer, browser: httpx.Client, camera: int, form: Form = Form.MASKED, **how: Any) -> Any:
    body = {"csrf_token": token(server, browser), "address": address_of(server, browser, camera, form)} | how
    return browser.post("/api/v1/patrol/captures", json=body)


def brightness(content: bytes) -> float:
    with Image.open(io.BytesIO(content)) as picture:
        return float(sum(picture.convert("L").resize((4, 4)).tobytes())) / 16


def sharpness(content: bytes) -> float:
    """How much neighbouring dots differ."""
    with Image.open(io.BytesIO(content)) as picture:
        grey = np.asarray(picture.convert("L"), dtype=float)
    return float(np.abs(np.diff(grey)).mean())


def quarter(content: bytes, which: int) -> bytes:
    """The middle of the upper left or the lower right quarter, as PNG."""
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.width // 8, picture.height // 8
        left, top = (width, height) if which == 0 else (width * 5, height * 5)
        made = io.BytesIO()
        picture.crop((left, top, left + width * 2, top + height * 2)).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize(("seen", "is_bright"), [(None, False), (0.2, False), (1.2, False), (1.8, True), (9.0, True)])
def test_the_frame_that_was_seen_is_kept(
    portal_server: PortalServer, camera: int, seen: float | None, is_bright: bool
) -> None:
    county = portal_server.client("zhanggong")
    at = None if seen is None else (STARTED + timedelta(seconds=seen)).isoformat()
    told = keep(portal_server, county, camera, seen_at=at).json()
    shown = county.get(f"/api/v1/patrol/captures/{told['id']}")
    assert (brightness(shown.content) > 128) is is_bright
    expected = STARTED + timedelta(seconds=min(seen if seen is not None else 1.0, 1.95))
    assert datetime.fromisoformat(told["taken_at"]) == expected


def test_a_picture_that_has_stopped_is_not_kept(
    portal_server: PortalServer, camera: int, segments: list[bytes]
) -> None:
    lay_down(portal_server, Wanted(camera, Purpose.LIVE, Form.MASKED), segments, seconds_old=30)
    refused = keep(portal_server, portal_server.client("zhanggong"), camera)
    assert (refused.status_code, refused.json()["error"]["message"]) == (409, "画面不是实时的，无法抓拍。")


def test_a_piece_that_is_damaged_is_told(portal_server: PortalServer, camera: int) -> None:
    lay_down(portal_server, Wanted(camera, Purpose.LIVE, Form.MASKED), [b"no film"])
    refused = keep(portal_server, portal_server.client("zhanggong"), camera)
    assert (refused.status_code, refused.json()["error"]["message"]) == (422, "这段画面已损坏，请再抓拍一次。")


def test_only_officials_capture_and_only_what_plays_for_them(portal_server: PortalServer, camera: int) -> None:
    county, other = portal_server.client("zhanggong"), portal_server.client("zhanggong")
    assert keep(portal_server, portal_server.client("venue"), camera).status_code == 403
    body = {"csrf_token": token(portal_server, county), "address": address_of(portal_server, other, camera)}
    assert county.post("/api/v1/patrol/captures", json=body).status_code == 403
    assert county.post("/api/v1/patrol/captures", json=body | {"csrf_token": "no"}).status_code == 403
    assert county.post("/api/v1/patrol/captures", json=body | {"address": "/etc/passwd"}).status_code == 422
    assert keep(portal_server, county, camera, seen_at="2026-11-26T09:00:00").status_code == 422


def test_faces_in_a_capture_are_for_those_who_may_see_them(portal_server: PortalServer, camera: int) -> None:
    """Others see a plain capture blurred, as a capture and as evidence of its hazard; its original never."""
    county, analyst = portal_server.client("zhanggong"), portal_server.client("analyst")
    city = portal_server.client("ganzhou")
    checked = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", CHEQUERED),
            *("-c:v", "libx264", "-pix_fmt", "yuv420p", "-f", "mpegts", "pipe:1"),
        ],
        capture_output=True,
        check=True,
    ).stdout
    lay_down(portal_server, Wanted(camera, Purpose.LIVE, Form.PLAIN), [checked])
    told = keep(portal_server, county, camera, Form.PLAIN).json()
    address = f"/api/v1/patrol/captures/{told['id']}"
    sharp, blurred = county.get(address).content, analyst.get(address).content
    assert sharpness(blurred) < sharpness(sharp) * 0.6
    sha = one(portal_server, "select sha256 from patrol_captures where id = :id", id=told["id"])
    venue = one(portal_server, "select venue_id from devices where id = :id", id=camera)
    with portal_server.owner.begin() as connection:
        evidence = connection.scalar(EVIDENCE, {"v": venue, "sha": sha})
    for reader in (analyst, city):
        for form in ("shown", "original"):
            told_to = reader.get(f"/api/v1/evidence/{evidence}?form={form}").content
            assert sharpness(told_to) < sharpness(sharp) * 0.6
    with portal_server.test_record.record.scoped(EVERYTHING) as session:
        since = datetime.now(UTC) - timedelta(minutes=1)
        (waiting,) = camera_frames.headless(session, [camera], since, datetime.now(UTC), 1)
        assert (waiting.id, waiting.is_capture) == (told["id"], True)
        camera_verdicts.keep_heads(session, waiting, [(0.0, 0.0, 0.5, 0.5)])
        assert waiting not in camera_frames.headless(session, [camera], since, datetime.now(UTC), 9)
    for seen in (city.get(address).content, city.get(f"/api/v1/evidence/{evidence}?form=original").content):
        assert sharpness(quarter(seen, 0)) < sharpness(quarter(sharp, 0)) * 0.6
        assert sharpness(quarter(seen, 1)) > sharpness(quarter(sharp, 1)) * 0.9
    assert sharpness(quarter(analyst.get(address).content, 1)) < sharpness(quarter(sharp, 1)) * 0.6
    assert county.get(f"/api/v1/evidence/{evidence}").content == sharp
    with Image.open(io.BytesIO(county.get(f"/api/v1/evidence/{evidence}?form=original").content)) as original:
        exif = original.getexif()
    assert exif[272].startswith("cam-")  # which camera, within the file itself


def test_marks_go_onto_a_second_picture(portal_server: PortalServer, camera: int) -> None:
    county = portal_server.client("zhanggong")
    number = keep(portal_server, county, camera).json()["id"]
    address = f"/api/v1/patrol/captures/{number}"
    assert county.get(f"{address}?marked=1").status_code == 404
    before = county.get(address).content
    mark = {"kind": "words", "x": 0.1, "y": 0.1, "x2": 0.1, "y2": 0.1, "words": "通道堵塞"}
    body = {"csrf_token": token(portal_server, county), "marks": [mark]}
    assert county.post(f"{address}/marks", json=body).status_code == 200
    assert county.post(f"{address}/marks", json=body | {"marks": [mark | {"x": 7}]}).status_code == 422
    assert county.get(address).content == before
    with Image.open(io.BytesIO(county.get(f"{address}?marked=1").content)) as marked:
        red, green, blue = np.asarray(marked.convert("RGB")).transpose(2, 0, 1)
        reds = int(((red > 170) & (green < 80) & (blue < 80)).sum())
        assert marked.height > 180  # a line below says what it is
    assert reds > 200


def test_whether_a_camera_plays_is_the_relays_word(portal_server: PortalServer, camera: int) -> None:
    county = portal_server.client("zhanggong")
    csrf, address = token(portal_server, county), address_of(portal_server, county, camera)
    with portal_server.owner.begin() as connection:
        person = connection.scalar(text("select person_id from accounts where login = 'zhanggong'"))
        round_id = connection.scalar(
            text(
                "insert into patrol_rounds (draw, person_id, person_name, role, home, county_lo, county_hi, day, seed,"
                " drawn_at) values (cast(gen_random_uuid() as text), :p, 'x', 'county', 360702, 360702, 360702,"
                " current_date, 's', now()) returning id"
            ),
            {"p": person},
        )
        connection.execute(
            text(
                "insert into patrol_stops (round_id, venue_id, county, position)"
                " select :r, venue_id, county, 1 from devices where id = :d"
            ),
            {"r": round_id, "d": camera},
        )
    body = {"csrf_token": csrf, "address": address, "round_id": round_id}
    folder, wanted = RelayFolder(portal_server.settings.relay_folder), Wanted(camera, Purpose.LIVE, Form.MASKED)
    folder.clear(wanted)
    assert county.post("/api/v1/patrol/looks", json=body).status_code == 409  # still being opened
    folder.want(wanted)
    folder.tell(wanted, Condition(State.FAILED, time.time(), Trouble.NO_ANSWER))
    assert county.post("/api/v1/patrol/looks", json=body).json()["outcome"] == "unplayable"
    reason = "select reason from patrol_looks where round_id = :r and device_id = :d"
    assert one(portal_server, reason, r=round_id, d=camera) == "no_answer"
    none = {"csrf_token": csrf, "camera_id": camera, "round_id": round_id}
    assert county.post("/api/v1/patrol/looks/none", json=none).status_code == 422  # it has a source


def test_only_the_patrol_may_use_the_microphone(portal_server: PortalServer) -> None:
    county = portal_server.client("zhanggong")
    assert "microphone=(self)" in county.get("/patrol").headers["permissions-policy"]
    assert "microphone=()" in county.get("/alarms").headers["permissions-policy"]
    assert "camera=(self)" in county.get("/bind").headers["permissions-policy"]
