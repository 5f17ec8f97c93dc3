"""By which channels a person can be told, as far as the record knows: rules and contact points of the telling."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

_IS_THERE = text("select to_regclass('contact_points') is not null and to_regclass('notification_rules') is not null")
WORKING = (
    "select distinct person_id from contact_points"
    " where disabled_at is null and (origin = 'books' or verified_at is not null)"
)
"""People who have a channel beside the portal's own bell."""
_POINTS = text(
    """
    select person_id, array_agg(distinct channel order by channel) as channels from contact_points
    where person_id = any (:people) and disabled_at is null and (origin = 'books' or verified_at is not null) group by 1
    """
)
_RULE = text(
    """
    select channels from notification_rules
    where coalesce(reason, :reason) = :reason and coalesce(kind, :kind) = :kind
        and coalesce(worst_level, :level) >= :level and coalesce(role, :role) = :role
    order by position limit 1
    """
)
BELL = "portal"


def are_known(session: Session) -> bool:
    """False in a record that has no contact points yet: then people alone can be checked."""
    return bool(session.scalar(_IS_THERE))


def points(session: Session, people: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The channels that each of these people can be reached by, within scope; those without any are left out."""
    if not people or not are_known(session):
        return {}
    return {row.person_id: tuple(row.channels) for row in session.execute(_POINTS, {"people": list(people)})}


def wanted(session: Session, reason: str, kind: str, level: int, role: str) -> tuple[str, ...]:
    """The channels that the rules ask for such a message."""
    if not are_known(session):
        return (BELL,)
    asked = {"reason": reason, "kind": kind, "level": level, "role": role}
    return tuple(session.scalar(_RULE, asked) or (BELL,))
