"""Rosters: written and taken back by whoever keeps the watch; shifts that began stay on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound, WrongState
from db.rules import rosters as rule
from db.rules.rosters import Shift


@dataclass(frozen=True, slots=True)
class Keeper:
    """Whose roster it is: a maintainer's or a venue's, one of them."""

    maintainer_id: int | None = None
    venue_id: int | None = None


_ADD = text(
    """
    insert into rosters (maintainer_id, venue_id, county, person_name, person_id, phone, starts_on, ends_on, weekdays,
        cycle_days, from_time, until_time, recorded_at, recorded_by, recorded_by_name)
    select :maintainer, :venue, (select county from venues where id = :venue), :name, :person, :phone, :starts, :ends,
        :weekdays, :cycle, :from, :until, :now, :by, :by_name
    where cast(:maintainer as int) is not null or exists (select from venues where id = :venue) returning id
    """
)
_SAME = text(
    """
    select exists (select from rosters where removed_at is null and maintainer_id is not distinct from
        cast(:maintainer as int) and venue_id is not distinct from cast(:venue as int) and person_name = :name
        and starts_on = :starts and ends_on is not distinct from cast(:ends as date)
        and weekdays = cast(:weekdays as smallint[])
        and cycle_days is not distinct from cast(:cycle as int) and from_time = :from and until_time = :until)
    """
)
# A person of the same name who has an account with the unit or the venue: checks are put to them.
_PERSON = text("select person_on_watch(:name, cast(:maintainer as int), cast(:venue as int))")
_REMOVE = text(
    """
    update rosters set removed_at = :now where id = :id and removed_at is null
        and (maintainer_id = :maintainer or venue_id = :venue) returning person_name
    """
)


def add(session: Session, keeper: Keeper, shifts: Sequence[Shift], operator: Operator, now: datetime) -> list[int]:
    """Put shifts on the roster, all or none; `WrongState` where one stands there already."""
    made = []
    for shift in shifts:
        refusal = rule.refused(shift)
        if refusal is not None:
            raise InvalidInput(refusal.reason)
        facts = _facts(keeper, shift)
        if session.scalar(_SAME, facts):
            raise WrongState("This shift is on the roster already.")
        person = session.scalar(_PERSON, facts)
        more = {"person": person, "phone": shift.phone or None, "now": now}
        number = session.scalar(_ADD, {**facts, **more, "by": operator.person_id, "by_name": operator.name})
        if number is None:
            raise NotFound("There is no such venue within your scope.")
        made.append(int(number))
    if made:
        _note(session, keeper, operator, "roster written", made[0], {"shifts": len(made)})
    return made


def is_known(session: Session, keeper: Keeper, shift: Shift) -> bool:
    """The shift stands on the keeper's roster already."""
    return bool(session.scalar(_SAME, _facts(keeper, shift)))


def remove(session: Session, keeper: Keeper, roster_id: int, operator: Operator, now: datetime) -> None:
    """Take a line off the keeper's roster."""
    name = session.scalar(
        _REMOVE, {"id": roster_id, "maintainer": keeper.maintainer_id, "venue": keeper.venue_id, "now": now}
    )
    if name is None:
        raise NotFound("There is no such shift on this roster.")
    _note(session, keeper, operator, "roster shortened", roster_id, {"person": name})


def _facts(keeper: Keeper, shift: Shift) -> dict[str, object]:
    return {
        "maintainer": keeper.maintainer_id,
        "venue": keeper.venue_id,
        "name": shift.person_name.strip(),
        "starts": shift.starts_on,
        "ends": shift.ends_on,
        "weekdays": sorted(set(shift.weekdays)),
        "cycle": shift.cycle_days,
        "from": shift.from_time,
        "until": shift.until_time,
    }


def _note(
    session: Session, keeper: Keeper, operator: Operator, act: str, number: int, detail: dict[str, object]
) -> None:
    county = None
    if keeper.venue_id is not None:
        county = session.scalar(text("select county from venues where id = :id"), {"id": keeper.venue_id})
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act=act,
        subject=f"rosters/{number}",
        venue_id=keeper.venue_id,
        county=county,
        detail={**detail, "maintainer": keeper.maintainer_id},
    )
