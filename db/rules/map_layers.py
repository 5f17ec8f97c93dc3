"""What the map can be coloured by."""

from enum import StrEnum


class Layer(StrEnum):
    """A measure of areas and of the venues in them."""

    ACCESS = "access"
    DUTY = "duty"
    VERIFIED = "verified"
    PROVEN = "proven"
    ALARMS = "alarms"
    HAZARDS = "hazards"
    HANDLING = "handling"


FROM_HISTORY = frozenset({Layer.ACCESS, Layer.DUTY})
"""Layers whose venues change by the day: what was drawn of them holds until the history is written to."""

LESS_IS_BETTER = frozenset({Layer.ALARMS, Layer.HAZARDS, Layer.HANDLING})

HANDLING_DAYS = 30
"""Handling time is that of the alarms raised within so many days up to the asked one."""
