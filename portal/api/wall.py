"""What a wall asks for while a critical alarm has it: pictures, readings, who has been told, who has taken it on."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from db.queries import alarm_evidence, walls
from db.queries import alarms as alarm_queries
from db.queries.alarm_evidence import AROUND, Series
from db.queries.alarms import AlarmDetail
from db.queries.walls import PartyTold
from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from portal import alarm_words, asking, ladder_words, words
from portal.api.asked import BIGGEST_ID
from portal.figures.around import Line, around
from portal.locale import _
from portal.pages.alarms import facts

MOST_LINES = 3
SEEN_POINTS = 3
STEPS = 4

router = APIRouter(tags=["alarms"])


class WallCamera(BaseModel):
    """A camera near by; without a picture the wall says so."""

    code: str
    area: str
    picture: str | None = Field(description="address of the picture nearest to the alarm")
    taken_at: datetime | None


class WallTold(BaseModel):
    who: str
    people: int
    arrived: int = Field(description="how many a message has reached, by its receipt")
    at: datetime


class WallStep(BaseModel):
    at: datetime
    says: str


class WallAlarm(BaseModel):
    """One alarm as a display in a public hall shows it: offices, nobody's name or number."""

    id: int
    readings: str = Field(description="a drawing as a data address; empty where nothing was read")
    cameras: list[WallCamera]
    told: list[WallTold]
    steps: list[WallStep]


@router.get("/wall/alarms/{alarm_id}")
def wall_alarm(alarm_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]) -> WallAlarm:
    """The evidence of one alarm, for a wall."""
    now = datetime.now(UTC)
    with asking.reading() as session:
        alarm = alarm_queries.one(session, alarm_id)
        return WallAlarm(
            id=alarm_id,
            readings=_readings(alarm, alarm_evidence.series(session, alarm_id)),
            cameras=_cameras(session, alarm),
            told=[_told(row) for row in walls.told(session, alarm_id, now.astimezone(words.HERE).date())],
            steps=[
                WallStep(at=step.at, says=_step(step.step, step.role))
                for step in alarm.steps[-STEPS:]
                if step.step != "joined"
            ],
        )


def _readings(alarm: AlarmDetail, series: list[Series]) -> str:
    """A drawing, where there is enough to see a course."""
    if all(len(each.points) < SEEN_POINTS for each in series):
        return ""
    lines = [
        Line(
            f"{words.signal(each.signal)} {BY_SIGNAL[SignalKind(each.signal)].unit}",
            each.is_own,
            tuple(point.at for point in each.points),
            tuple(point.value for point in each.points),
            each.signal,
        )
        for each in series[:MOST_LINES]
    ]
    return around(lines, alarm.row.raised_at, AROUND)


def _cameras(session: Session, alarm: AlarmDetail) -> list[WallCamera]:
    near = alarm_evidence.cameras(session, alarm.row.id)
    frames = facts.FRAMES.near(session, [camera.id for camera in near], alarm.row.raised_at)
    return [
        WallCamera(
            code=camera.code,
            area=_("same area") if camera.is_same_area else (camera.area_name or _("No area")),
            picture=frames[camera.id].masked if camera.id in frames else None,
            taken_at=frames[camera.id].taken_at if camera.id in frames else None,
        )
        for camera in near
    ]


def _told(row: PartyTold) -> WallTold:
    who = ladder_words.party(row.who) if row.who else _("Others")
    return WallTold(who=who, people=row.people, arrived=row.arrived, at=row.told_at)


def _step(step: str, role: str | None) -> str:
    return f"{alarm_words.step(step)} · {words.role(role)}" if role else alarm_words.step(step)
