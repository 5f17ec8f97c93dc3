"""Cameras, their pictures and clips, their zones, and what was refused of their findings."""

from typing import Any

from sqlalchemy import text

from db.evidence.store import EvidenceStore
from tests.db.pictures import jpeg
from tests.portal.door import change, one, stored
from tests.portal.scopes.levels import Level, Tries, all_rows, csrf_token, refused


def try_frames(level: Level, which: str) -> None:
    """A camera's picture and its clip are there for whoever sees the venue, and for nobody else."""
    for venue in (min(level.theirs), *level.outside):
        answer = level.get(f"/api/v1/frames/{_put_frame(level, venue)}{which}")
        if venue in level.theirs and which and level.scope.is_regional:
            assert answer.status_code == 403  # a clip shows faces: offices say first why
        elif venue in level.theirs:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == ("video/mp4" if which else "image/jpeg")
        else:
            refused(level, answer, venue)


def try_unmasking(level: Level) -> None:
    for venue in level.outside:
        ask = {"csrf_token": csrf_token(level), "reason": "no business of mine", "alarm": 1}
        refused(level, level.browser.post(f"/api/v1/frames/{_put_frame(level, venue)}/unmask", json=ask), venue)
    assert one(level.server, "select count(*) from audit_log where detail->>'reason' = 'no business of mine'") == 0


def _put_frame(level: Level, venue: int) -> int:
    """A picture of a camera at a venue, with a clip, written by the owner; the files are real."""
    store = EvidenceStore(level.server.settings.evidence_folder)
    kept, clip = store.keep(jpeg(seed=str(venue))), store.keep_clip(f"clip of {venue}".encode())
    sql = """
        insert into camera_frames (device_id, venue_id, county, taken_at, sha256, width, height, clip, clip_from,
            clip_until)
        select d.id, v.id, v.county, now(), :sha256, 960, 720, :clip, now(), now()
        from venues v join lateral (select id from devices limit 1) d on true where v.id = :venue returning id
    """
    with level.server.owner.begin() as connection:
        return int(connection.scalar(text(sql), {"venue": venue, "sha256": kept.sha256, "clip": clip}) or 0)


def with_cameras(level: Level) -> list[int]:
    """A camera with pictures at one venue of theirs and at those outside; answers those of the outside ones."""
    add = (
        "insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)"
        " select id, venue_id, county, 'file', '/nowhere.mp4', now() from devices"
        " where id = :id on conflict do nothing"
    )
    found = []
    for venue in (min(level.theirs), *level.outside):
        change(
            level.server,
            "insert into devices (code, venue_id, county, kind, model, installed_on)"
            " select 'cam-try-' || id, id, county, 'camera', 'T', '2024-03-01' from venues where id = :v"
            " on conflict do nothing",
            v=venue,
        )
        camera = one(level.server, "select id from devices where code = 'cam-try-' || cast(:v as int)", v=venue)
        change(level.server, add, id=camera)
        found.append(camera)
    return found[1:]


def try_cameras(level: Level) -> None:
    outside_cameras = with_cameras(level)
    _, rows = all_rows(level, "/api/v1/cameras")
    assert rows
    assert {row["venue_id"] for row in rows} <= level.theirs
    assert not {row["id"] for row in rows} & set(outside_cameras)
    for outside in level.outside:
        assert level.get("/api/v1/cameras", venue=outside).json()["total"] == 0


def try_play(level: Level) -> None:
    csrf = one(level.server, "select csrf_token from login_sessions where token_hash = :h", h=stored(level.browser))
    for camera in with_cameras(level):
        answer = level.browser.post(f"/api/v1/cameras/{camera}/play", json={"csrf_token": csrf})
        assert answer.status_code == 404, answer.text


def try_zones(level: Level, which: str, body: dict[str, Any] | None) -> None:
    for camera in with_cameras(level):
        address = f"/api/v1/cameras/{camera}/{which}"
        answer = level.get(address) if body is None else level.browser.post(address, json=body)
        assert answer.status_code == (403 if level.login == "maintainer" else 404), answer.text


def try_timetable(level: Level) -> None:
    for outside in level.outside:
        answer = level.browser.post(f"/api/v1/venues/{outside}/timetable", json={"before": [], "after": []})
        assert answer.status_code == (403 if level.login == "maintainer" else 404), answer.text


def try_refusals(level: Level) -> None:
    """The province's alone, which holds every venue."""
    assert level.get("/api/v1/vision/refusals.zip").status_code == (404 if level.login == "leader" else 403)


TRIED: Tries = {
    ("get", "/api/v1/cameras"): try_cameras,
    ("post", "/api/v1/cameras/{camera_id}/play"): try_play,
    ("get", "/api/v1/cameras/{camera_id}/zones"): lambda level: try_zones(level, "zones", None),
    ("post", "/api/v1/cameras/{camera_id}/zones"): lambda level: try_zones(
        level, "zones", {"revision": 0, "zones": []}
    ),
    ("post", "/api/v1/cameras/{camera_id}/ground"): lambda level: try_zones(level, "ground", {}),
    ("post", "/api/v1/venues/{venue_id}/timetable"): try_timetable,
    ("get", "/api/v1/vision/refusals.zip"): try_refusals,
    ("get", "/api/v1/frames/{frame_id}"): lambda level: try_frames(level, ""),
    ("get", "/api/v1/frames/{frame_id}/clip"): lambda level: try_frames(level, "/clip"),
    ("post", "/api/v1/frames/{frame_id}/unmask"): try_unmasking,
}
