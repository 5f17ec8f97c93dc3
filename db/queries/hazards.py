"""Hazards, read: the desk's rows, one with its life, the two lists, and who is overdue by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.access_scope import EVERYTHING, Role, Scope, region_range
from db.rules.hazard_lifecycle import BEING_RECTIFIED, HazardState

COUNTED_TO = 10_000
"""Beyond it counting would take longer than anybody waits."""

SHOWS = ("mine", "open", "overdue", "major", "submitted", "look_back", "closed", "all")
_SHOWN: dict[str, str] = {
    "open": "h.state <> 'closed' and h.act_by is not null",
    "overdue": "h.act_by < :now",
    "major": "h.grade = 'major' and h.act_by is not null",
    "submitted": "h.state = 'submitted'",
    "look_back": "h.grade = 'major' and h.act_by is not null and h.state = 'closed'",
    "closed": "h.state = 'closed'",
    "all": "true",
}
_BY_INDEX_ORDER = text("select set_config('enable_bitmapscan', 'off', true)")
"""The planner does not know how wide the policy's scope is and takes it for narrow: for a province it would fetch and
sort every row instead of walking an index that has them in order."""
_BY_INDEX = text("select set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)")
"""For counting, which stops early: every choice of the desk has its index."""
_ON_SITE = ", ".join(f"'{state.value}'" for state in BEING_RECTIFIED)
_AT_THE_BUREAU = "(h.state in ('found', 'submitted', 'accepted') or h.state = 'closed' and h.act_by is not null)"
_MINE: dict[Role, str] = {
    Role.VENUE: f"h.state in ({_ON_SITE})",
    Role.MAINTAINER: f"h.state in ({_ON_SITE})",
    Role.COUNTY: f"h.act_by is not null and {_AT_THE_BUREAU}",
    Role.CITY: f"h.grade = 'major' and h.act_by is not null and {_AT_THE_BUREAU}",
    Role.PROVINCE: f"h.grade = 'major' and h.act_by is not null and {_AT_THE_BUREAU}",
}
"""What waits for each role; those above the county see to the major ones."""
_ORDER: dict[str, str] = {
    "act_by": "h.act_by {way}, h.id {way}",
    "found_at": "h.found_at {way}, h.id {way}",
    "closed_at": "h.closed_at {way}, h.id {way}",
}
_USUAL_ORDER = {"closed": ("closed_at", True), "all": ("found_at", True)}


@dataclass(frozen=True, slots=True)
class HazardFilters:
    """What the desk shows; None or empty text leaves that side open."""

    show: str = "open"
    role: Role = Role.PROVINCE
    """Whose `mine` is meant."""
    grade: str | None = None
    source: str | None = None
    kind: str | None = None
    region: int | None = None
    venue_id: int | None = None
    q: str = ""
    sort: str = ""
    is_descending: bool = False
    within: Scope = EVERYTHING
    """The reader's scope, said once more for the planner; the database's own policy is what holds."""


@dataclass(frozen=True, slots=True)
class HazardRow:
    """A hazard as a line of the desk and of the two lists."""

    id: int
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    city_name: str
    area_name: str | None
    place: str
    kind: str
    grade: str
    source: str
    state: str
    what: str
    found_at: datetime
    found_by_name: str
    responsible: str | None
    measure: str | None
    requirement: str | None
    due_at: datetime | None
    act_by: datetime | None
    submitted_at: datetime | None
    accepted_by_name: str | None
    closed_at: datetime | None
    look_back_on: date | None
    round: int

    def is_overdue(self, now: datetime) -> bool:
        return self.act_by is not None and self.act_by < now

    @property
    def spot(self) -> str:
        return self.area_name or self.place


@dataclass(frozen=True, slots=True)
class HazardPage:
    """Some rows of the desk, and whether more follow. Nobody waits for a count of a million."""

    rows: tuple[HazardRow, ...]
    is_more: bool


@dataclass(frozen=True, slots=True)
class HazardStepRow:
    at: datetime
    step: str
    state: str
    actor_name: str
    actor_role: str | None
    note: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HazardDetail:
    """One hazard with its life, oldest first."""

    row: HazardRow
    owner_id: int | None
    submitted_by: int | None
    assigned_at: datetime | None
    alarm_id: int | None
    acceptance: str | None
    counter_evidence_id: int | None
    looked_back_at: datetime | None
    orders: int
    """Work orders given about it."""
    steps: tuple[HazardStepRow, ...]


@dataclass(frozen=True, slots=True)
class OverdueName:
    """Who is overdue at a venue: the person who is to put it right, or the bureau that is to name, accept or look."""

    venue_id: int
    venue_name: str
    county_name: str
    responsible: str | None
    is_on_site: bool
    """False: the bureau's turn."""
    phone: str | None
    n: int
    major: int
    since: datetime
    """The oldest deadline that passed."""


