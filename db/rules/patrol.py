"""Online patrol: whose turn it is to be looked at, and what a round has come to. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from db.rules.access_scope import Role, region_range

PATROL = frozenset({Role.PROVINCE, Role.CITY, Role.COUNTY})
"""Who goes on patrol; the others read what came of it."""
RANDOM_VENUES = (3, 5, 10, 20)
"""How many venues a person may draw at random, the usual number second."""
USUAL_VENUES = 5
MOST_VENUES = 50


class Outcome(StrEnum):
    """How a venue of a round ended."""

    LOOKED = "looked"
    UNPLAYABLE = "unplayable"
    SKIPPED = "skipped"


class Seen(StrEnum):
    """How looking through one camera ended."""

    SEEN = "seen"
    UNPLAYABLE = "unplayable"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A venue that can be looked at, and when somebody last did or was last sent there; None: never."""

    venue_id: int
    last: datetime | None


def draw(candidates: Sequence[Candidate], count: int, seed: str) -> list[int]:
    """Venues for a round: those longest not looked at first, among equals by the seed's lot.

    The same candidates and seed give the same venues, whatever order the candidates come in.
    """
    never = [each for each in candidates if each.last is None]
    seen = [each for each in candidates if each.last is not None]
    in_turn = sorted(never, key=lambda each: _lot(each, seed))
    in_turn += sorted(seen, key=lambda each: (each.last.date() if each.last else date.min, _lot(each, seed)))
    return [each.venue_id for each in in_turn[:count]]


def _lot(candidate: Candidate, seed: str) -> bytes:
    return hashlib.sha256(f"{seed}/{candidate.venue_id}".encode()).digest()


def seed_of(day: date, person_id: int, home: int, named: str) -> str:
    """What a round's draw hangs on; written down with the round."""
    return f"{day.isoformat()}/{person_id}/{home}/{named}"


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """Whose plan it is, where, and on which weekdays (Monday is 1)."""

    region: int
    role: Role | None
    person_id: int | None
    weekdays: frozenset[int]


def is_due(plan: PlanTerms, day: date, person_id: int, role: Role, home: int) -> bool:
    """True where this plan sends this person out on this day."""
    if day.isoweekday() not in plan.weekdays or common_region(plan.region, home) is None:
        return False
    return plan.person_id == person_id if plan.person_id is not None else plan.role is role


def common_region(one: int, other: int) -> int | None:
    """The smaller of two regions where one lies in the other."""
    (one_lo, one_hi), (other_lo, other_hi) = region_range(one), region_range(other)
    if one_lo <= other_lo and other_hi <= one_hi:
        return other
    return one if other_lo <= one_lo and one_hi <= other_hi else None


def outcome_of(cameras: Sequence[int], looks: dict[int, Seen]) -> Outcome | None:
    """How a venue's visit ends once its cameras were all looked through; None while one is left."""
    if not cameras or any(camera not in looks for camera in cameras):
        return None
    return Outcome.LOOKED if Seen.SEEN in looks.values() else Outcome.UNPLAYABLE
