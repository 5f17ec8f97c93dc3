"""Routes about alarms: the desk's list, one alarm with its life, and every act upon it."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from db.commands import alarm_bulk, alarms, silences
from db.commands.actor import Actor
from db.commands.silences import Ground
from db.queries import alarm_desk
from db.queries import alarms as alarm_queries
from db.queries.alarm_desk import SORTS, AlarmFilters, Mine, Sort
from db.queries.alarms import AlarmDetail
from db.queries.camera_frames import RecordedFrames
from db.queries.who_acts import who_acts
from db.rules.alarm_kinds import AlarmKind, AlarmState, Verdict
from db.rules.alarm_lifecycle import Act, Asked
from db.rules.role_acts import TOLD_AT_ONCE
from portal import asking
from portal.api import alarm_bodies as bodies
from portal.api.asked import BIGGEST_INT, AlarmId, InRegion, Paging
from portal.api.models import Alarm, AlarmStep, AlarmWithSteps, Page, Refused
from portal.refusals import in_words

router = APIRouter(tags=["alarms"])

LevelNumber = Annotated[int, Field(ge=1, le=4)]
MEANWHILE: dict[int | str, dict[str, Any]] = {
    409: {"model": Refused, "description": "Somebody was first, or the step does not fit; says who and when"}
}


class AlarmQuery(BaseModel):
    """What a list of alarms holds; every part may be left out, lists may be repeated."""

    state: list[AlarmState] = []
    level: list[LevelNumber] = Field([], description="1 critical, 2 major, 3 minor, 4 notice")
    kind: list[AlarmKind] = []
    verdict: list[Verdict] = []
    venue: int | None = Field(None, ge=1, le=BIGGEST_INT)
    q: str | None = Field(None, max_length=60, description="part of the venue's name, or its pinyin initials")
    mine: bool = Field(False, description="in your hands, or waiting for you")
    overdue: bool = Field(False, description="open after its owner's promise has passed")
    in_window: bool | None = Field(None, description="raised in a drill or maintenance window")
    sort: str | None = Field(None, pattern=f"^-?({'|'.join(SORTS)})$", description="a minus turns it round")


@router.get("/alarms")
def list_alarms(paging: Paging, region: InRegion, asked: Annotated[AlarmQuery, Query()]) -> Page[Alarm]:
    """Alarms within your scope: open ones the worst first, lists with closed ones the newest first."""
    asker = asking.current()
    filters = AlarmFilters(
        tuple(asked.state),
        tuple(asked.level),
        tuple(asked.kind),
        region,
        asked.venue,
        tuple(asked.verdict),
        asked.q,
        Mine(asker.person_id, asker.role in TOLD_AT_ONCE) if asked.mine else None,
        datetime.now(UTC) if asked.overdue else None,
        asked.in_window,
    )
    sort = Sort(asked.sort.lstrip("-"), asked.sort.startswith("-")) if asked.sort else None
    with asking.reading() as session:
        page = alarm_desk.desk(session, filters, limit=paging.limit, offset=paging.offset, sort=sort)
    rows = [Alarm.model_validate(row) for row in page.rows]
    return Page(total=page.total, limit=paging.limit, offset=paging.offset, rows=rows)


@router.post("/alarms/acts", responses=MEANWHILE)
def act_on_many(many: bodies.ManyActs) -> bodies.Outcomes:
    """One act upon many alarms: each for itself, or all or none. Every alarm has its own outcome."""
    verdict = Verdict(many.verdict) if many.verdict else None
    asked = Asked(Act(many.act), verdict=verdict, cause=many.cause, words=many.note, promised_for=many.promised_for)
    with asking.reading() as session:
        report = alarm_bulk.act_on_many(
            session,
            many.alarms,
            [asked],
            asking.actor(),
            datetime.now(UTC),
            person_id=many.person,
            all_or_none=many.all_or_none,
        )
    outcomes = [
        bodies.Outcome(
            alarm=each.alarm_id,
            done=report.is_done and each.refusal is None,
            refusal=in_words(each.refusal) if each.refusal else None,
        )
        for each in report.outcomes
    ]
    return bodies.Outcomes(done=report.done, outcomes=outcomes)


@router.get("/alarms/{alarm_id}")
def one_alarm(alarm_id: AlarmId) -> AlarmWithSteps:
    """One alarm with every step of its life, oldest first."""
    with asking.reading() as session:
        return _with_steps(alarm_queries.one(session, alarm_id))


@router.get("/alarms/{alarm_id}/people")
def who_may_take_it(alarm_id: AlarmId) -> list[bodies.Acting]:
    """Who can act at the alarm's venue, nearest first: to call, or to hand it over to."""
    with asking.reading() as session:
        venue = alarm_queries.one(session, alarm_id).row.venue_id
        people = who_acts(session, venue, datetime.now(UTC))
    return [bodies.Acting.model_validate(person) for person in people]


