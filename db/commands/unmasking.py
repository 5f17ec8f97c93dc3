"""Faces in a picture of evidence are seen with a reason, for one alarm or verdict, and it is logged."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.actor import Actor
from db.commands.camera_watching import LONGEST_REASON, SHORTEST_REASON
from db.errors import InvalidInput, NotAllowed
from db.queries import camera_frames
from db.queries.camera_frames import FrameFile
from db.rules.access_scope import Role
from db.rules.play_address import Form, forms_of
from db.rules.role_acts import DRAW_ZONES


@dataclass(frozen=True, slots=True)
class Unmasking:
    """Which picture, for which alarm or verdict, and why."""

    frame_id: int
    reason: str
    alarm_id: int | None = None
    verdict_id: int | None = None
    camera_id: int | None = None
    """Zones are drawn upon it."""


def note_unmasking(session: Session, asked: Unmasking, actor: Actor) -> None:
    """Check that this person may, and write down who saw which picture unmasked, why, and when."""
    frame = camera_frames.one(session, asked.frame_id)
    if actor.role is None or Form.PLAIN not in forms_of(actor.role):
        raise NotAllowed("Your role sees this camera's pictures blurred alone.")
    reason = " ".join(asked.reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidInput("Say in a few words why faces must be seen; the reason is logged.")
    if not _belongs(session, asked, frame, actor.role):
        raise InvalidInput("A picture is opened for the alarm or verdict that it belongs to.")
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="evidence unmasked",
        subject=f"frames/{asked.frame_id}",
        venue_id=frame.venue_id,
        county=frame.county,
        detail={"reason": reason, "camera": frame.camera, "sha256": frame.sha256.hex()}
        | {name: number for name, number in _subjects(asked).items() if number is not None},
    )


def _subjects(asked: Unmasking) -> dict[str, int | None]:
    return {"alarm": asked.alarm_id, "verdict": asked.verdict_id, "zones_of": asked.camera_id}


def _belongs(session: Session, asked: Unmasking, frame: FrameFile, role: Role) -> bool:
    if asked.alarm_id is not None:
        return camera_frames.is_of_alarm(session, asked.frame_id, asked.alarm_id)
    if asked.verdict_id is not None:
        return camera_frames.is_of_verdict(session, asked.frame_id, asked.verdict_id)
    return frame.device_id == asked.camera_id and role in DRAW_ZONES
