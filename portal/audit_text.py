"""The text of a bulletin to be audited, from plain text, Word or PDF."""

import io
import re
import shutil
import subprocess
import zipfile

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

from db.errors import InvalidInput

MOST_BYTES = 20_000_000
MOST_CHARACTERS = 300_000
PDF_SECONDS = 60
_ENCODINGS = ("utf-8-sig", "gb18030")
_ENDS = re.compile(r"[。！？]$")
_NEW_PARAGRAPH = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）]|\d{1,2}[.．、](?!\d)|附件)"
)
_PAGE_NUMBER = re.compile(r"^\s*[—–-]?\s*\d+\s*[—–-]?\s*$")


def text_of(content: bytes) -> str:
    """What a file says; `InvalidInput` where it is no text, Word document or PDF with text in it."""
    if len(content) > MOST_BYTES:
        raise InvalidInput("The file is larger than {most} MB.", most=MOST_BYTES // 1_000_000)
    if content.startswith(b"%PDF-"):
        found = _of_pdf(content)
    elif content.startswith(b"PK"):
        found = _of_docx(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidInput("This is an old Word document; save it as .docx or as text first.")
    else:
        found = _of_plain(content)
    return checked(found)


def checked(text: str) -> str:
    """The text, where there is one that can be audited."""
    if not text.strip():
        raise InvalidInput("There is no text in it.")
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput("The text is longer than {most} characters.", most=f"{MOST_CHARACTERS:,}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _of_plain(content: bytes) -> str:
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput("This is no text, Word document (.docx) or PDF.")
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("This is no text, Word document (.docx) or PDF.")


def _of_docx(content: bytes) -> str:
    try:
        document = docx.Document(io.BytesIO(content))
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InvalidInput("The Word document cannot be read.") from error
    lines: list[str] = []
    for part in document.iter_inner_content():
        lines += [part.text] if isinstance(part, Paragraph) else _sentences_of(part)
    return "\n".join(lines)


def _sentences_of(table: Table) -> list[str]:
    """Each row of a table as a sentence: its label, then every column's head with its value."""
    rows = [[cell.text.strip() for cell in row.cells] for row in table.rows]
    if len(rows) < 2:
        return [" ".join(cells) for cells in rows]
    heads = [re.sub(r"[(（].*?[)）]|\s", "", head) for head in rows[0]]
    said = []
    for cells in rows[1:]:
        values = [
            f"{head}{value}{_unit(head, value)}"
            for head, value in zip(heads[1:], cells[1:], strict=False)
            if re.match(r"^[\d,.]+%?$", value)
        ]
        if values and cells[0]:
            said.append(f"{cells[0]}：{'，'.join(values)}。")
    return said


def _unit(head: str, value: str) -> str:
    return "" if value.endswith("%") else "%" if "率" in head else "家"


def _of_pdf(content: bytes) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        raise InvalidInput("To read a PDF this machine needs pdftotext (poppler-utils); give text or Word.")
    try:
        done = subprocess.run(  # noqa: S603 - the system's own program; the file goes in over a pipe
            [program, "-enc", "UTF-8", "-nopgbrk", "-", "-"],
            input=content,
            capture_output=True,
            timeout=PDF_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidInput("The PDF cannot be read.") from error
    if done.returncode:
        raise InvalidInput("The PDF cannot be read.")
    return _flowing(done.stdout.decode("utf-8", "replace"))


def _flowing(printed: str) -> str:
    """Printed lines joined into paragraphs; page numbers left out."""
    paragraphs: list[str] = []
    is_open = False
    for line in printed.splitlines():
        if _PAGE_NUMBER.match(line):
            continue
        words = line.strip()
        if not words:
            is_open = False
        elif is_open and paragraphs and not _NEW_PARAGRAPH.match(words):
            paragraphs[-1] += words
        else:
            paragraphs.append(words)
        is_open = bool(words) and _ENDS.search(words) is None and len(words) > 18
    return "\n".join(paragraphs)
