"""Work orders of the last weeks, to the maintainers, about hazards that are being rectified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from db.demo.hazards import DemoHazard
from db.demo.maintainers import DemoContract
from db.demo.people import DemoPerson
from db.rules.access_scope import Role
from db.rules.order_lifecycle import OrderDeadlines, OrderState, Urgency, deadlines, order_act_by

LAST = timedelta(days=45)
SHARE = 0.45
GIVERS = (Role.COUNTY, Role.CITY, Role.PROVINCE)

WAY: tuple[tuple[str, OrderState, float, bool], ...] = (
    ("accept", OrderState.ACCEPTED, 0.12, True),
    ("arrive", OrderState.ARRIVED, 0.8, True),
    ("finish", OrderState.FINISHED, 0.6, True),
    ("confirm", OrderState.CONFIRMED, 1.2, False),
)
"""Step, state, days until it on average, and whether the unit takes it."""


@dataclass(slots=True)
class DemoOrder:
    id: int
    hazard: DemoHazard
    unit_id: int
    unit_name: str
    giver: DemoPerson
    given_at: datetime
    urgency: Urgency
    state: OrderState
    at: datetime
    reached: dict[str, datetime]
    steps: list[tuple[datetime, str, OrderState, str]]

    @property
    def times(self) -> OrderDeadlines:
        return deadlines(self.urgency, self.given_at)


def make(
    hazards: Sequence[DemoHazard],
    contracts: Sequence[DemoContract],
    people: Sequence[DemoPerson],
    now: datetime,
    rng: np.random.Generator,
) -> list[DemoOrder]:
    """Orders about hazards assigned lately, where a contract is in force."""
    units = {contract.venue.id: contract.maintainer for contract in contracts if contract.ends_on is None}
    made: list[DemoOrder] = []
    for hazard in hazards:
        unit = units.get(hazard.area.venue.id)
        given_at = hazard.assigned_at
        if unit is None or given_at is None or now - given_at > LAST or rng.random() > SHARE:
            continue
        giver = _giver(people, hazard.area.venue.county)
        urgency = Urgency.URGENT if rng.random() < 0.15 else Urgency.USUAL
        first = [(given_at, "given", OrderState.GIVEN, giver.name)]
        order = DemoOrder(
            *(
                len(made) + 1,
                hazard,
                unit.id,
                unit.name,
                giver,
                given_at,
                urgency,
                OrderState.GIVEN,
                given_at,
                {},
                first,
            )
        )
        _live(order, now, rng)
        made.append(order)
    return made


def _live(order: DemoOrder, now: datetime, rng: np.random.Generator) -> None:
    at = order.given_at
    if rng.random() < 0.04:
        at += timedelta(hours=float(rng.exponential(2)))
        if at <= now:
            order.state, order.at = OrderState.REFUSED, at
            order.steps.append((at, "refuse", OrderState.REFUSED, order.unit_name))
        return
    for step, state, days, is_units in WAY:
        at += timedelta(days=float(rng.exponential(days)))
        if at > now:
            return
        order.state, order.at, order.reached[step] = state, at, at
        order.steps.append((at, step, state, order.unit_name if is_units else order.giver.name))


def _giver(people: Sequence[DemoPerson], county: int) -> DemoPerson:
    """The nearest bureau that has somebody."""
    return next(p for role in GIVERS for p in people if p.role is role and p.county_lo <= county <= p.county_hi)


COLUMNS = (
    *("id", "venue_id", "county", "hazard_id", "what", "requirement", "urgency", "state", "given_to", "maintainer_id"),
    *("given_at", "given_by", "given_by_name", "giver_role", "doer_name", "accept_by", "arrive_by", "finish_by"),
    *("accepted_at", "arrived_at", "finished_at", "ended_at", "evidence_since", "act_by", "reminded_at", "is_demo"),
)


def row(order: DemoOrder, now: datetime) -> tuple[Any, ...]:
    venue, times, reached = order.hazard.area.venue, order.times, order.reached
    doer = order.unit_name if "accept" in reached else None
    return (
        *(order.id, venue.id, venue.county, order.hazard.id, order.hazard.measure, order.hazard.requirement),
        *(order.urgency.value, order.state.value, "maintainer", order.unit_id, order.given_at, order.giver.id),
        *(order.giver.name, order.giver.role.value, doer, times.accept_by, times.arrive_by, times.finish_by),
        *(reached.get("accept"), reached.get("arrive"), reached.get("finish"), reached.get("confirm")),
        *(order.given_at, order_act_by(order.state, times, order.urgency, order.at), now, True),
    )


def step_rows(order: DemoOrder) -> list[tuple[Any, ...]]:
    venue = order.hazard.area.venue
    return [(order.id, venue.id, venue.county, at, step, state.value, who) for at, step, state, who in order.steps]
