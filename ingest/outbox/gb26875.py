"""Over GB/T 26875.3: the portal as a transmission device of the fire service's centre (command 2, type flag 2)."""

import socket
import time
from datetime import UTC, datetime

from db.commands.outbox import Message
from db.rules.device_kinds import DeviceKind
from db.rules.outbox import MessageKind
from ingest.gb26875 import units
from ingest.gb26875.errors import FrameError
from ingest.gb26875.frames import Command, Frame, FrameReader, Whole, encode
from ingest.gb26875.units import ENCODING, Item, Unit
from ingest.outbox.adapter import Fate, Outcome

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.0
TRIES = 3
"""GB/T 26875.3 section 6.5: a confirm within 10 s, three times; then the connection is made anew."""
COMPONENT_STATE = 2
FIRE_SYSTEM = 1
NORMAL, FIRE = 1 << 0, 1 << 1
COMPONENTS: dict[str, int] = {
    DeviceKind.SMOKE_DETECTOR: 40,
    DeviceKind.HEAT_DETECTOR: 30,
    DeviceKind.MANUAL_CALL_POINT: 23,
    DeviceKind.GAS_DETECTOR: 10,
    DeviceKind.USER_TRANSMISSION_DEVICE: 1,
}
GENERAL = 0
LONGEST_TEXT = 31


class Gb26875Adapter:
    """One connection a message; a repeat carries the same serial number and the same times."""

    def __init__(self, address: str, centre: int, source: int) -> None:
        host, _, port = address.rpartition(":")
        self._where = (host.strip("[]"), int(port))
        self._centre, self._source = centre, source

    def send(self, message: Message) -> Outcome:
        serial = message.id % 0x10000
        try:
            raw = encode(
                Frame(
                    serial,
                    self._source,
                    self._centre,
                    Command.SEND,
                    units.encode(unit_of(message)),
                    datetime.now(UTC),
                )
            )
        except FrameError as error:
            return Outcome(Fate.REFUSED, f"It cannot be said in a frame: {error}")
        try:
            with socket.create_connection(self._where, CONNECT_SECONDS) as line:
                return _converse(line, raw, serial)
        except OSError as error:
            return Outcome(Fate.FAILED, f"{type(error).__name__}: {error}")

    def close(self) -> None:
        pass


def _converse(line: socket.socket, raw: bytes, serial: int) -> Outcome:
    reader = FrameReader()
    for _try in range(TRIES):
        line.sendall(raw)
        deadline = time.monotonic() + ANSWER_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            line.settimeout(left)
            try:
                chunk = line.recv(4096)
            except TimeoutError:
                break
            if not chunk:
                return Outcome(Fate.FAILED, "The platform ended the connection without an answer.")
            outcome = _heard(reader, chunk, serial)
            if outcome is not None:
                return outcome
    return Outcome(Fate.FAILED, f"No confirm within {ANSWER_SECONDS:.0f} s, {TRIES} times.")


def _heard(reader: FrameReader, chunk: bytes, serial: int) -> Outcome | None:
    for event in reader.feed(chunk):
        if isinstance(event, Whole) and event.frame.serial == serial:
            if event.frame.command == Command.CONFIRM:
                return Outcome(Fate.ACKNOWLEDGED, f"confirm {serial}")
            if event.frame.command == Command.DENY:
                return Outcome(Fate.REFUSED, f"The platform denied the frame {serial}.")
    return None


def unit_of(message: Message) -> Unit:
    """The component that saw the fire, in fire or normal again; the place in as many words as fit."""
    body = message.body
    device, area = body.get("device") or {}, body.get("area") or {}
    is_fire = message.kind is MessageKind.FIRE
    item = Item(
        system_type=FIRE_SYSTEM,
        system_address=1,
        component_type=COMPONENTS.get(device.get("kind", ""), GENERAL),
        component_address=int(device.get("number") or body["alarm"]) & 0xFFFFFFFF,
        state=FIRE if is_fire else NORMAL,
        text=fitting(body["venue"]["name"] + (area.get("name") or "")),
        at=datetime.fromisoformat(body["confirmed_at"] if is_fire else body["told_at"]),
    )
    return Unit(COMPONENT_STATE, (item,))


def fitting(words: str) -> str:
    """As many whole characters as the field's 31 bytes hold; the end says more than the beginning."""
    while len(words.encode(ENCODING, errors="replace")) > LONGEST_TEXT:
        words = words[1:]
    return words
