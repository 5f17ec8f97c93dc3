"""Drills and maintenance, duty and its checks, and the fire service's outbox."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from tests.portal.door import one
from tests.portal.scopes.levels import Level, Tries, all_rows, refused


def try_windows(level: Level) -> None:
    _, rows = all_rows(level, "/api/v1/windows", show="all")
    assert {row["venue_id"] for row in rows} <= level.theirs
    for outside in level.outside:
        assert level.get("/api/v1/windows", show="all", venue=outside).json()["total"] == 0


def _window(venue: int, reason: str) -> dict[str, Any]:
    begins = datetime.now(UTC) + timedelta(days=2)
    return {
        "kind": "drill",
        "venues": [venue],
        "device_kinds": ["smoke_detector"],
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=1)).isoformat(),
        "reason": reason,
    }


def try_announcing(level: Level) -> None:
    """Theirs they may announce once, end once; others' not at all."""
    reason = f"tried by {level.login}"
    for outside in level.outside:
        refused(level, level.browser.post("/api/v1/windows", json=_window(outside, reason)), outside)
        assert (
            one(level.server, "select count(*) from windows where venue_id = :v and reason = :r", v=outside, r=reason)
            == 0
        )
    mine = min(level.theirs)
    made = level.browser.post("/api/v1/windows", json=_window(mine, reason))
    assert made.status_code == 200, made.text
    assert level.browser.post("/api/v1/windows", json=_window(mine, reason)).status_code == 409
    (number,) = made.json()["ids"]
    assert level.browser.post(f"/api/v1/windows/{number}/end").json() == {"ended": 1}
    assert level.browser.post(f"/api/v1/windows/{number}/end").status_code == 409


def try_ending(level: Level) -> None:
    for outside in level.outside:
        sql = """
            insert into windows (venue_id, county, kind, device_kinds, starts_at, ends_at, reason, announced_at,
                announced_by_name)
            select id, county, 'drill', '{smoke_detector}', now(), now() + interval '1 hour', '别人的', now(), 'x'
            from venues where id = :id returning id
        """
        with level.server.owner.begin() as connection:
            number = connection.scalar(text(sql), {"id": outside})
            connection.execute(text("update windows set together = id where id = :id"), {"id": number})
        refused(level, level.browser.post(f"/api/v1/windows/{number}/end"), outside)
        assert one(level.server, "select ended_at from windows where id = :id", id=number) is None


def try_duty(level: Level) -> None:
    assert level.get("/api/v1/duty").json()["venues"] <= len(level.theirs)
    for outside in level.outside:
        figures = level.get("/api/v1/duty", venue=outside).json()
        assert (figures["venues"], figures["declared_minutes"]) == (0, 0)


def try_duty_checks(level: Level) -> None:
    rows = level.get("/api/v1/duty/checks", limit=500).json()["rows"]
    assert {row["venue_id"] for row in rows} <= level.theirs
    for outside in level.outside:
        assert level.get("/api/v1/duty/checks", venue=outside).json() == {"rows": []}


def try_answering(level: Level) -> None:
    for outside in level.outside:
        sql = """
            insert into duty_checks (venue_id, county, asked_at, asked_by_name, minutes, way, state, sent_at)
            select id, county, now(), '', 10, 'people', 'sent', now() from venues where id = :id returning id
        """
        with level.server.owner.begin() as connection:
            check = connection.scalar(text(sql), {"id": outside})
        refused(level, level.browser.post(f"/api/v1/duty/checks/{check}/answer"), outside)
        assert one(level.server, "select state from duty_checks where id = :id", id=check) == "sent"


def try_outbox(level: Level) -> None:
    answer = level.get("/api/v1/outbox")
    if level.login in ("venue", "maintainer"):
        assert answer.status_code == 403
        return
    assert {row["venue_id"] for row in answer.json()["rows"]} <= level.theirs


TRIED: Tries = {
    ("get", "/api/v1/windows"): try_windows,
    ("post", "/api/v1/windows"): try_announcing,
    ("post", "/api/v1/windows/{window_id}/end"): try_ending,
    ("get", "/api/v1/duty"): try_duty,
    ("get", "/api/v1/duty/checks"): try_duty_checks,
    ("post", "/api/v1/duty/checks/{check_id}/answer"): try_answering,
    ("get", "/api/v1/outbox"): try_outbox,
}
