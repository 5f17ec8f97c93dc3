"""What people refused, to be taken away as training data."""

import tempfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from db.commands.vision_reviews import note_export
from db.errors import NotAllowed, NotFound
from db.evidence.refusals import export
from db.queries import vision_verdicts
from db.rules.role_acts import EXPORT_REFUSALS
from portal import asking

router = APIRouter(tags=["cameras"])

MOST_PICTURES = 2000


@router.get("/vision/refusals.zip", response_class=Response, responses={200: {"content": {"application/zip": {}}}})
def refusals(request: Request, days: Annotated[int, Query(ge=1, le=3650)] = 365) -> Response:
    """Refused verdicts as a COCO data set, pictures as the cameras gave them; the province's alone, and logged."""
    if asking.current().role not in EXPORT_REFUSALS:
        raise NotAllowed("Your role may not take these pictures away.")
    with asking.reading() as session:
        found = vision_verdicts.refusals(session, datetime.now(UTC) - timedelta(days=days), MOST_PICTURES)
    if not found:
        raise NotFound("Nobody has refused a verdict with a picture in this time.")
    with tempfile.TemporaryDirectory(prefix="anwang-coco-") as folder:
        pictures = export(found, request.app.state.evidence, Path(folder))
        packed = _packed(Path(folder))
    with asking.reading() as session:
        note_export(session, pictures, asking.actor())
    gone = BackgroundTask(packed.unlink, missing_ok=True)
    return FileResponse(packed, media_type="application/zip", filename="refusals-coco.zip", background=gone)


def _packed(folder: Path) -> Path:
    """The folder's files in one; whoever sends it removes it."""
    with (
        tempfile.NamedTemporaryFile(prefix="anwang-coco-", suffix=".zip", delete=False) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as files,
    ):
        for path in sorted(folder.iterdir()):
            files.write(path, path.name)
    return Path(file.name)
