"""Evidence put beside a hazard, a work order or an appeal; the bytes lie in the folder already."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.acting import Acting
from db.commands.appeal_writing import write_appeal_step
from db.commands.hazard_writing import Standing, write_step
from db.commands.order_writing import write_order_step
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.evidence.store import Stored
from db.rules.appeal_lifecycle import ENDED, MAY_HEAR, AppealState
from db.rules.evidence_checks import Stage
from db.rules.hazard_kinds import Grade
from db.rules.hazard_lifecycle import FIVE_LEVELS, HazardState, may_add_evidence
from db.rules.order_lifecycle import DOER, GivenTo, OrderState

MOST_FILES = 30
_HAZARD = text(
    """
    select id, venue_id, county, what, grade, state, owner_id, maintainer_id, act_by, round, is_demo
    from hazards where id = :id for update
    """
)
_ORDER = text("select id, venue_id, county, what, state, given_to, is_demo from work_orders where id = :id for update")
_APPEAL = text("select id, venue_id, county, state, filer_role, is_demo from appeals where id = :id for update")
_KNOWN = text(
    """
    select count(*) as files, coalesce(bool_or(sha256 = :sha256), false) as is_there from evidence_files
    where hazard_id = :hazard and round = :round or order_id = :order or appeal_id = :appeal
    """
)
_ADD = text(
    """
    insert into evidence_files (venue_id, county, hazard_id, order_id, appeal_id, stage, round, sha256, media_type,
        size_bytes, name, width, height, look, taken_at, taken_lng, taken_lat, camera, uploaded_at, uploaded_by,
        uploaded_by_name, is_demo)
    values (:venue, :county, :hazard, :order, :appeal, :stage, :round, :sha256, :media_type, :size, :name, :width,
        :height, :look, :taken_at, :lng, :lat, :camera, :now, :by, :by_name, :is_demo) returning id
    """
)


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """A stored file, what it shows, and what its sender called it."""

    stage: Stage
    stored: Stored
    name: str


def add_to_hazard(session: Session, hazard_id: int, new: NewEvidence, acting: Acting, now: datetime) -> int:
    """Beside a hazard; answers the file's number. `WrongState` where it comes too early or too late."""
    row = session.execute(_HAZARD, {"id": hazard_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such hazard within your scope.")
    state = HazardState(row.state)
    if acting.role is None:
        raise NotAllowed("Only a person works on a hazard.")
    refusal = may_add_evidence(state, new.stage.value, acting.role)
    if refusal is not None:
        raise (WrongState if acting.role in FIVE_LEVELS else NotAllowed)(refusal.reason)
    evidence_id = _add(
        session, row, {"hazard": row.id, "order": None, "appeal": None, "round": row.round}, new, acting, now
    )
    standing = Standing(
        *(row.id, row.venue_id, row.county, row.what, Grade(row.grade), state),
        *(row.owner_id, row.maintainer_id, row.act_by),
    )
    write_step(session, standing, "evidence", state, acting, now, None, _facts(evidence_id, new))
    return evidence_id


def add_to_order(session: Session, order_id: int, new: NewEvidence, acting: Acting, now: datetime) -> int:
    """Beside a work order that is being worked on, by whoever does the work."""
    row = session.execute(_ORDER, {"id": order_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such work order within your scope.")
    if acting.role is not DOER[GivenTo(row.given_to)]:
        raise NotAllowed("This is for whoever the order was given to.")
    if row.state not in (OrderState.ACCEPTED, OrderState.ARRIVED):
        raise WrongState("Evidence belongs to an order that is being worked on.")
    evidence_id = _add(session, row, {"hazard": None, "order": row.id, "appeal": None, "round": 1}, new, acting, now)
    state = OrderState(row.state)
    write_order_step(session, row, "evidence", state, state, acting, now, None, _facts(evidence_id, new))
    return evidence_id


def add_to_appeal(session: Session, appeal_id: int, new: NewEvidence, acting: Acting, now: datetime) -> int:
    """Beside an appeal that is open, by the bureau that filed it or by whoever hears it."""
    row = session.execute(_APPEAL, {"id": appeal_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such appeal within your scope.")
    if acting.role is None or (acting.role.value != row.filer_role and acting.role not in MAY_HEAR):
        raise NotAllowed("This is for the bureau that filed the appeal.")
    state = AppealState(row.state)
    if state in ENDED:
        raise WrongState("This step does not fit the appeal's state.")
    subject = {"hazard": None, "order": None, "appeal": row.id, "round": 1}
    evidence_id = _add(session, row, subject, new, acting, now)
    write_appeal_step(session, row, "evidence", state, state, acting, now, None, _facts(evidence_id, new))
    return evidence_id


def _add(session: Session, row: Any, subject: dict[str, Any], new: NewEvidence, acting: Acting, now: datetime) -> int:
    known = session.execute(_KNOWN, {**subject, "sha256": new.stored.sha256}).one()
    if known.is_there:
        raise InvalidInput("This file is here already.")
    if known.files >= MOST_FILES:
        raise InvalidInput("There are as many files here as can be taken.")
    picture = new.stored.picture
    return int(
        session.execute(
            _ADD,
            {
                **subject,
                "venue": row.venue_id,
                "county": row.county,
                "stage": new.stage.value,
                "sha256": new.stored.sha256,
                "media_type": new.stored.media_type,
                "size": new.stored.size_bytes,
                "name": _plain_name(new.name),
                "width": picture.width if picture else None,
                "height": picture.height if picture else None,
                "look": picture.look if picture else None,
                "taken_at": picture.taken_at if picture else None,
                "lng": picture.lng if picture else None,
                "lat": picture.lat if picture else None,
                "camera": picture.camera if picture else None,
                "now": now,
                "by": acting.person_id,
                "by_name": acting.name,
                "is_demo": row.is_demo,
            },
        ).scalar_one()
    )


def _facts(evidence_id: int, new: NewEvidence) -> dict[str, Any]:
    return {"evidence": evidence_id, "stage": new.stage.value, "sha256": new.stored.sha256.hex()}


def _plain_name(name: str) -> str:
    """The last part of the name, without what no file name holds."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable() and c not in '"<>|:*?')[:120] or "file"
