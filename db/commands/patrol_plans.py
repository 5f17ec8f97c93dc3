"""Plans of patrols: made by whoever supervises, ended, never changed: what was planned on a day stays known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.commands.patrol import may_patrol
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.rules.access_scope import Role, region_range
from db.rules.patrol import MOST_VENUES, PATROL
from db.rules.venue_categories import Category

MOST_LISTED = 500
LONGEST_NAME = 60

_NEW = text(
    """
    insert into patrol_plans (name, region, county_lo, county_hi, role, person_id, category, venue_ids, per_day,
        weekdays, made_at, made_by, made_by_name)
    values (:name, :region, :lo, :hi, :role, :person, :category, :venues, :per_day, :weekdays, :now, :by, :by_name)
    returning id
    """
)
_END = text("update patrol_plans set ended_at = :now where id = :id and ended_at is null returning region, name")
_REGION = text("select 1 from regions where adcode = :region")
_PERSON = text(
    """
    select 1 from grants where person_id = :person and role in ('province', 'city', 'county')
        and county_lo >= :home_lo and county_hi <= :home_hi
        and (county_lo between :lo and :hi or :lo between county_lo and county_hi)
    """
)
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('patrol plans', :by))")
_SAME = text(
    """
    select exists (select from patrol_plans where ended_at is null and made_by = :by and name = :name
        and region = :region and role is not distinct from cast(:role as text)
        and person_id is not distinct from cast(:person as int))
    """
)
LEVELS = (Role.PROVINCE, Role.CITY, Role.COUNTY)
_VENUES = text("select count(*) from venues where id = any (:venues) and county between :lo and :hi")


@dataclass(frozen=True, slots=True)
class NewPlan:
    """Where, which venues, how many a day on which weekdays (Monday is 1), and who goes."""

    name: str
    region: int
    per_day: int
    weekdays: Sequence[int]
    role: Role | None = None
    person_id: int | None = None
    category: Category | None = None
    venue_ids: Sequence[int] = ()


def make(session: Session, new: NewPlan, acting: Acting, home: int, now: datetime) -> int:
    """A plan from now on; answers its number."""
    may_patrol(acting)
    _check(session, new, home)
    if new.role is not None and acting.role in LEVELS and LEVELS.index(new.role) < LEVELS.index(acting.role):
        raise NotAllowed("A plan sends your own level or a lower one.")
    session.execute(_ALONE, {"by": acting.person_id})
    lo, hi = region_range(new.region)
    facts = {
        "name": new.name.strip(),
        "region": new.region,
        "lo": lo,
        "hi": hi,
        "role": None if new.role is None else new.role.value,
        "person": new.person_id,
        "category": None if new.category is None else new.category.value,
        "venues": list(new.venue_ids),
        "per_day": new.per_day,
        "weekdays": sorted(set(new.weekdays)),
        "now": now,
        "by": acting.person_id,
        "by_name": acting.name,
    }
    if session.scalar(_SAME, facts):
        raise WrongState("This plan runs already.")
    plan_id = session.scalar(_NEW, facts)
    assert plan_id is not None
    _audit(session, "patrol planned", int(plan_id), new.region, acting, new.name.strip())
    return int(plan_id)


def end(session: Session, plan_id: int, acting: Acting, now: datetime) -> None:
    """No round is drawn from it any more; those drawn stay."""
    may_patrol(acting)
    row = session.execute(_END, {"id": plan_id, "now": now}).one_or_none()
    if row is None:
        raise NotFound("There is no such plan of your region, or it has ended.")
    _audit(session, "patrol plan ended", plan_id, row.region, acting, row.name)


def _check(session: Session, new: NewPlan, home: int) -> None:
    lo, hi = region_range(home)
    first, last = region_range(new.region)
    if not new.name.strip() or len(new.name.strip()) > LONGEST_NAME:
        raise InvalidInput("Give the plan a name of {most} characters at most.", most=LONGEST_NAME)
    if not lo <= first <= last <= hi or not session.scalar(_REGION, {"region": new.region}):
        raise NotAllowed("A plan is for your own region or a part of it.")
    if not 1 <= new.per_day <= MOST_VENUES:
        raise InvalidInput("A round has 1 to {most} venues.", most=MOST_VENUES)
    if not new.weekdays or not set(new.weekdays) <= set(range(1, 8)):
        raise InvalidInput("Choose the weekdays.")
    if (new.role is None) == (new.person_id is None) or (new.role is not None and new.role not in PATROL):
        raise InvalidInput("Choose who goes: a person, or everybody of one level.")
    if new.person_id is not None and not session.scalar(
        _PERSON, {"person": new.person_id, "lo": first, "hi": last, "home_lo": lo, "home_hi": hi}
    ):
        raise InvalidInput("This person does not go on patrol in this region.")
    if len(new.venue_ids) > MOST_LISTED:
        raise InvalidInput("A plan lists {most} venues at most.", most=MOST_LISTED)
    if new.venue_ids:
        found = session.scalar(_VENUES, {"venues": list(set(new.venue_ids)), "lo": first, "hi": last})
        if found != len(set(new.venue_ids)):
            raise InvalidInput("A venue on the list is not in the plan's region.")


def _audit(session: Session, act: str, plan_id: int, region: int, acting: Acting, name: str) -> None:
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act=act,
        subject=f"patrol/plans/{plan_id}",
        county=region,
        detail={"name": name},
    )
