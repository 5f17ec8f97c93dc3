"""`anwang decode gb26875`: what frames say, or why they are refused and where decoding went on."""

import json
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from db.errors import InvalidInput
from ingest.gb26875.dialects import DIALECTS, STANDARD
from ingest.gb26875.explain import explained

app = typer.Typer(help="What bytes of a protocol say.", no_args_is_help=True)

SOME_REFUSED = 2
LARGEST_FILE = 64 * 1024 * 1024
WIDEST = 5000
_HEX = re.compile(rb"\s*(?:(?:0x)?[0-9A-Fa-f]{2}[\s,]*)+")


class Form(StrEnum):
    JSON = "json"
    TEXT = "text"


@app.command("gb26875")
def decode_gb26875(
    given: Annotated[list[str], typer.Argument(metavar="HEX|FILE", help="hex, or a file of hex or of bytes; - reads")],
    form: Annotated[Form, typer.Option("--format", help="how it is printed")] = Form.TEXT,
    dialect: Annotated[str, typer.Option(help=f"a vendor's reading: {', '.join(DIALECTS)}")] = STANDARD.name,
) -> None:
    """Take frames of GB/T 26875.3 apart, field by field. Ends with 2 where bytes were refused."""
    if dialect not in DIALECTS:
        raise InvalidInput(f"There is no dialect {dialect}; choose {', '.join(DIALECTS)}.")
    entries = list(explained(_bytes(given), DIALECTS[dialect]))
    if form is Form.JSON:
        print(json.dumps(entries, ensure_ascii=False, indent=2))
    else:
        for entry in entries:
            console().print(tree(entry))
    if any("refused" in entry or "refused" in entry.get("data", {}) for entry in entries):
        raise typer.Exit(SOME_REFUSED)


def _bytes(given: list[str]) -> bytes:
    """Hex as typed, or what the file or standard input holds: hex where it is nothing else."""
    name = given[0]
    if len(given) == 1 and name == "-":
        found = _hex_or_raw(_at_most(sys.stdin.buffer.read(LARGEST_FILE + 1), "Standard input"))
    elif len(given) == 1 and _is_there(name):
        found = _hex_or_raw(_at_most(_read(name), name))
    else:
        found = _hex(" ".join(given))
    if not found:
        raise InvalidInput("There are no bytes to decode.")
    return found


def _is_there(name: str) -> bool:
    """False too for hex that is longer than a name may be."""
    try:
        return bool(name) and Path(name).exists()
    except OSError:
        return False


def _read(name: str) -> bytes:
    try:
        with open(name, "rb") as file:
            return file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read: {error.strerror or error}.") from error


def _at_most(content: bytes, name: str) -> bytes:
    if len(content) > LARGEST_FILE:
        raise InvalidInput(f"{name} is larger than {LARGEST_FILE // 2**20} MiB; decode it in parts.")
    return content


def _hex(typed: str) -> bytes:
    if not _HEX.fullmatch(typed.encode()):
        is_odd = re.fullmatch(r"[0-9A-Fa-f\s,]+", typed)
        raise InvalidInput(
            f"{typed[:60]} has a byte of one digit; hex has two for each."
            if is_odd
            else f"{typed[:60]} is neither a file nor hex."
            if typed.strip()
            else "There are no bytes to decode."
        )
    return _hex_or_raw(typed.encode())


def _hex_or_raw(content: bytes) -> bytes:
    if not _HEX.fullmatch(content):
        return content
    return bytes.fromhex(re.sub(rb"0x|[\s,]", b"", content).decode())


def tree(entry: dict[str, Any]) -> Tree:
    """An entry of `explained`, for people."""
    where = f"@{entry['offset']} " if "offset" in entry else ""
    title = Text(entry["refused"], "red") if "refused" in entry else Text(entry["command"]["zh"])
    grown = Tree(Text.assemble(where, title))
    _grow(grown, {name: value for name, value in entry.items() if name not in ("offset", "refused")})
    return grown


def console() -> Console:
    """Whole lines where nobody looks: a pipe has no width."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDEST)


def _grow(grown: Tree, values: dict[str, Any]) -> None:
    """Words of a device are shown as they are, whatever brackets they hold."""
    for name, value in values.items():
        if isinstance(value, dict) and set(value) == {"code", "zh", "en"}:
            grown.add(Text(f"{name}: {value['zh']} ({value['code']})"))
        elif isinstance(value, dict):
            _grow(grown.add(Text(name)), value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, each in enumerate(value, 1):
                _grow(grown.add(Text(f"{name} {number}")), each)
        else:
            grown.add(Text(f"{name}: {'、'.join(value) if isinstance(value, list) else value}"))
