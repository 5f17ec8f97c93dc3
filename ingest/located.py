"""A message with the device that spoke, on its way into the record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.known_devices import KnownDevice
from ingest.messages import DeviceMessage

TEST = "test"
LATE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Located:
    """A message, its device and its time."""

    message: DeviceMessage
    device: KnownDevice
    received_at: datetime
    observed_at: datetime

    @property
    def is_late(self) -> bool:
        """True where it came so long after its time that it is history, and does not ring."""
        return self.received_at - self.observed_at > LATE_AFTER

    @property
    def text(self) -> str | None:
        """The device's words; a test says so first, so that nobody takes it for the real thing."""
        words = [self.message.text] if self.message.text else []
        if self.message.is_test:
            words.insert(0, TEST)
        return ": ".join(words) or None
