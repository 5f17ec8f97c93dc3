"""The clock asks the watch: at each turn a die is thrown for every venue whose duty is declared."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import duty_checks
from db.commands.duty_checks import DOOR
from db.commands.people import Operator
from db.errors import AnwangError
from db.rules import duty_plan as rule

HERE = ZoneInfo("Asia/Shanghai")
CLOCK = Operator(None, "")
"""Whoever is asked learns that it was the clock from `is_planned`."""

# db.rules.duty_plan.chance in SQL, so that a province's dice are thrown in one go; tests hold the two together.
_DRAWN = text(
    """
    with declared as (
        select d.venue_id from duty_history d
        where d.declared_from <= :day and (d.declared_until is null or d.declared_until > :day)
    ), reachable as (
        select a.venue_id from device_addresses a join devices d on d.id = a.device_id
        where a.door = :door and a.address !~ '/' and d.retired_on is null
        union select g.venue_id from grants g where g.role = 'venue'
        union select c.venue_id from contracts c join grants g on g.role = 'maintainer'
            and g.maintainer_id = c.maintainer_id
        where c.starts_on <= :day and (c.ends_on is null or c.ends_on > :day)
    ), asked as (
        select venue_id, max(asked_at) as at, bool_or(state in ('asked', 'sent', 'confirmed')) as is_open
        from duty_checks where asked_at > cast(:now as timestamptz) - :memory group by 1
    )
    select venue_id from declared join reachable using (venue_id) left join asked using (venue_id)
    where not coalesce(is_open, false)
        and (at is null or :now - at >= :soonest)
        and random() < extract(epoch from cast(:turn as interval)) / extract(epoch from greatest(
            cast(:crowd as interval), coalesce(:latest - (:now - at), cast(:crowd as interval))))
        and not exists (select from windows w where w.venue_id = declared.venue_id
            and w.starts_at <= :now and w.over_at > :now)
    order by venue_id
    """
)


def throw(session: Session, per_week: float, turn: timedelta, now: datetime) -> list[int]:
    """Ask where the die says so; answers the checks that were asked. Not where a drill or maintenance is under way."""
    if per_week <= 0:
        return []
    drawn = session.scalars(
        _DRAWN,
        {
            "now": now,
            "day": now.astimezone(HERE).date(),
            "door": DOOR,
            "turn": turn,
            "soonest": rule.soonest(per_week),
            "latest": rule.latest(per_week),
            "crowd": rule.crowd(per_week),
            "memory": rule.latest(per_week) * 2,
        },
    ).all()
    asked = []
    for venue_id in drawn:
        try:
            asked.append(
                duty_checks.ask(session, venue_id, CLOCK, now, minutes=rule.MINUTES_TO_ANSWER, is_planned=True)
            )
        except AnwangError:
            continue  # somebody else asked in the same moment, or nobody can be asked after all
    return asked
