"""The text cut into paragraphs and sentences, with the headings above each and the day that its figures are of."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from db.rules.bulletin_audit.claim import Sentence
from db.rules.bulletin_audit.numerals import han_number

SAME_LENGTH = str.maketrans("０１２３４５６７８９％（）．：；", "0123456789%().:;")
"""Full-width signs as their plain ones, character for character, so that places in the text stay true."""
HEADING_SIGN = re.compile(
    r"^[\s\u3000]*(?:(?P<one>[一二三四五六七八九十]+)、|(?P<two>\([一二三四五六七八九十]+\))|(?P<three>\d{1,2}[..、](?!\d)))"
)
_ENDS = re.compile(r"[。!?！？\n]")
_YEAR = r"(?:(?P<year>\d{4}|[〇零一二三四五六七八九]{4})年)?"
_MONTH = r"(?P<month>\d{1,2}|[一二三四五六七八九十]{1,2})月"
DATE = re.compile(
    rf"{_YEAR}{_MONTH}(?:(?P<day>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号]|(?P<part>初|上旬|中旬|下旬|底|末))"
)
DASHED = re.compile(r"(?P<year>20\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_BEFORE_AS_OF = re.compile(r"(?:截至|截止|截止到|截至到|截止至|数据截至|统计截至)[\s::为]*(?:目前)?[((]?$")
_AFTER_AS_OF = re.compile(r"^(?:\d{1,2}(?:时|:\d{2}|点))?(?:止|为止|数据|的数据)")
_PARTS = {"初": 1, "上旬": 10, "中旬": 20}
MOST_HEADING = 40


@dataclass(frozen=True, slots=True)
class Dated:
    """A day that figures are said to be of, with its place in the text."""

    day: date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence with what stands above it."""

    sentence: Sentence
    headings: tuple[str, ...]
    """Of its chapter, from the outermost in."""
    lead: str
    """How its paragraph begins: a category or region followed by a stop or colon; empty for none."""
    is_first: bool
    """First sentence of its paragraph."""
    is_heading: bool


@dataclass
class _Chapters:
    levels: list[tuple[int, str]] = field(default_factory=list)

    def enter(self, level: int, words: str) -> None:
        self.levels = [(depth, said) for depth, said in self.levels if depth < level]
        self.levels.append((level, words))


def plain(text: str) -> str:
    """The text with plain signs, as long as before."""
    return text.translate(SAME_LENGTH)


_SPACE = re.compile(r"(?<=[^\x00-\x7f]|[\d%,.(/])[ \t\u00a0\u3000]+|[ \t\u00a0\u3000]+(?=[^\x00-\x7f]|[%)/])")


@dataclass(frozen=True, slots=True)
class Compact:
    """A text without the spaces beside Chinese signs and numbers (接入 12,253 家), and where its characters stood."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch as it stands in the text with its spaces."""
        return (self.places[start], self.places[end - 1] + 1) if end > start else (0, 0)


def compact(text: str) -> Compact:
    gone = {at for space in _SPACE.finditer(text) for at in range(space.start(), space.end())}
    places = tuple(at for at in range(len(text)) if at not in gone)
    return Compact("".join(text[at] for at in places), places)


def passages(text: str) -> list[Passage]:
    """Every sentence of a plain text, in order."""
    found: list[Passage] = []
    chapters = _Chapters()
    at = 0
    for line in text.split("\n"):
        level = _level(line)
        is_heading = (
            bool(line.strip())
            and len(line.strip()) <= MOST_HEADING
            and not _has_end(line)
            and not re.search("[,，]", line)
        )
        if is_heading and level:
            chapters.enter(level, line)
        lead = _lead(line) if not is_heading else ""
        if level and not is_heading:
            chapters.enter(level, lead)
        first = True
        for start, end in _sentences(line):
            sentence = Sentence(len(found), line[start:end], at + start, at + end)
            found.append(Passage(sentence, tuple(w for _l, w in chapters.levels), lead, first, is_heading))
            first = False
        at += len(line) + 1
    return found


def _sentences(line: str) -> list[tuple[int, int]]:
    edges = [0, *(stop.end() for stop in _ENDS.finditer(line)), len(line)]
    cut = []
    for start, end in pairwise(edges):
        while start < end and line[start] in " \t\u3000\r":
            start += 1
        while end > start and line[end - 1] in " \t\u3000\r":
            end -= 1
        if end > start:
            cut.append((start, end))
    return cut


def _has_end(line: str) -> bool:
    return _ENDS.search(line) is not None


def _level(line: str) -> int:
    sign = HEADING_SIGN.match(line)
    return 0 if sign is None else 1 if sign["one"] else 2 if sign["two"] else 3


def _lead(line: str) -> str:
    """The short words before a paragraph's first stop or colon."""
    sign = HEADING_SIGN.match(line)
    rest = line[sign.end() if sign else 0 :]
    stop = re.search(r"[。::]", rest)
    if stop is None or stop.start() > 24 or re.search(r"\d", rest[: stop.start()]):
        return ""
    return rest[: stop.start()]


def days(text: str) -> list[Dated]:
    """Every day that figures are said to be of (截至 …); a year left out is the last one said."""
    year: int | None = None
    first_year = re.search(r"(20\d{2})\s*(?:年|-|/)", text)
    if first_year:
        year = int(first_year[1])
    found = []
    for match in sorted([*DATE.finditer(text), *DASHED.finditer(text)], key=lambda m: m.start()):
        if match.re is DATE and match["year"]:
            year = int(han_number(match["year"])) if not match["year"].isdigit() else int(match["year"])
        day = _day(match, year)
        if day is None:
            continue
        said_before = _BEFORE_AS_OF.search(text[max(0, match.start() - 8) : match.start()])
        if said_before or _AFTER_AS_OF.match(text[match.end() : match.end() + 8]):
            found.append(Dated(day, match.start(), match.end()))
    return found


def _day(match: re.Match[str], year: int | None) -> date | None:
    at_year = int(match["year"]) if match.re is DASHED else year or 1
    month = _int(match["month"])
    try:
        last = monthrange(at_year, month)[1]
        part = match["part"] if match.re is DATE else None
        day = _PARTS.get(part, last) if part else _int(match["day"])
        return date(at_year, month, day)
    except (ValueError, IndexError):
        return None


def _int(written: str) -> int:
    return int(written) if written.isdigit() else int(han_number(written))
