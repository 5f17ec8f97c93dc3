"""The five levels logged in, and a bulletin that was issued."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from db.commands import bulletins as bulletin_commands
from db.commands.acting import Acting
from db.rules.access_scope import Scope, region_scope
from tests.portal.conftest import PortalServer
from tests.portal.scopes.levels import LEVELS, Level


def _near_and_far(server: PortalServer, theirs: frozenset[int]) -> tuple[int, ...]:
    """Venues that are not theirs: one in the county where theirs are, or the next, and one at the other end."""
    with server.owner.connect() as connection:
        rows = connection.execute(
            text("select id, county from venues where id <> all (:theirs) order by county, id"),
            {"theirs": list(theirs)},
        ).all()
        home = connection.scalar(
            text("select county from venues where id = any (:theirs) order by county limit 1"), {"theirs": list(theirs)}
        )
    if not rows:
        return ()
    nearest = min(rows, key=lambda row: abs(row.county - home))
    farthest = max(rows, key=lambda row: abs(row.county - home))
    return (nearest.id, farthest.id)


@pytest.fixture(scope="module")
def level_of(portal_server: PortalServer) -> Iterator[Callable[[str], Level]]:
    """Each person logs in once."""
    with ExitStack() as browsers:

        @cache
        def of(login: str) -> Level:
            cookies = portal_server.client(login).cookies
            origin = {"Origin": portal_server.url}
            browser = browsers.enter_context(
                httpx.Client(base_url=portal_server.url, headers=origin, cookies=cookies, timeout=20)
            )
            me = browser.get("/api/v1/me").json()
            scope = Scope(me["county_lo"], me["county_hi"], tuple(me["venues"]))
            with portal_server.owner.connect() as connection:
                theirs = _theirs(connection, login)
            assert theirs, "a level that reaches nothing proves nothing"
            return Level(portal_server, login, browser, scope, theirs, _near_and_far(portal_server, theirs))

        yield of


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest, level_of: Callable[[str], Level]) -> Level:
    return level_of(request.param)


def _theirs(connection: Any, login: str) -> frozenset[int]:
    """The venues that a person's grant reaches, worked out apart from the code under test."""
    grant = connection.execute(
        text("select g.* from grants g join accounts a using (person_id) where a.login = :login"), {"login": login}
    ).one()
    if grant.venue_id is not None:
        return frozenset({grant.venue_id})
    if grant.maintainer_id is not None:
        sql = (
            "select venue_id from contracts where maintainer_id = :id and current_date >= starts_on"
            " and current_date < coalesce(ends_on, 'infinity')"
        )
        return frozenset(connection.scalars(text(sql), {"id": grant.maintainer_id}))
    sql = "select id from venues where county between :lo and :hi"
    return frozenset(connection.scalars(text(sql), {"lo": grant.county_lo, "hi": grant.county_hi}))


@pytest.fixture(scope="session")
def issued(portal_server: PortalServer) -> tuple[int, int]:
    """A bulletin issued over figures of the province, and its snapshot."""
    now = datetime.now(UTC)
    with portal_server.test_record.record.scoped(region_scope(360000)) as session:
        row = bulletin_commands.draft(session, date(2024, 9, 2), CLERK, now)
        ready = bulletin_commands.check(session, row.id, row.version, CLERK, now)
        made = bulletin_commands.issue(session, row.id, ready.version, CLERK, now)
    return made.id, made.snapshot_id


CLERK = Acting(None, "clerk", None)
