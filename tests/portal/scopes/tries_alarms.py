"""Alarms, every act upon them, their letters, and what the wall shows of them."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.portal.alarming import close, raise_alarm
from tests.portal.door import change, one
from tests.portal.scopes.levels import Level, Tries, all_rows, refused, ringing_place


def try_alarms(level: Level) -> None:
    _, rows = all_rows(level, "/api/v1/alarms")
    assert {row["venue_id"] for row in rows} <= level.theirs
    for outside in level.outside:
        assert level.get("/api/v1/alarms", venue=outside).json() == {"total": 0, "limit": 50, "offset": 0, "rows": []}


def try_one_alarm(level: Level) -> None:
    for outside in level.outside:
        alarm = raise_alarm(level.server, venue=ringing_place(level, outside))
        refused(level, level.get(f"/api/v1/alarms/{alarm}"), outside)
        close(level.server, alarm)


def try_acknowledging(level: Level) -> None:
    for outside in level.outside:
        alarm = raise_alarm(level.server, venue=ringing_place(level, outside))
        answer = level.browser.post(f"/api/v1/alarms/{alarm}/acknowledge", json={"note": "mine"})
        refused(level, answer, outside)
        assert one(level.server, "select state from alarms where id = :id", id=alarm) == "raised"
        close(level.server, alarm)


def try_letters(level: Level) -> None:
    """A letter about a venue that is not theirs: as if there were none."""
    for outside in level.outside:
        alarm = one(level.server, "select max(id) from alarms where venue_id = :id", id=outside) or raise_alarm(
            level.server, venue=ringing_place(level, outside)
        )
        change(level.server, LETTER, alarm=alarm)
        letter = one(level.server, "select max(id) from letters")
        refused(level, level.get(f"/api/v1/letters/{letter}.pdf"), outside)


LETTER = """
    insert into letters (year, serial, alarm_id, alarm_ids, venue_id, county, who, made_at, due_at, facts, pdf, sha256)
    select 1, (select count(*) from letters), id, array[id], venue_id, county, 'city', now(), now(),
        '{"issuer": ""}', 'x', encode(sha256('x'), 'hex') from alarms where id = :alarm
"""


def _outside_alarms(level: Level) -> Iterator[tuple[int, int]]:
    """An alarm that is not theirs, with where it is; it is as it was afterwards."""
    for outside in level.outside:
        alarm = raise_alarm(level.server, venue=ringing_place(level, outside))
        yield alarm, outside
        kept = (
            "select state || coalesce(owner_id::text, '') || coalesce(silenced_at::text, '') from alarms where id = :id"
        )
        assert one(level.server, kept, id=alarm) == "raised"
        assert one(level.server, "select count(*) from alarm_steps where alarm_id = :id", id=alarm) == 1
        close(level.server, alarm)


def trying(act: str, body: dict[str, Any]) -> Callable[[Level], None]:
    """An act upon alarms that are not theirs."""

    def tried(level: Level) -> None:
        for alarm, outside in _outside_alarms(level):
            refused(level, level.browser.post(f"/api/v1/alarms/{alarm}/{act}", json=body), outside)

    return tried


def try_who_may_take(level: Level) -> None:
    for alarm, outside in _outside_alarms(level):
        refused(level, level.get(f"/api/v1/alarms/{alarm}/people"), outside)


def try_many(level: Level) -> None:
    for alarm, outside in _outside_alarms(level):
        answer = level.browser.post("/api/v1/alarms/acts", json={"alarms": [alarm], "act": "acknowledge"})
        assert answer.json()["done"] == 0
        assert one(level.server, "select name from venues where id = :id", id=outside) not in answer.text


def try_showing(level: Level) -> None:
    """That a page of theirs drew an alarm is believed of their own alarms alone."""
    for outside in level.outside:
        alarm = raise_alarm(level.server, venue=ringing_place(level, outside))
        answer = level.browser.post("/api/v1/alarms/shown", json={"alarms": [{"id": alarm, "ago_ms": 5}]})
        assert answer.status_code == 204
        assert one(level.server, "select shown_at is null from alarm_stamps where alarm_id = :id", id=alarm)
        close(level.server, alarm)


def try_wall_evidence(level: Level) -> None:
    for alarm, outside in _outside_alarms(level):
        refused(level, level.get(f"/api/v1/wall/alarms/{alarm}"), outside)


TRIED: Tries = {
    ("get", "/api/v1/alarms"): try_alarms,
    ("get", "/api/v1/alarms/{alarm_id}"): try_one_alarm,
    ("post", "/api/v1/alarms/{alarm_id}/acknowledge"): try_acknowledging,
    ("get", "/api/v1/alarms/{alarm_id}/people"): try_who_may_take,
    ("post", "/api/v1/alarms/acts"): try_many,
    **{
        ("post", f"/api/v1/alarms/{{alarm_id}}/{act}"): trying(act, body)
        for act, body in (
            ("promise", {"promised_for": "2099-01-01T00:00:00+08:00"}),
            ("verify", {"verdict": "false", "cause": "dust"}),
            ("handle", {}),
            ("close", {}),
            ("reopen", {"note": "x"}),
            ("hand-over", {"person": 1}),
            ("comments", {"words": "mine"}),
            ("evidence", {"evidence": ["mine"]}),
            ("silence", {"condition": "value_back"}),
        )
    },
    ("post", "/api/v1/alarms/shown"): try_showing,
    ("get", "/api/v1/letters/{letter_id}.pdf"): try_letters,
    ("get", "/api/v1/wall/alarms/{alarm_id}"): try_wall_evidence,
}
