"""The measures that the programme is ranked by: what each counts, out of what, without whom, and from where.

The words are English source words for the catalogue of translations; a changed definition gets the next version.
"""

from dataclasses import dataclass
from enum import StrEnum


class MeasureKey(StrEnum):
    """In the order in which they are offered."""

    ACCESS = "access"
    PROVEN_ONLINE = "proven_online"
    DECLARED_DUTY = "declared_duty"
    VERIFIED_DUTY = "verified_duty"
    ALARMS_ON_TIME = "alarms_on_time"
    ALARMS_OVERDUE = "alarms_overdue"
    ALARMS_UNHANDLED = "alarms_unhandled"
    HAZARDS_CLOSED = "hazards_closed"
    MILESTONE = "milestone"


class Counted(StrEnum):
    """What one unit of a measure is."""

    VENUES = "venues"
    ALARMS = "alarms"
    HAZARDS = "hazards"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure's definition, as it is shown beside every figure."""

    key: MeasureKey
    version: int
    name: str
    numerator: str
    denominator: str
    exclusions: str
    source: str
    counted: Counted = Counted.VENUES
    is_better_high: bool = True
    """False where the lower rate is the better one."""


ALARM_WINDOW_DAYS = 30
"""Alarms count from the day on which they came onto the record, for so many days."""
CLOSED_WITHIN_HOURS = 24
HAZARD_WINDOW_DAYS = 90
PROVEN_SHARE_PCT = 50
EVIDENCE_DAYS = 7

_EXCUSED = "Venues excused from the measure on the day."
_TESTS = "Alarms raised in a drill or maintenance window or judged a test or drill; those of excused venues."

MEASURES: tuple[Measure, ...] = (
    Measure(
        MeasureKey.ACCESS,
        1,
        "Access rate",
        "Venues connected to the platform on the day.",
        "Venues in the programme's scope on the day.",
        _EXCUSED,
        "Stretches of access of each venue.",
    ),
    Measure(
        MeasureKey.PROVEN_ONLINE,
        1,
        "Proven online rate",
        "Accessed venues where at least half of the devices in use, cameras left aside, ended the day proven by fresh"
        " evidence of the right kind.",
        "Venues in the programme's scope on the day.",
        _EXCUSED,
        "States of devices, settled for each day.",
    ),
    Measure(
        MeasureKey.DECLARED_DUTY,
        1,
        "Duty coverage",
        "Venues with 24-hour third-party duty declared on the day.",
        "Venues in the programme's scope on the day.",
        _EXCUSED,
        "Stretches of declared duty of each venue.",
    ),
    Measure(
        MeasureKey.VERIFIED_DUTY,
        1,
        "Verified duty",
        "Venues with declared duty whose last evidence of the seven days up to the day is a duty check answered, or an"
        " alarm acknowledged, in time, and no check left unanswered since.",
        "Venues in the programme's scope on the day.",
        _EXCUSED,
        "Duty checks and alarms, settled for each day.",
    ),
    Measure(
        MeasureKey.ALARMS_ON_TIME,
        1,
        "Alarms handled on time",
        "Alarms acknowledged within the limit of their level (3, 5, 15, 30 minutes) and closed within 24 hours.",
        "Alarms recorded in the 30 days up to the day.",
        _TESTS,
        "Alarms, settled for each day.",
        Counted.ALARMS,
    ),
    Measure(
        MeasureKey.ALARMS_OVERDUE,
        1,
        "Alarms handled late",
        "Alarms closed by the end of the day that were acknowledged or closed after their limits.",
        "Alarms recorded in the 30 days up to the day.",
        _TESTS,
        "Alarms, settled for each day.",
        Counted.ALARMS,
        is_better_high=False,
    ),
    Measure(
        MeasureKey.ALARMS_UNHANDLED,
        1,
        "Alarms unhandled",
        "Alarms not closed by the end of the day.",
        "Alarms recorded in the 30 days up to the day.",
        _TESTS,
        "Alarms, settled for each day.",
        Counted.ALARMS,
        is_better_high=False,
    ),
    Measure(
        MeasureKey.HAZARDS_CLOSED,
        1,
        "Hazards closed",
        "Hazards closed, with counter-evidence, by the end of the day.",
        "Hazards found in the 90 days up to the day.",
        "Hazards of venues excused from the measure on the day.",
        "Hazards, settled for each day.",
        Counted.HAZARDS,
    ),
    Measure(
        MeasureKey.MILESTONE,
        1,
        "Milestone reached",
        "Venues connected by the day that the programme set for their category, or by the as-of day where that is"
        " earlier.",
        "Venues in the programme's scope on that day.",
        _EXCUSED,
        "Stretches of access of each venue; milestones of the categories.",
    ),
)
BY_KEY = {measure.key: measure for measure in MEASURES}
