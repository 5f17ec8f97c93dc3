"""Appeals: filed by a bureau, heard and decided by the province. Each act locks its appeal first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.acting import Acting
from db.commands.appeal_writing import hearers, judges, write_appeal_step
from db.commands.history_corrections import Correction, correct
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.queries.measures import figures
from db.rules.access_scope import Role, region_range
from db.rules.alarm_lifecycle import Refusal
from db.rules.appeal_lifecycle import (
    DECIDED_WITHIN,
    ENDED,
    MAY_FILE,
    AppealAct,
    AppealCase,
    AppealState,
    Status,
    Subject,
    appeal_act_by,
    appeal_step,
    decided_by_after_answer,
)
from db.rules.measures import MeasureKey

HERE = ZoneInfo("Asia/Shanghai")
MOST_WORDS = 2000
MOST_CORRECTIONS = 500
_VENUE = text("select id, county, is_demo from venues where id = :id")
_OPEN = text(
    """
    select id from appeals where act_by is not null and county = :county and subject = :subject
        and venue_id is not distinct from :venue and status is not distinct from :status
        and measure is not distinct from :measure and category is not distinct from :category
        and as_of is not distinct from :as_of
    """
)
_FILE = text(
    """
    insert into appeals (subject, county, venue_id, status, is_so, since, until, measure, category, as_of, shown,
        ground, state, filed_at, filed_by, filed_by_name, filer_role, decide_by, act_by, is_demo)
    values (:subject, :county, :venue, :status, :is_so, :since, :until, :measure, :category, :as_of, :shown, :ground,
        'filed', :now, :by, :by_name, :role, :decide_by, :decide_by, :is_demo) returning id
    """
)
_LOCK = text(
    """
    select id, subject, county, venue_id, status, is_so, since, until, state, filed_by, filer_role, assigned_to,
        questioned_at, decide_by, act_by from appeals where id = :id for update
    """
)
_COVERED = text("select :lo >= scope_county_lo() and :hi <= scope_county_hi()")
TOLD = {
    AppealAct.ASSIGN: "appeal_heard",
    AppealAct.QUESTION: "appeal_questioned",
    AppealAct.ANSWER: "appeal_answered",
    AppealAct.UPHOLD: "appeal_upheld",
    AppealAct.REFUSE: "appeal_refused",
    AppealAct.WITHDRAW: "appeal_withdrawn",
}


@dataclass(frozen=True, slots=True)
class VenueDoubt:
    """The record has it wrong that a venue was (not) accessed, or on duty, from `since` to before `until`."""

    venue_id: int
    status: Status
    is_so: bool
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class FigureDoubt:
    """A measure of a region and category is wrong as of a day."""

    region: int
    measure: MeasureKey
    category: str
    as_of: date


def file(session: Session, doubt: VenueDoubt | FigureDoubt, ground: str, acting: Acting, now: datetime) -> int:
    """File an appeal; answers its number. `WrongState` where the same one is open already."""
    if acting.role not in MAY_FILE or acting.person_id is None:
        raise NotAllowed("City and county bureaus file appeals about their own figures and venues.")
    if not ground.strip():
        raise InvalidInput("Say what is wrong, and how you know.")
    if len(ground) > MOST_WORDS:
        raise InvalidInput("The text is too long.")
    facts = _of_venue(session, doubt, now) if isinstance(doubt, VenueDoubt) else _of_figure(session, doubt, now)
    same = session.scalar(_OPEN, facts)
    if same is not None:
        raise WrongState("Appeal #{number} about the same is open already.", number=same)
    decide_by = now + DECIDED_WITHIN
    appeal_id = session.execute(
        _FILE,
        {
            **facts,
            "ground": ground.strip(),
            "now": now,
            "by": acting.person_id,
            "by_name": acting.name,
            "role": acting.role.value,
            "decide_by": decide_by,
        },
    ).scalar_one()
    appeal = SimpleNamespace(id=appeal_id, venue_id=facts["venue"], county=facts["county"])
    known = hearers(session, facts["county"])
    shown = {name: str(facts[name]) for name in ("status", "measure", "category", "as_of", "shown") if facts[name]}
    write_appeal_step(
        *(session, appeal, "filed", None, AppealState.FILED, acting, now, ground.strip()),
        {**shown, "decide_by": decide_by.isoformat()},
        ("appeal_filed", judges(known, None)),
    )
    return int(appeal_id)


def _of_venue(session: Session, doubt: VenueDoubt, now: datetime) -> dict[str, Any]:
    venue = session.execute(_VENUE, {"id": doubt.venue_id}).one_or_none()
    if venue is None:
        raise NotFound("There is no such venue within your scope.")
    today = now.astimezone(HERE).date()
    if doubt.since > today or (doubt.until is not None and doubt.until > today):
        raise InvalidInput("Only days that have passed can be put right.")
    if doubt.until is not None and doubt.until <= doubt.since:
        raise InvalidInput("The last day lies before the first.")
    return {
        **dict.fromkeys(("measure", "category", "as_of", "shown")),
        "subject": Subject.VENUE.value,
        "county": venue.county,
        "venue": venue.id,
        "status": doubt.status.value,
        "is_so": doubt.is_so,
        "since": doubt.since,
        "until": doubt.until,
        "is_demo": venue.is_demo,
    }


def _of_figure(session: Session, doubt: FigureDoubt, now: datetime) -> dict[str, Any]:
    lo, hi = region_range(doubt.region)
    if not session.scalar(_COVERED, {"lo": lo, "hi": hi}):
        raise NotAllowed("City and county bureaus file appeals about their own figures and venues.")
    if doubt.as_of > now.astimezone(HERE).date():
        raise InvalidInput("{day} has not come yet.", day=doubt.as_of.isoformat())
    level = "province" if doubt.region % 10_000 == 0 else "city" if doubt.region % 100 == 0 else "county"
    found = figures(session, doubt.measure, doubt.as_of, level, doubt.region)
    figure = next((f for f in found if f.adcode == doubt.region and f.category == doubt.category), None)
    if figure is None:
        raise NotFound("There is no such figure: the region had no such venue on that day.")
    return {
        **dict.fromkeys(("venue", "status", "is_so", "since", "until")),
        "subject": Subject.FIGURE.value,
        "county": doubt.region,
        "measure": doubt.measure.value,
        "category": doubt.category,
        "as_of": doubt.as_of,
        "shown": f"{figure.numerator}/{figure.denominator}",
        "is_demo": False,
    }


def act(
    session: Session,
    appeal_id: int,
    what: AppealAct,
    acting: Acting,
    now: datetime,
    words: str = "",
    assign_to: int | None = None,
    corrections: Sequence[Correction] = (),
) -> None:
    """Any step after the filing. To uphold a doubt about a venue puts its history right; of a figure, `corrections`."""
    row = session.execute(_LOCK, {"id": appeal_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such appeal within your scope.")
    if acting.role is None or acting.person_id is None:
        raise NotAllowed("Only a person hears an appeal.")
    if len(words) > MOST_WORDS:
        raise InvalidInput("The text is too long.")
    case = AppealCase(AppealState(row.state), Role(row.filer_role), row.filed_by, row.assigned_to)
    after = appeal_step(case, what, acting.role, acting.person_id, words)
    if isinstance(after, Refusal):
        does_not_fit = after.reason == "This step does not fit the appeal's state."
        raise (WrongState if does_not_fit else NotAllowed)(after.reason)
    changes, facts = _changes(session, row, what, after, acting, now, words, assign_to)
    session.execute(
        text(f"update appeals set {', '.join(f'{name} = :{name}' for name in changes)} where id = :id"),
        {**changes, "id": row.id},
    )
    if what is AppealAct.UPHOLD:
        facts |= _put_right(session, row, corrections, acting, now)
    told = (TOLD[what], _concerned(session, row, what, changes))
    write_appeal_step(session, row, what.value, case.state, after, acting, now, words.strip() or None, facts, told)


def _changes(
    session: Session,
    row: Any,
    what: AppealAct,
    after: AppealState,
    acting: Acting,
    now: datetime,
    words: str,
    assign_to: int | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns as the act leaves them (their names are this module's own), and what the step tells beside its words."""
    changes: dict[str, Any] = {"state": after.value}
    facts: dict[str, Any] = {}
    decide_by: datetime = row.decide_by
    if what is AppealAct.ASSIGN:
        name = _hearer(session, row.county, assign_to or acting.person_id)
        changes |= {"assigned_to": assign_to or acting.person_id, "assigned_to_name": name}
        facts["assigned_to"] = name
    elif what is AppealAct.QUESTION:
        changes["questioned_at"] = now
    elif what is AppealAct.ANSWER and row.questioned_at is not None:
        decide_by = decided_by_after_answer(decide_by, row.questioned_at, now)
        changes |= {"decide_by": decide_by, "questioned_at": None}
    if after in ENDED and after is not AppealState.WITHDRAWN:
        changes |= {
            "decided_at": now,
            "decided_by": acting.person_id,
            "decided_by_name": acting.name,
            "reason": words.strip(),
        }
    changes["act_by"] = appeal_act_by(after, decide_by, now)
    return changes, facts


