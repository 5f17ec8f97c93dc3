"""Appeals, read: the desk's rows, one with its life, and what history was put right for them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.queries.hazards import COUNTED_TO
from db.rules.access_scope import Role

APPEAL_SHOWS = ("mine", "open", "overdue", "upheld", "ended", "all")
_SHOWN: dict[str, str] = {
    "open": "a.act_by is not null",
    "overdue": "a.act_by < :now",
    "upheld": "a.state = 'upheld'",
    "ended": "a.act_by is null",
    "all": "true",
}
_FILER = "a.state = 'questioned' and a.filer_role = '{role}'"
_MINE = {
    Role.CITY: _FILER.format(role="city"),
    Role.COUNTY: _FILER.format(role="county"),
    Role.PROVINCE: "a.state in ('filed', 'heard')",
    Role.ANALYST: "a.state in ('filed', 'heard')",
}
"""What waits for each role: a question to answer, an appeal to hear."""


@dataclass(frozen=True, slots=True)
class AppealFilters:
    show: str = "open"
    role: Role = Role.PROVINCE
    venue_id: int | None = None
    region: int | None = None


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal as a line of the desk."""

    id: int
    subject: str
    county: int
    region_name: str
    venue_id: int | None
    venue_name: str | None
    status: str | None
    is_so: bool | None
    since: date | None
    until: date | None
    measure: str | None
    category: str | None
    as_of: date | None
    shown: str | None
    ground: str
    state: str
    filed_at: datetime
    filed_by: int
    filed_by_name: str
    filer_role: str
    assigned_to: int | None
    assigned_to_name: str | None
    decide_by: datetime
    act_by: datetime | None
    decided_at: datetime | None
    decided_by_name: str | None
    reason: str | None

    def is_overdue(self, now: datetime) -> bool:
        return self.act_by is not None and self.act_by < now


@dataclass(frozen=True, slots=True)
class AppealPage:
    """Some rows of the desk, and whether more follow."""

    rows: tuple[AppealRow, ...]
    is_more: bool


@dataclass(frozen=True, slots=True)
class AppealStepRow:
    at: datetime
    step: str
    state: str
    actor_name: str
    actor_role: str | None
    note: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """Days of a venue's history that an appeal put right."""

    appeal_id: int
    venue_id: int
    venue_name: str
    status: str
    is_so: bool
    since: date
    until: date | None
    corrected_at: datetime
    corrected_by_name: str


@dataclass(frozen=True, slots=True)
class TouchedSnapshot:
    """A snapshot of days that were put right after it was frozen: computed again it differs."""

    id: int
    number: int
    as_of: date


@dataclass(frozen=True, slots=True)
class AppealDetail:
    """One appeal with its life, oldest first, and what it changed."""

    row: AppealRow
    steps: tuple[AppealStepRow, ...]
    corrections: tuple[CorrectionRow, ...]
    snapshots: tuple[TouchedSnapshot, ...]


_COLUMNS = """
    a.id, a.subject, a.county, r.name as region_name, a.venue_id, v.name as venue_name, a.status, a.is_so, a.since,
    a.until, a.measure, a.category, a.as_of, a.shown, a.ground, a.state, a.filed_at, a.filed_by, a.filed_by_name,
    a.filer_role, a.assigned_to, a.assigned_to_name, a.decide_by, a.act_by, a.decided_at, a.decided_by_name, a.reason
"""
_JOINED = "join regions r on r.adcode = a.county left join venues v on v.id = a.venue_id"
_ONE = text(f"select {_COLUMNS} from appeals a {_JOINED} where a.id = :id")
_STEPS = text(
    "select at, step, state, actor_name, actor_role, note, facts from appeal_steps"
    " where appeal_id = :id order by at, id"
)
_CORRECTION = """
    select c.appeal_id, c.venue_id, v.name as venue_name, c.status, c.is_so, c.since, c.until, c.corrected_at,
        c.corrected_by_name
    from history_corrections c join venues v on v.id = c.venue_id
"""
_OF_APPEAL = text(f"{_CORRECTION} where c.appeal_id = :id order by c.id")
_OF_DAY = text(
    f"""
    {_CORRECTION} where c.since <= :day and (c.until is null or c.until > :day) and c.corrected_at > :since
    order by c.venue_id, c.id
    """
)
_SNAPSHOTS = text(
    """
    select distinct s.id, s.number, s.as_of from snapshots s join history_corrections c
        on c.since <= s.as_of and (c.until is null or c.until > s.as_of) and c.corrected_at > s.made_at
    where c.appeal_id = :id order by s.number desc limit 20
    """
)
_HEARERS = text("select person_id, name from appeal_hearers(:region) order by role desc, person_id")


