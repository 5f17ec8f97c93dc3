"""What a number counts: by the words before it, after it, around its bracket, or above its paragraph."""

import re
from collections.abc import Sequence

from db.rules.bulletin_audit.claim import (
    PART_OF,
    RATE_OF,
    RATES,
    WHOLE_OF,
    Claim,
    Quantity,
)
from db.rules.bulletin_audit.subjects import Subjects
from db.rules.bulletin_audit.tokens import Kind
from db.rules.bulletin_audit.words import LIKE_A_VENUE

_LINK = re.compile(
    r"(?:机构|学校|场所|单位|园所|数量?|总数|总量|率|的|为|是|达到?|到|至|有|共|了|:|仅|只|已|约|则|均|也|分别|依次|其中|全部"
    r"|提高|提升|上升|下降|降|升|增|、|\s|[（(])*$"
)
_TIGHT = re.compile(r"(?:机构|学校|场所|单位|了|:|为|达|到|是|有|共|仅|只|的|约|\s)*$")
_AFTER = re.compile(r"(?:机构|学校|场所|单位|园所|次|余|的|已|均|仍|尚|还|中|都|\s)*$")
_SUFFIXES = frozenset({"", "机构", "学校", "场所", "单位", "园所", "次"})


class Quantities(Subjects):
    """What each number of a sentence counts."""

    def _quantity(self, i: int, made: Sequence[Claim]) -> Quantity | None:
        number = self.words[i].number
        if number.is_points:
            return None
        if self._is_share(i) and not self._may_be_a_rate(i):
            return Quantity.SHARE
        if self._is_change(i):
            return Quantity.OTHER
        found = self._named(i, made)
        if found is None:
            return None
        if number.is_pct:
            return found if found in RATES else RATE_OF.get(found, Quantity.SHARE)
        if found in RATES:
            return PART_OF[found] if self._is_counted(i) else None
        return found if self._is_counted(i) else None

    def _named(self, i: int, made: Sequence[Claim]) -> Quantity | None:
        """In this order: what stands right before, right after, in the same clause, in the brackets' number, around."""
        number = self.words[i]
        fraction = self._fraction(i, made)
        if fraction is not None:
            return fraction
        clause = self._clause(i)
        before = [j for j in clause if j < i and self.words[j].kind is Kind.MEASURE and self._fits(j, i)]
        if before and _LINK.fullmatch(self._bare(before[-1], i)):
            return self._value(before[-1])
        after = [j for j in clause if j > i and self.words[j].kind is Kind.MEASURE and self._fits(j, i)]
        if after and self._is_free(after[0], i) and _AFTER.fullmatch(self._bare(i, after[0])):
            return self._value(after[0])
        if before:
            return self._value(before[-1])
        bracketed = self._bracketed(i, made)
        if bracketed is not None:
            return bracketed
        if after and self._is_free(after[0], i):
            return self._value(after[0])
        if after and self._is_shared(after[0], i):
            return self._value(after[0])
        earlier = [j for j in range(i) if self.words[j].kind is Kind.MEASURE and self._fits(j, i)]
        if earlier:
            return self._value(earlier[-1])
        later = [t for t in self.words if t.kind is Kind.MEASURE]
        if self.around.last_quantity is not None and not later and self._goes_on():
            return self.around.last_quantity
        if self.around.quantity is not None and not later:
            return self.around.quantity
        return Quantity.VENUES if not number.number.is_pct and not later and self._is_of_venues(i) else None

    def _fits(self, j: int, i: int) -> bool:
        """A rate's word does not name a count that stands in its clause."""
        return not (self.words[j].value in RATES and not self.words[i].number.is_pct and self._near(j, i))

    def _is_free(self, j: int, i: int) -> bool:
        """The word after a number is that number's own, unless the next number follows it closely."""
        following = [k for k in range(j + 1, len(self.words)) if self.words[k].kind is Kind.NUMBER]
        if any(self.words[k].kind is Kind.NUMBER for k in range(i + 1, j)):
            return False
        return not following or _TIGHT.fullmatch(self._between(j, following[0])) is None

    def _is_shared(self, j: int, i: int) -> bool:
        """7所专修学院、29家校外教学点接入平台: one word for a row of counts."""
        following = [k for k in range(j + 1, len(self.words)) if self.words[k].kind is Kind.NUMBER]
        if following and _TIGHT.fullmatch(self._between(j, following[0])) is not None:
            return False
        kinds = (Kind.NUMBER, Kind.CATEGORY, Kind.SUB_TYPE, Kind.REGION)
        return all(self.words[k].kind in kinds for k in range(i, j)) and "、" in self._between(i, j)

    def _fraction(self, i: int, made: Sequence[Claim]) -> Quantity | None:
        """327/344 is the part and its whole; (344家中327家) after a rate the whole and its part."""
        if self._has_stroke(i):
            named = self._around_rate(i)
            return PART_OF.get(named, named) if named else None
        if i and self._has_stroke(i - 1) and made:
            return WHOLE_OF.get(made[-1].quantity)
        if self._is_out_of(i):
            beside = self._bracketed_beside(i, made)
            return WHOLE_OF.get(beside.quantity) if beside else None
        if i and self._is_out_of(i - 1) and len(made) > 1 and made[-1].quantity is WHOLE_OF.get(made[-2].quantity):
            return PART_OF.get(made[-2].quantity, made[-2].quantity)
        return None

    def _around_rate(self, i: int) -> Quantity | None:
        earlier = [j for j in range(i) if self.words[j].kind is Kind.MEASURE]
        return self._value(earlier[-1]) if earlier else self.around.quantity

    def _bracketed(self, i: int, made: Sequence[Claim]) -> Quantity | None:
        """12,253家(65%), 65%(12,253家): the bracket says the same of the same."""
        beside = self._bracketed_beside(i, made)
        if beside is None:
            return None
        if self.words[i].number.is_pct:
            return beside.quantity if beside.quantity in RATES else RATE_OF.get(beside.quantity, Quantity.SHARE)
        return PART_OF.get(beside.quantity, beside.quantity) if beside.quantity in RATES else None

    def _bracketed_beside(self, i: int, made: Sequence[Claim]) -> Claim | None:
        """The claim right before the bracket that a number stands in."""
        j = self._opening(i)
        if j is None:
            return None
        at = self.words[j].start
        before = [c for c in made if c.end - self.sentence.start <= at]
        if not before or self._text(before[-1].end - self.sentence.start, at).strip() not in _SUFFIXES:
            return None
        return before[-1]

    def _is_counted(self, i: int) -> bool:
        """A count has its unit, or stands right beside whom or what it counts."""
        token = self.words[i]
        if token.number.unit:
            return token.number.unit not in ("个", "例") or self._unit_is_a_venues(i)
        if i == 0:
            return False
        if self._has_stroke(i) or self._has_stroke(i - 1):
            return True
        beside = self.words[i - 1]
        return beside.kind in (Kind.REGION, Kind.CATEGORY, Kind.SUB_TYPE, Kind.MEASURE) and (
            _LINK.fullmatch(self._between(i - 1, i)) is not None
        )

    def _unit_is_a_venues(self, i: int) -> bool:
        after = self._text(self.words[i].end, self.words[i].end + 6)
        if not after or after[0] in "、,，;。:)(":
            return True
        beside = self.words[i + 1] if i + 1 < len(self.words) else None
        is_beside = beside is not None and beside.start - self.words[i].end <= 1
        return LIKE_A_VENUE.match(after) is not None or (
            is_beside and beside is not None and beside.kind in (Kind.CATEGORY, Kind.SUB_TYPE, Kind.MEASURE)
        )

    def _is_of_venues(self, i: int) -> bool:
        """A bare count beside a category, with a unit of venues: 高校110所."""
        clause = self._clause(i)
        return self.words[i].number.unit in ("家", "所", "个") and any(
            self.words[j].kind in (Kind.CATEGORY, Kind.SUB_TYPE) for j in clause if j < i
        )

    def _is_share(self, i: int) -> bool:
        return self._share_at(i) is not None

    def _may_be_a_rate(self, i: int) -> bool:
        """占46.4% beside a category's count may be its rate; 占全省的24.5%, 占已接入的17% never are."""
        share = self._share_at(i)
        if share is None:
            return False
        said = self._text(self.words[share].end, self.words[i].start)
        beside = [j for j in (share - 1, share - 2) if j >= 0]
        is_of_all = re.fullmatch(r"(?:其|本类|该类)?(?:应接入)?(?:机构|学校)?(?:总数|总量)?的?|比为?", said) is not None
        counted = any(self.words[j].kind in (Kind.NUMBER, Kind.SUB_TYPE) for j in beside)
        return is_of_all and (counted or self._sub_type_at(i) is not None)

    def _is_change(self, i: int) -> bool:
        """较上期增加120家 says no figure; 提高到65% does."""
        clause = [j for j in self._clause(i) if j < i]
        changed = [j for j in clause if self.words[j].kind in (Kind.CHANGE, Kind.NOW_AT)]
        return bool(changed) and self.words[changed[-1]].kind is Kind.CHANGE
