"""Everything that the side panel shows of one alarm, read in one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.frame_source import Frame, FrameSource
from db.queries import alarm_evidence, alarm_natures, ladders, letters, silences, venues
from db.queries import alarms as alarm_queries
from db.queries.alarm_evidence import Contact, Earlier, Ending, NearCamera, Series, Told
from db.queries.alarm_natures import Judged
from db.queries.alarms import AlarmDetail
from db.queries.camera_frames import RecordedFrames
from db.queries.ladders import NextStep as Rung
from db.queries.letters import LetterRow
from db.queries.next_steps import NextStep, next_steps
from db.queries.silences import Registered
from db.queries.venues import VenueDetail
from db.queries.who_acts import Acting, who_acts
from db.rules.alarm_kinds import AlarmKind, AlarmState, Verdict
from db.rules.alarm_lifecycle import Standing
from db.rules.remote_silence import Known

FRAMES: FrameSource = RecordedFrames()


@dataclass(frozen=True, slots=True)
class Case:
    """One alarm with its evidence, as of `now`."""

    now: datetime
    alarm: AlarmDetail
    venue: VenueDetail
    judged: Judged | None
    series: tuple[Series, ...]
    cameras: tuple[NearCamera, ...]
    frames: dict[int, Frame]
    earlier: tuple[Earlier, ...]
    similar: tuple[Ending, ...]
    told: tuple[Told, ...]
    next: tuple[NextStep, ...]
    ladder: tuple[Rung, ...]
    letters: tuple[LetterRow, ...]
    people: tuple[Acting, ...]
    units: tuple[Contact, ...]
    registered: tuple[Registered, ...]
    silence: Known

    @property
    def standing(self) -> Standing:
        row = self.alarm.row
        verdict = Verdict(row.verdict) if row.verdict else None
        return Standing(AlarmState(row.state), AlarmKind(row.kind), verdict, row.owner_id)


def read(session: Session, alarm_id: int, now: datetime) -> Case:
    """The case; `NotFound` outside the reader's scope."""
    alarm = alarm_queries.one(session, alarm_id)
    venue = venues.detail(session, alarm.row.venue_id)
    cameras = alarm_evidence.cameras(session, alarm_id)
    return Case(
        now,
        alarm,
        venue,
        alarm_natures.judged(session, alarm_id),
        tuple(alarm_evidence.series(session, alarm_id)),
        tuple(cameras),
        FRAMES.near(session, [camera.id for camera in cameras], alarm.row.raised_at),
        tuple(alarm_evidence.earlier(session, alarm_id)),
        tuple(alarm_evidence.similar(session, alarm_id)),
        tuple(alarm_evidence.told(session, alarm_id)),
        tuple(next_steps(alarm, now)),
        tuple(ladders.next_steps(session, alarm_id, now)),
        tuple(letters.of_alarm(session, alarm_id)),
        tuple(who_acts(session, venue.id, now)),
        tuple(alarm_evidence.units(session, venue.id, now)),
        tuple(silences.registered(session, alarm_id)),
        silences.known(session, alarm_id, FRAMES),
    )
