"""Claims against the figures of a snapshot."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from db.rules.bulletin_audit.book import Book, pct, said, span
from db.rules.bulletin_audit.claim import ALL, RATES, Claim, Quantity, Subject
from db.rules.bulletin_audit.finding import Rule
from db.rules.bulletin_audit.naming import Doubt, called, doubt
from db.rules.measures import MeasureKey

_Q, _M = Quantity, MeasureKey


class Frozen(Protocol):
    """A figure of a snapshot, as `db.queries.measures.Figure`."""

    @property
    def measure(self) -> MeasureKey: ...
    @property
    def adcode(self) -> int: ...
    @property
    def category(self) -> str: ...
    @property
    def numerator(self) -> int: ...
    @property
    def denominator(self) -> int: ...
    @property
    def excluded(self) -> int: ...


PARTS = {
    _Q.ACCESSED: _M.ACCESS,
    _Q.ONLINE: _M.PROVEN_ONLINE,
    _Q.ON_DUTY: _M.DECLARED_DUTY,
    _Q.VERIFIED: _M.VERIFIED_DUTY,
    _Q.MILESTONE: _M.MILESTONE,
    _Q.ALARMS_ON_TIME: _M.ALARMS_ON_TIME,
    _Q.ALARMS_OVERDUE: _M.ALARMS_OVERDUE,
    _Q.ALARMS_UNHANDLED: _M.ALARMS_UNHANDLED,
    _Q.HAZARDS_CLOSED: _M.HAZARDS_CLOSED,
}
MISSING = {_Q.NOT_ACCESSED: _M.ACCESS, _Q.NOT_ON_DUTY: _M.DECLARED_DUTY, _Q.HAZARDS_OPEN: _M.HAZARDS_CLOSED}
RATE = {
    _Q.ACCESS_RATE: _M.ACCESS,
    _Q.ONLINE_RATE: _M.PROVEN_ONLINE,
    _Q.DUTY_RATE: _M.DECLARED_DUTY,
    _Q.VERIFIED_RATE: _M.VERIFIED_DUTY,
    _Q.MILESTONE_RATE: _M.MILESTONE,
    _Q.ON_TIME_RATE: _M.ALARMS_ON_TIME,
    _Q.OVERDUE_RATE: _M.ALARMS_OVERDUE,
    _Q.UNHANDLED_RATE: _M.ALARMS_UNHANDLED,
    _Q.CLOSING_RATE: _M.HAZARDS_CLOSED,
}
WHOLES = {
    _Q.VENUES: (_M.ACCESS, _M.DECLARED_DUTY, _M.PROVEN_ONLINE, _M.VERIFIED_DUTY, _M.MILESTONE),
    _Q.ALARMS: (_M.ALARMS_ON_TIME, _M.ALARMS_OVERDUE, _M.ALARMS_UNHANDLED),
    _Q.HAZARDS: (_M.HAZARDS_CLOSED,),
}


def against_figures(book: Book, figures: Iterable[Frozen], as_of: date | None = None) -> Iterator[Doubt]:
    """Every claim that one of the figures speaks of; claims of another day are left alone."""
    if as_of is not None and book.day is not None and book.day != as_of:
        return
    by_key = {(f.measure, f.adcode, f.category): f for f in figures}
    for (quantity, subject), claims in book.told.items():
        frozen = _true(by_key, quantity, subject)
        for claim in claims:
            if frozen and not claim.is_share and not any(_agrees(claim, value) for value in frozen):
                yield _differs(book, claim, frozen[0])


def _true(
    by_key: dict[tuple[MeasureKey, int, str], Frozen], quantity: Quantity, subject: Subject
) -> list[Decimal | None]:
    """The values that the snapshot allows; None among them where a rate has nothing to measure."""
    category = subject.sub_type or subject.category or ALL

    def of(measure: MeasureKey) -> Frozen | None:
        return by_key.get((measure, subject.region, category))

    if quantity in PARTS:
        figure = of(PARTS[quantity])
        return [Decimal(figure.numerator)] if figure else []
    if quantity in MISSING:
        figure = of(MISSING[quantity])
        return [Decimal(figure.denominator - figure.numerator)] if figure else []
    if quantity in WHOLES:
        found = [figure for measure in WHOLES[quantity] if (figure := of(measure)) is not None]
        return [Decimal(n) for figure in found for n in {figure.denominator, figure.denominator + figure.excluded}]
    if quantity in RATE:
        figure = of(RATE[quantity])
        if figure is None or figure.denominator == 0:
            return []
        return [pct(Decimal(figure.numerator), Decimal(figure.denominator), 6)]
    return []


def _agrees(claim: Claim, value: Decimal | None) -> bool:
    if value is None:
        return False
    lo, hi = span(claim)
    if claim.quantity in RATES and claim.is_exact:
        shown = Decimal(1).scaleb(-claim.number.decimals)
        return value.quantize(shown, ROUND_HALF_UP) == claim.value.quantize(shown)
    return lo <= value <= hi


def _differs(book: Book, claim: Claim, value: Decimal | None) -> Doubt:
    unit = "%" if claim.quantity in RATES else ""
    shown = value
    if value is not None and claim.quantity in RATES:
        shown = value.quantize(Decimal(1).scaleb(-max(1, claim.number.decimals)), ROUND_HALF_UP)
    name = f"{book.name(claim.subject)}{called(claim.quantity)}"
    return doubt(
        Rule.SNAPSHOT, claim, f"{name}写为{said(claim.value)}{unit},快照中为{said(shown or Decimal(0))}{unit}。"
    )
