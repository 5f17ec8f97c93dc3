"""From sentences to claims: what each number counts, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from db.rules.access_scope import region_range
from db.rules.bulletin_audit import sentences
from db.rules.bulletin_audit.claim import (
    ALL,
    PART_OF,
    WHOLE_OF,
    WHOLES,
    Claim,
    Order,
    Quantity,
    Sentence,
    Subject,
)
from db.rules.bulletin_audit.clauses import Around
from db.rules.bulletin_audit.ordering import orders
from db.rules.bulletin_audit.places import PROVINCE, Places
from db.rules.bulletin_audit.quantities import Quantities
from db.rules.bulletin_audit.sentences import Compact, Passage
from db.rules.bulletin_audit.tokens import Kind, Token, tokens
from db.rules.bulletin_audit.words import IN_FULL, IN_PART


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text claims."""

    sentences: tuple[Sentence, ...]
    claims: tuple[Claim, ...]
    orders: tuple[Order, ...]
    as_of: date | None


def read(text: str, places: Places) -> Reading:
    """Every claim of a text, in its order."""
    close = sentences.compact(text)
    plain = sentences.plain(close.text)
    passages = sentences.passages(plain)
    dated = sentences.days(plain)
    as_of = dated[0].day if dated else None
    home = _home(passages, places)
    claims: list[Claim] = []
    ordered: list[Order] = []
    around = Around(home)
    for passage in passages:
        within = [day for day in dated if passage.sentence.start <= day.start < passage.sentence.end]
        around = _around(passage, places, home, around)
        if within:
            around.paragraph_day = within[-1].day
        day = around.paragraph_day or as_of
        is_dated = around.paragraph_day is not None
        said = _Said(passage.sentence, tokens(passage.sentence.text, places), around, day, is_dated, home)
        if not passage.is_heading:
            made = said.claims()
            claims += [_excused_from(claim, claims) for claim in made]
            ordered += orders(passage.sentence, said.words, made, said.subject_at, day)
            around.last_quantity = made[-1].quantity if made else None
        around.last_category = said.last_category()
    told = tuple(_where_it_stood(passage.sentence, text, close) for passage in passages)
    moved = tuple(replace(c, start=at[0], end=at[1]) for c in claims for at in [close.span(c.start, c.end)])
    return Reading(told, moved, tuple(_moved(order, close) for order in ordered), as_of)


def _where_it_stood(sentence: Sentence, text: str, close: Compact) -> Sentence:
    start, end = close.span(sentence.start, sentence.end)
    return replace(sentence, text=text[start:end], start=start, end=end)


def _moved(order: Order, close: Compact) -> Order:
    """Its values are claims of their own; where they stand follows the text with its spaces."""
    start, end = close.span(order.start, order.end)
    values = tuple(
        None if c is None else replace(c, start=at[0], end=at[1])
        for c in order.values
        for at in [close.span(c.start, c.end) if c else (0, 0)]
    )
    return replace(order, start=start, end=end, values=values)


def _excused_from(claim: Claim, before: Sequence[Claim]) -> Claim:
    """经批准暂不计入3家: left out of the measure that was spoken of last."""
    if claim.quantity is not Quantity.EXCUSED:
        return claim
    last = next(
        (c for c in reversed(before) if c.quantity in WHOLE_OF and c.subject.category == claim.subject.category), None
    )
    return claim if last is None else replace(claim, of=PART_OF.get(last.quantity, last.quantity))


def _home(passages: Sequence[Passage], places: Places) -> int:
    """The region that the whole text is about: the narrowest of its head; the province where that names several."""
    named: list[int] = []
    for passage in passages[:6]:
        if not passage.is_heading or passage.headings:
            break
        named += [t.value[0] for t in tokens(passage.sentence.text, places) if t.kind is Kind.REGION]
    inner = {code for code in named if code != PROVINCE}
    narrowest = [code for code in inner if all(_is_inside(code, other) for other in inner)]
    return narrowest[0] if narrowest else PROVINCE


def _is_inside(code: int, region: int) -> bool:
    lo, hi = region_range(region)
    return lo <= code <= hi


def _around(passage: Passage, places: Places, home: int, before: Around) -> Around:
    """From the headings and the paragraph's lead; within a paragraph the day said in it holds on."""
    here = Around(home)
    for words in (*passage.headings, passage.lead):
        _take_heading(here, tokens(words, places))
    if not passage.is_first:
        here.last_category = before.last_category
        here.last_quantity = before.last_quantity
        here.paragraph_day = before.paragraph_day
    return here


def _take_heading(here: Around, found: list[Token]) -> None:
    categories = {t.value for t in found if t.kind is Kind.CATEGORY}
    regions = {t.value[0] for t in found if t.kind is Kind.REGION}
    measures = [t.value for t in found if t.kind is Kind.MEASURE]
    if len(categories) == 1:
        here.category, here.from_heading = categories.pop(), True
    if len(regions) == 1:
        here.region = regions.pop()
    if measures:
        here.quantity = measures[0]


class _Said(Quantities):
    """One sentence, read."""

    @property
    def _is_in_full(self) -> bool:
        return IN_FULL.search(self.sentence.text) is not None and IN_PART.search(self.sentence.text) is None

    def last_category(self) -> str:
        """What a following sentence without a category goes on about."""
        named = [t.value for t in self.words if t.kind is Kind.CATEGORY]
        if self.around.from_heading:
            return self.around.category
        return str(named[-1]) if len(set(named)) == 1 else ALL

    def claims(self) -> list[Claim]:
        made: list[Claim] = []
        told = self._respectively()
        for i, token in enumerate(self.words):
            if token.kind is not Kind.NUMBER or self._is_no_claim(i):
                continue
            quantity = told[i][0] if i in told and told[i][0] else self._quantity(i, made)
            if quantity is None:
                continue
            subject = told[i][1] if i in told and told[i][1] else self.subject_at(i)
            if subject is None:
                continue
            made.append(self._claim(token, quantity, subject, self._is_share(i)))
        return self._told_for(made)

    def _told_for(self, made: list[Claim]) -> list[Claim]:
        """Each whole with the part that it is told for: the next of its parts and rates in the sentence."""
        done = []
        for k, claim in enumerate(made):
            if claim.quantity in WHOLES:
                of = [
                    PART_OF.get(c.quantity, c.quantity)
                    for c in (*made[k + 1 :], *reversed(made[:k]))
                    if WHOLE_OF.get(c.quantity) is claim.quantity and c.subject == claim.subject
                ]
                claim = replace(claim, of=of[0] if of else None)
            done.append(claim)
        return done

    def _claim(self, token: Token, quantity: Quantity, subject: Subject, is_share: bool) -> Claim:
        start = self.sentence.start
        return Claim(
            *(quantity, subject, token.number, self.day, self.is_dated, self.sentence.number),
            *(start + token.start, start + token.end, is_share),
            is_in_full=self._is_in_full,
        )

    def _is_no_claim(self, i: int) -> bool:
        """A wish, a target, how many were just named (等3所), or what some unnamed places have."""
        clause = self._clause(i)
        if any(self.words[j].kind is Kind.WISH for j in clause):
            return True
        if self._text(self.words[i].start - 1, self.words[i].start) == "等" and not self.words[i].number.is_pct:
            return True
        if any(self.words[j].kind is Kind.SOME_PLACES for j in clause) and self.words[i].number.comparison:
            return True
        follows = self._text(self.words[i].end, self.words[i].end + 1)
        return bool(self.words[i].number.comparison) and follows == "的"
