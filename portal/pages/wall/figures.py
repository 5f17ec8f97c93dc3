"""Everything a wall shows, from one transaction."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from db.queries import alarms as alarm_queries
from db.queries import coverage, devices
from db.queries.alarms import AlarmCard, AlarmSummary, HourCount
from db.queries.coverage import CoverageRow, MilestoneRow
from db.queries.devices import Health
from db.queries.regions import RegionRow
from portal import asking, regions
from portal.remembered import Remembered
from portal.words import HERE


@dataclass(frozen=True, slots=True)
class History:
    """What changes by the day, and the devices' health."""

    rows: tuple[CoverageRow, ...]
    milestones: tuple[MilestoneRow, ...]
    health: Health
    doubtful: int


@dataclass(frozen=True, slots=True)
class WallFigures:
    """The record as the wall's reader may see it, at one moment."""

    now: datetime
    today: date
    home: RegionRow
    history: History
    alarms: tuple[AlarmCard, ...]
    summary: AlarmSummary
    hours: tuple[HourCount, ...]

    def row(self, adcode: int, category: str = "all") -> CoverageRow | None:
        return next((r for r in self.history.rows if r.adcode == adcode and r.category == category), None)


_history = Remembered(30)


def read(now: datetime) -> WallFigures:
    """Alarms as they are now; access, duty and the devices' health as of the last half minute."""
    asker = asking.current()
    home = regions.tree().one(asker.home)
    today = now.astimezone(HERE).date()
    history = _history.get((asker.scope, home.adcode, today), lambda: _read_history(now, today, home.adcode))
    with asking.reading() as session:
        return WallFigures(
            now=now,
            today=today,
            home=home,
            history=history,
            alarms=tuple(alarm_queries.open_alarms(session, limit=500)),
            summary=alarm_queries.summary(session, now),
            hours=tuple(alarm_queries.by_hour(session, now - timedelta(hours=23), now)),
        )


def _read_history(now: datetime, today: date, home: int) -> History:
    with asking.reading() as session:
        return History(
            rows=tuple(coverage.ranking(session, today, levels=("province", "city", "county"))),
            milestones=tuple(coverage.milestones(session, today, home)),
            health=devices.health(session, now),
            doubtful=coverage.doubtful_count(session, today, home),
        )
