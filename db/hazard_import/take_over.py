"""A whole import of a ledger: read, check, record the new ones in one transaction, give the refused rows back."""

from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import InvalidInput, WrongState
from db.hazard_import.check import Checked, LedgerRefusal, NewHazard, check
from db.hazard_import.sheet import read
from db.rules.access_scope import Scope
from db.rules.hazard_deadlines import HERE, act_by, end_of, look_back_on
from db.rules.hazard_lifecycle import HazardState
from db.session import Record
from db.venue_import.refused_rows import RefusedLine, free_place, give_back

_TURN = text("select pg_try_advisory_xact_lock(hashtext('hazard import'))")
_HAZARD = text(
    """
    insert into hazards (venue_id, county, area_id, place, spot_key, kind, grade, source, state, what, found_at,
        found_by_name, responsible, measure, requirement, assigned_at, due_at, submitted_at, accepted_at,
        accepted_by_name, closed_at, acceptance, look_back_on, looked_back_at, act_by, is_demo)
    values (:venue, :county, :area, :place, :key, :kind, :grade, :source, :state, :what, :found_at,
        :found_by, :responsible, :measure, :requirement, :assigned_at, :due_at, :closed_at, :closed_at,
        :accepted_by, :closed_at, :acceptance, :look_back_on, :looked_back_at, :act_by, :is_demo) returning id
    """
)
_STEP = text(
    """
    insert into hazard_steps (hazard_id, venue_id, county, at, step, state, actor_id, actor_name, address, note)
    values (:hazard, :venue, :county, :at, 'imported', :state, :actor, :name, :address, :note)
    """
)


@dataclass(frozen=True, slots=True)
class LedgerOutcome:
    """What became of the rows. Nothing is on record after a dry run."""

    sheet: str
    rows: int
    taken: int
    on_record: int
    refused: tuple[LedgerRefusal, ...]
    rejects: Path | None


def take_over(
    into: Record,
    file: Path,
    scope: Scope,
    operator: Operator,
    now: datetime,
    *,
    rejects: Path | None = None,
    dry_run: bool = False,
) -> LedgerOutcome:
    """Import a ledger; a sentence of `db.errors` where nothing can be imported, and then nothing is."""
    place = rejects or free_place(file)
    if place.exists() and place.samefile(file):
        raise InvalidInput("The refused rows cannot go into the file that they come from; name another with --rejects.")
    ledger = read(file)
    with into.scoped(scope) as session:
        if not session.scalar(_TURN):
            raise WrongState("Another import of hazards is under way; try again when it has ended.")
        checked = check(session, ledger.rows, now.astimezone(HERE).date())
        if checked.refused:
            lines = [RefusedLine(each.row.number, each.row.cells, each.reasons) for each in checked.refused]
            give_back(place, ledger.header, lines)
        if checked.new and not dry_run:
            _record(session, checked, file, operator, now)
    return LedgerOutcome(
        ledger.name,
        len(ledger.rows),
        len(checked.new),
        len(checked.on_record),
        tuple(checked.refused),
        place if checked.refused else None,
    )


def _record(session: Session, checked: Checked, file: Path, operator: Operator, now: datetime) -> None:
    """Hazards as far as the ledger says that they have come, each with the step that says where it came from."""
    for each in checked.new:
        hazard = session.execute(_HAZARD, _values(each, now)).scalar_one()
        session.execute(
            _STEP,
            {
                "hazard": hazard,
                "venue": each.venue_id,
                "county": each.county,
                "at": now,
                "state": each.read.state.value,
                "actor": operator.person_id,
                "name": operator.name,
                "address": operator.address,
                "note": f"{file.name} · {each.row.number}",
            },
        )
    counties = {each.county for each in checked.new}
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act="hazards imported",
        subject="hazards",
        county=counties.pop() if len(counties) == 1 else None,
        detail={
            "file": file.name,
            "hazards": len(checked.new),
            "on_record": len(checked.on_record),
            "refused": len(checked.refused),
        },
    )


def _values(each: NewHazard, now: datetime) -> dict[str, Any]:
    read = each.read
    is_closed, is_assigned = read.state is HazardState.CLOSED, read.state is not HazardState.FOUND
    closed_at = _noon(read.closed_on, now)
    look_back = look_back_on(read.grade, read.closed_on) if is_closed and read.closed_on else None
    looked_back_at = _noon(read.looked_back_on, now) if look_back else None
    due_at = end_of(read.due_on) if read.due_on and is_assigned else None
    owed = None if looked_back_at else look_back
    return {
        "venue": each.venue_id,
        "county": each.county,
        "area": each.area_id,
        "place": "" if each.area_id else read.spot,
        "key": each.key,
        "kind": read.kind.value,
        "grade": read.grade.value,
        "source": read.source.value,
        "state": read.state.value,
        "what": read.what,
        "found_at": _noon(read.found_on, now),
        "found_by": read.found_by,
        "responsible": read.responsible or None,
        "measure": read.measure or None,
        "requirement": read.requirement or None,
        "assigned_at": _noon(read.found_on, now) if is_assigned else None,
        "due_at": due_at,
        "closed_at": closed_at,
        "accepted_by": read.accepted_by if is_closed else None,
        "acceptance": f"{read.accepted_by}：台账记载已验收" if is_closed else None,
        "look_back_on": look_back,
        "looked_back_at": looked_back_at,
        "act_by": act_by(read.state, read.grade, now, due_at, owed),
        "is_demo": each.is_demo,
    }


def _noon(day: date | None, now: datetime) -> datetime | None:
    """A ledger names days, not hours; nothing happens later than now."""
    return min(datetime.combine(day, time(12), HERE), now) if day else None
