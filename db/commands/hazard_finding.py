"""A hazard is found: a new one, the open one seen again, or a closed one come back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.acting import Acting
from db.commands.hazard_writing import Standing, write_step
from db.errors import InvalidInput, NotAllowed, NotFound
from db.rules.alarm_kinds import AlarmKind, Level
from db.rules.hazard_deadlines import SAME_WITHIN, act_by
from db.rules.hazard_kinds import OF_ALARM, SOURCES_OF, Grade, HazardKind, Source, spot_key
from db.rules.hazard_lifecycle import HazardState, graver

MOST_WORDS = 1000


class How(StrEnum):
    NEW = "new"
    AGAIN = "again"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody, or something, has found. The spot is an area on the books or words."""

    venue_id: int
    kind: HazardKind
    grade: Grade
    source: Source
    what: str
    area_id: int | None = None
    place: str = ""
    found_at: datetime | None = None
    """When it was seen; now where left out."""
    alarm_id: int | None = None


@dataclass(frozen=True, slots=True)
class FoundHazard:
    id: int
    how: How


_VENUE = text("select id, county, is_demo from venues where id = :id")
_AREA = text("select 1 from areas where id = :area and venue_id = :venue")
_TURN = text("select pg_advisory_xact_lock(hashtextextended('hazards/' || :venue, 0))")
_SAME = text(
    """
    select id, venue_id, county, what, grade, state, owner_id, maintainer_id, act_by, round from hazards
    where venue_id = :venue and spot_key = :key and (state <> 'closed' or closed_at >= :since)
    order by (state <> 'closed') desc, closed_at desc limit 1 for update
    """
)
_NEW = text(
    """
    insert into hazards (venue_id, county, area_id, place, spot_key, kind, grade, source, state, what,
        found_at, found_by, found_by_name, alarm_id, act_by, is_demo)
    values (:venue, :county, :area, :place, :key, :kind, :grade, :source, 'found', :what,
        :found_at, :by, :by_name, :alarm, :act_by, :is_demo) returning id
    """
)
_AGAIN = text(
    "update hazards set grade = :grade, alarm_id = coalesce(:alarm, alarm_id),"
    " act_by = case when state = 'found' then least(act_by, :act_by) else act_by end where id = :id returning act_by"
)
_BACK = text(
    """
    update hazards set state = 'found', grade = :grade, round = round + 1, what = :what, source = :source,
        found_at = :found_at, found_by = :by, found_by_name = :by_name, alarm_id = coalesce(:alarm, alarm_id),
        owner_id = null, maintainer_id = null, responsible = null, measure = null, requirement = null,
        assigned_at = null, due_at = null, submitted_at = null, submitted_by = null, accepted_at = null,
        accepted_by_name = null, closed_at = null, counter_evidence_id = null, acceptance = null,
        look_back_on = null, looked_back_at = null, act_by = :act_by, reminded_at = null
    where id = :id
    """
)
_ALARM = text("select id, venue_id, kind, level, area_id, raised_at from alarms where id = :id")
_OF_THE_ALARM = text("select id from hazards where alarm_id = :id order by id desc limit 1")


def find(session: Session, finding: Finding, acting: Acting, now: datetime) -> FoundHazard:
    """Put it on record; the same hazard at the same spot is never two.

    `NotAllowed` where the role does not write down what comes from this source; a program has no role and may.
    """
    if acting.role is not None and finding.source not in SOURCES_OF.get(acting.role, ()):
        raise NotAllowed("Your role does not write down what comes from this source.")
    return _find(session, finding, acting, now)


def find_from_alarm(
    session: Session, alarm_id: int, acting: Acting, now: datetime, what: str | None = None
) -> int | None:
    """The hazard that a verified alarm stands for, in the transaction of the verdict; answers its number."""
    alarm = session.execute(_ALARM, {"id": alarm_id}).one_or_none()
    if alarm is None:
        raise NotFound("There is no such alarm within your scope.")
    known: int | None = session.scalar(_OF_THE_ALARM, {"id": alarm_id})
    if known is not None:
        return known
    finding = Finding(
        alarm.venue_id,
        OF_ALARM[AlarmKind(alarm.kind)],
        Grade.MAJOR if alarm.level == Level.CRITICAL else Grade.GENERAL,
        Source.ALARM,
        (what or "").strip() or WORDS[OF_ALARM[AlarmKind(alarm.kind)]],
        alarm.area_id,
        found_at=alarm.raised_at,
        alarm_id=alarm_id,
    )
    return _find(session, finding, acting, now).id


