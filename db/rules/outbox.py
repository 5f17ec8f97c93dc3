"""Forwarding to the fire service: in order, again until acknowledged, each message once to whoever counts."""

from datetime import timedelta
from enum import StrEnum

WITHIN = timedelta(seconds=3)
"""GB 50440: from the confirmed fire to the city's platform."""
WAITS_SECONDS = (1, 1, 2, 3, 5, 10, 15, 30)
"""After a failure; the last one holds from then on. A new fire asks again at once."""
REFUSED_WAIT = timedelta(minutes=10)
"""A platform that refused a message as it is may be mended, and then takes it."""


class Transport(StrEnum):
    HTTP = "http"
    GB26875 = "gb26875"


class MessageKind(StrEnum):
    FIRE = "fire"
    WITHDRAWN = "withdrawn"


class OutboxState(StrEnum):
    WAITING = "waiting"
    """Holds up what stands behind it: the platform hears things in their order."""
    REFUSED = "refused"
    """The platform does not take it as it is: it holds up only what else concerns its alarm."""
    ACKNOWLEDGED = "acknowledged"


def wait_after(tries: int) -> timedelta:
    """How long to wait after the last of so many failed tries."""
    return timedelta(seconds=WAITS_SECONDS[min(max(tries, 1), len(WAITS_SECONDS)) - 1])
