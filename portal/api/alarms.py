"""Routes about alarms: the desk's list, one alarm with its life, and taking it on."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from db.commands import alarms as alarm_commands
from db.errors import NotAllowed
from db.queries import alarms as alarm_queries
from db.queries.alarms import AlarmDetail, AlarmFilters
from db.rules.alarm_kinds import AlarmKind, AlarmState
from db.rules.role_acts import ACT_ON_ALARMS
from portal import asking
from portal.api.asked import BIGGEST_INT, AlarmId, InRegion, Paging
from portal.api.models import Alarm, AlarmStep, AlarmWithSteps, Page, Refused

router = APIRouter(tags=["alarms"])

LevelNumber = Annotated[int, Field(ge=1, le=4)]


class Acknowledgement(BaseModel):
    note: str | None = Field(None, max_length=500, description="a word to those who read the alarm's life")


@router.get("/alarms")
def list_alarms(
    paging: Paging,
    region: InRegion,
    state: Annotated[list[AlarmState] | None, Query(description="may be repeated; all states by default")] = None,
    level: Annotated[
        list[LevelNumber] | None, Query(description="1 critical, 2 major, 3 minor, 4 notice; may be repeated")
    ] = None,
    kind: Annotated[list[AlarmKind] | None, Query(description="may be repeated")] = None,
    venue: Annotated[int | None, Query(ge=1, le=BIGGEST_INT)] = None,
) -> Page[Alarm]:
    """Alarms within your scope, the worst and newest first."""
    filters = AlarmFilters(tuple(state or ()), tuple(level or ()), tuple(kind or ()), region, venue)
    with asking.reading() as session:
        page = alarm_queries.desk(session, filters, limit=paging.limit, offset=paging.offset)
    rows = [Alarm.model_validate(row) for row in page.rows]
    return Page(total=page.total, limit=paging.limit, offset=paging.offset, rows=rows)


@router.get("/alarms/{alarm_id}")
def one_alarm(alarm_id: AlarmId) -> AlarmWithSteps:
    """One alarm with every step of its life, oldest first."""
    with asking.reading() as session:
        return _with_steps(alarm_queries.one(session, alarm_id))


@router.post("/alarms/{alarm_id}/acknowledge", responses={409: {"model": Refused, "description": "Taken on already"}})
def acknowledge(alarm_id: AlarmId, acknowledgement: Acknowledgement | None = None) -> AlarmWithSteps:
    """Take the alarm on, in your name."""
    asker = asking.current()
    if asker.role not in ACT_ON_ALARMS:
        raise NotAllowed("Your role may look, not act.")
    actor = alarm_commands.Actor(asker.person_id, asker.name, asker.address)
    with asking.reading() as session:
        alarm_commands.acknowledge(
            session, alarm_id, actor, datetime.now(UTC), acknowledgement.note if acknowledgement else None
        )
        return _with_steps(alarm_queries.one(session, alarm_id))


def _with_steps(alarm: AlarmDetail) -> AlarmWithSteps:
    steps = [AlarmStep.model_validate(step) for step in alarm.steps]
    return AlarmWithSteps(**asdict(alarm.row), device_code=alarm.device_code, steps=steps)
