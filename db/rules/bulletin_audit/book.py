"""A text's claims in order of what they are about, and what follows from them by arithmetic."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from db.rules.bulletin_audit.claim import ALL, PART_OF, RATES, Claim, Quantity, Ratio, Subject
from db.rules.bulletin_audit.places import PROVINCE, Places
from db.rules.bulletin_audit.reading import Reading
from db.rules.bulletin_audit.words import CATEGORY_NAMES, SUB_TYPE_NAMES
from db.rules.venue_categories import BULLETIN_CATEGORIES, SubType

IN_BULLETIN = frozenset(category.value for category in BULLETIN_CATEGORIES)
SUB_TYPES = frozenset(sub_type.value for sub_type in SubType)
UNIVERSITY = BULLETIN_CATEGORIES[0].value


@dataclass(frozen=True, slots=True)
class Parts:
    """Claims of every part of a whole: all categories, all cities, all sub-types."""

    of: str
    """categories, regions or sub_types"""
    claims: tuple[Claim, ...]
    is_whole: bool
    """Every part is told; else some are missing."""

    @property
    def total(self) -> Decimal:
        return sum((claim.value for claim in self.claims), Decimal(0))


class Book:
    """The claims of one day, by quantity and subject; what is said twice keeps its order."""

    def __init__(self, claims: list[Claim], day: date | None, places: Places) -> None:
        self.day = day
        self.places = places
        self.told: dict[tuple[Quantity, Subject], list[Claim]] = defaultdict(list)
        for claim in claims:
            self.told[claim.quantity, claim.subject].append(claim)

    def said(self, quantity: Quantity, subject: Subject, of: Quantity | None = None) -> list[Claim]:
        """Every claim; of wholes only those told for the part `of`, where one is asked for."""
        told = self.told.get((quantity, subject), [])
        return told if of is None else [claim for claim in told if claim.of is of]

    def first(self, quantity: Quantity, subject: Subject, of: Quantity | None = None) -> Claim | None:
        """What is said first; a bound (超过 60%) only where nothing else is."""
        told = self.said(quantity, subject, of)
        return next((c for c in told if not c.number.comparison), told[0] if told else None)

    def exact(self, quantity: Quantity, subject: Subject) -> Claim | None:
        return next((c for c in self.told.get((quantity, subject), []) if c.is_exact and not c.is_share), None)

    def whole(self, ratio: Ratio, subject: Subject) -> Claim | None:
        """The whole that is told for the ratio's part; another part's, or one told for none, where there is none."""
        said = [c for c in self.told.get((ratio.whole, subject), []) if c.is_exact]
        own = [c for c in said if c.of is ratio.part]
        return next(iter(own or ([] if self.excuses else said)), None)

    @cached_property
    def excused(self) -> Decimal:
        """Venues that the text tells of as left out, in all its sections together."""
        told = (c.value for (q, _subject), claims in self.told.items() if q is Quantity.EXCUSED for c in claims)
        return sum(told, Decimal(0))

    @property
    def excuses(self) -> bool:
        """Counts of one measure then need not be those of another."""
        return self.excused > 0

    @cached_property
    def subjects(self) -> list[Subject]:
        return list(dict.fromkeys(subject for _quantity, subject in self.told))

    def parts(self, quantity: Quantity, subject: Subject, told_for: Quantity | None = None) -> Iterator[Parts]:
        """The parts of a subject's figure, as far as the text tells them (wholes: for the part `told_for`)."""
        if subject.sub_type is None and subject.category == ALL:
            yield from self._found(
                "categories", quantity, told_for, [Subject(subject.region, c) for c in sorted(IN_BULLETIN)]
            )
        if subject.sub_type is None and subject.category == UNIVERSITY:
            made = [Subject(subject.region, UNIVERSITY, sub_type) for sub_type in sorted(SUB_TYPES)]
            yield from self._found("sub_types", quantity, told_for, made)
        inner = sorted(self.places.children(subject.region))
        if inner:
            made = [Subject(code, subject.category, subject.sub_type) for code in inner]
            yield from self._found("regions", quantity, told_for, made)

    def _found(
        self, of: str, quantity: Quantity, told_for: Quantity | None, subjects: list[Subject]
    ) -> Iterator[Parts]:
        claims = [c for c in (self.first(quantity, subject, told_for) for subject in subjects) if c is not None]
        if claims and all(c.is_exact for c in claims):
            claims.sort(key=lambda c: c.start)
            in_full = of == "regions" and len(claims) > 1 and all(c.is_in_full for c in claims)
            yield Parts(of, tuple(claims), in_full or len(claims) == len(subjects))

    def sum_of(self, quantity: Quantity, subject: Subject) -> Decimal | None:
        """By categories where all are told, by regions else, as its own headline else."""
        for parts in self.parts(quantity, subject):
            if parts.is_whole:
                return parts.total
        own = self.exact(quantity, subject)
        return own.value if own else None

    def name(self, subject: Subject) -> str:
        place = self.places.name(subject.region)
        if subject.sub_type is not None:
            return f"{place}{SUB_TYPE_NAMES[subject.sub_type]}高校"
        return place if subject.category == ALL else f"{place}{CATEGORY_NAMES[subject.category]}"


