"""Patrols by camera, what they saw, and what was shouted."""

from tests.portal.door import one
from tests.portal.patrolling import Patrolled, address_of, patrolled, token
from tests.portal.scopes.levels import Level, Tries
from tests.portal.scopes.tries_cameras import with_cameras


def _patrols(level: Level) -> list[Patrolled]:
    """Patrols at one venue of theirs and at those outside; answers the outside ones."""
    outside = with_cameras(level)
    mine = one(level.server, "select id from devices where code = :c", c=f"cam-try-{min(level.theirs)}")
    patrolled(level.server, min(level.theirs), mine)
    return [patrolled(level.server, *each) for each in zip(level.outside, outside, strict=True)]


def try_rounds(level: Level) -> None:
    _patrols(level)
    rows = level.get("/api/v1/patrol/rounds", limit=500).json()["rows"]
    assert bool(rows) == level.scope.is_regional
    assert all(level.scope.covers(row["home"]) for row in rows)


def try_patrol_list(level: Level, path: str) -> None:
    outside = _patrols(level)
    rows = level.get(path, limit=500).json()["rows"]
    assert rows
    assert {row["venue_id"] for row in rows} <= level.theirs
    assert all(level.get(path, venue=each.venue).json()["rows"] == [] for each in outside)


def try_patrol_figures(level: Level) -> None:
    outside = _patrols(level)
    answer = level.get("/api/v1/patrol/figures.csv")
    assert answer.status_code == (200 if level.scope.is_regional else 403)
    assert all(each.official not in answer.text for each in outside)
    mine = f"巡查员-{min(level.theirs)}"
    assert (mine in answer.text) == level.scope.is_regional


def try_patrol_file(level: Level, path: str, name: str) -> None:
    for each in _patrols(level):
        assert level.get(path.format(getattr(each, name))).status_code == 404


def try_patrol_act(level: Level, path: str) -> None:
    """Every act of a patrol upon what lies outside; nothing of it happens."""
    for each in _patrols(level):
        address = address_of(level.server, level.browser, each.camera)
        body = {
            "csrf_token": token(level.server, level.browser),
            "address": address,
            "round_id": each.round,
            "camera_id": each.camera,
            "marks": [{"kind": "rectangle", "x": 0, "y": 0, "x2": 1, "y2": 1}],
        }
        answer = level.browser.post(path.format(capture_id=each.capture), json=body)
        assert answer.status_code in (403, 404, 409), answer.text
        assert one(level.server, "select marks::text from patrol_captures where id = :id", id=each.capture) == "[]"
        made = "select count(*) from patrol_captures where device_id = :c"
        assert one(level.server, made, c=each.camera) == 1


def try_shouting(level: Level) -> None:
    for each in _patrols(level):
        form = {"csrf_token": token(level.server, level.browser), "loudspeaker": each.loudspeaker, "words": "mine"}
        assert level.browser.post("/api/v1/patrol/shouts", data=form).status_code == 404
    assert one(level.server, "select count(*) from shouts where words = 'mine'") == 0


TRIED: Tries = {
    ("get", "/api/v1/patrol/rounds"): try_rounds,
    ("get", "/api/v1/patrol/captures"): lambda level: try_patrol_list(level, "/api/v1/patrol/captures"),
    ("get", "/api/v1/patrol/shouts"): lambda level: try_patrol_list(level, "/api/v1/patrol/shouts"),
    ("get", "/api/v1/patrol/figures.csv"): try_patrol_figures,
    ("get", "/api/v1/patrol/captures/{capture_id}"): lambda level: try_patrol_file(
        level, "/api/v1/patrol/captures/{}", "capture"
    ),
    ("get", "/api/v1/patrol/shouts/{shout_id}/voice"): lambda level: try_patrol_file(
        level, "/api/v1/patrol/shouts/{}/voice", "shout"
    ),
    **{
        ("post", path): lambda level, path=path: try_patrol_act(level, path)  # type: ignore[misc]
        for path in (
            *("/api/v1/patrol/looks", "/api/v1/patrol/looks/none", "/api/v1/patrol/captures"),
            "/api/v1/patrol/captures/{capture_id}/marks",
        )
    },
    ("post", "/api/v1/patrol/shouts"): try_shouting,
}
