"""Rates against counts and against the rates of their parts; duty above access; order against values."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from db.rules.bulletin_audit.book import Book, Parts, pct, said, span, wholes
from db.rules.bulletin_audit.claim import ALL, RATES, RATIOS, Claim, Order, Quantity, Ratio, Subject
from db.rules.bulletin_audit.finding import Rule
from db.rules.bulletin_audit.naming import Doubt, called, doubt

_Q = Quantity


def against_counts(book: Book) -> Iterator[Doubt]:
    """Each printed rate against its counts; where the whole is not told, whether any whole makes all of them true."""
    for subject in book.subjects:
        for ratio in RATIOS:
            yield from _told(book, subject, ratio)
        yield from _untold(book, subject)


def _told(book: Book, subject: Subject, ratio: Ratio) -> Iterator[Doubt]:
    p, w, rate = book.exact(ratio.part, subject), book.whole(ratio, subject), ratio.rate
    if p is None or w is None:
        return
    for r in book.told.get((rate, subject), ()):
        if r.is_share or not r.is_exact:
            continue
        if w.value == 0:
            told = f"{book.name(subject)}{called(ratio.whole)}为0,{called(rate)}{said(r.value)}%无从算起。"
            yield doubt(Rule.RATE, r, told, p, w)
            continue
        true = pct(p.value, w.value, r.number.decimals)
        if true != r.value.quantize(true):
            yield doubt(
                Rule.RATE,
                r,
                f"{book.name(subject)}{called(rate)}写为{said(r.value)}%,"
                f"但{said(p.value)}÷{said(w.value)}={_long(p, w)}%,应为{true}%。",
                *(p, w),
            )


def _long(p: Claim, w: Claim) -> str:
    return f"{100 * p.value / w.value:.2f}"


def _untold(book: Book, subject: Subject) -> Iterator[Doubt]:
    """82 accessed at 50 % needs about 164 schools, 70 on duty at 43.2 % needs 162: not both."""
    by_whole: dict[Quantity, list[tuple[Claim, Claim, range]]] = defaultdict(list)
    for ratio in RATIOS:
        p, r = book.exact(ratio.part, subject), book.exact(ratio.rate, subject)
        if p is not None and r is not None and book.exact(ratio.whole, subject) is None:
            by_whole[ratio.whole].append((p, r, wholes(p, r)))
    for pairs in by_whole.values():
        name = book.name(subject)
        impossible = [(p, r) for p, r, possible in pairs if not possible]
        for p, r in impossible:
            yield doubt(
                Rule.RATE,
                r,
                f"{name}{called(p.quantity)}{said(p.value)}、{called(r.quantity)}{said(r.value)}%:没有一个整数总数能使两者同时成立。",
                p,
            )
        possible = [pair for pair in pairs if pair[2]]
        if len(possible) > 1 and not impossible:
            lo, hi = max(pair[2].start for pair in possible), min(pair[2].stop for pair in possible)
            if lo >= hi:
                yield _no_common_whole(name, possible)


def _no_common_whole(name: str, pairs: list[tuple[Claim, Claim, range]]) -> Doubt:
    told = ";".join(
        f"{called(p.quantity)}{said(p.value)}、{called(r.quantity)}{said(r.value)}%"
        f"要求总数约为{_about(p, r)}({_reach(n)})"
        for p, r, n in pairs
    )
    others = [c for p, r, _n in pairs for c in (p, r)]
    return doubt(Rule.RATE, others[1], f"{name}:{told},总数不可能同时满足。", others[0], *others[2:])


def _about(p: Claim, r: Claim) -> str:
    return said((100 * p.value / r.value).quantize(Decimal(1))) if r.value else "0"


def _reach(n: range) -> str:
    return f"只能是{n.start:,}" if len(n) == 1 else f"{n.start:,}至{n.stop - 1:,}"


def against_parts(book: Book) -> Iterator[Doubt]:
    """The whole's rate lies between its parts' rates; shares of it add up to it; counts cannot fall short of it."""
    for quantity in RATES:
        for subject in book.subjects:
            whole = book.exact(quantity, subject)
            if whole is None:
                continue
            for parts in _rates(book, quantity, subject):
                if parts.of == "sub_types" and _are_shares(parts, whole):
                    yield from _shares(book, whole, parts)
                elif parts.is_whole:
                    yield from _between(book, whole, parts)


def _rates(book: Book, quantity: Quantity, subject: Subject) -> Iterator[Parts]:
    return book.parts(quantity, subject)


def _are_shares(parts: Parts, whole: Claim) -> bool:
    """Said so (占); or rates that cannot be the parts' own, every one of them being below the whole's."""
    return any(c.is_share for c in parts.claims) or (
        parts.is_whole and all(c.value < whole.value for c in parts.claims)
    )


def _shares(book: Book, whole: Claim, parts: Parts) -> Iterator[Doubt]:
    slack = sum((span(c)[1] - c.value for c in (*parts.claims, whole)), Decimal(0))
    if parts.is_whole and abs(parts.total - whole.value) > slack:
        listed = "+".join(said(c.value) for c in parts.claims)
        yield doubt(
            Rule.PARTS,
            whole,
            f"{book.name(whole.subject)}{called(whole.quantity)}为{said(whole.value)}%,但所列各部分{listed}="
            f"{said(parts.total)}%,并不等于{said(whole.value)}%。",
            *parts.claims,
        )


def _between(book: Book, whole: Claim, parts: Parts) -> Iterator[Doubt]:
    lo, hi = min(span(c)[0] for c in parts.claims), max(span(c)[1] for c in parts.claims)
    w_lo, w_hi = span(whole)
    if w_hi < lo or w_lo > hi:
        least, most = min(parts.claims, key=lambda c: c.value), max(parts.claims, key=lambda c: c.value)
        yield doubt(
            Rule.PARTS,
            whole,
            f"{book.name(whole.subject)}{called(whole.quantity)}为{said(whole.value)}%,不在其各部分之间:最低"
            f"{book.name(least.subject)}{said(least.value)}%,最高{book.name(most.subject)}{said(most.value)}%。",
            *parts.claims,
        )


def headline_whole(book: Book) -> Iterator[Doubt]:
    """Headline count and rate need a whole that the categories' own counts and rates make together."""
    for subject in [s for s in book.subjects if s.category == ALL and s.sub_type is None]:
        for ratio in RATIOS[:2]:
            p, r = book.exact(ratio.part, subject), book.exact(ratio.rate, subject)
            if p is None or r is None or book.exact(ratio.whole, subject) is not None:
                continue
            reach = [
                _possible(book, c.subject)
                for parts in book.parts(ratio.part, subject)
                if parts.of == "categories" and parts.is_whole
                for c in parts.claims
            ]
            if not reach or not all(reach):
                continue
            lo, hi = sum(n.start for n in reach), sum(n.stop - 1 for n in reach)
            needed = wholes(p, r)
            if needed and (hi < needed.start or lo >= needed.stop):
                yield doubt(
                    Rule.PARTS,
                    r,
                    f"{book.name(subject)}{called(p.quantity)}{said(p.value)}、{called(r.quantity)}{said(r.value)}%要求总数"
                    f"{_reach(needed)},但七类机构的总数合计为{lo:,}至{hi:,}。",
                    p,
                )


