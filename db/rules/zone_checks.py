"""What somebody drew and set for one camera, before it is taken: every zone, every rule in it, every hour."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from db.errors import InvalidInput
from db.rules.camera_rules import BY_RULE, Mode, VisionRule, checked_polygon, checked_threshold, params_of
from db.rules.timetables import Hours, Period

MOST_ZONES = 20
MOST_RULES = 40
LONGEST_NAME = 40
MOST_HOURS = 40


class FaultyZones(InvalidInput):
    """What is wrong and where: `zone` None is the whole picture, `rule` None the zone itself."""

    def __init__(self, why: InvalidInput, zone: int | None = None, rule: int | None = None) -> None:
        super().__init__(why.message, **why.facts)
        self.zone, self.rule = zone, rule


@dataclass(frozen=True, slots=True)
class DrawnRule:
    """A rule as it is wanted; `threshold` None leaves it where it stands, `registers` takes the look anew."""

    rule: VisionRule
    mode: Mode
    id: int | None = None
    periods: frozenset[Period] = frozenset()
    threshold: float | None = None
    params: dict[str, Any] = field(default_factory=dict)
    registers: bool = False


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """A zone as it is wanted, with its rules; `id` None: a new one."""

    name: str
    corners: Sequence[Sequence[float]]
    rules: tuple[DrawnRule, ...] = ()
    id: int | None = None


def check(zones: Sequence[DrawnZone], whole: Sequence[DrawnRule]) -> None:
    """`FaultyZones` for the first thing that cannot be taken."""
    if len(zones) > MOST_ZONES or len(whole) + sum(len(zone.rules) for zone in zones) > MOST_RULES:
        raise FaultyZones(InvalidInput("One camera has {zones} zones and {rules} rules at most.", **_MOST))
    names: set[str] = set()
    for number, zone in enumerate(zones):
        _check_zone(zone, number, names)
        for place, rule in enumerate(zone.rules):
            _check_rule(rule, number, place, [other.rule for other in zone.rules[:place]])
    for place, rule in enumerate(whole):
        if BY_RULE[rule.rule].needs_zone:
            raise FaultyZones(InvalidInput("This rule needs a zone."), None, place)
        _check_rule(rule, None, place, [other.rule for other in whole[:place]])


_MOST = {"zones": MOST_ZONES, "rules": MOST_RULES}


def _check_zone(zone: DrawnZone, number: int, names: set[str]) -> None:
    name = zone.name.strip()
    try:
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise InvalidInput("A zone has a name of 1 to {n} characters.", n=LONGEST_NAME)
        if name in names:
            raise InvalidInput("Two zones are called {name}.", name=name)
        checked_polygon(zone.corners)
    except InvalidInput as why:
        raise FaultyZones(why, number) from why
    names.add(name)


def _check_rule(rule: DrawnRule, zone: int | None, place: int, before: list[VisionRule]) -> None:
    try:
        if rule.rule in before:
            raise InvalidInput("The same rule stands twice in one zone.")
        params_of(rule.rule, rule.params)
        if rule.threshold is not None:
            checked_threshold(rule.rule, rule.threshold)
    except InvalidInput as why:
        raise FaultyZones(why, zone, place) from why


def check_hours(timetable: Sequence[Hours]) -> None:
    """`InvalidInput` for the first row that says nothing."""
    if len(timetable) > MOST_HOURS:
        raise InvalidInput("A timetable has {n} rows at most.", n=MOST_HOURS)
    for hours in timetable:
        if hours.period is Period.OUTSIDE_TEACHING:
            raise InvalidInput("What lies outside teaching follows from the rest.")
        if not hours.weekdays or not hours.weekdays <= frozenset(range(1, 8)):
            raise InvalidInput("Choose at least one day of the week.")
        if hours.first_on is not None and hours.last_on is not None and hours.last_on < hours.first_on:
            raise InvalidInput("The last day lies before the first.")