def _find(session: Session, finding: Finding, acting: Acting, now: datetime) -> FoundHazard:
    venue = session.execute(_VENUE, {"id": finding.venue_id}).one_or_none()
    if venue is None:
        raise NotFound("There is no such venue within your scope.")
    _check(session, finding, now)
    session.execute(_TURN, {"venue": finding.venue_id})
    key = spot_key(finding.kind, finding.area_id, finding.place, finding.what)
    found_at = finding.found_at or now
    same = session.execute(_SAME, {"venue": venue.id, "key": key, "since": found_at - SAME_WITHIN}).one_or_none()
    if same is None:
        return FoundHazard(_new(session, finding, venue, key, acting, now), How.NEW)
    if same.state == HazardState.CLOSED:
        come_back(session, same, finding.what.strip(), finding.source, found_at, acting, now, finding.alarm_id)
        return FoundHazard(same.id, How.REOPENED)
    _again(session, same, finding, acting, now)
    return FoundHazard(same.id, How.AGAIN)


def _check(session: Session, finding: Finding, now: datetime) -> None:
    if not finding.what.strip():
        raise InvalidInput("Say what is wrong.")
    if len(finding.what) > MOST_WORDS or len(finding.place) > 200:
        raise InvalidInput("The text is too long.")
    if finding.found_at is not None and finding.found_at > now:
        raise InvalidInput("A hazard is not found in the future.")
    if finding.area_id is None and not finding.place.strip():
        raise InvalidInput("Say where it is: an area of the venue, or the spot in words.")
    if finding.area_id is not None and not session.scalar(_AREA, {"area": finding.area_id, "venue": finding.venue_id}):
        raise InvalidInput("This area is not one of the venue's.")


def _new(session: Session, finding: Finding, venue: Any, key: str, acting: Acting, now: datetime) -> int:
    due = act_by(HazardState.FOUND, finding.grade, now, None, None)
    hazard_id = session.scalar(
        _NEW,
        {
            "venue": venue.id,
            "county": venue.county,
            "area": finding.area_id,
            "place": finding.place.strip(),
            "key": key,
            "kind": finding.kind.value,
            "grade": finding.grade.value,
            "source": finding.source.value,
            "what": finding.what.strip(),
            "found_at": finding.found_at or now,
            "by": acting.person_id,
            "by_name": acting.name,
            "alarm": finding.alarm_id,
            "act_by": due,
            "is_demo": venue.is_demo,
        },
    )
    assert hazard_id is not None
    standing = Standing(
        hazard_id, venue.id, venue.county, finding.what, finding.grade, HazardState.FOUND, None, None, due
    )
    facts = {"grade": finding.grade.value, "source": finding.source.value}
    write_step(session, standing, "found", None, acting, now, finding.what.strip(), facts)
    return int(hazard_id)


def come_back(
    session: Session,
    hazard: Any,
    what: str,
    source: Source,
    found_at: datetime,
    acting: Acting,
    now: datetime,
    alarm_id: int | None = None,
    note: str | None = None,
) -> None:
    """The closed hazard is open again and graver; what was proven before proves nothing now."""
    grade = graver(Grade(hazard.grade))
    due = act_by(HazardState.FOUND, grade, now, None, None)
    session.execute(
        _BACK,
        {
            "id": hazard.id,
            "grade": grade.value,
            "what": what,
            "source": source.value,
            "found_at": found_at,
            "by": acting.person_id,
            "by_name": acting.name,
            "alarm": alarm_id,
            "act_by": due,
        },
    )
    standing = Standing(hazard.id, hazard.venue_id, hazard.county, what, grade, HazardState.FOUND, None, None, due)
    facts = {"grade": grade.value, "grade_before": hazard.grade, "round": hazard.round + 1}
    write_step(session, standing, "reopen", HazardState.CLOSED, acting, now, note or what, facts)


def _again(session: Session, hazard: Any, finding: Finding, acting: Acting, now: datetime) -> None:
    """It is open already: one more who has seen it; the graver word counts."""
    grade = Grade.MAJOR if Grade.MAJOR in (finding.grade, Grade(hazard.grade)) else Grade.GENERAL
    state = HazardState(hazard.state)
    due = act_by(HazardState.FOUND, grade, now, None, None)
    kept = session.scalar(_AGAIN, {"id": hazard.id, "grade": grade.value, "alarm": finding.alarm_id, "act_by": due})
    standing = Standing(
        *(hazard.id, hazard.venue_id, hazard.county, hazard.what, grade, state),
        *(hazard.owner_id, hazard.maintainer_id, kept),
    )
    facts = {"grade": grade.value, "source": finding.source.value}
    write_step(session, standing, "found_again", state, acting, now, finding.what.strip(), facts)


WORDS: dict[HazardKind, str] = {
    HazardKind.FIRE_USE: "告警核实：存在用火或吸烟隐患",
    HazardKind.GAS: "告警核实：存在燃气泄漏隐患",
    HazardKind.ELECTRICAL: "告警核实：存在用电安全隐患",
    HazardKind.CROWDING: "告警核实：人员超出容纳或拥堵",
    HazardKind.ESCAPE_ROUTE: "告警核实：疏散通道被占用",
    HazardKind.EQUIPMENT: "告警核实：消防器材缺失或移位",
    HazardKind.DUTY: "告警核实：值班值守未落实",
    HazardKind.DETECTION: "告警核实：监测设备不能正常工作",
}
"""What a hazard from an alarm says where the verifier says nothing: record texts are the province's, in Chinese."""
