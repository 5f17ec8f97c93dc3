"""A text's audit: its claims, and one finding for each figure that does not add up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from db.rules.bulletin_audit.book import Book, books
from db.rules.bulletin_audit.claim import Claim, Quantity, Sentence
from db.rules.bulletin_audit.counting import left_over, said_twice, sums
from db.rules.bulletin_audit.finding import Finding, Rule
from db.rules.bulletin_audit.naming import Doubt, in_full_width
from db.rules.bulletin_audit.places import Places
from db.rules.bulletin_audit.rating import (
    against_counts,
    against_parts,
    duty_above_access,
    headline_whole,
    in_order,
)
from db.rules.bulletin_audit.reading import Reading, read
from db.rules.bulletin_audit.snapshot import Frozen, against_figures

_ORDER = tuple(Rule)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was read, and what does not add up."""

    sentences: tuple[Sentence, ...]
    claims: tuple[Claim, ...]
    findings: tuple[Finding, ...]
    as_of: date | None


def audit(
    text: str, figures: Sequence[Frozen] | None = None, places: Places | None = None, as_of: date | None = None
) -> Audit:
    """Read and check a text; `figures` are the snapshot's of the day `as_of`, where there is one."""
    known = places or Places()
    reading = read(text, known)
    doubts = [d for book in books(reading, known) for d in _doubts(book, reading, figures, as_of)]
    claims = tuple(c for c in reading.claims if c.quantity is not Quantity.OTHER)
    day = reading.as_of if reading.as_of and reading.as_of.year > 1 else None
    return Audit(reading.sentences, claims, tuple(_findings(doubts, reading.sentences)), day)


def claims(text: str, places: Places | None = None) -> list[Claim]:
    """What a text claims."""
    return list(audit(text, places=places).claims)


def findings(
    text: str, figures: Sequence[Frozen] | None = None, places: Places | None = None, as_of: date | None = None
) -> list[Finding]:
    """What does not add up in a text."""
    return list(audit(text, figures, places, as_of).findings)


def _doubts(book: Book, reading: Reading, figures: Sequence[Frozen] | None, as_of: date | None) -> Iterator[Doubt]:
    yield from sums(book)
    yield from left_over(book)
    yield from said_twice(book)
    yield from against_counts(book)
    yield from against_parts(book)
    yield from headline_whole(book)
    yield from duty_above_access(book)
    yield from in_order(book, reading.orders)
    if figures is not None:
        yield from against_figures(book, figures, as_of)


def _findings(doubts: Iterable[Doubt], sentences: Sequence[Sentence]) -> list[Finding]:
    """Doubts about one figure make one finding; what one of them says already is not said again."""
    by_claim: dict[tuple[int, int, bool], list[Doubt]] = {}
    for found in doubts:
        key = (found.claim.start, found.claim.end, found.rule in (Rule.SAME, Rule.SNAPSHOT, Rule.DUTY))
        by_claim.setdefault(key, []).append(found)
    made = [_finding(found, sentences) for found in by_claim.values()]
    return sorted(made, key=lambda finding: (finding.start, _ORDER.index(finding.rule)))


def _finding(found: list[Doubt], sentences: Sequence[Sentence]) -> Finding:
    first = min(found, key=lambda d: _ORDER.index(d.rule))
    explanations = list(dict.fromkeys(d.explanation.rstrip("。") for d in sorted(found, key=lambda d: d is not first)))
    own = sentences[first.claim.sentence]
    also = sorted({c.sentence for d in found for c in d.others} - {own.number})
    return Finding(
        *(
            first.rule,
            own.text,
            in_full_width("；".join(explanations) + "。"),
            own.number,
            first.claim.start,
            first.claim.end,
        ),
        also=tuple(also),
    )
