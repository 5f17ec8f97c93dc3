"""A sentence's words, the clauses that they stand in, and what holds where it says nothing itself."""

from dataclasses import dataclass, field
from datetime import date

from db.rules.bulletin_audit.claim import (
    ALL,
    Quantity,
    Sentence,
)
from db.rules.bulletin_audit.places import PROVINCE
from db.rules.bulletin_audit.tokens import Kind, Token


@dataclass
class Around:
    """What holds where a sentence says nothing itself."""

    region: int = PROVINCE
    category: str = ALL
    sub_type: str | None = None
    quantity: Quantity | None = None
    last_category: str = ALL
    last_quantity: Quantity | None = None
    paragraph_day: date | None = None
    from_heading: bool = field(default=False)


@dataclass
class Clauses:
    """A sentence as its words, and the clauses that they stand in."""

    sentence: Sentence
    words: list[Token]
    around: Around
    day: date | None
    is_dated: bool
    home: int

    def _clause(self, i: int) -> range:
        """The words between the commas, colons and brackets around a word."""
        stops = (Kind.BREAK, Kind.OPEN, Kind.CLOSE)
        lo, hi = i, i
        while lo > 0 and self.words[lo - 1].kind not in stops:
            lo -= 1
        while hi + 1 < len(self.words) and self.words[hi + 1].kind not in stops:
            hi += 1
        return range(lo, min(hi + 1, len(self.words)))

    def _text(self, start: int, end: int) -> str:
        return self.sentence.text[max(start, 0) : end]

    def _between(self, j: int, i: int) -> str:
        return self._text(self.words[j].end, self.words[i].start)

    def _bare(self, j: int, i: int) -> str:
        """What stands between two words besides regions and categories."""
        said = ""
        at = self.words[j].end
        for k in range(j + 1, i):
            if self.words[k].kind in (
                Kind.REGION,
                Kind.CATEGORY,
                Kind.SUB_TYPE,
                Kind.NOW_AT,
                Kind.RESPECTIVELY,
                Kind.EVERY,
            ):
                said += self._text(at, self.words[k].start)
                at = self.words[k].end
        return said + self._text(at, self.words[i].start)

    def _value(self, j: int) -> Quantity:
        quantity: Quantity = self.words[j].value
        return quantity

    def _near(self, j: int, i: int) -> bool:
        return j in self._clause(i)

    def _has_stroke(self, i: int) -> bool:
        return self._is_before_a_number(i) and self._between(i, i + 1).strip() == "/"

    def _is_out_of(self, i: int) -> bool:
        """344家中327家, within brackets."""
        return self._is_before_a_number(i) and self._between(i, i + 1) == "中" and self._opening(i) is not None

    def _is_before_a_number(self, i: int) -> bool:
        both = self.words[i : i + 2]
        return len(both) == 2 and all(token.kind is Kind.NUMBER for token in both)

    def _opening(self, i: int) -> int | None:
        """The bracket that a word stands in."""
        signs = [j for j in range(i) if self.words[j].kind in (Kind.OPEN, Kind.CLOSE)]
        return signs[-1] if signs and self.words[signs[-1]].kind is Kind.OPEN else None

    def _share_at(self, i: int) -> int | None:
        """The 占 that a percentage stands after, with nothing but places and measures between."""
        between = (Kind.REGION, Kind.EVERY, Kind.MEASURE, Kind.CATEGORY)
        j = i - 1
        while j >= 0 and self.words[j].kind in between:
            j -= 1
        is_share = j >= 0 and self.words[j].kind is Kind.SHARE and self.words[i].number.is_pct
        return j if is_share else None

    def _follows_a_number(self, j: int) -> bool:
        """82所中等职业学校: the category is that number's."""
        beside = self.words[j - 1] if j else None
        return beside is not None and beside.kind is Kind.NUMBER and self.words[j].start - beside.end <= 1
