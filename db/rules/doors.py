"""Doors that platforms push through, and how they name a device: `door:address`, as the books of addresses hold it."""

from enum import StrEnum


class PlatformDoor(StrEnum):
    """One kind of body each: the door alone says how a body is read."""

    CTWING = "ctwing"
    ONENET = "onenet"
    GBT45839_INSTALL = "gbt45839-install"
    GBT45839_STATUS = "gbt45839-status"
    GBT28181 = "gbt28181"


GBT45839 = "gbt45839"
"""The book of GB/T 45839 devices, by `company:serial`."""
IDENTITY = "identity"
"""The book of 27-byte identities (GB/T 45839-2025)."""
RECEIVER_FEED = "platform pushes"
"""The feed in which the receivers give their sign of life."""


def addressed(book: str, address: str) -> str:
    """The name of a device that is known by its address: no device's own code holds a colon."""
    return f"{book}:{address}"


def taken_apart(name: str) -> tuple[str, str] | None:
    """Book and address, or None for a device's own code."""
    book, colon, address = name.partition(":")
    return (book, address) if colon else None
