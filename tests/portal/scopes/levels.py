"""Five people who log in, what is theirs, and what the tries of several rooms need."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from db.rules.access_scope import Scope
from tests.portal.conftest import PortalServer
from tests.portal.door import one, stored

LEVELS = ("leader", "ganzhou", "zhanggong", "venue", "maintainer")


@dataclass(frozen=True)
class Level:
    """One person logged in, what is theirs, and two venues that are not: the nearest and a far one."""

    server: PortalServer
    login: str
    browser: httpx.Client
    scope: Scope
    theirs: frozenset[int]
    outside: tuple[int, ...]

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.browser.get(path, params=query)


Tries = dict[tuple[str, str], Callable[[Level], None]]
"""By the method and the path of a route: what is tried there."""


def all_rows(level: Level, path: str, **query: Any) -> tuple[int, list[dict[str, Any]]]:
    """Every row of a paged list, and the total it claims; the province's is cut short."""
    rows: list[dict[str, Any]] = []
    while True:
        page = level.get(path, **query, limit=500, offset=len(rows)).json()
        rows += page["rows"]
        if not page["rows"] or len(rows) >= min(page["total"], 4000):
            return page["total"], rows


def refused(level: Level, answer: httpx.Response, outside: int) -> None:
    """404, and not a word about what is there."""
    assert answer.status_code == 404
    assert one(level.server, "select name from venues where id = :id", id=outside) not in answer.text


def ringing_place(level: Level, outside: int) -> int:
    """A venue like this one that has a device to ring with, and is not theirs either."""
    sql = """
        select d.venue_id from devices d join venues v on v.id = d.venue_id join venues o on o.id = :outside
        where d.retired_on is null and v.id <> all (:theirs)
            and not exists (select from alarms a where a.venue_id = v.id and a.closed_at is null)
        order by abs(v.county - o.county), d.id limit 1
    """
    venue = one(level.server, sql, outside=outside, theirs=list(level.theirs))
    assert isinstance(venue, int)
    return venue


def csrf_token(level: Level) -> str:
    token = one(level.server, "select csrf_token from login_sessions where token_hash = :t", t=stored(level.browser))
    return str(token)
