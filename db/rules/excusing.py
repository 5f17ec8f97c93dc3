"""Excusing a venue from a measure: who asks, who approves, for how long, and what is refused."""

from datetime import date, timedelta

from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Refusal

MAY_ASK = frozenset({Role.PROVINCE, Role.ANALYST})
MAY_APPROVE = frozenset({Role.PROVINCE})
LONGEST = timedelta(days=366)
FIRST_DAY = date(2024, 1, 1)
SHORTEST_REASON, LONGEST_REASON = 4, 300


def refused(since: date, until: date, reason: str, today: date) -> Refusal | None:
    """Why a request cannot stand; it may reach back, as far as the programme does."""
    if until <= since:
        return Refusal("The period ends before it begins.")
    if since < FIRST_DAY:
        return Refusal("The programme began in January 2024; choose a later day.")
    if until - since > LONGEST:
        return Refusal("A venue is excused for a year at most; ask again when it ends.")
    if since > today + LONGEST:
        return Refusal("The period begins too far ahead.")
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        return Refusal("Give the reason, in 4 to 300 characters.")
    return None


def may_decide(role: Role | None, asked_by: int, decider: int) -> Refusal | None:
    """The province decides, and never whoever asked."""
    if role not in MAY_APPROVE:
        return Refusal("The province office decides on this.")
    if asked_by == decider:
        return Refusal("Whoever asked does not decide; a colleague must.")
    return None