def _possible(book: Book, subject: Subject) -> range:
    told = book.exact(_Q.VENUES, subject)
    if told is not None:
        return range(int(told.value), int(told.value) + 1)
    lo, hi = 0, 10**9
    for ratio in RATIOS[:2]:
        p, r = book.exact(ratio.part, subject), book.exact(ratio.rate, subject)
        if p is not None and r is not None:
            found = wholes(p, r)
            if found and max(lo, found.start) < min(hi, found.stop):
                lo, hi = max(lo, found.start), min(hi, found.stop)
    return range(lo, hi) if hi < 10**9 else range(0)


def duty_above_access(book: Book) -> Iterator[Doubt]:
    """More declared on duty than the platform can see; no contradiction where the text itself counts those venues."""
    found: dict[str, list[tuple[Claim, Claim]]] = defaultdict(list)
    for subject in book.subjects:
        for duty, access in ((_Q.ON_DUTY, _Q.ACCESSED), (_Q.DUTY_RATE, _Q.ACCESS_RATE)):
            d, a = book.exact(duty, subject), book.exact(access, subject)
            if d is not None and a is not None:
                if _is_above(d, a) and not _is_told(book, subject):
                    found[f"{subject.category}/{subject.sub_type}/{duty}"].append((d, a))
                break
    for pairs in found.values():
        unit = "%" if pairs[0][0].quantity in RATES else "家"
        names = "、".join(f"{book.name(d.subject)}({said(d.value)}{unit}高于{said(a.value)}{unit})" for d, a in pairs)
        more = "有机构申报了值守却未接入平台,平台看不到"
        first, rest = pairs[0], pairs[1:]
        others = [first[1], *(c for pair in rest for c in pair)]
        yield doubt(Rule.DUTY, first[0], f"值班值守落实率高于接入率:{names},{more}。", *others)


