"""What a patrol captured with faces in it, as each reader sees it."""

import io

from PIL import Image

from db.evidence import masking
from db.queries.patrol_captures import CaptureFile
from db.rules.play_address import Form, forms_of
from portal.asking import Asker


def is_masked_for(file: CaptureFile, asker: Asker) -> bool:
    """False for those at the venue, and for the official who opened the camera with a reason and captured it."""
    return forms_of(asker.role)[0] is not Form.PLAIN and not (
        asker.person_id == file.person_id and Form.PLAIN in forms_of(asker.role)
    )


def as_seen_by(asker: Asker, file: CaptureFile, content: bytes) -> bytes:
    """JPEG: heads blurred where somebody has looked for them, else all of it; displays in halls always all of it."""
    if not is_masked_for(file, asker):
        return content
    if file.heads is None or Form.PLAIN not in forms_of(asker.role):
        return masking.wholly(content)
    with Image.open(io.BytesIO(content)) as picture:
        without_words = file.height * picture.width / file.width
        share = min(1.0, without_words / picture.height)
    return masking.heads_alone(content, file.heads, share)
