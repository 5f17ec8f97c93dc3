"""The same quantity in two places; sums against headlines; parts against wholes; what is left against its difference."""

from collections.abc import Iterator
from decimal import Decimal

from db.rules.bulletin_audit.book import Book, Parts, agree, said, span
from db.rules.bulletin_audit.claim import ALL, COUNTS, RATES, RATIOS, Claim, Quantity, Subject
from db.rules.bulletin_audit.finding import Rule
from db.rules.bulletin_audit.naming import Doubt, called, doubt, unit_of

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
            earlier = next((c for c in own[:i] if not agree(c, later)), None)
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


def sums(book: Book) -> Iterator[Doubt]:
    """A count against the sum of its parts, and each kind of parts against each other where no headline stands."""
    for quantity in COUNTS:
        for subject in book.subjects:
            whole = book.first(quantity, subject)
            found = list(book.parts(quantity, subject))
            if whole is None:
                yield from _between(book, quantity, subject, found)
                continue
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
                yield from _missing(book, subject, ratio.part, ratio.whole, ratio.missing)
        yield from _without_duty(book, subject)
        for part, whole in WITHIN:
            yield from _within(book, subject, part, whole)


def _missing(book: Book, subject: Subject, part: Quantity, whole: Quantity, missing: Quantity) -> Iterator[Doubt]:
    p, w, m = (book.exact(quantity, subject) for quantity in (part, whole, missing))
    if p and w and m and w.value - p.value != m.value:
        yield doubt(
            Rule.PARTS,
            m,
            f"{book.name(subject)}{called(missing)}为{said(m.value)},但{called(whole)}{said(w.value)}减去"
            f"{called(part)}{said(p.value)}应为{said(w.value - p.value)}。",
            *(p, w),
        )


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
    if doubtful is not None and lacking.value != least + doubtful.value:
        told = f"但已接入{said(accessed)}减去落实值守{said(on_duty)}、加上未接入而申报值守的{said(doubtful.value)},应为{said(least + doubtful.value)}家。"
        yield doubt(Rule.PARTS, lacking, begun + told, doubtful, *sources)
    elif doubtful is None and lacking.value < least:
        told = f"但各类已接入合计{said(accessed)}减去落实值守合计{said(on_duty)},至少有{said(least)}家。"
        yield doubt(Rule.PARTS, lacking, begun + told, *sources)


def _behind(book: Book, quantity: Quantity, subject: Subject) -> tuple[Claim, ...]:
    for parts in book.parts(quantity, subject):
        if parts.is_whole:
            return parts.claims
    own = book.exact(quantity, subject)
    return (own,) if own else ()


def _within(book: Book, subject: Subject, part: Quantity, whole: Quantity) -> Iterator[Doubt]:
    p, w = book.exact(part, subject), book.exact(whole, subject)
    if p and w and p.value > w.value:
        said_part = f"{book.name(subject)}{called(part)}{said(p.value)}"
        yield doubt(Rule.PARTS, p, f"{said_part}多于{called(whole)}{said(w.value)}。", w)


__all__ = ["ALL", "left_over", "said_twice", "sums"]
