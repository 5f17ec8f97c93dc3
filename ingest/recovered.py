"""What a platform told again after a gap: of that, what is not on record yet.

Its history may leave out a field that the push had. So what counts as a repeat here is the device, the signal, its
time and whether it is an alarm, not its words.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from ingest.accept import Arrival
from ingest.known_devices import KnownDevices
from ingest.messages import DeviceMessage

_ON_RECORD = text(
    """
    select asked.n from unnest(cast(:ns as int[]), cast(:devices as int[]), cast(:signals as text[]),
                               cast(:moments as timestamptz[]), cast(:alarms as boolean[]))
        asked (n, device_id, signal, at, alarm)
    where exists (select from signals s where s.device_id = asked.device_id and s.signal = asked.signal
        and s.observed_at >= asked.at and s.observed_at < asked.at + interval '1 millisecond'
        and s.alarm is not distinct from asked.alarm)
    """
)


def unheard(session: Session, arrivals: Sequence[Arrival], devices: KnownDevices) -> list[Arrival]:
    """The arrivals without those on record; what is refused or of an unknown device stays among them."""
    said = [arrival.message for arrival in arrivals]
    known = devices.find(session, {message.device_code for message in said if isinstance(message, DeviceMessage)})
    asked = [
        (n, known[message.device_code].id, message)
        for n, message in enumerate(said)
        if isinstance(message, DeviceMessage) and message.observed_at is not None and message.device_code in known
    ]
    if not asked:
        return list(arrivals)
    repeats = set(
        session.scalars(
            _ON_RECORD,
            {
                "ns": [n for n, _id, _message in asked],
                "devices": [device_id for _n, device_id, _message in asked],
                "signals": [message.signal.value for _n, _id, message in asked],
                "moments": [message.observed_at for _n, _id, message in asked],
                "alarms": [message.alarm for _n, _id, message in asked],
            },
        )
    )
    return [arrival for n, arrival in enumerate(arrivals) if n not in repeats]