_COLUMNS = """
    h.id, h.venue_id, v.name as venue_name, h.county, county.name as county_name, city.name as city_name,
    area.name as area_name, h.place, h.kind, h.grade, h.source, h.state, h.what, h.found_at, h.found_by_name,
    h.responsible, h.measure, h.requirement, h.due_at, h.act_by, h.submitted_at, h.accepted_by_name, h.closed_at,
    h.look_back_on, h.round
"""
_JOINED = """
    join venues v on v.id = h.venue_id join regions county on county.adcode = h.county
    join regions city on city.adcode = v.city left join areas area on area.id = h.area_id
"""
_ONE = text(
    f"""
    select {_COLUMNS}, h.owner_id, h.submitted_by, h.assigned_at, h.alarm_id, h.acceptance, h.counter_evidence_id,
        h.looked_back_at, (select count(*) from work_orders o where o.hazard_id = h.id) as orders
    from hazards h {_JOINED} where h.id = :id
    """
)
_STEPS = text(
    "select at, step, state, actor_name, actor_role, note, facts from hazard_steps"
    " where hazard_id = :id order by at, id"
)
_OF_VENUE = text(
    f"""
    select {_COLUMNS} from hazards h {_JOINED} where h.venue_id = :id
    order by (h.state = 'closed'), h.act_by nulls last, h.found_at desc limit :limit
    """
)
_OVERDUE = """
    select o.venue_id, v.name as venue_name, county.name as county_name, o.responsible, o.is_on_site,
        (select p.phone from venue_people p where p.venue_id = o.venue_id and p.name = o.responsible limit 1) as phone,
        o.n, o.major, o.since
    from (select h.venue_id, case when {site} then h.responsible end as responsible, {site} as is_on_site,
              count(*) as n, count(*) filter (where h.grade = 'major') as major,
              min(h.act_by) as since
          from hazards h where {condition}
          group by 1, 2, 3 order by major desc, n desc, since limit :limit) o
    join venues v on v.id = o.venue_id join regions county on county.adcode = v.county
    order by o.major desc, o.n desc, o.since
"""


def desk(session: Session, filters: HazardFilters, now: datetime, limit: int, offset: int = 0) -> HazardPage:
    """The desk's rows: what is due first, or closed ones newest first."""
    condition, values = _conditions(filters, now)
    rows = _rows(session, filters, condition, values, limit + 1, offset)
    return HazardPage(tuple(rows[:limit]), len(rows) > limit)


def listed(session: Session, filters: HazardFilters, now: datetime, limit: int) -> list[HazardRow]:
    """The same rows for the two lists, `limit` at most."""
    condition, values = _conditions(filters, now)
    return _rows(session, filters, condition, values, limit, 0)


def _rows(
    session: Session, filters: HazardFilters, condition: str, values: dict[str, Any], limit: int, offset: int
) -> list[HazardRow]:
    column, is_descending = (filters.sort, filters.is_descending) if filters.sort in _ORDER else _usual(filters.show)
    order = _ORDER[column].format(way="desc" if is_descending else "asc")
    session.execute(_BY_INDEX_ORDER)
    # The few rows of this page are picked before anything is joined to them.
    rows = session.execute(
        text(
            f"""
            with page as materialized (
                select h.id from hazards h where {condition} order by {order} limit :limit offset :offset)
            select {_COLUMNS} from page join hazards h on h.id = page.id {_JOINED} order by {order}
            """
        ),
        {**values, "limit": limit, "offset": offset},
    )
    return [HazardRow(**row) for row in rows.mappings()]


def _usual(show: str) -> tuple[str, bool]:
    return _USUAL_ORDER.get(show, ("act_by", False))


def _conditions(filters: HazardFilters, now: datetime) -> tuple[str, dict[str, Any]]:
    """A condition of fixed words and its values; nothing that a person typed becomes SQL."""
    shown = _MINE.get(filters.role, _SHOWN["open"]) if filters.show == "mine" else _SHOWN[filters.show]
    parts: list[str] = [shown]
    values: dict[str, Any] = {"now": now} if ":now" in shown else {}
    for name in ("grade", "source", "kind", "venue_id"):
        if getattr(filters, name) is not None:
            parts.append(f"h.{name} = :{name}")
            values[name] = getattr(filters, name)
    if filters.region is not None:
        parts.append("h.county between :lo and :hi")
        values["lo"], values["hi"] = region_range(filters.region)
    _say_scope(filters.within, parts, values)
    if filters.q:
        plain = filters.q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        parts.append(
            "h.venue_id = any (array(select id from venues where name ilike :anywhere or name_initials like :start))"
        )
        values |= {"anywhere": f"%{plain}%", "start": f"{plain.lower()}%"}
    return " and ".join(parts), values


