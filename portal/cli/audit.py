"""`anwang audit FILE`: what does not add up in a bulletin."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from db.errors import InvalidInput
from db.rules.bulletin_audit import Audit, Places
from db.rules.bulletin_audit import audit as examined
from geodata import districts


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


def audit(
    file: Annotated[Path, typer.Argument(help="the bulletin: text, Word (.docx) or PDF; - reads standard input")],
    format: Annotated[Format, typer.Option(help="for people or for programs")] = Format.TABLE,
) -> None:
    """Check a bulletin's figures against each other: sums, parts, rates, order, the same figure in two places."""
    from portal.audit_text import text_of  # what reads Word and PDF is slow to read itself

    found = examined(text_of(_content(file)), places=known_places())
    if format is Format.JSON:
        sys.stdout.write(json.dumps(_plain(found), ensure_ascii=False, indent=2) + "\n")
    else:
        _show(found)


def known_places() -> Places:
    """Every city and county, from the project's own boundaries."""
    return Places.of((d.adcode, d.name) for level in ("city", "county") for d in districts.districts(level))


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error


def _plain(found: Audit) -> dict[str, object]:
    return {
        "claims": len(found.claims),
        "findings": [
            {
                "rule": finding.rule.value,
                "sentence": finding.sentence,
                "explanation": finding.explanation,
                "start": finding.start,
                "end": finding.end,
            }
            for finding in found.findings
        ],
    }


def _show(found: Audit) -> None:
    console = Console(highlight=False)
    if not found.findings:
        console.print(f"{len(found.claims)} figures read; nothing contradicts another.")
        return
    table = Table("", "sentence", "what does not add up", show_lines=True, expand=sys.stdout.isatty())
    for number, finding in enumerate(found.findings, start=1):
        table.add_row(str(number), finding.sentence, finding.explanation)
    console.print(table)
    console.print(f"{len(found.claims)} figures read, {len(found.findings)} do not add up.")
