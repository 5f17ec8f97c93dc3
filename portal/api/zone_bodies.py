"""Bodies of what a camera watches, and the way between them and the rules' values."""

from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from db.queries.camera_zones import RuleOnRecord, Watched
from db.rules.camera_rules import Mode, VisionRule
from db.rules.timetables import Hours, Period
from db.rules.zone_checks import DrawnRule, DrawnZone
from portal.api.asked import BIGGEST_ID, BIGGEST_INT

Number = Annotated[int, Field(ge=1, le=BIGGEST_INT)]


class RuleBody(BaseModel):
    """One rule as it is wanted."""

    id: Number | None = None
    rule: VisionRule
    mode: Mode
    periods: list[Period] = Field(default_factory=list, max_length=8, description="none: at any time")
    threshold: float | None = Field(None, description="null: as it stands, or the rule's own")
    params: dict[str, Any] = Field(default_factory=dict)
    registers: bool = Field(False, description="take how the equipment looks from this picture anew")

    def drawn(self) -> DrawnRule:
        return DrawnRule(
            *(self.rule, self.mode, self.id, frozenset(self.periods), self.threshold, self.params, self.registers)
        )


class ZoneBody(BaseModel):
    """One zone as it is wanted, with its rules."""

    id: Number | None = None
    name: str = Field(max_length=200)
    corners: list[list[float]] = Field(max_length=400, description="from 0 to 1 of the picture")
    rules: list[RuleBody] = Field(default_factory=list, max_length=40)

    def drawn(self) -> DrawnZone:
        return DrawnZone(self.name, self.corners, tuple(rule.drawn() for rule in self.rules), self.id)


class DrawnZones(BaseModel):
    """Everything that one camera is to watch, begun from the edition `revision`."""

    revision: int = Field(ge=0, le=BIGGEST_INT)
    frame: int | None = Field(None, ge=1, le=BIGGEST_ID, description="the picture that was drawn upon")
    zones: list[ZoneBody] = Field(max_length=60)
    whole: list[RuleBody] = Field(default_factory=list, max_length=60, description="rules of the whole picture")


class HoursBody(BaseModel):
    """One row of a timetable."""

    model_config = ConfigDict(from_attributes=True)

    period: Period
    weekdays: list[int] = Field(max_length=7, description="Monday is 1")
    since: time
    until: time = Field(description="at or before `since`: on the next day")
    first_on: date | None = None
    last_on: date | None = None

    def hours(self) -> Hours:
        since, until = (each.replace(second=0, microsecond=0, tzinfo=None) for each in (self.since, self.until))
        return Hours(self.period, frozenset(self.weekdays), since, until, self.first_on, self.last_on)


class NewTimetable(BaseModel):
    """A venue's hours as they are wanted, and those that somebody began from."""

    before: list[HoursBody] = Field(max_length=200)
    after: list[HoursBody] = Field(max_length=200)


class Recorded(BaseModel):
    """The number of the edition."""

    revision: int


class Ground(BaseModel):
    """A picture to draw upon."""

    frame: int
    picture: str
    taken_at: datetime
    is_now: bool = Field(description="false: the camera gives no picture now; this is its newest on record")


def rule_told(rule: RuleOnRecord) -> dict[str, Any]:
    return {
        "id": rule.id,
        "rule": rule.rule.value,
        "mode": rule.mode.value,
        "periods": sorted(period.value for period in rule.periods),
        "threshold": rule.threshold,
        "params": rule.params,
        "has_look": rule.has_look,
        "muted_at": rule.muted_at.isoformat() if rule.muted_at else None,
        "judged": rule.judged,
    }


def hours_told(hours: Hours) -> dict[str, Any]:
    return {
        "period": hours.period.value,
        "weekdays": sorted(hours.weekdays),
        "since": f"{hours.since:%H:%M}",
        "until": f"{hours.until:%H:%M}",
        "first_on": hours.first_on.isoformat() if hours.first_on else None,
        "last_on": hours.last_on.isoformat() if hours.last_on else None,
    }


def told(watched: Watched) -> dict[str, Any]:
    """As the editor takes it."""
    return {
        "revision": watched.revision,
        "changed_at": watched.changed_at.isoformat() if watched.changed_at else None,
        "changed_by": watched.changed_by_name,
        "zones": [
            {
                "id": zone.id,
                "name": zone.name,
                "corners": [list(corner) for corner in zone.corners],
                "rules": [rule_told(rule) for rule in zone.rules],
            }
            for zone in watched.zones
        ],
        "whole": [rule_told(rule) for rule in watched.whole],
        "timetable": [hours_told(hours) for hours in watched.timetable],
    }
