"""What a sentence says about order: 由高到低依次为 …, 排名前三的是 …, 最高的是 …."""

from collections.abc import Callable, Sequence
from datetime import date

from db.rules.bulletin_audit.claim import PART_OF, RATE_OF, RATES, Claim, Order, Quantity, Sentence, Subject
from db.rules.bulletin_audit.tokens import Kind, Token


def orders(
    sentence: Sentence,
    words: Sequence[Token],
    claims: Sequence[Claim],
    subject_at: Callable[[int], Subject | None],
    as_of: date | None,
) -> list[Order]:
    """Every order that the sentence states."""
    found = []
    for i, token in enumerate(words):
        if token.kind in (Kind.DESCENDING, Kind.ASCENDING, Kind.FIRST, Kind.LAST):
            made = _order(sentence, words, claims, subject_at, as_of, i)
            if made is not None:
                found.append(made)
    return found


def _order(
    sentence: Sentence,
    words: Sequence[Token],
    claims: Sequence[Claim],
    subject_at: Callable[[int], Subject | None],
    as_of: date | None,
    i: int,
) -> Order | None:
    kind = words[i].kind
    until = next((j for j in range(i + 1, len(words)) if words[j].kind in _ENDS or words[j].value == ";"), len(words))
    inside = [c for c in claims if _inside(c, sentence, words, i, until)]
    quantity = _quantity(words, i, {c.quantity for c in inside})
    if quantity is None:
        return None
    stretch = [c for c in inside if c.quantity is quantity]
    by_subject = {c.subject: c for c in reversed(stretch)}
    subjects = _subjects(words, i, until, subject_at)
    listed = [s for s in subjects if not stretch or s in by_subject]
    is_extreme = kind in (Kind.FIRST, Kind.LAST)
    if len(listed) < (1 if is_extreme else 2):
        return None
    start = sentence.start + words[i].start
    end = sentence.start + words[until - 1].end
    values = tuple(by_subject.get(subject) for subject in listed)
    is_descending = kind in (Kind.DESCENDING, Kind.FIRST)
    return Order(quantity, tuple(listed), values, is_descending, is_extreme, as_of, sentence.number, start, end)


_ENDS = (Kind.DESCENDING, Kind.ASCENDING, Kind.FIRST, Kind.LAST)


def _quantity(words: Sequence[Token], i: int, told: set[Quantity]) -> Quantity | None:
    """The one named last before the order (the first after it else): its rate or count, whichever is told there."""
    named = [t.value for t in words[:i] if t.kind is Kind.MEASURE] or [
        t.value for t in words[i:] if t.kind is Kind.MEASURE
    ][:1]
    if not named:
        return None
    said: Quantity = named[-1]
    choices = (said, RATE_OF.get(said, said), PART_OF.get(said, said))
    return next((q for q in choices if q in told), said if said in RATES else None)


def _inside(claim: Claim, sentence: Sentence, words: Sequence[Token], i: int, until: int) -> bool:
    start = sentence.start + words[i].start
    end = sentence.start + words[until - 1].end
    return start <= claim.start and claim.end <= end


def _subjects(words: Sequence[Token], i: int, until: int, subject_at: Callable[[int], Subject | None]) -> list[Subject]:
    """Regions in a row after the word of order, or categories where no region is named; each once."""
    for kind in (Kind.REGION, Kind.CATEGORY, Kind.SUB_TYPE):
        row = [j for j in range(i + 1, until) if words[j].kind is kind]
        if row:
            subjects = [subject_at(j + 1) for j in row]
            return list(dict.fromkeys(s for s in subjects if s is not None))
    return []
