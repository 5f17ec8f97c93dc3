"""Files of evidence: taken in beside a hazard, a work order or an appeal, and shown again within scope."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Path, Query, Request, UploadFile
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from db.commands import evidence as evidence_commands
from db.commands.acting import Acting
from db.commands.evidence import NewEvidence
from db.errors import InvalidInput, NotAllowed
from db.evidence.store import EvidenceStore
from db.queries import appeals, hazards, work_orders
from db.queries import evidence as evidence_queries
from db.queries.patrol_captures import plain_file
from db.rules.appeal_lifecycle import MAY_HEAR
from db.rules.evidence_checks import Stage
from db.rules.hazard_lifecycle import FIVE_LEVELS
from portal import asking
from portal.api.asked import BIGGEST_ID
from portal.api.models import Refused
from portal.captured import as_seen_by, is_masked_for

ADDRESS = "/api/v1/evidence"
FORM_BYTES = 64 * 1024
"""What a form weighs beside its file."""

BESIDE = {
    "hazard": (evidence_commands.add_to_hazard, evidence_queries.of_hazard),
    "order": (evidence_commands.add_to_order, evidence_queries.of_order),
    "appeal": (evidence_commands.add_to_appeal, evidence_queries.of_appeal),
}

router = APIRouter(tags=["evidence"])

Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class Kept(BaseModel):
    """A file that is on record now."""

    id: int
    doubts: list[str] = Field(description="what is doubtful about the picture: taken_before, far_away, no_time …")


@router.post(
    "/evidence",
    status_code=201,
    responses={409: {"model": Refused, "description": "Too early or too late"}, 413: {"description": "Too large"}},
)
def add_evidence(
    request: Request,
    file: Annotated[UploadFile, File(description="JPEG, PNG, WebP or PDF; found by its bytes")],
    csrf_token: Annotated[str, Form(max_length=200)],
    subject: Annotated[Literal["hazard", "order", "appeal"], Form()],
    subject_id: Annotated[int, Form(ge=1, le=BIGGEST_ID)],
    stage: Annotated[Stage, Form()],
) -> Kept:
    """Put a photograph or a document beside a hazard, a work order or an appeal."""
    asker = asking.current()
    if not secrets.compare_digest(csrf_token.encode(), asker.csrf_token.encode()):
        raise NotAllowed("This form is out of date; go back, reload the page and try again.")
    if asker.role not in (FIVE_LEVELS | MAY_HEAR if subject == "appeal" else FIVE_LEVELS):
        raise NotAllowed("Your role may look, not act.")
    with asking.reading() as session:
        _is_there(session, subject, subject_id)
    content = file.file.read()
    if len(content) > request.app.state.settings.evidence_limit_mb * 1024 * 1024:
        raise InvalidInput("The file is too large.")
    store: EvidenceStore = request.app.state.evidence
    new = NewEvidence(stage, store.keep(content), file.filename or "")
    acting = Acting(asker.person_id, asker.name, asker.role, asker.address)
    add, beside = BESIDE[subject]
    with asking.reading() as session:
        evidence_id = add(session, subject_id, new, acting, datetime.now(UTC))
        seen = beside(session, subject_id)
    return Kept(id=evidence_id, doubts=[doubt for each in seen if each.id == evidence_id for doubt in each.doubts])


@router.get("/evidence/{evidence_id}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def one_evidence(
    request: Request,
    evidence_id: Id,
    form: Annotated[
        Literal["shown", "thumbnail", "original"],
        Query(description="shown and thumbnail are upright and carry no metadata; original is a download as it came"),
    ] = "shown",
) -> Response:
    """A file's bytes. A document is always its original."""
    with asking.reading() as session:
        row = evidence_queries.one_file(session, evidence_id)
        captured = plain_file(session, row.sha256)
        is_blurred = captured is not None and is_masked_for(captured, asking.current())
    store: EvidenceStore = request.app.state.evidence
    if is_blurred:  # a camera's frame: whoever sees cameras blurred alone has no original either
        form = "shown" if form == "original" else form
    content, kind = store.read(row.sha256, row.media_type, form)
    content = content if captured is None else as_seen_by(asking.current(), captured, content)
    is_download = form == "original" or not row.media_type.startswith("image/")
    headers = {
        "Content-Disposition": f"{'attachment' if is_download else 'inline'}; filename*=UTF-8''{quote(row.name)}",
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type=kind, headers=headers)


def _is_there(session: Session, subject: str, subject_id: int) -> None:
    """Nothing is decoded for whoever may not see the subject."""
    if subject == "hazard":
        hazards.state_of(session, subject_id)
    elif subject == "order":
        work_orders.one(session, subject_id)
    else:
        appeals.one(session, subject_id)
