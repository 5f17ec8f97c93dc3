"""Why an alarm was false: what statistics count, and what somebody can put right."""

from enum import StrEnum


class Cause(StrEnum):
    COOKING = "cooking"
    STEAM = "steam"
    DUST = "dust"
    INSECTS = "insects"
    DEVICE_FAULT = "device_fault"
    TEST_BUTTON = "test_button"
    CONSTRUCTION = "construction"
    OTHER = "other"
    """Says nothing by itself: needs words."""
