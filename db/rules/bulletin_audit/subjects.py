"""Whose a number is: the region, category and sub-type that it stands beside; rows told one after another (分别为)."""

import re

from db.rules.access_scope import region_range
from db.rules.bulletin_audit.claim import (
    ALL,
    PART_OF,
    RATE_OF,
    Quantity,
    Subject,
)
from db.rules.bulletin_audit.clauses import Clauses
from db.rules.bulletin_audit.tokens import Kind
from db.rules.venue_categories import Category

UNIVERSITY = Category.UNIVERSITY_OR_COLLEGE.value
_JOINT = re.compile(r"[、和与及,，以\s]*$")


class Subjects(Clauses):
    """Whose each number of a sentence is."""

    def subject_at(self, i: int) -> Subject | None:
        region = self._region_at(i)
        sub_type = self._sub_type_at(i)
        if sub_type is not None:
            return Subject(region, UNIVERSITY, sub_type)
        return Subject(region, self._category_at(i))

    def _region_at(self, i: int) -> int:
        before = [j for j in range(i) if self.words[j].kind is Kind.REGION]
        if not before:
            return self.around.region
        return self._meant(before)

    def _meant(self, before: list[int]) -> int:
        """Of several regions of one name the one inside the last wider one named, or inside the text's own."""
        codes = self.words[before[-1]].value
        if len(codes) == 1:
            return int(codes[0])
        wider = self._meant(before[:-1]) if len(before) > 1 else self.around.region
        lo, hi = region_range(wider)
        within = [code for code in codes if lo <= code <= hi]
        return int(within[0] if within else codes[0])

    def _category_at(self, i: int) -> str:
        before = [j for j in range(i) if self.words[j].kind in (Kind.CATEGORY, Kind.EVERY)]
        own = [j for j in before if j in self._clause(i) and not self._follows_a_number(j)]
        follower = self.words[i + 1] if i + 1 < len(self.words) and self._follows_a_number(i + 1) else None
        if not own and follower is not None and follower.kind is Kind.CATEGORY:
            return str(follower.value)
        if before:
            last = self.words[before[-1]]
            return str(last.value) if last.kind is Kind.CATEGORY else ALL
        if self.around.category != ALL:
            return self.around.category
        if self._goes_on():
            return self.around.last_category
        return ALL

    def _goes_on(self) -> bool:
        """其中, 该类, or a list of regions: the sentence goes on about what the last one was about."""
        begins = self.sentence.text[:6]
        if re.match("其中|上述|该类|这类|各设区市|从设区市|分设区市|分地区|按地区|从地区|分布", begins):
            return True
        regions = {t.value for t in self.words if t.kind is Kind.REGION}
        return len(regions) > 2

    def _sub_type_at(self, i: int) -> str | None:
        before = [j for j in range(i) if self.words[j].kind in (Kind.CATEGORY, Kind.EVERY, Kind.SUB_TYPE)]
        if not before or self.words[before[-1]].kind is not Kind.SUB_TYPE:
            return None
        between = self._text(self.words[before[-1]].end, self.words[i].start)
        return None if ";" in between else str(self.words[before[-1]].value)

    def _is_joined(self, j: int, k: int) -> bool:
        said, at = "", self.words[j].end
        for n in range(j + 1, k):
            if self.words[n].kind is Kind.NUMBER:
                said += self._text(at, self.words[n].start)
                at = self.words[n].end
        return _JOINT.fullmatch(said + self._text(at, self.words[k].start)) is not None

    def _row(self, _from: int, kind: Kind, first: int) -> list[int]:
        row: list[int] = []
        for j in range(first, len(self.words)):
            if self.words[j].kind is kind and (not row or self._is_joined(row[-1], j)):
                row.append(j)
            elif self.words[j].kind is not Kind.BREAK:
                break
        return row

    def _row_before(self, r: int, kind: Kind) -> list[int]:
        row: list[int] = []
        for j in range(r - 1, -1, -1):
            if self.words[j].kind is kind and (not row or self._is_joined(j, row[0])):
                row.insert(0, j)
            elif row and self.words[j].kind not in (Kind.BREAK, Kind.NUMBER):
                break
        return row if len(row) > 1 else []

    def _first_number(self, r: int) -> int:
        return next((j for j in range(r + 1, len(self.words)) if self.words[j].kind is Kind.NUMBER), len(self.words))

    def _respectively(self) -> dict[int, tuple[Quantity | None, Subject | None]]:
        """Numbers told one after another about a row of regions, categories or quantities said before."""
        told: dict[int, tuple[Quantity | None, Subject | None]] = {}
        for r, token in enumerate(self.words):
            if token.kind is not Kind.RESPECTIVELY:
                continue
            numbers = self._row(r + 1, Kind.NUMBER, self._first_number(r))
            for kind in (Kind.REGION, Kind.CATEGORY, Kind.SUB_TYPE, Kind.MEASURE):
                row = self._row_before(r, kind)
                if len(numbers) > 1 and len(row) == len(numbers):
                    for j, n in zip(row, numbers, strict=True):
                        told[n] = self._one_of(kind, j, n)
                    break
        return told

    def _one_of(self, kind: Kind, j: int, n: int) -> tuple[Quantity | None, Subject | None]:
        if kind is Kind.MEASURE:
            quantity = self._value(j)
            is_pct = self.words[n].number.is_pct
            return (RATE_OF.get(quantity, quantity) if is_pct else PART_OF.get(quantity, quantity)), None
        usual = self.subject_at(j + 1) if j + 1 < len(self.words) else None
        region = usual.region if usual else self.around.region
        if kind is Kind.REGION:
            return None, Subject(int(self.words[j].value[0]), self._category_at(n), self._sub_type_at(n))
        if kind is Kind.CATEGORY:
            return None, Subject(region, str(self.words[j].value))
        return None, Subject(region, UNIVERSITY, str(self.words[j].value))