def books(reading: Reading, places: Places) -> list[Book]:
    """One for each day that the text's figures are of; the text's own day first."""
    by_day: dict[date | None, list[Claim]] = defaultdict(list)
    for claim in reading.claims:
        by_day[claim.as_of].append(claim)
    return [Book(_told_apart(claims), day, places) for day, claims in by_day.items()]


def _told_apart(claims: list[Claim]) -> list[Claim]:
    """高校51所,占46.4%: a rate of its own, unless its count is just that share of all of them."""
    counts = {(c.quantity, c.subject): c for c in reversed(claims) if c.is_exact}
    made = []
    for claim in claims:
        part = counts.get((PART_OF.get(claim.quantity, claim.quantity), claim.subject))
        if claim.is_share and part is not None and (Quantity.VENUES, claim.subject) in counts:
            # Out of its own whole, which stands beside it: 公办本科应接入49家,已接入28家,占57.1%.
            claim = replace(claim, is_share=False)
        elif claim.is_share and claim.subject.sub_type is None and part is not None:
            peers = [c for (q, s), c in counts.items() if q is part.quantity and _beside(s, claim.subject)]
            totals = [sum((c.value for c in peers), Decimal(0))]
            if claim.subject.category != ALL:
                own = counts.get((part.quantity, Subject(claim.subject.region)))
                totals += [own.value] if own else []
            is_share = any(t and pct(part.value, t, claim.number.decimals) == claim.value for t in totals)
            claim = replace(claim, is_share=is_share)
        made.append(claim)
    return made


def _beside(subject: Subject, other: Subject) -> bool:
    """Of one row: the categories of a region, or a category's regions of one level."""
    if subject.region == other.region:
        return subject.category != ALL and other.category != ALL and subject.sub_type is None
    same = (subject.category, subject.sub_type) == (other.category, other.sub_type)
    return same and (subject.region % 100 == 0) == (other.region % 100 == 0) and subject.region != PROVINCE


def span(claim: Claim) -> tuple[Decimal, Decimal]:
    """The true values that a claim may stand for: half a printed digit each way for a rate; [lo, hi) told as lo, hi."""
    number = claim.number
    if number.comparison == ">":
        return number.value, Decimal("Infinity")
    if number.comparison == "<":
        return Decimal("-Infinity"), number.value
    if claim.quantity in RATES or claim.number.is_pct:
        half = Decimal(5).scaleb(-number.decimals - 1)
        return number.lo - half, number.hi + half
    return number.lo, number.hi


def agree(a: Claim, b: Claim) -> bool:
    """Both can be true of one figure."""
    (a_lo, a_hi), (b_lo, b_hi) = span(a), span(b)
    return a_lo <= b_hi and b_lo <= a_hi


def pct(part: Decimal, whole: Decimal, decimals: int) -> Decimal:
    """Half up at so many digits."""
    return (100 * part / whole).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def wholes(part: Claim, rate: Claim) -> range:
    """Every whole number of which `part` is `rate` at its printed digits; `range(0)` for none, all for 0 of 0 %."""
    p = int(part.value)
    decimals = rate.number.decimals
    if p == 0:
        return range(1, 10**9) if rate.value == 0 else range(0)
    half = Decimal(5).scaleb(-decimals - 1)
    lo_rate, hi_rate = rate.value - half, rate.value + half
    if hi_rate <= 0:
        return range(0)
    lo = int(Decimal(100 * p) / hi_rate)
    hi = 10**9 if lo_rate <= 0 else int(Decimal(100 * p) / lo_rate) + 1
    while lo <= hi and (lo < p or lo == 0 or pct(Decimal(p), Decimal(lo), decimals) != _at(rate.value, decimals)):
        lo += 1
        if lo > hi:
            return range(0)
    while hi >= lo and pct(Decimal(p), Decimal(hi), decimals) != _at(rate.value, decimals):
        hi -= 1
    return range(lo, hi + 1)


def _at(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def said(value: Decimal | int) -> str:
    """12,253; 47.3"""
    number = Decimal(value)
    return f"{int(number):,}" if number == number.to_integral_value() else f"{number.normalize():f}"


__all__ = ["PROVINCE", "Book", "Parts", "agree", "books", "pct", "said", "span", "wholes"]
