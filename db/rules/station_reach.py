"""How far a fire engine comes in a stated time, where only the straight line is known."""

from enum import StrEnum

MINUTES = 5.0
"""From leaving the station to arriving, as stations are planned by (建标 152-2017)."""
SPEED_KMH = 40.0
DETOUR = 1.3
"""Roads are longer than the straight line by about so much."""


class StationKind(StrEnum):
    PROFESSIONAL = "professional"
    GOVERNMENT = "government"
    ENTERPRISE = "enterprise"
    VOLUNTEER = "volunteer"
    MICRO = "micro"


ENGINES = (StationKind.PROFESSIONAL, StationKind.GOVERNMENT, StationKind.ENTERPRISE)
"""Stations that send an engine: volunteers and micro stations are shown, not counted upon."""


def straight_reach_m(minutes: float = MINUTES, speed_kmh: float = SPEED_KMH, detour: float = DETOUR) -> float:
    """Metres of straight line that the time is enough for."""
    return speed_kmh * 1000 / 60 * minutes / detour
