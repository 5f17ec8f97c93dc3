"""How makers of columns want to be asked (`ANWANG_LOUDSPEAKER_FILE`, TOML): a table for each, named by its columns."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from db.errors import CannotStart
from db.rules.gateway import Gateway, SuccessRule

TEXTS = ("url", "method", "secret", "sign")
OWN = Gateway("loudspeaker", "{address}", sign="hmac", timeout_seconds=6.0)
"""Our own form: the WAV is the body, signed with the column's key over time and body."""


def read(path: Path | None) -> dict[str, Gateway]:
    """The gateways by name; none where there is no file."""
    if path is None:
        return {}
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotStart(f"The file {path} cannot be read (ANWANG_LOUDSPEAKER_FILE): {error}.") from error
    return {name: _gateway(path, name, table) for name, table in told.items()}


def _gateway(path: Path, name: str, table: Any) -> Gateway:
    facts: dict[str, Any] = {"channel": name, "url": "{address}", "timeout_seconds": OWN.timeout_seconds}
    if not isinstance(table, Mapping):
        raise CannotStart(f"The file {path}: [{name}] must be a table.")
    for field, value in table.items():
        if field in TEXTS and isinstance(value, str):
            facts[field] = value
        elif field in ("headers", "form") and isinstance(value, Mapping):
            facts[field] = tuple((str(key), str(words)) for key, words in value.items())
        elif field == "body":
            facts[field] = value
        elif field == "timeout_seconds" and isinstance(value, int | float) and 0 < value <= 30:
            facts[field] = float(value)
        elif field == "success" and isinstance(value, Mapping):
            facts[field] = _rule(path, name, value)
        else:
            raise CannotStart(f"The file {path}: [{name}] {field} cannot be {value!r}.")
    if facts.get("method", "POST") not in ("POST", "PUT") or facts.get("sign", "") not in ("", "hmac"):
        raise CannotStart(f"The file {path}: [{name}] method is POST or PUT, sign is hmac or left out.")
    return Gateway(**facts)


def _rule(path: Path, name: str, table: Mapping[str, Any]) -> SuccessRule:
    unknown = sorted(set(table) - set(SuccessRule.__slots__))
    if unknown:
        raise CannotStart(f"The file {path}: [{name}.success] {unknown[0]} is not known.")
    facts: dict[str, Any] = {
        field: tuple(value if field == "status" else map(str, value)) if isinstance(value, list) else value
        for field, value in table.items()
    }
    return SuccessRule(**facts)
