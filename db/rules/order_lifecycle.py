"""The life of a work order: given to a maintainer or a venue, done on the spot, confirmed by whoever gave it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Refusal


class OrderState(StrEnum):
    """`CONFIRMED` and `CANCELLED` end an order."""

    GIVEN = "given"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    FINISHED = "finished"
    HANDED_BACK = "handed_back"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class OrderAct(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"
    ARRIVE = "arrive"
    FINISH = "finish"
    HAND_BACK = "hand_back"
    CONFIRM = "confirm"
    RETURN = "return"
    GIVE_AGAIN = "give_again"
    CANCEL = "cancel"


class GivenTo(StrEnum):
    VENUE = "venue"
    MAINTAINER = "maintainer"


class Urgency(StrEnum):
    URGENT = "urgent"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """How long each step may take, from the giving or from the step before."""

    accept: timedelta
    arrive: timedelta
    finish: timedelta
    confirm: timedelta


ORDER_TERMS: dict[Urgency, OrderTerms] = {
    Urgency.URGENT: OrderTerms(timedelta(minutes=15), timedelta(hours=1), timedelta(hours=8), timedelta(days=1)),
    Urgency.USUAL: OrderTerms(timedelta(hours=4), timedelta(days=2), timedelta(days=3), timedelta(days=3)),
}

MAY_GIVE: dict[Role, tuple[GivenTo, ...]] = {
    Role.PROVINCE: (GivenTo.MAINTAINER, GivenTo.VENUE),
    Role.CITY: (GivenTo.MAINTAINER, GivenTo.VENUE),
    Role.COUNTY: (GivenTo.MAINTAINER, GivenTo.VENUE),
    Role.VENUE: (GivenTo.MAINTAINER,),
}
"""Supervision gives to both, a venue to the unit that it pays."""

DOER = {GivenTo.VENUE: Role.VENUE, GivenTo.MAINTAINER: Role.MAINTAINER}

_S, _A = OrderState, OrderAct
DOERS_ACTS = frozenset({_A.ACCEPT, _A.REFUSE, _A.ARRIVE, _A.FINISH, _A.HAND_BACK})
NEEDS_WORDS = frozenset({_A.REFUSE, _A.HAND_BACK, _A.RETURN, _A.CANCEL})
ENDED = (_S.CONFIRMED, _S.CANCELLED)

ORDER_STEPS: dict[tuple[OrderState, OrderAct], OrderState] = {
    (_S.GIVEN, _A.ACCEPT): _S.ACCEPTED,
    (_S.GIVEN, _A.REFUSE): _S.REFUSED,
    (_S.ACCEPTED, _A.ARRIVE): _S.ARRIVED,
    (_S.ARRIVED, _A.FINISH): _S.FINISHED,
    (_S.ACCEPTED, _A.HAND_BACK): _S.HANDED_BACK,
    (_S.ARRIVED, _A.HAND_BACK): _S.HANDED_BACK,
    (_S.FINISHED, _A.CONFIRM): _S.CONFIRMED,
    (_S.FINISHED, _A.RETURN): _S.ACCEPTED,
    (_S.REFUSED, _A.GIVE_AGAIN): _S.GIVEN,
    (_S.HANDED_BACK, _A.GIVE_AGAIN): _S.GIVEN,
    **{(state, _A.CANCEL): _S.CANCELLED for state in (_S.GIVEN, _S.ACCEPTED, _S.REFUSED, _S.HANDED_BACK)},
}
"""Everything that is not here is refused."""


@dataclass(frozen=True, slots=True)
class OrderCase:
    """What the rules ask of an order."""

    state: OrderState
    given_to: GivenTo
    giver_role: Role
    has_evidence: bool = False
    """A picture or document since it was last given or returned."""


def order_step(case: OrderCase, act: OrderAct, role: Role, words: str) -> OrderState | Refusal:
    """The state after the act, or why it is refused."""
    doer = DOER[case.given_to]
    if act in DOERS_ACTS and role is not doer:
        return Refusal("This is for whoever the order was given to.")
    if act not in DOERS_ACTS and role is not case.giver_role:
        return Refusal("This is for whoever gave the order.")
    after = ORDER_STEPS.get((case.state, act))
    if after is None:
        return Refusal("This step does not fit the order's state.")
    if act in NEEDS_WORDS and not words.strip():
        return Refusal("Say why, in a few words.")
    if act is OrderAct.FINISH and not case.has_evidence:
        return Refusal("Add a photograph of the finished work first.")
    return after


@dataclass(frozen=True, slots=True)
class OrderDeadlines:
    """The columns of an order's deadlines, set when it is given."""

    accept_by: datetime
    arrive_by: datetime
    finish_by: datetime


def deadlines(urgency: Urgency, given_at: datetime, finish_by: datetime | None = None) -> OrderDeadlines:
    """What the urgency gives; a deadline of the giver's own holds for the finish, and no step is due after it."""
    terms = ORDER_TERMS[urgency]
    finish = finish_by or given_at + terms.finish
    return OrderDeadlines(min(given_at + terms.accept, finish), min(given_at + terms.arrive, finish), finish)


def order_act_by(state: OrderState, times: OrderDeadlines, urgency: Urgency, at: datetime) -> datetime | None:
    """By when the next step is due, the last one taken at `at`; None where the order has ended."""
    if state is OrderState.GIVEN:
        return times.accept_by
    if state is OrderState.ACCEPTED:
        return times.arrive_by
    if state is OrderState.ARRIVED:
        return times.finish_by
    if state in (OrderState.FINISHED, OrderState.REFUSED, OrderState.HANDED_BACK):
        return at + ORDER_TERMS[urgency].confirm
    return None
