"""Opening what a person calls a spreadsheet: an .xlsx, or one clear sentence."""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openpyxl import Workbook, load_workbook

from db.errors import AnwangError, InvalidInput

LARGEST_BYTES = 60 * 1024 * 1024
LARGEST_UNPACKED_BYTES = 1024 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an old .xls begins, and an .xlsx with a password."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@contextmanager
def opened(path: Path) -> Iterator[Workbook]:
    """The workbook for streaming, formulas as their last values; `InvalidInput` in one sentence where it is none."""
    with warnings.catch_warnings():
        # What openpyxl leaves aside (validations, styles, pictures) is nothing that an import reads.
        warnings.simplefilter("ignore")
        try:
            _look_at(path)
            with path.open("rb") as file:
                book = load_workbook(file, read_only=True, data_only=True)
                yield book
                book.close()
        except AnwangError:
            raise
        except OSError as error:
            raise InvalidInput(f"{path} cannot be read: {error.strerror or error}.") from error
        except Exception as error:
            # A damaged file makes openpyxl raise nearly anything, at any row.
            raise InvalidInput(f"{path.name} is damaged, or no spreadsheet (.xlsx).") from error


def _look_at(path: Path) -> None:
    """Refuse by its first bytes and its sizes what is not worth opening."""
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}.")
    if path.stat().st_size > LARGEST_BYTES:
        raise InvalidInput(f"{path.name} is larger than {LARGEST_BYTES >> 20} MB; split it.")
    content = path.read_bytes()
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise InvalidInput(f"{path.name} is protected with a password; save it without one.")
    if content.startswith(_OLE):
        raise InvalidInput(f"{path.name} is an old .xls; save it as .xlsx.")
    if not zipfile.is_zipfile(path):
        raise InvalidInput(f"{path.name} is no spreadsheet (.xlsx); save it as one from the program that shows it.")
    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED_BYTES:
            raise InvalidInput(f"{path.name} unpacks to more than {LARGEST_UNPACKED_BYTES >> 30} GB; split it.")
