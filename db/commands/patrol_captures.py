"""Frames that officials kept on patrol: captured, marked, made into a hazard."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit, hazards
from db.commands.acting import Acting
from db.commands.evidence import NewEvidence, add_to_hazard
from db.commands.hazards import Finding, FoundHazard
from db.commands.patrol import may_patrol
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.evidence.store import Stored
from db.queries import camera_views
from db.queries.hazards import state_of
from db.rules.evidence_checks import Stage
from db.rules.hazard_kinds import Grade, HazardKind, Source
from db.rules.hazard_lifecycle import may_add_evidence
from db.rules.patrol_marks import Mark
from db.rules.play_address import Form

_NEW = text(
    """
    insert into patrol_captures (round_id, device_id, venue_id, county, area_id, taken_at, captured_at, person_id,
        person_name, role, home, form, sha256, width, height, is_demo)
    select :round, d.id, d.venue_id, d.county, d.area_id, :taken_at, :now, :person, :name, :role, :home, :form, :sha256,
        :width, :height, v.is_demo
    from devices d join venues v on v.id = d.venue_id where d.id = :camera returning id
    """
)
_ROUND = text("select person_id from patrol_rounds where id = :id")
_LOCK = text(
    """
    select c.id, c.venue_id, c.county, c.area_id, c.person_id, c.hazard_id, c.marked_at, c.taken_at, d.code
    from patrol_captures c join devices d on d.id = c.device_id where c.id = :id for update of c
    """
)
_MARK = text(
    "update patrol_captures set marks = cast(:marks as jsonb), marked_sha256 = :sha256, marked_at = :now where id = :id"
)
_FILED = text("update patrol_captures set hazard_id = :hazard where id = :id")


@dataclass(frozen=True, slots=True)
class NewCapture:
    """A stored frame, and how it was seen."""

    camera_id: int
    form: Form
    taken_at: datetime
    stored: Stored
    round_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """What the official says is wrong on the picture."""

    kind: HazardKind
    grade: Grade
    what: str
    place: str = ""
    """Where the camera stands in no area of the books."""


def capture(session: Session, new: NewCapture, home: int, acting: Acting, now: datetime) -> int:
    """Put a frame on record; answers its number."""
    may_patrol(acting)
    camera = camera_views.one(session, new.camera_id)
    if new.round_id is not None and session.scalar(_ROUND, {"id": new.round_id}) != acting.person_id:
        raise NotAllowed("This is somebody else's round.")
    if new.stored.picture is None:
        raise InvalidInput("This is no picture.")
    capture_id = session.scalar(
        _NEW,
        {
            "round": new.round_id,
            "camera": camera.id,
            "taken_at": new.taken_at,
            "now": now,
            "person": acting.person_id,
            "name": acting.name,
            "role": None if acting.role is None else acting.role.value,
            "home": home,
            "form": new.form.value,
            "sha256": new.stored.sha256,
            "width": new.stored.picture.width,
            "height": new.stored.picture.height,
        },
    )
    assert capture_id is not None
    facts = {"camera": camera.code, "form": new.form.value, "sha256": new.stored.sha256.hex()}
    _audit(session, "patrol captured", int(capture_id), camera.venue_id, camera.county, acting, facts)
    return int(capture_id)


def mark(
    session: Session, capture_id: int, marks: Sequence[Mark], burnt: Stored, acting: Acting, now: datetime
) -> None:
    """Keep what was drawn on it, and the second picture that shows it; drawn anew, the last drawing counts."""
    row = _own(session, capture_id, acting)
    if row.hazard_id is not None:
        raise WrongState("A hazard was filed from this picture: its marks stay as they are.")
    told = json.dumps([each.told() for each in marks], ensure_ascii=False)
    session.execute(_MARK, {"id": capture_id, "marks": told, "sha256": burnt.sha256, "now": now})
    facts = {"marks": len(marks), "sha256": burnt.sha256.hex()}
    _audit(session, "patrol marked", capture_id, row.venue_id, row.county, acting, facts)


def file_hazard(
    session: Session, capture_id: int, told: Reported, pictures: Sequence[Stored], acting: Acting, now: datetime
) -> FoundHazard:
    """The hazard on the picture, with the picture and its marked copy as evidence; the same hazard is never two."""
    row = _own(session, capture_id, acting)
    if row.hazard_id is not None:
        raise WrongState("A hazard was filed from this picture already.")
    place = "" if row.area_id is not None else (told.place.strip() or row.code)
    finding = Finding(
        *(row.venue_id, told.kind, told.grade, Source.PATROL, told.what, row.area_id, place),
        found_at=min(row.taken_at, now),
    )
    found = hazards.find(session, finding, acting, now)
    # What is submitted as put right, and is seen again, takes no pictures of before: the step itself says it.
    state = state_of(session, found.id)
    fits = acting.role is not None and may_add_evidence(state, Stage.BEFORE, acting.role) is None
    for number, stored in enumerate(pictures if fits else ()):
        name = f"patrol-{capture_id}{'-marked' if number else ''}.jpg"
        add_to_hazard(session, found.id, NewEvidence(Stage.BEFORE, stored, name), acting, now)
    session.execute(_FILED, {"id": capture_id, "hazard": found.id})
    _audit(session, "patrol hazard", capture_id, row.venue_id, row.county, acting, {"hazard": found.id})
    return found


def _own(session: Session, capture_id: int, acting: Acting) -> Any:
    may_patrol(acting)
    row = session.execute(_LOCK, {"id": capture_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such picture within your scope.")
    if row.person_id != acting.person_id:
        raise NotAllowed("Somebody else captured this picture.")
    return row


def _audit(
    session: Session, act: str, capture_id: int, venue_id: int, county: int, acting: Acting, facts: dict[str, Any]
) -> None:
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act=act,
        subject=f"patrol/captures/{capture_id}",
        venue_id=venue_id,
        county=county,
        detail=facts,
    )
