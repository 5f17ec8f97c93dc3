"""What a number read from a device is: an address of the portal's own label, an identity, an IMEI, or a device's number.

GB/T 45839-2025: the maintainer binds a device by its code. Codes are written by many hands: blanks, widths and the
address around a number count for nothing.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from db.rules import device_identity
from db.rules.device_identity import DeviceIdentity
from db.rules.written_values import narrow

LONGEST = 200
BIND_PATH = "/bind/"
_IMEI = re.compile(r"\d{15}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")


class NumberKind(StrEnum):
    """What the number alone shows; whether anybody knows it is for the record to say."""

    IDENTITY = "identity"
    IMEI = "imei"
    CODE = "code"
    OTHER = "other"
    """Perhaps a vendor's serial number; no device is known by it."""


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """A number as it was read, tidied; `identity` taken apart where it is one."""

    text: str
    kind: NumberKind
    identity: DeviceIdentity | None = None
    identity_fault: str | None = None
    """Why something as long as an identity is none."""


def read_number(typed: str) -> ReadNumber | None:
    """The number in what was scanned or typed; None where there is nothing to read."""
    text = _tidied(typed)
    if not text or len(text) > LONGEST or not text.isprintable():
        return None
    plain = text.replace(" ", "")
    identity = device_identity.parse(plain)
    if isinstance(identity, DeviceIdentity):
        return ReadNumber(plain, NumberKind.IDENTITY, identity)
    digits = plain.replace("-", "")
    if _IMEI.fullmatch(digits) and is_imei(digits):
        return ReadNumber(digits, NumberKind.IMEI)
    fault = identity if len(plain) == device_identity.LENGTH else None
    kind = NumberKind.CODE if _CODE.fullmatch(plain) else NumberKind.OTHER
    return ReadNumber(plain if kind is NumberKind.CODE else text, kind, identity_fault=fault)


def is_imei(digits: str) -> bool:
    """True where the last of the fifteen digits is right (Luhn)."""
    return sum(sum(divmod(int(c) * (1 + place % 2), 10)) for place, c in enumerate(digits)) % 10 == 0


def _tidied(typed: str) -> str:
    """What stands behind /bind/ where an address was read; else the whole, in narrow letters."""
    _before, mark, after = typed.partition(BIND_PATH)
    if mark:
        after = after.partition("?")[0].partition("#")[0].rstrip("/")
    return narrow(unquote(after) if mark else typed).strip()
