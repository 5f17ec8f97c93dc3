"""Vendors' readings of the standard, as data: named in a device's model, chosen by its address."""

from dataclasses import dataclass
from enum import StrEnum


class Checksum(StrEnum):
    """How the checksum byte is made."""

    STANDARD = "standard"
    """Low byte of the sum from the serial number to the end of the data (GB/T 26875.3 section 6.2)."""
    FROM_COMMAND = "from_command"
    """The same from the command byte on."""
    XOR = "xor"
    """Exclusive or from the serial number on."""


class Clock(StrEnum):
    """How the six bytes of a time are written: second, minute, hour, day, month, year since 2000."""

    BINARY = "binary"
    BCD = "bcd"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One vendor's way. A heartbeat is an empty "send data", answered by an empty confirm; it is in no type table."""

    name: str
    checksum: Checksum = Checksum.STANDARD
    clock: Clock = Clock.BINARY
    heartbeat_seconds: int | None = 30
    """How often it comes; None where it does not."""


STANDARD = Dialect("standard")
DIALECTS = {
    dialect.name: dialect
    for dialect in (
        STANDARD,
        Dialect("from_command", Checksum.FROM_COMMAND),
        Dialect("from_command_bcd", Checksum.FROM_COMMAND, Clock.BCD),
        Dialect("xor", Checksum.XOR),
        Dialect("bcd", clock=Clock.BCD),
    )
}
