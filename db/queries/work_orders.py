"""Work orders, read: the desk's rows, one with its life, and whom one can be given to."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.queries.hazards import COUNTED_TO, Place
from db.rules.access_scope import Role, region_range

ORDER_SHOWS = ("mine", "open", "overdue", "finished", "ended", "all")
_SHOWN: dict[str, str] = {
    "open": "o.act_by is not null",
    "overdue": "o.act_by < :now",
    "finished": "o.state = 'finished'",
    "ended": "o.act_by is null",
    "all": "true",
}
_DOER = "o.given_to = '{to}' and o.state in ('given', 'accepted', 'arrived')"
_GIVER = "o.giver_role = '{role}' and o.state in ('refused', 'handed_back', 'finished')"
_MINE = {
    Role.MAINTAINER: _DOER.format(to="maintainer"),
    Role.VENUE: f"({_DOER.format(to='venue')} or {_GIVER.format(role='venue')})",
    **{role: _GIVER.format(role=role.value) for role in (Role.PROVINCE, Role.CITY, Role.COUNTY)},
}
"""What waits for each role: work to do, or an answer to look at."""


@dataclass(frozen=True, slots=True)
class OrderFilters:
    show: str = "open"
    role: Role = Role.PROVINCE
    hazard_id: int | None = None
    alarm_id: int | None = None
    venue_id: int | None = None
    q: str = ""
    region: int | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as a line of the desk."""

    id: int
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    city_name: str
    alarm_id: int | None
    hazard_id: int | None
    device_code: str | None
    what: str
    requirement: str
    urgency: str
    state: str
    given_to: str
    unit: str | None
    given_at: datetime
    given_by_name: str
    giver_role: str
    doer_name: str | None
    accept_by: datetime
    arrive_by: datetime
    finish_by: datetime
    accepted_at: datetime | None
    arrived_at: datetime | None
    arrived_metres: int | None
    finished_at: datetime | None
    ended_at: datetime | None
    act_by: datetime | None

    def is_overdue(self, now: datetime) -> bool:
        return self.act_by is not None and self.act_by < now


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some rows of the desk, and whether more follow."""

    rows: tuple[OrderRow, ...]
    is_more: bool


@dataclass(frozen=True, slots=True)
class OrderStepRow:
    at: datetime
    step: str
    state: str
    actor_name: str
    actor_role: str | None
    note: str | None
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order with its life, oldest first."""

    row: OrderRow
    has_evidence: bool
    """Since it was last given or returned."""
    steps: tuple[OrderStepRow, ...]


@dataclass(frozen=True, slots=True)
class OrderSubject:
    """What a new order would be about."""

    kind: str
    id: int
    venue_id: int
    venue_name: str
    what: str


@dataclass(frozen=True, slots=True)
class Unit:
    id: int
    name: str


_COLUMNS = """
    o.id, o.venue_id, v.name as venue_name, o.county, county.name as county_name, city.name as city_name, o.alarm_id,
    o.hazard_id, d.code as device_code, o.what, o.requirement, o.urgency, o.state, o.given_to, m.name as unit,
    o.given_at, o.given_by_name, o.giver_role, o.doer_name, o.accept_by, o.arrive_by, o.finish_by, o.accepted_at,
    o.arrived_at, o.arrived_metres, o.finished_at, o.ended_at, o.act_by
"""
_JOINED = """
    join venues v on v.id = o.venue_id join regions county on county.adcode = o.county
    join regions city on city.adcode = v.city left join devices d on d.id = o.device_id
    left join maintainers m on m.id = o.maintainer_id
"""
_ONE = text(
    f"""
    select {_COLUMNS},
        exists (select from evidence_files e where e.order_id = o.id and e.uploaded_at >= o.evidence_since) as evidence
    from work_orders o {_JOINED} where o.id = :id
    """
)
_STEPS = text(
    "select at, step, state, actor_name, actor_role, note, facts from work_order_steps"
    " where order_id = :id order by at, id"
)
_SUBJECTS = {
    "alarm": text(
        "select a.id, v.id as venue_id, v.name, a.kind as what from alarms a join venues v on v.id = a.venue_id"
        " where a.id = :id"
    ),
    "hazard": text(
        "select h.id, v.id as venue_id, v.name, h.what from hazards h join venues v on v.id = h.venue_id"
        " where h.id = :id"
    ),
    "device": text(
        "select d.id, v.id as venue_id, v.name, d.code as what from devices d join venues v on v.id = d.venue_id"
        " where d.id = :id"
    ),
    "venue": text("select id, id as venue_id, name, '' as what from venues where id = :id"),
}
_UNITS = text(
    """
    select distinct m.id, m.name from contracts c join maintainers m on m.id = c.maintainer_id
    where c.venue_id = :venue and c.starts_on <= :day and (c.ends_on is null or c.ends_on > :day) order by m.name
    """
)


