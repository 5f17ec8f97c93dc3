"""What the record takes an alarm for, and why: the words in which folding, doubt and correlation speak."""

from enum import StrEnum


class Nature(StrEnum):
    """What an alarm is taken for until a person has looked; it only ever moves down this list."""

    SUSPECTED_TEST = "suspected_test"
    """The device itself said just before that it is being tested."""
    SUSPECTED_FAULT = "suspected_fault"
    """The device misbehaves, by its own record."""
    REPORTED = "reported"
    """As the device says: one witness, nothing on record against it."""
    CORROBORATED = "corroborated"
    """More than one witness, or one that does not let go."""


RANK = {nature: rank for rank, nature in enumerate(Nature)}
TOLD_APART = frozenset({Nature.SUSPECTED_TEST, Nature.SUSPECTED_FAULT})


class Because(StrEnum):
    """Why: what raised an alarm, what told it apart, and what people should know when they look."""

    SECOND_DEVICE = "second_device"
    HEAT = "heat"
    RISING_HEAT = "rising_heat"
    POWER = "power"
    GAS = "gas"
    FIRE = "fire"
    CAMERA = "camera"
    CALL_POINT = "call_point"
    PANEL = "panel"
    PERSISTS = "persists"
    RISES = "rises"

    FLAPPING = "flapping"
    TESTED = "tested"
    FAULT_BESIDE = "fault_beside"

    LOW_BATTERY = "low_battery"
    OPEN_FAULT = "open_fault"
    NEAR_LIMIT = "near_limit"
    OFTEN_FALSE = "often_false"
    SAME_HOUR = "same_hour"
    KITCHEN = "kitchen"


AGAINST = frozenset({Because.FLAPPING, Because.TESTED, Because.FAULT_BESIDE})
"""These told the alarm apart."""
HINTS = frozenset(
    {
        *(Because.LOW_BATTERY, Because.OPEN_FAULT, Because.NEAR_LIMIT),
        *(Because.OFTEN_FALSE, Because.SAME_HOUR, Because.KITCHEN),
    }
)
"""These are told to whoever looks and lower nothing: a fire may break out under a detector that cries wolf."""
