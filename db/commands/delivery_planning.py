"""Notices turned into deliveries: one for each channel and address that the rules ask for."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries.telling import notification_rules, quiet_hours_of
from db.rules.channels import NOBODY, Channel, DeliveryState
from db.rules.notification import QuietHours, Rule, Subject, due_at, pierces, quiet_until, rule_for

HERE = ZoneInfo("Asia/Shanghai")
AT_ONCE = 500
BELL = "anwang_messages"
WORKERS_BELL = "anwang_notices"
"""The telling worker has something to do."""
SOON = "soon"
"""Rung with this, the bell tells of something that may wait for what else comes within moments."""
PEOPLE_A_RING = 500
"""A ring holds less than 8,000 bytes."""

_TAKE = text(
    """
    with taken as (
        select id from notices where taken_at is null order by level, id limit :limit for update skip locked)
    select n.id, n.person_id, n.venue_id, n.county, n.reason, n.level, n.made_at, a.kind, p.is_demo,
        coalesce(n.facts ->> 'role', (
            select g.role from grants g where g.person_id = n.person_id and (g.venue_id = n.venue_id
                or g.maintainer_id is not null or (g.venue_id is null and n.county between g.county_lo and g.county_hi))
            order by g.venue_id is null, g.maintainer_id is null, g.county_hi - g.county_lo limit 1), 'venue') as role
    from taken join notices n using (id) join people p on p.id = n.person_id
    left join alarms a on n.subject_kind = 'alarm' and a.id = n.subject_id
    order by n.level, n.id
    """
)
_POINTS = text(
    """
    select c.id, c.person_id, c.channel, c.origin, c.folds_until, k.is_demo
    from contact_points c join notify_channels k on k.channel = c.channel and k.is_configured
    where c.person_id = any (:people) and c.disabled_at is null and (c.origin = 'books' or c.verified_at is not null)
    order by c.id
    """
)
_INSERT = text(
    """
    insert into deliveries (notice_id, venue_id, county, person_id, contact_point_id, channel, level, state, made_at,
        due_at, sent_at, error)
    select notice_id, venue_id, county, person_id, contact_point_id, channel, level, state, made_at,
        due_at, sent_at, error
    from jsonb_to_recordset(cast(:rows as jsonb)) d (notice_id bigint, venue_id int, county int, person_id int,
        contact_point_id int, channel text, level smallint, state text, made_at timestamptz, due_at timestamptz,
        sent_at timestamptz, error text)
    on conflict do nothing
    """
)
_TAKEN = text("update notices set taken_at = :now where id = any (:ids)")


@dataclass(frozen=True, slots=True)
class _Point:
    """An address that can be used now."""

    id: int
    channel: str
    is_invented: bool
    """On the books of the demonstration: no real gateway is asked to call it."""
    folds_until: datetime | None


def plan(session: Session, now: datetime, limit: int = AT_ONCE) -> int:
    """Take notices that wait, the worst first; answers how many. Any number of workers may do so at once."""
    taken = session.execute(_TAKE, {"limit": limit}).all()
    if not taken:
        return 0
    people = sorted({row.person_id for row in taken})
    rules, quiet = notification_rules(session), quiet_hours_of(session, people)
    points = _points(session, people)
    rows = [
        delivery
        for row in taken
        for delivery in _deliveries(row, rules, points.get(row.person_id, ()), quiet.get(row.person_id), now)
    ]
    session.execute(_INSERT, {"rows": json.dumps(rows, default=datetime.isoformat)})
    session.execute(_TAKEN, {"now": now, "ids": [row.id for row in taken]})
    ring(session, people)
    return len(taken)


def ring(session: Session, people: Sequence[int]) -> None:
    """Let the open pages of these people know, once the transaction is safe."""
    for start in range(0, len(people), PEOPLE_A_RING):
        told = json.dumps({"people": people[start : start + PEOPLE_A_RING]}, separators=(",", ":"))
        session.execute(text("select pg_notify(:bell, :told)"), {"bell": BELL, "told": told})


def wake(session: Session, *, is_urgent: bool = True) -> None:
    """Let the telling worker look, when the transaction is safe: at once, or soon where it is not urgent."""
    session.execute(text("select pg_notify(:bell, :how)"), {"bell": WORKERS_BELL, "how": "" if is_urgent else SOON})


def _points(session: Session, people: Sequence[int]) -> dict[int, list[_Point]]:
    found: dict[int, list[_Point]] = {}
    for row in session.execute(_POINTS, {"people": list(people)}):
        point = _Point(row.id, row.channel, row.origin == "books" and not row.is_demo, row.folds_until)
        found.setdefault(row.person_id, []).append(point)
    return found


def _deliveries(
    row: Any, rules: Sequence[Rule], points: Iterable[_Point], quiet: QuietHours | None, now: datetime
) -> list[dict[str, Any]]:
    """The deliveries of one notice: the portal's own, and one an address; a row says so where there is none."""
    subject = Subject(row.reason, row.kind, row.level, row.role)
    rule = rule_for(rules, subject)
    quiet_end = None if pierces(rule, subject) else quiet_until(quiet, now, HERE)
    same = {name: getattr(row, name) for name in ("venue_id", "county", "person_id", "level", "made_at")}
    blank = {"notice_id": row.id, **same, "contact_point_id": None, "due_at": None, "sent_at": None, "error": None}
    made = []
    if Channel.PORTAL in rule.channels:
        made.append({**blank, "channel": Channel.PORTAL, "state": DeliveryState.SENT, "sent_at": now})
    known = list(points)
    outgoing = [point for point in known if point.channel in rule.channels]
    for point in outgoing:
        delivery = {**blank, "channel": point.channel, "contact_point_id": point.id}
        if point.is_invented and row.is_demo:
            error = "an invented person is not called over a real gateway"
            made.append({**delivery, "state": DeliveryState.WITHHELD, "error": error})
        else:
            due = due_at(now, row.level, quiet_end, point.folds_until)
            made.append({**delivery, "state": DeliveryState.WAITING, "due_at": due})
    if not known and set(rule.channels) - {Channel.PORTAL}:
        made.append({**blank, "channel": NOBODY, "state": DeliveryState.NO_CHANNEL, "error": "no address to be used"})
    return made
