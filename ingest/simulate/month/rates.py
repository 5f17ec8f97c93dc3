"""How often what happens in a month, and on what ground that is assumed. MONTH.md tells the same in prose."""

from dataclasses import asdict, dataclass
from typing import Any

from db.rules.device_kinds import AreaKind, DeviceKind
from ingest.simulate.troubles import Cause

MEALS, EVENINGS, BATHS = (6, 7, 11, 12, 17, 18, 19), (17, 18, 19, 20, 21, 22), (6, 7, 21, 22)
NIGHTS, WORK, ALWAYS = (22, 23, 0, 1, 2, 3), (8, 9, 10, 14, 15, 16), tuple(range(24))


@dataclass(frozen=True, slots=True)
class Rate:
    """Episodes of a cause per device of a kind in thirty days; `areas` empty: wherever it hangs."""

    cause: Cause
    device: DeviceKind
    a_month: float
    hours: tuple[int, ...]
    ground: str
    areas: tuple[AreaKind, ...] = ()


SMOKE, METER = DeviceKind.SMOKE_DETECTOR, DeviceKind.ELECTRICITY_METER
_LIVED_IN = (AreaKind.CORRIDOR, AreaKind.DORMITORY)
RATES: tuple[Rate, ...] = (
    Rate(
        *(Cause.COOKING, SMOKE, 0.03, MEALS),
        "CPSC 2010 (Lee, Pineda): 5 to 9 % of cooking events set off an alarm at 3 m, 1 % at 6 m; one cooking event"
        " near one detector in a hundred a day is assumed",
        _LIVED_IN,
    ),
    Rate(
        *(Cause.STEAM, SMOKE, 0.02, BATHS),
        "Dinaburg (SUPDET 2016): mist of showers may be 40 % of nuisance alarms; two thirds of cooking's rate assumed",
        (AreaKind.DORMITORY,),
    ),
    Rate(Cause.DUST, SMOKE, 0.0025, WORK, "assumed: one detector in 400 needs cleaning in a month"),
    Rate(Cause.INSECTS, SMOKE, 0.001, NIGHTS, "assumed: one in a thousand, in the warm half of the year"),
    Rate(Cause.FLAPPING, SMOKE, 0.0006, ALWAYS, "assumed: six in ten thousand, a contact or a wet head"),
    Rate(Cause.LOW_BATTERY, SMOKE, 0.01, ALWAYS, "assumed: a battery of eight years, changed six days after its word"),
    Rate(Cause.LOW_BATTERY, DeviceKind.GAS_DETECTOR, 0.01, ALWAYS, "as smoke detectors"),
    Rate(Cause.SELF_TEST_FAILED, SMOKE, 0.003, ALWAYS, "assumed: 3.6 % of detectors fail in a year"),
    Rate(
        *(Cause.TEST_BUTTON, SMOKE, 0.05, WORK),
        "GB 25201 asks for a monthly inspection; one detector in twenty is assumed to be pressed, half of them ring",
    ),
    Rate(Cause.OVERLOAD, METER, 0.02, EVENINGS, "assumed: one meter in fifty, at the evening's load"),
    Rate(Cause.LEAKAGE, METER, 0.005, ALWAYS, "assumed: one meter in two hundred, damp"),
    Rate(Cause.GAS, DeviceKind.GAS_DETECTOR, 0.01, MEALS, "assumed: one in a hundred, a tap left open"),
)
DAYS, FIRES = 30, 8
"""In a month. The programme knows of three in its first months: more here, so that "none missed" means something."""
DIES_RINGING, OUTAGES_A_VENUE, DOUBLED, SKEWED = 0.004, 0.05, 0.01, 0.003
OUTAGE_HOURS = (0.5, 6.0)
"""Shares of ringing episodes after which the device is never heard again, of venues with a link outage in a month (what
was said meanwhile comes at its end), of messages that come twice, of devices whose clock is eight hours behind."""


def stated() -> dict[str, Any]:
    """The parameters, as the figures carry them."""
    return {
        "rates": [
            {**asdict(row), "hours": list(row.hours), "areas": [area.value for area in row.areas]} for row in RATES
        ],
        "fires": FIRES,
        "dies_ringing": DIES_RINGING,
        "outages_a_venue": OUTAGES_A_VENUE,
        "outage_hours": list(OUTAGE_HOURS),
        "doubled": DOUBLED,
        "skewed": SKEWED,
    }
