"""What a file is, by its first bytes; the sender's word for it is not asked.

JPEG, PNG and WebP are taken as pictures, PDF as a document. HEIC is refused with a way out: browsers turn it into
JPEG by themselves where the form asks for JPEG, and telephones have a setting for it.
"""

from db.errors import InvalidInput

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
MP4 = "video/mp4"
"""Only our own cameras' clips: nobody sends one in."""
SUFFIXES = {JPEG: ".jpg", PNG: ".png", WEBP: ".webp", PDF: ".pdf", MP4: ".mp4"}
ACCEPTED = ",".join((JPEG, PNG, WEBP, PDF))
"""For a form's file field."""

_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif")


def media_type(content: bytes) -> str:
    """One of the four that are taken; `InvalidInput` for anything else."""
    if not content:
        raise InvalidInput("The file is empty.")
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"%PDF-"):
        return PDF
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise InvalidInput(
            "HEIC pictures cannot be shown everywhere. iPhone: Settings, Camera, Formats, Most Compatible; others: set"
            " the camera to JPEG. Then take it again."
        )
    raise InvalidInput("Only JPEG, PNG and WebP pictures and PDF documents are taken.")
