"""Everything a wall shows, from one transaction."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from db.frame_source import Frame
from db.queries import alarms as alarm_queries
from db.queries import coverage, deadlines, devices, duty_coverage, feeds, outbox, wall_playlists, walls
from db.queries.alarms import AlarmCard, AlarmSummary, HourCount
from db.queries.coverage import CoverageRow, MilestoneRow
from db.queries.deadlines import HopFigures, Span
from db.queries.devices import Health
from db.queries.duty_coverage import DutyFigures, DutyOf
from db.queries.feeds import FeedRow
from db.queries.outbox import OutboxFigures
from db.queries.regions import RegionRow
from db.queries.wall_playlists import Playlist
from db.queries.walls import HazardFigures, SpotCamera
from portal import asking, regions
from portal.pages.alarms import facts
from portal.remembered import Remembered
from portal.words import HERE

MOST_OF_AN_HOUR = 200
LOOKED_AT = 12
"""Open alarms whose cameras the mosaic may show."""
PICTURES = 4
FIRE_WITHIN = timedelta(seconds=3)
"""GB 50440: a confirmed fire is with the city's platform."""


@dataclass(frozen=True, slots=True)
class History:
    """What changes by the day or by the minute, and the devices' health."""

    at: datetime
    rows: tuple[CoverageRow, ...]
    milestones: tuple[MilestoneRow, ...]
    health: Health
    duty: DutyFigures
    """Of the last 24 hours."""
    doubtful: int
    hazards: HazardFigures
    hops: tuple[HopFigures, ...]
    fires: OutboxFigures


@dataclass(frozen=True, slots=True)
class SpotPicture:
    """A camera's picture and where it was taken."""

    camera: SpotCamera
    frame: Frame


@dataclass(frozen=True, slots=True)
class WallFigures:
    """The record as the wall's reader may see it, at one moment."""

    now: datetime
    today: date
    home: RegionRow
    playlist: Playlist
    history: History
    alarms: tuple[AlarmCard, ...]
    summary: AlarmSummary
    hours: tuple[HourCount, ...]
    last_hour: tuple[AlarmCard, ...]
    pictures: tuple[SpotPicture, ...]
    feeds: tuple[FeedRow, ...]

    def row(self, adcode: int, category: str = "all") -> CoverageRow | None:
        return next((r for r in self.history.rows if r.adcode == adcode and r.category == category), None)


# A wall shows it until its next beat 20 s later, and calls it old after 90 s (wall.js).
_history = Remembered(30, at_most=70)


def read(now: datetime) -> WallFigures:
    """Alarms as they are now; access, duty, hazards and the devices' health 70 s old at most."""
    asker = asking.current()
    home = regions.tree().one(asker.home)
    today = now.astimezone(HERE).date()
    history = _history.get((asker.scope, home.adcode, today), lambda: _read_history(now, today, home.adcode))
    with asking.reading() as session:
        alarms = tuple(alarm_queries.open_alarms(session, limit=500))
        return WallFigures(
            now=now,
            today=today,
            home=home,
            playlist=wall_playlists.of_region(session, home.adcode),
            history=history,
            alarms=alarms,
            summary=alarm_queries.summary(session, now),
            hours=tuple(alarm_queries.by_hour(session, now - timedelta(hours=23), now)),
            last_hour=tuple(alarm_queries.raised_since(session, now - timedelta(hours=1), MOST_OF_AN_HOUR)),
            pictures=_pictures(session, alarms, now),
            feeds=tuple(feeds.all_feeds(session)),
        )


def _read_history(now: datetime, today: date, home: int) -> History:
    midnight = now.astimezone(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
    with asking.reading() as session:
        return History(
            at=now,
            rows=tuple(coverage.ranking(session, today, levels=("province", "city", "county"))),
            milestones=tuple(coverage.milestones(session, today, home)),
            health=devices.health(session, now),
            duty=duty_coverage.figures(session, DutyOf(region=home), now - timedelta(hours=24), now, now),
            doubtful=coverage.doubtful_count(session, today, home),
            hazards=walls.hazard_figures(session, midnight.replace(day=1), now),
            hops=tuple(deadlines.figures(session, Span(midnight, now), now)),
            fires=outbox.figures(session, now, FIRE_WITHIN),
        )


def _pictures(session: Session, alarms: tuple[AlarmCard, ...], now: datetime) -> tuple[SpotPicture, ...]:
    """The newest pictures from where alarms are open, the worst first."""
    venues = list(dict.fromkeys(alarm.venue_id for alarm in alarms))[:LOOKED_AT]
    cameras = walls.cameras_at(session, venues) if venues else []
    frames = facts.FRAMES.near(session, [camera.id for camera in cameras], now)
    seen = [SpotPicture(camera, frames[camera.id]) for camera in cameras if camera.id in frames]
    return tuple(seen[:PICTURES])
