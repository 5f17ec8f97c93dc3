"""What a platform's push says, besides the signals that go through the gate."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.messages import DeviceMessage, Refused


@dataclass(frozen=True, slots=True)
class Alias:
    """Two names of one device, told by the platform itself: where one is on the books, the other is added."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Link:
    """What the platform says of the device's link to it."""

    device: str
    door: str
    is_online: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Installed:
    """A device that its vendor puts on the books (GB/T 45839-2025 annex D)."""

    company: str
    serial: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A push, decoded. `key` is the platform's number of it; `note` says why there may be no signal in it."""

    said: tuple[DeviceMessage | Refused, ...]
    aliases: tuple[Alias, ...] = ()
    links: tuple[Link, ...] = ()
    installed: Installed | None = None
    key: str | None = None
    note: str | None = None
