"""The 27-byte identity of a stand-alone detector (GB/T 45839-2025): ASCII, six parts of fixed length.

The last part is a check made with keys of the fire authority. We hold no keys: it is shown, and not verified.
"""

from dataclasses import dataclass
from datetime import date

LENGTH = 27
BY_WIRE = "00"
NET_TYPES = {BY_WIRE: "有线", "01": "NB-IoT", "02": "Cat.1", "03": "Wi-Fi", "04": "LoRa", "05": "ZigBee"}


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """An identity taken apart; every part as it is written, `made_on` read from its date."""

    company: str
    net_type: str
    made_on: date
    serial: str
    device_type: str
    check: str

    @property
    def net(self) -> str:
        """How the device is connected; a name in every language, but for 有线 (by wire)."""
        return NET_TYPES[self.net_type]


def parse(written: str) -> DeviceIdentity | str:
    """The identity, or in one sentence why it is none: 4 company, 2 net type, 6 date, 9 serial, 2 type, 4 check."""
    if len(written) != LENGTH:
        return f"An identity has {LENGTH} characters, this one {len(written)}."
    if not (written.isascii() and written.isalnum()):
        return "An identity is made of ASCII letters and digits."
    company, net_type, made, serial = written[:4], written[4:6], written[6:12], written[12:21]
    if net_type not in NET_TYPES:
        return f"There is no net type {net_type}; it is 00 to 05."
    made_on = _date(made)
    if made_on is None:
        return f"{made} is no date; it is written as YYMMDD."
    return DeviceIdentity(company, net_type, made_on, serial, written[21:23], written[23:])


def _date(written: str) -> date | None:
    if not written.isdigit():
        return None
    try:
        return date(2000 + int(written[:2]), int(written[2:4]), int(written[4:]))
    except ValueError:
        return None
