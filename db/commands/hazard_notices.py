"""Whom a step of a hazard or an order concerns, and telling them."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import notices
from db.commands.notices import NewNotice
from db.rules.access_scope import Role
from db.rules.hazard_lifecycle import ON_SITE

HERE = ZoneInfo("Asia/Shanghai")
ABOVE = (Role.COUNTY, Role.CITY, Role.PROVINCE)
_PARTIES = text("select person_id, name, role, maintainer_id from hazard_parties(:venue, :day) order by 1, 3")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who has to do with a venue, in one of their roles."""

    person_id: int
    name: str
    role: Role
    maintainer_id: int | None


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to be told: about what, why, and what the message may say."""

    subject_kind: str
    subject_id: int
    venue_id: int | None
    """None where it is about a region; `county` is the region's code then."""
    county: int
    reason: str
    level: int
    key: str
    """What makes it this telling and no other; the person is added."""
    facts: dict[str, Any]


def parties(session: Session, venue_id: int, now: datetime) -> list[Party]:
    """Everybody who has to do with a venue within scope."""
    rows = session.execute(_PARTIES, {"venue": venue_id, "day": now.astimezone(HERE).date()})
    return [Party(row.person_id, row.name, Role(row.role), row.maintainer_id) for row in rows]


def concerned(
    known: Sequence[Party], roles: Set[Role], owner_id: int | None = None, maintainer_id: int | None = None
) -> set[int]:
    """Who is to be told: the owner, a unit only where it is the one in question, and a bureau or else the one above."""
    told = {owner_id} if owner_id is not None and roles & ON_SITE else set()
    for party in known:
        is_other_unit = party.role is Role.MAINTAINER and party.maintainer_id != maintainer_id
        if party.role in roles & ON_SITE and not is_other_unit:
            told.add(party.person_id)
    for role in roles & set(ABOVE):
        told |= _bureau(known, role)
    return told


def _bureau(known: Sequence[Party], role: Role) -> set[int]:
    """People of the bureau, or of the next one above that has any."""
    for each in ABOVE[ABOVE.index(role) :]:
        found = {party.person_id for party in known if party.role is each}
        if found:
            return found
    return set()


def tell(session: Session, telling: Telling, people: Collection[int], now: datetime) -> int:
    """Let them be told once the transaction is safe; answers how many were new."""
    return notices.add(
        session,
        [
            NewNotice(
                key=f"{telling.key}/{person}",
                subject_kind=telling.subject_kind,
                subject_id=telling.subject_id,
                venue_id=telling.venue_id,
                county=telling.county,
                person_id=person,
                reason=telling.reason,
                level=telling.level,
                facts=telling.facts,
            )
            for person in sorted(people)
        ],
        now,
    )