def _acted(alarm_id: int, act: Callable[[Session, Actor, datetime], object]) -> AlarmWithSteps:
    """Take the act, and answer the alarm as it is afterwards."""
    with asking.reading() as session:
        act(session, asking.actor(), datetime.now(UTC))
        return _with_steps(alarm_queries.one(session, alarm_id))


@router.post("/alarms/{alarm_id}/acknowledge", responses=MEANWHILE)
def acknowledge(alarm_id: AlarmId, said: bodies.Acknowledgement | None = None) -> AlarmWithSteps:
    """Take the alarm on, in your name, and say by when you will be done."""
    told = said or bodies.Acknowledgement()
    return _acted(
        alarm_id,
        lambda session, actor, now: alarms.acknowledge(session, alarm_id, actor, now, told.note, told.promised_for),
    )


@router.post("/alarms/{alarm_id}/promise", responses=MEANWHILE)
def promise(alarm_id: AlarmId, said: bodies.NewPromise) -> AlarmWithSteps:
    """Another time by which you will be done with your alarm."""
    return _acted(
        alarm_id,
        lambda session, actor, now: alarms.promise(session, alarm_id, said.promised_for, actor, now, said.note),
    )


@router.post("/alarms/{alarm_id}/verify", responses=MEANWHILE)
def verify(alarm_id: AlarmId, said: bodies.Verdicts) -> AlarmWithSteps:
    """Say what it was. A real fire goes to the fire service, a real hazard onto the list of problems."""
    return _acted(
        alarm_id,
        lambda session, actor, now: alarms.verify(
            *(session, alarm_id, said.verdict, actor, now, said.note, said.cause, said.evidence, said.corrects)
        ),
    )


@router.post("/alarms/{alarm_id}/handle", responses=MEANWHILE)
def handle(alarm_id: AlarmId, said: bodies.SaidWithEvidence | None = None) -> AlarmWithSteps:
    """What was to be done is done."""
    told = said or bodies.SaidWithEvidence()
    return _acted(
        alarm_id,
        lambda session, actor, now: alarms.handle(session, alarm_id, actor, now, told.note, told.evidence),
    )


@router.post("/alarms/{alarm_id}/close", responses=MEANWHILE)
def close(alarm_id: AlarmId, said: bodies.Said | None = None) -> AlarmWithSteps:
    """End it."""
    told = said or bodies.Said()
    return _acted(alarm_id, lambda session, actor, now: alarms.close(session, alarm_id, actor, now, told.note))


@router.post("/alarms/{alarm_id}/reopen", responses=MEANWHILE)
def reopen(alarm_id: AlarmId, said: bodies.Said) -> AlarmWithSteps:
    """Open a closed alarm again; say why."""
    return _acted(alarm_id, lambda session, actor, now: alarms.reopen(session, alarm_id, actor, now, said.note or ""))


@router.post("/alarms/{alarm_id}/hand-over", responses=MEANWHILE)
def hand_over(alarm_id: AlarmId, said: bodies.HandOver) -> AlarmWithSteps:
    """Put it into the hands of another person who can act there."""
    return _acted(
        alarm_id,
        lambda session, actor, now: alarms.hand_over(
            session, alarm_id, said.person, actor, now, said.note, said.owner_seen
        ),
    )


@router.post("/alarms/{alarm_id}/comments")
def comment(alarm_id: AlarmId, said: bodies.Comment) -> AlarmWithSteps:
    """A word to those who read the alarm's life."""
    return _acted(
        alarm_id,
        lambda session, actor, now: alarms.comment(session, alarm_id, said.words, actor, now, said.evidence),
    )


@router.post("/alarms/{alarm_id}/evidence")
def attach(alarm_id: AlarmId, said: bodies.Attachment) -> AlarmWithSteps:
    """Name evidence."""
    return _acted(
        alarm_id,
        lambda session, actor, now: alarms.attach(session, alarm_id, said.evidence, actor, now, said.note),
    )


@router.post("/alarms/{alarm_id}/silence", responses=MEANWHILE)
def silence(alarm_id: AlarmId, said: bodies.SilenceAsked) -> bodies.Silenced:
    """Silence it from afar, on one of the three conditions of GB/T 45839-2025; refused with what is missing."""
    ground = Ground(said.condition, said.person, said.words)
    with asking.reading() as session:
        done = silences.silence(session, alarm_id, ground, asking.actor(), datetime.now(UTC), RecordedFrames())
    return bodies.Silenced(silence=done.silence_id, carried_by=done.carried_by)


def _with_steps(alarm: AlarmDetail) -> AlarmWithSteps:
    steps = [AlarmStep.model_validate(step) for step in alarm.steps]
    return AlarmWithSteps(**asdict(alarm.row), device_code=alarm.device_code, steps=steps)
