"""The same quantity in two places; sums against headlines; parts against wholes; what is left over."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from db.rules.bulletin_audit.book import Book, Parts, agree, said, span
from db.rules.bulletin_audit.claim import ALL, COUNTS, RATES, RATIOS, Claim, Quantity, Ratio, Subject
from db.rules.bulletin_audit.finding import Rule
from db.rules.bulletin_audit.naming import Doubt, called, doubt, unit_of
from db.rules.venue_categories import BULLETIN_CATEGORIES, BY_CATEGORY

_OF = {"categories": "七类机构", "regions": "各地", "sub_types": "四类高校"}
_Q = Quantity
WITHIN = (
    (_Q.ACCESSED, _Q.VENUES),
    (_Q.ON_DUTY, _Q.VENUES),
    (_Q.NOT_ACCESSED, _Q.VENUES),
    (_Q.NOT_ON_DUTY, _Q.VENUES),
    (_Q.WITHOUT_DUTY, _Q.VENUES),
    (_Q.DOUBTFUL, _Q.ON_DUTY),
    (_Q.VERIFIED, _Q.ON_DUTY),
    (_Q.ONLINE, _Q.ACCESSED),
    (_Q.FIRES, _Q.ALARMS),
    (_Q.ALARMS_ON_TIME, _Q.ALARMS),
    (_Q.ALARMS_OVERDUE, _Q.ALARMS),
    (_Q.ALARMS_UNHANDLED, _Q.ALARMS),
    (_Q.HAZARDS_CLOSED, _Q.HAZARDS),
    (_Q.HAZARDS_OPEN, _Q.HAZARDS),
)
"""Who counts among the first counts among the second."""


def said_twice(book: Book) -> Iterator[Doubt]:
    """One quantity with two values; other days, where said, make other books."""
    for (quantity, subject), claims in book.told.items():
        if quantity in (_Q.OTHER, _Q.SHARE, _Q.RANK):
            continue
        own = [c for c in claims if not c.is_share]
        for i, later in enumerate(own[1:], start=1):
            earlier = next((c for c in own[:i] if not agree(c, later) and not _is_excused(book, c, later)), None)
            if earlier is not None:
                what = f"{book.name(subject)}{called(quantity)}"
                unit = "%" if quantity in RATES else unit_of(quantity)
                yield doubt(
                    Rule.SAME,
                    later,
                    f"{what}前后不一:前文为{said(earlier.value)}{unit},此处为{said(later.value)}{unit},未说明是不同日期的数据。",
                    earlier,
                )
                break


def _is_excused(book: Book, a: Claim, b: Claim) -> bool:
    """Excused venues are left out of one measure and not of another: their wholes may differ by no more."""
    if a.quantity is _Q.EXCUSED:
        return True
    if a.quantity is _Q.ACCESSED:
        return abs(a.value - b.value) <= book.excused
    return a.of is not b.of and book.excuses


def sums(book: Book) -> Iterator[Doubt]:
    """A count against the sum of its parts, and each kind of parts against each other where no headline stands."""
    for quantity in sorted(COUNTS - {_Q.EXCUSED}):
        told_for = {c.of for (q, _s), claims in book.told.items() if q is quantity for c in claims}
        for of in sorted(told_for, key=str) if book.excuses else (None,):
            for subject in book.subjects:
                yield from _sums(book, quantity, subject, of)


def _sums(book: Book, quantity: Quantity, subject: Subject, of: Quantity | None) -> Iterator[Doubt]:
    whole = book.first(quantity, subject, of)
    found = list(book.parts(quantity, subject, of))
    if whole is None:
        yield from _between(book, quantity, subject, found)
        return
    lo, hi = span(whole)
    for parts in found:
        total = parts.total
        if parts.is_whole and not lo <= total <= hi:
            yield doubt(Rule.SUM, whole, _sum(book, quantity, subject, parts, whole.value), *parts.claims)
        elif not parts.is_whole and total > hi:
            yield doubt(Rule.PARTS, whole, _sum(book, quantity, subject, parts, whole.value), *parts.claims)


def _between(book: Book, quantity: Quantity, subject: Subject, found: list[Parts]) -> Iterator[Doubt]:
    whole = [parts for parts in found if parts.is_whole]
    if len(whole) > 1 and whole[0].total != whole[1].total:
        a, b = whole
        unit = unit_of(quantity)
        yield doubt(
            Rule.SUM,
            b.claims[0],
            f"{book.name(subject)}{called(quantity)}:{_OF[a.of]}相加为{said(a.total)}{unit},"
            f"{_OF[b.of]}相加为{said(b.total)}{unit},相差{said(abs(a.total - b.total))}{unit}。",
            *a.claims,
            *b.claims[1:],
        )


def _sum(book: Book, quantity: Quantity, subject: Subject, parts: Parts, headline: Decimal) -> str:
    unit = unit_of(quantity)
    named = _OF[parts.of]
    if parts.of == "regions":
        named = f"{len(parts.claims)}个{'设区市' if subject.region % 10_000 == 0 else '县(市、区)'}"
    total = parts.total
    listed = "" if len(parts.claims) > 11 else "(" + "+".join(said(c.value) for c in parts.claims) + ")"
    begun = f"{book.name(subject)}{called(quantity)}为{said(headline)}{unit},"
    return begun + f"但{named}相加{listed}为{said(total)}{unit},相差{said(abs(total - headline))}{unit}。"


def left_over(book: Book) -> Iterator[Doubt]:
    """未接入 = 应接入 - 已接入, and the like; accessed without duty against what accessed and on duty leave."""
    for subject in book.subjects:
        for ratio in RATIOS:
            if ratio.missing is not None:
                yield from _missing(book, subject, ratio, ratio.missing)
        yield from _late(book, subject)
        yield from _without_duty(book, subject)
        for part, whole in WITHIN:
            yield from _within(book, subject, part, whole)


def _missing(book: Book, subject: Subject, ratio: Ratio, missing: Quantity) -> Iterator[Doubt]:
    p, m = book.exact(ratio.part, subject), book.exact(missing, subject)
    w = book.whole(ratio, subject)
    if p and w and m and w.value - p.value != m.value:
        yield doubt(
            Rule.PARTS,
            m,
            f"{book.name(subject)}{called(missing)}为{said(m.value)},但{called(ratio.whole)}{said(w.value)}减去"
            f"{called(ratio.part)}{said(p.value)}应为{said(w.value - p.value)}。",
            *(p, w),
        )


def _late(book: Book, subject: Subject) -> Iterator[Doubt]:
    """Late are some of those not accessed; once every milestone has passed, all of them."""
    late, accessed = book.exact(_Q.LATE, subject), book.exact(_Q.ACCESSED, subject)
    whole = book.whole(RATIOS[0], subject)
    if late is None or accessed is None or whole is None:
        return
    left = whole.value - accessed.value
    are_all_due = book.day is not None and book.day >= _last_milestone(subject) and not book.excuses
    if late.value > left or (are_all_due and late.value < left):
        told = f"{book.name(subject)}{called(_Q.LATE)}为{said(late.value)}家,但应接入{said(whole.value)}减去"
        rest = f"已接入{said(accessed.value)},未接入的共{said(left)}家。"
        yield doubt(Rule.PARTS, late, told + rest, whole, accessed)


def _last_milestone(subject: Subject) -> date:
    return max(BY_CATEGORY[c].due_on for c in BULLETIN_CATEGORIES if subject.category in (ALL, c.value))


def _without_duty(book: Book, subject: Subject) -> Iterator[Doubt]:
    """Declared duty without access can only make more of them lack duty, never fewer."""
    lacking = book.exact(_Q.WITHOUT_DUTY, subject)
    if lacking is None:
        return
    accessed, on_duty = book.sum_of(_Q.ACCESSED, subject), book.sum_of(_Q.ON_DUTY, subject)
    if accessed is None or on_duty is None:
        return
    least = accessed - on_duty
    doubtful = book.exact(_Q.DOUBTFUL, subject)
    begun = f"{book.name(subject)}已接入未落实值班值守{said(lacking.value)}家,"
    sources = [c for q in (_Q.ACCESSED, _Q.ON_DUTY) for c in _behind(book, q, subject)]
    if doubtful is not None and not book.excuses and lacking.value != least + doubtful.value:
        told = f"但已接入{said(accessed)}减去落实值守{said(on_duty)}、加上未接入而申报值守的{said(doubtful.value)},"
        rest = f"应为{said(least + doubtful.value)}家。"
        yield doubt(Rule.PARTS, lacking, begun + told + rest, doubtful, *sources)
    elif doubtful is None and not book.excuses and lacking.value < least:
        told = f"但各类已接入合计{said(accessed)}减去落实值守合计{said(on_duty)},至少有{said(least)}家。"
        yield doubt(Rule.PARTS, lacking, begun + told, *sources)


def _behind(book: Book, quantity: Quantity, subject: Subject) -> tuple[Claim, ...]:
    for parts in book.parts(quantity, subject):
        if parts.is_whole:
            return parts.claims
    own = book.exact(quantity, subject)
    return (own,) if own else ()


def _within(book: Book, subject: Subject, part: Quantity, whole: Quantity) -> Iterator[Doubt]:
    p, w = book.exact(part, subject), max(book.told.get((whole, subject), []), key=lambda c: c.value, default=None)
    if p and w and p.value > w.value:
        said_part = f"{book.name(subject)}{called(part)}{said(p.value)}"
        yield doubt(Rule.PARTS, p, f"{said_part}多于{called(whole)}{said(w.value)}。", w)
