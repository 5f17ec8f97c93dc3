"""What the address bar says."""

from urllib.parse import parse_qsl


def address_parts(search: str | None) -> dict[str, str]:
    """The query part of an address as keyword arguments; the last of a repeated name counts."""
    return {name: value for name, value in parse_qsl((search or "").lstrip("?")) if name.isidentifier()}
