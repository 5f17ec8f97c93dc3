"""Rows of the desks by the hundred thousand, as a province's years leave them: most closed, some open, some late."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from db.demo.copy import copy_rows
from db.rules.alarm_kinds import AlarmKind
from db.rules.hazard_kinds import HazardKind, Source

YEARS = 2.5
OPEN_ALARMS, OPEN_HAZARDS = 0.03, 0.12
"""Shares: 2,400 of 80,000 alarms were left unhandled in the programme's first months."""
MAJOR = 0.1
AT_ONCE = 100_000
KINDS = tuple(kind.value for kind in AlarmKind)
KIND_SHARES = np.array([30, 2, 14, *[54 / (len(KINDS) - 3)] * (len(KINDS) - 3)]) / 100
OPEN_STATES = ("found", "assigned", "rectifying", "submitted", "accepted", "sent_back")

_AREAS = text("select a.id, a.venue_id, a.county from areas a order by a.id")
_ALARM_COLUMNS = (
    *("id", "venue_id", "county", "area_id", "kind", "level", "state", "signal", "value", "raised_at", "recorded_at"),
    *("last_signal_at", "signal_count", "acknowledged_at", "verified_at", "verdict", "closed_at", "promised_for"),
)
_HAZARD_COLUMNS = (
    *("id", "venue_id", "county", "area_id", "spot_key", "kind", "grade", "source", "state", "what", "found_at"),
    *("found_by_name", "responsible", "measure", "due_at", "act_by", "closed_at", "acceptance", "look_back_on"),
)
_STEP_COLUMNS = ("hazard_id", "venue_id", "county", "at", "step", "state", "actor_name")


def fill(owner_url: URL, alarms: int, hazards: int, report: Callable[[str], None]) -> None:
    """Up to so many rows, and each hazard's steps; what is there already stays."""
    engine = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        rng, now = np.random.default_rng(7), datetime.now(UTC)
        areas = connection.execute(_AREAS).all()
        first, lacking = _lacking(connection, "alarms", alarms)
        if lacking > 0:
            report(f"{lacking:,} alarms")
            _copied(connection, "alarms", _ALARM_COLUMNS, _alarms(first, lacking, areas, now, rng))
        first, lacking = _lacking(connection, "hazards", hazards)
        if lacking > 0:
            report(f"{lacking:,} hazards with their steps")
            _copied(connection, "hazards", _HAZARD_COLUMNS, _hazards(first, lacking, areas, now, rng))
            _copied(connection, "hazard_steps", _STEP_COLUMNS, _steps(first, lacking, areas, now))
        for table in ("alarms", "hazards", "hazard_steps"):
            connection.execute(text(f"vacuum analyze {table}"))
    engine.dispose()


def _lacking(connection: Connection, table: str, wanted: int) -> tuple[int, int]:
    """The first number that is free, and how many rows are missing."""
    row = connection.execute(text(f"select coalesce(max(id), 0) + 1, count(*) from {table}")).one()
    return int(row[0]), wanted - int(row[1])


def _copied(connection: Connection, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    """Without ringing, stamping or climbing: nobody is told of a benchmark."""
    connection.execute(text(f"alter table {table} disable trigger user"))
    while part := list(islice(rows, AT_ONCE)):
        copy_rows(connection, table, columns, part)
    connection.execute(text(f"alter table {table} enable trigger user"))


def _alarms(first: int, n: int, areas: Any, now: datetime, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """One open alarm for each area and kind at most: closed ones anywhere, open ones each in an area of its own."""
    places, shares = rng.integers(0, len(areas), n), rng.random((n, 3))
    kinds = rng.choice(len(KINDS), n, p=KIND_SHARES)
    own = rng.permutation(len(areas))
    for i in range(n):
        is_open = shares[i, 0] < OPEN_ALARMS
        area = areas[own[i % len(areas)] if is_open else places[i]]
        raised = now - timedelta(days=float(shares[i, 1]) * (20 if is_open else 365 * YEARS), minutes=1)
        taken = raised + timedelta(minutes=1 + 30 * float(shares[i, 2]))
        closed = None if is_open else raised + timedelta(minutes=40 + 600 * float(shares[i, 2]))
        state = ("raised", "acknowledged", "verified")[i % 3] if is_open else "closed"
        promise = raised + timedelta(days=float(shares[i, 2]) * 30) if is_open and state != "raised" else None
        verdict = None if state in ("raised", "acknowledged") else ("false", "false", "real_hazard")[i % 3]
        yield (
            *(first + i, area.venue_id, area.county, area.id, KINDS[kinds[i]], 1 + int(4 * shares[i, 2]), state),
            *("smoke", 0.4, raised, raised, raised, 1 + i % 5, None if state == "raised" else taken, closed),
            *(verdict, closed, promise),
        )


def _hazards(first: int, n: int, areas: Any, now: datetime, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    kinds, sources = [kind.value for kind in HazardKind], [source.value for source in Source]
    shares = rng.random((n, 3))
    for i in range(n):
        area = areas[i * 7919 % len(areas)]
        found = _found_at(i, n, now)
        is_open = shares[i, 0] < OPEN_HAZARDS
        grade = "major" if shares[i, 1] < MAJOR else "general"
        due = (now if is_open else found) + timedelta(days=float(shares[i, 2]) * 60 - 20 * is_open)
        closed = None if is_open else min(now, found + timedelta(days=2 + 40 * float(shares[i, 2])))
        look_back = closed.date() + timedelta(days=60) if closed and grade == "major" else None
        owes = due if is_open else (now + timedelta(days=9) if look_back and i % 4 == 0 else None)
        state = OPEN_STATES[i % len(OPEN_STATES)] if is_open else "closed"
        yield (
            *(first + i, area.venue_id, area.county, area.id, f"bench {i}", kinds[i % len(kinds)], grade),
            *(sources[i % len(sources)], state, "疏散通道堆放课桌椅，净宽不足", found, "县区检查组", "安全员"),
            *("清空通道并划黄线标识", due, owes, closed, None if is_open else "现场复核，已整改到位", look_back),
        )


def _steps(first: int, n: int, areas: Any, now: datetime) -> Iterator[tuple[Any, ...]]:
    """Two of each: who found it, who was named."""
    for i in range(n):
        area, found = areas[i * 7919 % len(areas)], _found_at(i, n, now)
        about = (first + i, area.venue_id, area.county)
        yield (*about, found, "found", "found", "县区检查组")
        yield (*about, found + timedelta(days=1), "assign", "assigned", "县区经办人")


def _found_at(i: int, n: int, now: datetime) -> datetime:
    """Spread over the years, not in the order of the numbers."""
    return now - timedelta(days=365 * YEARS * ((i * 611_953) % n) / n, minutes=5)
