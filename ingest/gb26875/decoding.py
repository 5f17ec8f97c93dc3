"""What a frame says, by the books: the same for one that has just come and for one that is decoded again."""

from collections.abc import Sequence
from datetime import datetime

from ingest.gb26875 import meaning, units
from ingest.gb26875.addresses import Addressed, Addresses
from ingest.gb26875.dialects import STANDARD
from ingest.gb26875.errors import FrameError
from ingest.gb26875.frames import Broken, Command, Event, Frame, FrameReader
from ingest.gb26875.meaning import Said
from ingest.messages import DeviceMessage, Received, Refused

UNKNOWN = "There is no transmission device with the address {source}."
SPOKEN = (Command.SEND, Command.ANSWER)


def said(frame: Frame, known: Addressed, addresses: Addresses, received_at: datetime) -> tuple[Said, bool]:
    """What the frame says, and whether it speaks of a fire; `FrameError` where its data says nothing."""
    if not frame.data:
        return Said((meaning.heartbeat(known.code),)), False
    unit = units.decode(frame.data, known.dialect)
    if unit.flag not in meaning.LISTENED:
        raise FrameError(f"The type flag {unit.flag} is the centre's to send.")
    told = meaning.said(unit, frame.source, known.code, received_at, addresses.code)
    return told, meaning.is_fire(unit)


def again(received: Received, addresses: Addresses) -> Sequence[DeviceMessage | Refused]:
    """Kept bytes read anew; each stretch that is no frame is refused with its reason."""
    reader = FrameReader()
    events = [*reader.feed(received.payload), *reader.end()]
    return [each for event in events for each in _again(event, received, addresses)]


def _again(event: Event, received: Received, addresses: Addresses) -> Sequence[DeviceMessage | Refused]:
    frame = event.frame
    known = addresses.find(str(frame.source)) if frame is not None else None
    if known is not None and known.dialect != STANDARD:
        (event,) = FrameReader(known.dialect).feed(event.raw)
        frame = event.frame
    if isinstance(event, Broken) or frame is None:
        return [Refused(event.reason if isinstance(event, Broken) else "There is no frame.")]
    if frame.command not in SPOKEN:
        return [Refused(f"A device does not send command {frame.command}.")]
    if known is None:
        return [Refused(UNKNOWN.format(source=frame.source))]
    try:
        return said(frame, known, addresses, received.received_at)[0].messages
    except FrameError as error:
        return [Refused(str(error))]
