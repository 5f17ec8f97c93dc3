"""Who can act at a venue, read past the reader's own scope: name, role and telephone, nothing else."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.role_acts import ACT_ON_ALARMS


@dataclass(frozen=True, slots=True)
class Acting:
    """A person in the role in which they may act there."""

    person_id: int
    name: str
    role: str
    phone: str | None


_WHO = text("select person_id, name, role, phone from people_who_act(:venue, :roles, :day)")
_NEAREST_FIRST = ("venue", "maintainer", "county", "city", "province")


def who_acts(session: Session, venue_id: int, day: date) -> list[Acting]:
    """The venue's people first, then its maintainer's, its county's, city's, the province's."""
    roles = sorted(role.value for role in ACT_ON_ALARMS)
    rows = [Acting(*row) for row in session.execute(_WHO, {"venue": venue_id, "roles": roles, "day": day})]
    return sorted(rows, key=lambda each: (_NEAREST_FIRST.index(each.role), each.name))