def desk(session: Session, filters: AppealFilters, now: datetime, limit: int, offset: int = 0) -> AppealPage:
    """The desk's rows: what is due first, ended ones newest first."""
    condition, values = _conditions(filters, now)
    order = "a.filed_at desc, a.id desc" if filters.show in ("upheld", "ended", "all") else "a.act_by, a.id"
    rows = session.execute(
        text(
            f"select {_COLUMNS} from appeals a {_JOINED} where {condition} order by {order} limit :limit offset :offset"
        ),
        {**values, "limit": limit + 1, "offset": offset},
    )
    found = [AppealRow(**row) for row in rows.mappings()]
    return AppealPage(tuple(found[:limit]), len(found) > limit)


def _conditions(filters: AppealFilters, now: datetime) -> tuple[str, dict[str, Any]]:
    """A condition of fixed words and its values."""
    shown = _MINE.get(filters.role, _SHOWN["open"]) if filters.show == "mine" else _SHOWN[filters.show]
    parts: list[str] = [shown]
    values: dict[str, Any] = {"now": now} if ":now" in shown else {}
    if filters.venue_id is not None:
        parts.append("a.venue_id = :venue")
        values["venue"] = filters.venue_id
    if filters.region is not None:
        parts.append("a.county = :region")
        values["region"] = filters.region
    return " and ".join(parts), values


def counts(session: Session, role: Role, now: datetime) -> dict[str, int]:
    """How many each of the desk's choices shows, counted no further than one above `COUNTED_TO`."""
    asked, values = [], dict[str, Any]()
    for show in ("mine", "open", "overdue", "upheld"):
        condition, named = _conditions(AppealFilters(show=show, role=role), now)
        values |= named
        asked.append(
            f"(select count(*) from (select 1 from appeals a where {condition} limit {COUNTED_TO + 1}) c) as {show}"
        )
    row = session.execute(text(f"select {', '.join(asked)}"), values).mappings().one()
    return {name: int(n) for name, n in row.items()}


def one(session: Session, appeal_id: int) -> AppealDetail:
    """One appeal with its steps; `NotFound` outside the reader's scope."""
    found = session.execute(_ONE, {"id": appeal_id}).mappings().one_or_none()
    if found is None:
        raise NotFound("There is no such appeal within your scope.")
    steps = tuple(AppealStepRow(*step) for step in session.execute(_STEPS, {"id": appeal_id}))
    corrections = tuple(CorrectionRow(*row) for row in session.execute(_OF_APPEAL, {"id": appeal_id}))
    touched = tuple(TouchedSnapshot(*row) for row in session.execute(_SNAPSHOTS, {"id": appeal_id}))
    return AppealDetail(AppealRow(**found), steps, corrections, touched)


def corrections_of_day(session: Session, day: date, since: datetime) -> list[CorrectionRow]:
    """What was put right about a day after a moment: why a snapshot of that day, frozen then, differs now."""
    return [CorrectionRow(*row) for row in session.execute(_OF_DAY, {"day": day, "since": since})]


def hearers(session: Session, region: int) -> dict[int, str]:
    """Whom an appeal about a region within scope can be given to."""
    return {row.person_id: row.name for row in session.execute(_HEARERS, {"region": region})}
