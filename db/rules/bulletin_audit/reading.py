"""From sentences to claims: what each number counts, and whose it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from db.rules.access_scope import region_range
from db.rules.bulletin_audit import sentences
from db.rules.bulletin_audit.claim import (
    ALL,
    PART_OF,
    RATE_OF,
    RATES,
    WHOLE_OF,
    WHOLES,
    Claim,
    Order,
    Quantity,
    Sentence,
    Subject,
)
from db.rules.bulletin_audit.ordering import orders
from db.rules.bulletin_audit.places import PROVINCE, Places
from db.rules.bulletin_audit.sentences import Compact, Passage
from db.rules.bulletin_audit.tokens import Kind, Token, tokens
from db.rules.bulletin_audit.words import IN_FULL, IN_PART, LIKE_A_VENUE
from db.rules.venue_categories import Category

UNIVERSITY = Category.UNIVERSITY_OR_COLLEGE.value
_LINK = re.compile(
    r"(?:机构|学校|场所|单位|园所|数量?|总数|总量|率|的|为|是|达到?|到|至|有|共|了|:|仅|只|已|约|则|均|也|分别|依次|其中|全部"
    r"|提高|提升|上升|下降|降|升|增|、|\s|[（(])*$"
)
_TIGHT = re.compile(r"(?:机构|学校|场所|单位|了|:|为|达|到|是|有|共|仅|只|的|约|\s)*$")
_AFTER = re.compile(r"(?:机构|学校|场所|单位|园所|次|余|的|已|均|仍|尚|还|中|都|\s)*$")
_JOINT = re.compile(r"[、和与及,，以\s]*$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text claims."""

    sentences: tuple[Sentence, ...]
    claims: tuple[Claim, ...]
    orders: tuple[Order, ...]
    as_of: date | None


@dataclass
class _Around:
    """What holds where a sentence says nothing itself."""

    region: int = PROVINCE
    category: str = ALL
    sub_type: str | None = None
    quantity: Quantity | None = None
    last_category: str = ALL
    last_quantity: Quantity | None = None
    paragraph_day: date | None = None
    from_heading: bool = field(default=False)


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
    around = _Around(home)
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


def _around(passage: Passage, places: Places, home: int, before: _Around) -> _Around:
    """From the headings and the paragraph's lead; within a paragraph the day said in it holds on."""
    here = _Around(home)
    for words in (*passage.headings, passage.lead):
        _take_heading(here, tokens(words, places))
    if not passage.is_first:
        here.last_category = before.last_category
        here.last_quantity = before.last_quantity
        here.paragraph_day = before.paragraph_day
    return here


def _take_heading(here: _Around, found: list[Token]) -> None:
    categories = {t.value for t in found if t.kind is Kind.CATEGORY}
    regions = {t.value[0] for t in found if t.kind is Kind.REGION}
    measures = [t.value for t in found if t.kind is Kind.MEASURE]
    if len(categories) == 1:
        here.category, here.from_heading = categories.pop(), True
    if len(regions) == 1:
        here.region = regions.pop()
    if measures:
        here.quantity = measures[0]


@dataclass
class _Said:
    """One sentence, read."""

    sentence: Sentence
    words: list[Token]
    around: _Around
    day: date | None
    is_dated: bool
    home: int

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

    # What a number counts

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

    def _value(self, j: int) -> Quantity:
        quantity: Quantity = self.words[j].value
        return quantity

    def _fits(self, j: int, i: int) -> bool:
        """A rate's word does not name a count that stands in its clause."""
        return not (self.words[j].value in RATES and not self.words[i].number.is_pct and self._near(j, i))

    def _near(self, j: int, i: int) -> bool:
        return j in self._clause(i)

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

    def _has_stroke(self, i: int) -> bool:
        return self._is_before_a_number(i) and self._between(i, i + 1).strip() == "/"

    def _is_out_of(self, i: int) -> bool:
        """344家中327家, within brackets."""
        return self._is_before_a_number(i) and self._between(i, i + 1) == "中" and self._opening(i) is not None

    def _is_before_a_number(self, i: int) -> bool:
        both = self.words[i : i + 2]
        return len(both) == 2 and all(token.kind is Kind.NUMBER for token in both)

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

    def _opening(self, i: int) -> int | None:
        """The bracket that a word stands in."""
        signs = [j for j in range(i) if self.words[j].kind in (Kind.OPEN, Kind.CLOSE)]
        return signs[-1] if signs and self.words[signs[-1]].kind is Kind.OPEN else None

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

    def _share_at(self, i: int) -> int | None:
        """The 占 that a percentage stands after, with nothing but places and measures between."""
        between = (Kind.REGION, Kind.EVERY, Kind.MEASURE, Kind.CATEGORY)
        j = i - 1
        while j >= 0 and self.words[j].kind in between:
            j -= 1
        is_share = j >= 0 and self.words[j].kind is Kind.SHARE and self.words[i].number.is_pct
        return j if is_share else None

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

    # Whose it is

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

    def _follows_a_number(self, j: int) -> bool:
        """82所中等职业学校: the category is that number's."""
        beside = self.words[j - 1] if j else None
        return beside is not None and beside.kind is Kind.NUMBER and self.words[j].start - beside.end <= 1

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

    # 分别为

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

    def _first_number(self, r: int) -> int:
        return next((j for j in range(r + 1, len(self.words)) if self.words[j].kind is Kind.NUMBER), len(self.words))

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

    def _is_joined(self, j: int, k: int) -> bool:
        said, at = "", self.words[j].end
        for n in range(j + 1, k):
            if self.words[n].kind is Kind.NUMBER:
                said += self._text(at, self.words[n].start)
                at = self.words[n].end
        return _JOINT.fullmatch(said + self._text(at, self.words[k].start)) is not None

    # Places in the sentence

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


_SUFFIXES = frozenset({"", "机构", "学校", "场所", "单位", "园所", "次"})