def _is_above(duty: Claim, access: Claim) -> bool:
    """At the digits that both print: 15.91% is not above 15.9%."""
    shown = Decimal(1).scaleb(-min(duty.number.decimals, access.number.decimals))
    return duty.value.quantize(shown, ROUND_HALF_UP) > access.value.quantize(shown, ROUND_HALF_UP)


def _is_told(book: Book, subject: Subject) -> bool:
    """The text counts those declared without access: of this subject, or of its region in all."""
    for own in dict.fromkeys((subject, Subject(subject.region))):
        doubtful = book.exact(_Q.DOUBTFUL, own)
        if doubtful is None or doubtful.value <= 0:
            continue
        inside = [subject] if own == subject else [s for s in book.subjects if s.region == subject.region]
        if sum((_more_on_duty(book, s) for s in inside if s == subject or s != own), Decimal(0)) <= doubtful.value:
            return True
    return False


def _more_on_duty(book: Book, subject: Subject) -> Decimal:
    duty, accessed = book.exact(_Q.ON_DUTY, subject), book.exact(_Q.ACCESSED, subject)
    return max(duty.value - accessed.value, Decimal(0)) if duty and accessed else Decimal(0)


def in_order(book: Book, orders: tuple[Order, ...]) -> Iterator[Doubt]:
    """What is said to stand in order, against the values said there or elsewhere in the text."""
    for order in orders:
        if order.as_of != book.day:
            continue
        listed = [(s, v or book.exact(order.quantity, s)) for s, v in zip(order.subjects, order.values, strict=True)]
        known = [v for _s, v in listed if v is not None]
        sign = 1 if order.is_descending else -1
        if not order.is_extreme:
            for a, b in pairwise(known):
                if sign * a.value < sign * b.value:
                    yield _out_of_order(book, order, a, b)
                    break
        elif known:
            yield from _not_extreme(book, order, known)


def _out_of_order(book: Book, order: Order, a: Claim, b: Claim) -> Doubt:
    way = "由高到低" if order.is_descending else "由低到高"
    unit = "%" if order.quantity in RATES else ""
    return doubt(
        Rule.ORDER,
        b,
        f"{called(order.quantity)}称{way}排列,但{book.name(a.subject)}{said(a.value)}{unit}排在"
        f"{book.name(b.subject)}{said(b.value)}{unit}之前。",
        a,
    )


def _not_extreme(book: Book, order: Order, known: list[Claim]) -> Iterator[Doubt]:
    """Among the peers that the text gives values for, nobody stands beyond the ones named."""
    named = {c.subject for c in known}
    example = known[0].subject
    peers = [
        claims[0]
        for (quantity, subject), claims in book.told.items()
        if quantity is order.quantity
        and subject not in named
        and _is_peer(subject, example)
        and claims[0].is_exact
        and not claims[0].is_share
    ]
    edge = min(known, key=lambda c: c.value) if order.is_descending else max(known, key=lambda c: c.value)
    sign = 1 if order.is_descending else -1
    beyond = [p for p in peers if sign * p.value > sign * edge.value]
    if beyond:
        worst = max(beyond, key=lambda c: sign * c.value)
        unit = "%" if order.quantity in RATES else ""
        word = "最高" if order.is_descending else "最低"
        yield doubt(
            Rule.ORDER,
            edge,
            f"{called(order.quantity)}{word}者中列有{book.name(edge.subject)}({said(edge.value)}{unit}),但未列的"
            f"{book.name(worst.subject)}为{said(worst.value)}{unit}。",
            worst,
        )


def _is_peer(subject: Subject, other: Subject) -> bool:
    """Of the same level within the same region, or another category of the same region."""
    if (subject.category, subject.sub_type) == (other.category, other.sub_type):
        return subject.region != other.region and _parent(subject.region) == _parent(other.region)
    same_region = subject.region == other.region
    return same_region and other.category != ALL and subject.category != ALL and subject.sub_type == other.sub_type


def _parent(region: int) -> int:
    return 0 if region % 10_000 == 0 else region // 10_000 if region % 100 == 0 else region // 100 * 100
