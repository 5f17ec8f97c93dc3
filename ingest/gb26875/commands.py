"""`anwang decode gb26875`: what frames say, or why they are refused and where decoding went on."""

import json
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.tree import Tree

from db.errors import InvalidInput
from ingest.gb26875.dialects import DIALECTS, STANDARD
from ingest.gb26875.explain import explained

app = typer.Typer(help="What bytes of a protocol say.", no_args_is_help=True)

SOME_REFUSED = 2
LARGEST_FILE = 64 * 1024 * 1024
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
            Console(highlight=False, soft_wrap=True).print(tree(entry))
    if any("refused" in entry or "refused" in entry.get("data", {}) for entry in entries):
        raise typer.Exit(SOME_REFUSED)


def _bytes(given: list[str]) -> bytes:
    """Hex as typed, or what the file or standard input holds: hex where it is nothing else."""
    typed = "".join(given).encode()
    if len(given) == 1 and given[0] == "-":
        return _hex_or_raw(sys.stdin.buffer.read(LARGEST_FILE))
    if len(given) == 1 and Path(given[0]).is_file():
        return _hex_or_raw(Path(given[0]).read_bytes()[:LARGEST_FILE])
    if not _HEX.fullmatch(typed):
        raise InvalidInput(f"{given[0][:60]} is neither a file nor hex.")
    return _hex_or_raw(typed)


def _hex_or_raw(content: bytes) -> bytes:
    if not _HEX.fullmatch(content):
        return content
    return bytes.fromhex(re.sub(rb"0x|[\s,]", b"", content).decode())


def tree(entry: dict[str, Any]) -> Tree:
    """An entry of `explained`, for people."""
    title = f"[red]{entry['refused']}[/red]" if "refused" in entry else entry["command"]["zh"]
    where = f"@{entry['offset']} " if "offset" in entry else ""
    tree = Tree(f"{where}{title}")
    _grow(tree, {name: value for name, value in entry.items() if name not in ("offset", "refused")})
    return tree


def _grow(tree: Tree, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, dict) and set(value) == {"code", "zh", "en"}:
            tree.add(f"{name}: {value['zh']} ({value['code']})")
        elif isinstance(value, dict):
            _grow(tree.add(name), value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, each in enumerate(value, 1):
                _grow(tree.add(f"{name} {number}"), each)
        else:
            tree.add(f"{name}: {'、'.join(value) if isinstance(value, list) else value}")
