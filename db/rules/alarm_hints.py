"""What people should know of a device when they look at its alarm. A hint lowers nothing."""

from dataclasses import dataclass
from datetime import timedelta

from db.rules.alarm_natures import Because
from db.rules.device_kinds import AreaKind

LOW_BATTERY_PCT = 10
FALSE_WITHIN = timedelta(days=30)
FALSE_TIMES = 3
SAME_HOUR_DAYS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """A device's standing on record."""

    area_kind: AreaKind | None = None
    battery_pct: int | None = None
    has_open_fault: bool = False
    false_alarms: int = 0
    """That people judged false or a test within `FALSE_WITHIN`."""
    false_days: int = 0
    """Days of these on which it rang within an hour of this time of day."""


def hints(known: Known) -> frozenset[Because]:
    """All that apply."""
    found = {
        Because.KITCHEN: known.area_kind is AreaKind.KITCHEN,
        Because.LOW_BATTERY: known.battery_pct is not None and known.battery_pct <= LOW_BATTERY_PCT,
        Because.OPEN_FAULT: known.has_open_fault,
        Because.OFTEN_FALSE: known.false_alarms >= FALSE_TIMES,
        Because.SAME_HOUR: known.false_days >= SAME_HOUR_DAYS,
    }
    return frozenset(because for because, applies in found.items() if applies)
