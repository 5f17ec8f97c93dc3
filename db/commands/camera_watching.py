"""Who looked through which camera: every play address that is given out is logged."""

from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.actor import Actor
from db.errors import InvalidInput, NotAllowed
from db.queries import camera_views
from db.queries.camera_views import CameraRow
from db.rules.play_address import Form, Purpose, forms_of

SHORTEST_REASON = 4
LONGEST_REASON = 200


def note_watching(
    session: Session, camera_id: int, purpose: Purpose, form: Form, reason: str, actor: Actor
) -> CameraRow:
    """Check that this person may see it so, and write down that they do. Faces need a reason above the venue."""
    camera = camera_views.one(session, camera_id)
    forms = forms_of(actor.role) if actor.role is not None else ()
    if form not in forms:
        raise NotAllowed("Your role sees this camera's pictures blurred alone.")
    reason = reason.strip()
    if form is not forms[0] and not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidInput("Say in a few words why faces must be seen; the reason is logged.")
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="camera unmasked" if form is not forms[0] else "camera watched",
        subject=f"devices/{camera.id}",
        venue_id=camera.venue_id,
        county=camera.county,
        detail={"purpose": purpose.value, "form": form.value} | ({"reason": reason} if form is not forms[0] else {}),
    )
    return camera