def _say_scope(scope: Scope, parts: list[str], values: dict[str, Any]) -> None:
    """A narrow scope as a condition with its values in it, so that the planner begins there."""
    if not scope.is_regional:
        parts.append("h.venue_id = any (:scope_venues)")
        values["scope_venues"] = list(scope.venue_ids)
    elif scope.county_hi - scope.county_lo < 100:
        parts.append("h.county between :scope_lo and :scope_hi")
        values["scope_lo"], values["scope_hi"] = scope.county_lo, scope.county_hi


def counts(
    session: Session, role: Role, now: datetime, region: int | None = None, within: Scope = EVERYTHING
) -> dict[str, int]:
    """How many each of the desk's choices shows, counted no further than one above `COUNTED_TO`."""
    session.execute(_BY_INDEX)
    asked, values = [], dict[str, Any]()
    for show in ("mine", "open", "overdue", "major", "submitted", "look_back"):
        condition, named = _conditions(HazardFilters(show=show, role=role, region=region, within=within), now)
        values |= named
        asked.append(
            f"(select count(*) from (select 1 from hazards h where {condition} limit {COUNTED_TO + 1}) c) as {show}"
        )
    row = session.execute(text(f"select {', '.join(asked)}"), values).mappings().one()
    return {name: int(n) for name, n in row.items()}


def one(session: Session, hazard_id: int) -> HazardDetail:
    """One hazard with its steps; `NotFound` outside the reader's scope."""
    found = session.execute(_ONE, {"id": hazard_id}).mappings().one_or_none()
    if found is None:
        raise NotFound("There is no such hazard within your scope.")
    row = HazardRow(**{name: found[name] for name in HazardRow.__slots__})
    steps = tuple(HazardStepRow(*step) for step in session.execute(_STEPS, {"id": hazard_id}))
    rest = (name for name in HazardDetail.__slots__ if name not in ("row", "steps"))
    return HazardDetail(row=row, steps=steps, **{name: found[name] for name in rest})


def of_venue(session: Session, venue_id: int, limit: int) -> list[HazardRow]:
    """A venue's hazards: what is due first, closed ones last."""
    return [HazardRow(**row) for row in session.execute(_OF_VENUE, {"id": venue_id, "limit": limit}).mappings()]


def overdue_by_name(
    session: Session, now: datetime, limit: int, region: int | None = None, within: Scope = EVERYTHING
) -> Sequence[OverdueName]:
    """Venues and people with deadlines that have passed, major hazards first, then the most."""
    condition, values = _conditions(HazardFilters("overdue", region=region, within=within), now)
    session.execute(_BY_INDEX)
    rows = session.execute(
        text(_OVERDUE.format(condition=condition, site=f"h.state in ({_ON_SITE})")),
        {**values, "now": now, "limit": limit},
    ).mappings()
    return [OverdueName(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can be named to put a hazard right; `key` is what `commands.hazards.assign` takes."""

    key: str
    name: str
    role: str
    """A duty of the venue's people, or venue, maintainer."""
    unit: str | None


_CONTACTS = text("select id, name, duty from venue_people where venue_id = :venue order by id")
_PEOPLE = text(
    """
    select p.person_id, p.name, p.role, m.name as unit from hazard_parties(:venue, :day) p
    left join maintainers m on m.id = p.maintainer_id where p.role in ('venue', 'maintainer')
    order by p.role desc, p.name
    """
)


def candidates(session: Session, venue_id: int, today: date) -> list[Candidate]:
    """Who can put a hazard right: people with an account there first, then the venue's contacts."""
    people = session.execute(_PEOPLE, {"venue": venue_id, "day": today})
    contacts = session.execute(_CONTACTS, {"venue": venue_id})
    return [
        *(Candidate(f"person:{row.person_id}", row.name, row.role, row.unit) for row in people),
        *(Candidate(f"contact:{row.id}", row.name, row.duty, None) for row in contacts),
    ]


@dataclass(frozen=True, slots=True)
class AreaChoice:
    id: int
    name: str
    floor: int


_AREAS = text("select id, name, floor from areas where venue_id = :venue order by floor, id")


def areas(session: Session, venue_id: int) -> list[AreaChoice]:
    """A venue's controlled areas, where a hazard may be."""
    return [AreaChoice(*row) for row in session.execute(_AREAS, {"venue": venue_id})]


def state_of(session: Session, hazard_id: int) -> HazardState:
    """`NotFound` outside the reader's scope."""
    state = session.scalar(text("select state from hazards where id = :id"), {"id": hazard_id})
    if state is None:
        raise NotFound("There is no such hazard within your scope.")
    return HazardState(state)
