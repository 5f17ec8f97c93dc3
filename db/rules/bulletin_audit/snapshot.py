"""Claims against the figures of a snapshot."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from db.rules.bulletin_audit.book import Book, pct, said, span
from db.rules.bulletin_audit.claim import RATES, RATIOS, Claim, Quantity, Subject
from db.rules.bulletin_audit.finding import Rule
from db.rules.bulletin_audit.naming import Doubt, called, doubt
from db.rules.measures import MeasureKey

_Q, _M = Quantity, MeasureKey


class Frozen(Protocol):
    """A figure of a snapshot: of a measure, or of one of a bulletin's problems."""

    @property
    def measure(self) -> str: ...
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


PART_IN: dict[Quantity, str] = {
    _Q.ACCESSED: _M.ACCESS,
    _Q.ONLINE: _M.PROVEN_ONLINE,
    _Q.ON_DUTY: _M.DECLARED_DUTY,
    _Q.VERIFIED: _M.VERIFIED_DUTY,
    _Q.MILESTONE: _M.MILESTONE,
    _Q.ALARMS_ON_TIME: _M.ALARMS_ON_TIME,
    _Q.ALARMS_OVERDUE: _M.ALARMS_OVERDUE,
    _Q.ALARMS_UNHANDLED: _M.ALARMS_UNHANDLED,
    _Q.HAZARDS_CLOSED: _M.HAZARDS_CLOSED,
    _Q.HAZARDS_OPEN: "hazards_open",
    _Q.LATE: "late_access",
    _Q.WITHOUT_DUTY: "no_duty",
    _Q.DOUBTFUL: "doubtful_duty",
}
MISSING_IN: dict[Quantity, str] = {
    _Q.NOT_ACCESSED: _M.ACCESS,
    _Q.NOT_ON_DUTY: _M.DECLARED_DUTY,
}
WHOLE_IN: dict[Quantity, tuple[str, ...]] = {
    _Q.VENUES: (_M.ACCESS, _M.DECLARED_DUTY, _M.PROVEN_ONLINE, _M.VERIFIED_DUTY, _M.MILESTONE),
    _Q.ALARMS: (_M.ALARMS_ON_TIME, _M.ALARMS_OVERDUE, _M.ALARMS_UNHANDLED),
    _Q.HAZARDS: (_M.HAZARDS_CLOSED,),
}
RATE_IN: dict[Quantity, str] = {ratio.rate: PART_IN[ratio.part] for ratio in RATIOS}


def against_figures(book: Book, figures: Iterable[Frozen], as_of: date | None = None) -> Iterator[Doubt]:
    """Every claim that one of the figures speaks of; claims of another day are left alone."""
    if as_of is not None and book.day is not None and book.day != as_of:
        return
    by_key = {(str(f.measure), f.adcode, f.category): f for f in figures}
    for (_quantity, subject), claims in book.told.items():
        for claim in claims:
            true = [] if claim.is_share else _true(by_key, claim, subject)
            if true and not any(_agrees(claim, value) for value in true):
                yield _differs(book, claim, true[0])


def _true(by_key: dict[tuple[str, int, str], Frozen], claim: Claim, subject: Subject) -> list[Decimal]:
    """The values that the snapshot allows; none where it does not speak of the matter."""
    quantity, category = claim.quantity, subject.sub_type or subject.category

    def of(*measures: str) -> list[Frozen]:
        found = (by_key.get((str(measure), subject.region, category)) for measure in measures)
        return [figure for figure in found if figure is not None]

    if quantity in WHOLE_IN:
        told_for = PART_IN.get(claim.of) if claim.of else None
        return [Decimal(f.denominator) for f in of(*([told_for] if told_for else WHOLE_IN[quantity]))]
    if quantity is Quantity.EXCUSED:
        told_for = PART_IN.get(claim.of) if claim.of else None
        return [Decimal(f.excluded) for f in of(*([told_for] if told_for else RATE_IN.values()))]
    if quantity in PART_IN:
        # The accessed that lack duty are counted out of those accessed that nothing excuses.
        also = [Decimal(f.denominator) for f in of("no_duty")] if quantity is Quantity.ACCESSED else []
        return [Decimal(f.numerator) for f in of(PART_IN[quantity])] + also
    if quantity in MISSING_IN:
        return [Decimal(f.denominator - f.numerator) for f in of(MISSING_IN[quantity])]
    if quantity in RATE_IN:
        return [pct(Decimal(f.numerator), Decimal(f.denominator), 6) for f in of(RATE_IN[quantity]) if f.denominator]
    return []


def _agrees(claim: Claim, value: Decimal) -> bool:
    lo, hi = span(claim)
    if claim.quantity in RATES and claim.is_exact:
        shown = Decimal(1).scaleb(-claim.number.decimals)
        return value.quantize(shown, ROUND_HALF_UP) == claim.value.quantize(shown)
    return lo <= value <= hi


def _differs(book: Book, claim: Claim, value: Decimal) -> Doubt:
    unit = "%" if claim.quantity in RATES else ""
    if claim.quantity in RATES:
        value = value.quantize(Decimal(1).scaleb(-max(1, claim.number.decimals)), ROUND_HALF_UP)
    name = f"{book.name(claim.subject)}{called(claim.quantity)}"
    return doubt(Rule.SNAPSHOT, claim, f"{name}写为{said(claim.value)}{unit},快照中为{said(value)}{unit}。")