def _hearer(session: Session, region: int, person: int | None) -> str:
    known = hearers(session, region)
    if person not in known:
        raise InvalidInput("An appeal is given to somebody of the province's office or its analysts.")
    return known[person][0]


def _put_right(
    session: Session, row: Any, corrections: Sequence[Correction], acting: Acting, now: datetime
) -> dict[str, Any]:
    """The venue's history as the appeal wants it; answers what the step tells."""
    if row.subject == Subject.VENUE:
        wanted: Sequence[Correction] = (Correction(row.venue_id, Status(row.status), row.is_so, row.since, row.until),)
    else:
        wanted = corrections
    if len(wanted) > MOST_CORRECTIONS:
        raise InvalidInput("These are more venues than can be put right at once.")
    for correction in wanted:
        correct(session, correction, row.id, acting, now)
    return {"corrected": len(wanted)}


def _concerned(session: Session, row: Any, what: AppealAct, changes: dict[str, Any]) -> set[int]:
    """The bureau where the province acted; whoever has it in hand where the bureau did."""
    if what in (AppealAct.ANSWER, AppealAct.WITHDRAW):
        return judges(hearers(session, row.county), row.assigned_to)
    if what is AppealAct.ASSIGN:
        return {row.filed_by, changes["assigned_to"]}
    return {row.filed_by}
