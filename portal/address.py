"""What the address bar says."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qsl


def address_parts(search: str | None) -> dict[str, str]:
    """The query part of an address as keyword arguments; the last of a repeated name counts."""
    return {name: value for name, value in parse_qsl((search or "").lstrip("?")) if name.isidentifier()}


def unusable(query: Mapping[str, str], shown: object) -> list[str]:
    """Parts `name=value` of an address, in its order, whose name the view `shown` has with another value.

    A value that is understood and that the view would write otherwise counts as another.
    """
    return [
        f"{name}={value}"
        for name, value in query.items()
        if hasattr(shown, name) and str(getattr(shown, name)) != value
    ]


FIRST_DAY = date(2024, 1, 1)
"""The programme began; there are no figures before."""


def day_of(text: str | None, today: date) -> date | None:
    """A day with figures, later ones taken for today; None for what is no such day."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return min(day, today) if day >= FIRST_DAY else None


def number_of(text: str | None) -> int | None:
    """A number as the record's keys are; None for anything else that passes for digits."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None
