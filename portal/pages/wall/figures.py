"""Everything a wall shows, from one transaction."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from db.queries.alarms import AlarmCard, AlarmSummary, HourCount
from db.queries.coverage import CoverageRow, MilestoneRow

from db.queries import alarms as alarm_queries
from db.queries import coverage, devices
from db.queries.devices import Health
from db.queries.regions import RegionRow
from portal import asking, regions
from portal.words import HERE


@dataclass(frozen=True, slots=True)
class WallFigures:
    """The record as the wall's reader may see it, at one moment."""

    now: datetime
    today: date
    home: RegionRow
    rows: tuple[CoverageRow, ...]
    milestones: tuple[MilestoneRow, ...]
    alarms: tuple[AlarmCard, ...]
    summary: AlarmSummary
    hours: tuple[HourCount, ...]
    health: Health
    doubtful: int

    def row(self, adcode: int, category: str = "all") -> CoverageRow | None:
        return next((r for r in self.rows if r.adcode == adcode and r.category == category), None)


def read(now: datetime) -> WallFigures:
    home = regions.tree().one(asking.current().home)
    today = now.astimezone(HERE).date()
    with asking.reading() as session:
        return WallFigures(
            now=now,
            today=today,
            home=home,
            rows=tuple(coverage.ranking(session, today, levels=("province", "city", "county"))),
            milestones=tuple(coverage.milestones(session, today, home.adcode)),
            alarms=tuple(alarm_queries.open_alarms(session, limit=500)),
            summary=alarm_queries.summary(session, now),
            hours=tuple(alarm_queries.by_hour(session, now - timedelta(hours=23), now)),
            health=devices.health(session, now),
            doubtful=coverage.doubtful_count(session, today, home.adcode),
        )