def desk(session: Session, filters: OrderFilters, now: datetime, limit: int, offset: int = 0) -> OrderPage:
    """The desk's rows: what is due first, ended ones newest first."""
    condition, values = _conditions(filters, now)
    order = "o.given_at desc, o.id desc" if filters.show in ("ended", "all") else "o.act_by, o.id"
    rows = session.execute(
        text(
            f"""
            with page as materialized (
                select o.id from work_orders o where {condition} order by {order} limit :limit offset :offset)
            select {_COLUMNS} from page join work_orders o on o.id = page.id {_JOINED} order by {order}
            """
        ),
        {**values, "limit": limit + 1, "offset": offset},
    )
    found = [OrderRow(**row) for row in rows.mappings()]
    return OrderPage(tuple(found[:limit]), len(found) > limit)


def newest(session: Session, filters: OrderFilters, now: datetime, limit: int, after: Place | None = None) -> OrderPage:
    """The newest orders first, or those that follow after a place in that order."""
    condition, values = _conditions(filters, now)
    if after is not None:
        condition += " and (o.given_at, o.id) < (:after_at, :after_id)"
        values |= {"after_at": after.at, "after_id": after.id}
    rows = session.execute(
        text(
            f"""
            with page as materialized (
                select o.id from work_orders o where {condition} order by o.given_at desc, o.id desc limit :limit)
            select {_COLUMNS} from page join work_orders o on o.id = page.id {_JOINED}
            order by o.given_at desc, o.id desc
            """
        ),
        {**values, "limit": limit + 1},
    )
    found = [OrderRow(**row) for row in rows.mappings()]
    return OrderPage(tuple(found[:limit]), len(found) > limit)


def _conditions(filters: OrderFilters, now: datetime) -> tuple[str, dict[str, Any]]:
    """A condition of fixed words and its values; nothing that a person typed becomes SQL."""
    shown = _MINE.get(filters.role, _SHOWN["open"]) if filters.show == "mine" else _SHOWN[filters.show]
    parts: list[str] = [shown]
    values: dict[str, Any] = {"now": now} if ":now" in shown else {}
    for name in ("hazard_id", "alarm_id", "venue_id"):
        if getattr(filters, name) is not None:
            parts.append(f"o.{name} = :{name}")
            values[name] = getattr(filters, name)
    if filters.region is not None:
        parts.append("o.county between :lo and :hi")
        values["lo"], values["hi"] = region_range(filters.region)
    if filters.q:
        plain = filters.q.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        parts.append(
            "o.venue_id = any (array(select id from venues where name ilike :anywhere or name_initials like :start))"
        )
        values |= {"anywhere": f"%{plain}%", "start": f"{plain.lower()}%"}
    return " and ".join(parts), values


def counts(session: Session, role: Role, now: datetime) -> dict[str, int]:
    """How many each of the desk's choices shows, counted no further than one above `COUNTED_TO`."""
    asked, values = [], dict[str, Any]()
    for show in ("mine", "open", "overdue", "finished"):
        condition, named = _conditions(OrderFilters(show=show, role=role), now)
        values |= named
        asked.append(
            f"(select count(*) from (select 1 from work_orders o where {condition} limit {COUNTED_TO + 1}) c) as {show}"
        )
    row = session.execute(text(f"select {', '.join(asked)}"), values).mappings().one()
    return {name: int(n) for name, n in row.items()}


def one(session: Session, order_id: int) -> OrderDetail:
    """One order with its steps; `NotFound` outside the reader's scope."""
    found = session.execute(_ONE, {"id": order_id}).mappings().one_or_none()
    if found is None:
        raise NotFound("There is no such work order within your scope.")
    row = OrderRow(**{name: found[name] for name in OrderRow.__slots__})
    steps = tuple(OrderStepRow(*step) for step in session.execute(_STEPS, {"id": order_id}))
    return OrderDetail(row, found["evidence"], steps)


def subject(session: Session, kind: str, number: int) -> OrderSubject:
    """What an order would be about; `NotFound` outside the reader's scope."""
    row = session.execute(_SUBJECTS[kind], {"id": number}).one_or_none() if kind in _SUBJECTS else None
    if row is None:
        raise NotFound("What the order is about is not within your scope.")
    return OrderSubject(kind, row.id, row.venue_id, row.name, row.what)


def units(session: Session, venue_id: int, today: date) -> list[Unit]:
    """Maintainers with a contract in force at the venue."""
    return [Unit(*row) for row in session.execute(_UNITS, {"venue": venue_id, "day": today})]
