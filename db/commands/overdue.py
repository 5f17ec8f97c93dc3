"""Deadlines that have passed, told once; of major hazards again every week until somebody acts."""

from datetime import datetime
from types import SimpleNamespace

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.appeal_writing import appeal_telling, hearers, judges
from db.commands.hazard_notices import concerned, parties, tell
from db.commands.hazard_writing import Standing, telling
from db.commands.order_writing import order_telling
from db.rules.access_scope import Role
from db.rules.appeal_lifecycle import AppealState
from db.rules.hazard_deadlines import REMIND_AGAIN_AFTER, must_be_told
from db.rules.hazard_kinds import Grade
from db.rules.hazard_lifecycle import NEXT, HazardState
from db.rules.order_lifecycle import DOER, GivenTo, OrderState

AT_ONCE = 500
_HAZARDS = text(
    """
    select id, venue_id, county, what, grade, state, owner_id, maintainer_id, act_by, reminded_at from hazards
    where act_by < :now
        and (reminded_at is null or reminded_at < act_by or grade = 'major' and reminded_at <= :week_ago)
    order by act_by limit :n for update skip locked
    """
)
_ORDERS = text(
    """
    select id, venue_id, county, what, urgency, state, given_to, maintainer_id, given_by, doer_id, act_by
    from work_orders where act_by < :now and (reminded_at is null or reminded_at < act_by)
    order by act_by limit :n for update skip locked
    """
)
_APPEALS = text(
    """
    select id, venue_id, county, state, filed_by, assigned_to, act_by from appeals
    where act_by < :now and (reminded_at is null or reminded_at < act_by) order by act_by limit :n
    for update skip locked
    """
)
_REMINDED = {
    table: text(f"update {table} set reminded_at = :now where id = any (:ids)")
    for table in ("hazards", "work_orders", "appeals")
}


def tell_overdue(session: Session, now: datetime) -> int:
    """Tell whoever is late, and the bureau; answers of how many cases, `AT_ONCE` of each kind at most."""
    return _hazards(session, now) + _orders(session, now) + _appeals(session, now)


def _hazards(session: Session, now: datetime) -> int:
    values = {"now": now, "week_ago": now - REMIND_AGAIN_AFTER, "n": AT_ONCE}
    told = []
    for row in session.execute(_HAZARDS, values).all():
        grade, state = Grade(row.grade), HazardState(row.state)
        if not must_be_told(row.act_by, row.reminded_at, grade, now):
            continue
        roles = set(NEXT[state]) | {Role.COUNTY} | ({Role.CITY} if grade is Grade.MAJOR else set())
        people = concerned(parties(session, row.venue_id, now), roles, row.owner_id, row.maintainer_id)
        standing = Standing(
            *(row.id, row.venue_id, row.county, row.what, grade, state),
            *(row.owner_id, row.maintainer_id, row.act_by),
        )
        reason = "look_back_due" if state is HazardState.CLOSED else "hazard_overdue"
        tell(session, telling(standing, reason, f"hazard/{row.id}/overdue/{now:%Y%m%d}"), people, now)
        told.append(row.id)
    if told:
        session.execute(_REMINDED["hazards"], {"now": now, "ids": told})
    return len(told)


def _orders(session: Session, now: datetime) -> int:
    told = []
    for row in session.execute(_ORDERS, {"now": now, "n": AT_ONCE}).all():
        known = parties(session, row.venue_id, now)
        people = {row.given_by}
        if row.state in (OrderState.GIVEN, OrderState.ACCEPTED, OrderState.ARRIVED):
            doer = DOER[GivenTo(row.given_to)]
            people |= concerned(known, {doer}, row.doer_id, row.maintainer_id)
        order = SimpleNamespace(id=row.id, venue_id=row.venue_id, county=row.county, what=row.what, urgency=row.urgency)
        key = f"order/{row.id}/overdue/{row.state}/{row.act_by:%Y%m%d%H%M}"
        tell(session, order_telling(order, "work_order_overdue", key), people, now)
        told.append(row.id)
    if told:
        session.execute(_REMINDED["work_orders"], {"now": now, "ids": told})
    return len(told)


def _appeals(session: Session, now: datetime) -> int:
    """The bureau owes an answer to a question, the province a decision."""
    told = []
    for row in session.execute(_APPEALS, {"now": now, "n": AT_ONCE}).all():
        is_bureaus = row.state == AppealState.QUESTIONED
        people = {row.filed_by} if is_bureaus else judges(hearers(session, row.county), row.assigned_to)
        key = f"appeal/{row.id}/overdue/{row.state}/{row.act_by:%Y%m%d%H%M}"
        tell(session, appeal_telling(row, "appeal_overdue", key), people, now)
        told.append(row.id)
    if told:
        session.execute(_REMINDED["appeals"], {"now": now, "ids": told})
    return len(told)
