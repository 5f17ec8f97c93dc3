"""Hazards, read: the desk's rows, one with its life, the two lists, and who is overdue by name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.access_scope import EVERYTHING, Role, Scope, region_range
from db.rules.hazard_lifecycle import BEING_RECTIFIED, HazardState

COUNTED_TO = 10_000
"""Beyond it a choice says only that there are more."""

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
_IN_ORDER = text(
    "select set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true),"
    " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),"
    " set_config('enable_sort', :sort, true)"
)
"""The planner does not know how wide the policy's scope is and takes it for narrow: for a province it would fetch and
sort every row instead of walking an index that has them in order. The indexes by `found_at`, `act_by` and `closed_at`
hold all that the desk filters by: what does not fit is passed over without a look at its row."""
_FEW_VENUES = 200
"""So many are looked up one by one and sorted; of more the order's index, walked row by row, soon meets enough."""
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
_SORTS = ("act_by", "found_at")
"""What a reader may ask for."""
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
    rows = _rows(session, filters, now, limit + 1, offset)
    return HazardPage(tuple(rows[:limit]), len(rows) > limit)


def listed(session: Session, filters: HazardFilters, now: datetime, limit: int) -> list[HazardRow]:
    """The same rows for the two lists, `limit` at most."""
    return _rows(session, filters, now, limit, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place in a list that is read on from there: its moment, and its number where moments are alike."""

    at: datetime
    id: int


def newest(
    session: Session, filters: HazardFilters, now: datetime, limit: int, after: Place | None = None
) -> HazardPage:
    """The newest findings first, or those that follow after a place in that order."""
    by_finding = replace(filters, sort="found_at", is_descending=True)
    rows = _rows(session, by_finding, now, limit + 1, 0, after)
    return HazardPage(tuple(rows[:limit]), len(rows) > limit)


def _rows(
    session: Session, filters: HazardFilters, now: datetime, limit: int, offset: int, after: Place | None = None
) -> list[HazardRow]:
    column, is_descending = (filters.sort, filters.is_descending) if filters.sort in _SORTS else _usual(filters.show)
    order = _ORDER[column].format(way="desc" if is_descending else "asc")
    condition, values = _conditions(filters, now)
    venues = _venues(session, filters)
    among, named = _among(venues, filters.q)
    if after is not None:
        condition += " and (h.found_at, h.id) < (:after_at, :after_id)"
        values |= {"after_at": after.at, "after_id": after.id}
    is_few = venues is not None and len(venues) <= _FEW_VENUES
    session.execute(_IN_ORDER, {"sort": "on" if is_few else "off"})
    # The few rows of this page are picked before anything is joined to them.
    rows = session.execute(
        text(
            f"""
            with page as materialized (select id, row_number() over () as place from (
                select h.id from hazards h where {condition} and {among}
                order by {order} limit :limit offset :offset) p)
            select {_COLUMNS} from page join hazards h on h.id = page.id {_JOINED} order by page.place
            """
        ),
        {**values, **named, "limit": limit, "offset": offset},
    )
    return [HazardRow(**row) for row in rows.mappings()]


_NAMED = "v.name ilike :anywhere or v.name_initials like :start"


def _venues(session: Session, filters: HazardFilters) -> list[int] | None:
    """The venues that the address, the reader's words or scope leave, no more of a name's than are told apart from
    many; None where nothing is said."""
    if filters.venue_id is not None:
        return [filters.venue_id]
    if filters.q:
        asked = text(f"select v.id from venues v where {_NAMED} limit {_FEW_VENUES + 1}")
        return list(session.scalars(asked, _words(filters.q)))
    return None if filters.within.is_regional else list(filters.within.venue_ids)


def _among(venues: list[int] | None, words: str) -> tuple[str, dict[str, Any]]:
    """The venues as a condition: by their numbers, or many of a name by looking at each row's."""
    if venues is None:
        return "true", {}
    if words and len(venues) > _FEW_VENUES:
        return f"exists (select from venues v where v.id = h.venue_id and ({_NAMED}))", _words(words)
    return "h.venue_id = any (:among)", {"among": venues}


def _words(typed: str) -> dict[str, Any]:
    plain = typed.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return {"anywhere": f"%{plain}%", "start": f"{plain.lower()}%"}


def _usual(show: str) -> tuple[str, bool]:
    return _USUAL_ORDER.get(show, ("act_by", False))


def _conditions(filters: HazardFilters, now: datetime) -> tuple[str, dict[str, Any]]:
    """A condition of fixed words and its values, venues left out; nothing that a person typed becomes SQL."""
    shown, values = _shown(filters.show, filters.role, now)
    parts = [shown]
    for name in ("grade", "source", "kind"):
        if getattr(filters, name) is not None:
            parts.append(f"h.{name} = :{name}")
            values[name] = getattr(filters, name)
    for lo, hi in _counties(filters):
        # A single county is said as an equation: the planner then finds its rows in their order.
        parts.append(f"h.county = {lo:d}" if lo == hi else f"h.county between {lo:d} and {hi:d}")
    return " and ".join(parts), values


def _shown(show: str, role: Role, now: datetime) -> tuple[str, dict[str, Any]]:
    shown = _MINE.get(role, _SHOWN["open"]) if show == "mine" else _SHOWN[show]
    return shown, {"now": now} if ":now" in shown else {}


def _counties(filters: HazardFilters) -> list[tuple[int, int]]:
    """The region asked for, and the reader's own where that is no wider than a city."""
    asked = [] if filters.region is None else [region_range(filters.region)]
    lo, hi = filters.within.county_lo, filters.within.county_hi
    return [*asked, *([(lo, hi)] if filters.within.is_regional and hi - lo < 100 else [])]


def counts(
    session: Session, role: Role, now: datetime, region: int | None = None, within: Scope = EVERYTHING
) -> dict[str, int]:
    """How many each of the desk's choices shows: one walk through what somebody owes, which is all that they show."""
    shows = ("mine", "open", "overdue", "major", "submitted", "look_back")
    asked, values = [], dict[str, Any]()
    for show in shows:
        shown, named = _shown(show, role, now)
        asked.append(f"count(*) filter (where {shown}) as {show}")
        values |= named
    condition, _values = _conditions(HazardFilters("all", region=region, within=within), now)
    among, named = _among(_venues(session, HazardFilters("all", within=within)), "")
    values |= named
    session.execute(_IN_ORDER, {"sort": "on"})
    row = session.execute(
        text(f"select {', '.join(asked)} from hazards h where h.act_by is not null and {condition} and {among}"),
        values,
    )
    return {name: int(n) for name, n in row.mappings().one().items()}


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
    filters = HazardFilters("overdue", region=region, within=within)
    condition, values = _conditions(filters, now)
    among, named = _among(_venues(session, filters), "")
    session.execute(_IN_ORDER, {"sort": "on"})
    rows = session.execute(
        text(_OVERDUE.format(condition=f"{condition} and {among}", site=f"h.state in ({_ON_SITE})")),
        {**values, **named, "now": now, "limit": limit},
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
