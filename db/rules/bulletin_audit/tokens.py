"""A sentence as the words that matter: regions, categories, what is counted, numbers, and the signs between them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from db.rules.bulletin_audit import words
from db.rules.bulletin_audit.numerals import NUMBER, Written, written
from db.rules.bulletin_audit.places import Places
from db.rules.bulletin_audit.sentences import DASHED, DATE, HEADING_SIGN


class Kind(StrEnum):
    REGION = "region"
    CATEGORY = "category"
    EVERY = "every"
    SUB_TYPE = "sub_type"
    MEASURE = "measure"
    NUMBER = "number"
    RANK = "rank"
    DESCENDING = "descending"
    ASCENDING = "ascending"
    FIRST = "first"
    LAST = "last"
    RESPECTIVELY = "respectively"
    SHARE = "share"
    CHANGE = "change"
    NOW_AT = "now_at"
    WISH = "wish"
    SOME_PLACES = "some_places"
    BREAK = "break"
    OPEN = "open"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Token:
    """Where it stands in the sentence, and what it means: a code, a category, a quantity, a number …"""

    kind: Kind
    value: Any
    start: int
    end: int

    @property
    def number(self) -> Written:
        assert isinstance(self.value, Written)
        return self.value


_NO_NUMBER = (
    re.compile(r"24小时|二十四小时|7[×x*]24|\d{1,2}时(?:\d{1,2}分)?|\d{1,2}:\d{2}"),
    re.compile(
        r"[〔\[【(]20\d{2}[〕\]】)]\s*\d*\s*号?|20\d{2}年|\d{1,2}月份?|\d+号|(?<!\d)119(?![\d,.家所个起处%])|GB/?T?\s?[\d.—-]+"
    ),
    re.compile(r"第[一二三四五六七八九十\d]+(?:季度|批|期|号|条|轮|阶段|章|款)"),
    re.compile(r"(?<![\d.])1[3-9]\d{9}(?!\d)|0\d{2,3}-\d{7,8}"),
    re.compile(r"[(][一二三四五六七八九十]+[)]"),
    re.compile(r"[—–-]\s?\d+\s?[—–-]"),
    re.compile(
        r"(?:每|逐|同|这|那|任|某|各|另)[一二两三](?:家|所|个|起|条)|(?<![一二三四五六七八九十百千万亿零〇\d])一(?:家|所|个|起|处|条|件|项)"
    ),
)
_WORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.DESCENDING, words.DESCENDING),
    (Kind.ASCENDING, words.ASCENDING),
    (Kind.LAST, words.LAST_OF_ALL),
    (Kind.FIRST, words.FIRST_OF_ALL),
    (Kind.NOW_AT, words.NOW_AT),
    (Kind.WISH, words.WISH),
    (Kind.CHANGE, words.CHANGE),
    (Kind.RESPECTIVELY, words.RESPECTIVELY),
    (Kind.SHARE, words.SHARE),
    (Kind.OPEN, re.compile(r"\(")),
    (Kind.CLOSE, re.compile(r"\)")),
)
_NAME = re.compile(r"[\u4e00-\u9fff]{0,6}?(?:大学|学院)(?!生)")
_BREAK = re.compile(r"[,，;:]|——")


def tokens(sentence: str, places: Places) -> list[Token]:
    """In the order of the sentence; nothing stands for two things."""
    taken = bytearray(len(sentence))
    found: list[Token] = []

    def take(kind: Kind, value: Any, start: int, end: int) -> None:
        if end > start and not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            found.append(Token(kind, value, start, end))

    for pattern in (DATE, DASHED, *_NO_NUMBER):
        for match in pattern.finditer(sentence):
            if pattern is not _NO_NUMBER[0]:  # 24小时 belongs to the words of duty, which are looked for below
                taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    sign = HEADING_SIGN.match(sentence)
    if sign:
        taken[: sign.end()] = b"\x01" * sign.end()
    for match in words.SOME_PLACES.finditer(sentence):
        take(Kind.SOME_PLACES, None, match.start(), match.end())
    for sub_type, pattern in words.SUB_TYPES:
        for match in pattern.finditer(sentence):
            take(Kind.SUB_TYPE, sub_type.value, match.start(), match.end())
    for match in words.CATEGORY.finditer(sentence):
        take(Kind.CATEGORY, words.CATEGORY_WORDS[match[0]].value, match.start(), match.end())
    for quantity, pattern in words.MEASURES:
        for match in pattern.finditer(sentence):
            take(Kind.MEASURE, quantity, match.start(), match.end())
    for match in places.pattern.finditer(sentence):
        if not _is_in_a_name(sentence, match.end()):
            take(Kind.REGION, places.spellings[match[0]], match.start(), match.end())
    for match in words.EVERY_CATEGORY.finditer(sentence):
        take(Kind.EVERY, None, match.start(), match.end())
    for match in words.RANK.finditer(sentence):
        take(Kind.RANK, match[1], match.start(), match.end())
    for kind, pattern in _WORDS:
        for match in pattern.finditer(sentence):
            take(kind, match[0], match.start(), match.end())
    for match in _NO_NUMBER[0].finditer(sentence):
        taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
    free = "".join("\x00" if used else c for c, used in zip(sentence, taken, strict=True))
    for match in NUMBER.finditer(free):
        if not _is_of_something_else(sentence, match):
            take(Kind.NUMBER, written(match), match.start(), match.end())
    for match in _BREAK.finditer(sentence):
        take(Kind.BREAK, match[0], match.start(), match.end())
    return sorted(found, key=lambda token: token.start)


def _is_in_a_name(sentence: str, end: int) -> bool:
    """南昌大学, 九江职业技术学院 …: a venue's name begins with its city's."""
    named = _NAME.match(sentence, end)
    return named is not None and words.CATEGORY.search(named[0]) is None


def _is_of_something_else(sentence: str, match: re.Match[str]) -> bool:
    """A number of days, people, metres …: a unit that no figure of a bulletin has."""
    if match["pct"] or match["pct_han"] or match["tenths"]:
        return False
    after = sentence[match.end() : match.end() + 2]
    if match["unit"]:
        return (
            match["unit"] == "个"
            and re.match(r"月|小时|工作日|百分|方面|环节|清单|类|县|市|设区|区|地", after) is not None
        )
    return re.match(r"[天日人名小分秒元米年月号类级层岁度期位部台套点类]|平方|设区", after) is not None
