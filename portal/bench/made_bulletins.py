"""Bulletins of invented provinces, and one figure of each altered: what an audit is measured on."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from db.rules.access_scope import region_range
from db.rules.bulletin import BlockKind, Bulletin, paragraphs, said
from db.rules.bulletin_audit import Places
from db.rules.bulletin_figures import Figures
from db.rules.bulletin_template import template
from db.rules.measures import MeasureKey
from db.rules.snapshot_form import FigureLine
from db.rules.venue_categories import BULLETIN_CATEGORIES, BY_CATEGORY, Category

ALL = "all"
FIRST_DAY = date(2024, 6, 1)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_USUAL = {
    Category.KINDERGARTEN: 84,
    Category.TRAINING_INSTITUTION: 66,
    Category.BOARDING_SCHOOL: 35,
    Category.SECONDARY_VOCATIONAL_SCHOOL: 1.6,
    Category.UNIVERSITY_OR_COLLEGE: 1.1,
    Category.OFF_CAMPUS_TEACHING_SITE: 1,
    Category.PRIVATE_CONTINUING_COLLEGE: 0.15,
}
"""Venues of a county, about."""


@dataclass(frozen=True, slots=True)
class MadeBulletin:
    """A bulletin's text with the figures that it was written from."""

    text: str
    figures: tuple[FigureLine, ...]
    as_of: date
    region: int
    spans: tuple[tuple[int, int], ...]
    """Where its figures stand in the text."""


@dataclass(frozen=True, slots=True)
class Altered:
    """The text with one figure changed."""

    text: str
    was: str
    became: str
    at: int


def made(rng: random.Random, places: Places) -> MadeBulletin:
    """A bulletin of the province, a city or a county, as of some day."""
    as_of = FIRST_DAY + timedelta(days=rng.randrange(700))
    figures = tuple(_figures(rng, places, as_of))
    codes = [code for code, _name in places.names]
    inside = [code for code in codes if any(f.adcode == code and f.denominator for f in figures)]
    region = rng.choice([360_000, rng.choice([c for c in inside if c % 100 == 0]), rng.choice(inside)])
    bulletin = template(as_of, region, "江西省教育厅")
    lo, hi = region_range(region)
    within = [f for f in figures if lo <= f.adcode <= hi]
    return MadeBulletin(*_written(bulletin, within), as_of, region, tuple(_spans(bulletin, within)))


def _written(bulletin: Bulletin, figures: list[FigureLine]) -> tuple[str, tuple[FigureLine, ...]]:
    return "\n".join(paragraphs(bulletin, Figures.of(figures))) + "\n", tuple(figures)


def _spans(bulletin: Bulletin, figures: list[FigureLine]) -> Iterator[tuple[int, int]]:
    """Every number that stands in the text by reference."""
    counted = Figures.of(figures)
    text = "\n".join(paragraphs(bulletin, counted)) + "\n"
    at = 0
    for section in said(bulletin, counted):
        for block in section.blocks:
            if block.block.kind is not BlockKind.TEXT:
                continue
            at = text.index(block.text, at)
            for piece in block.pieces:
                if piece.reference is not None:
                    for number in _NUMBER.finditer(piece.text):
                        yield at + number.start(), at + number.end()
                at += len(piece.text)


def altered(rng: random.Random, bulletin: MadeBulletin) -> Altered:
    """One of its figures mistyped: a digit wrong, two digits changed over, one too many, one too few."""
    start, end = rng.choice(bulletin.spans)
    was = bulletin.text[start:end]
    became = was
    while became == was or float(became) == float(was):
        became = rng.choice((_digit, _swapped, _next))(rng, was)
    return Altered(bulletin.text[:start] + became + bulletin.text[end:], was, became, start)


def _digit(rng: random.Random, written: str) -> str:
    at = rng.choice([i for i, c in enumerate(written) if c.isdigit()])
    return written[:at] + rng.choice("0123456789") + written[at + 1 :]


def _swapped(rng: random.Random, written: str) -> str:
    pairs = [i for i in range(len(written) - 1) if written[i].isdigit() and written[i + 1].isdigit()]
    if not pairs:
        return _digit(rng, written)
    at = rng.choice(pairs)
    return written[:at] + written[at + 1] + written[at] + written[at + 2 :]


def _next(rng: random.Random, written: str) -> str:
    if "." in written:
        return f"{float(written) + rng.choice((-0.1, 0.1)):.1f}"
    return str(max(0, int(written) + rng.choice((-1, 1))))


def _figures(rng: random.Random, places: Places, as_of: date) -> Iterator[FigureLine]:
    """Counts of every county and category, and their sums upwards, as a snapshot has them."""
    names = dict(places.names) | {360_000: "江西省"}
    progress, watch = rng.uniform(0.2, 0.95), rng.uniform(0.3, 0.95)
    excuses = rng.random() < 0.25
    sums: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for county in sorted(code for code in names if code % 100):
        pace = min(0.98, max(0.05, rng.gauss(progress, 0.15)))
        for category in BULLETIN_CATEGORIES:
            for measure, *counts in _counted(rng, category, as_of, pace, watch, excuses):
                for region in (county, county // 100 * 100, 360_000):
                    for key in (str(category), ALL):
                        total = sums[measure, region, key]
                        for i, n in enumerate(counts):
                            total[i] += n
    for (measure, region, shown), counts in sums.items():
        level = "province" if region % 10_000 == 0 else "city" if region % 100 == 0 else "county"
        yield FigureLine(measure, level, region, names[region], shown, *counts)


def _counted(
    rng: random.Random, category: Category, as_of: date, pace: float, watch: float, excuses: bool
) -> Iterable[tuple[str, int, int, int]]:
    """Numerator, denominator and excused of each measure and problem in one county."""
    n = int(rng.expovariate(1 / _USUAL[category]))
    out = sum(rng.random() < 0.01 for _ in range(n)) if excuses else 0
    n -= out
    accessed = sum(rng.random() < pace for _ in range(n))
    watched = sum(rng.random() < watch for _ in range(accessed))
    unseen = sum(rng.random() < watch / 5 for _ in range(n - accessed))
    out_of_duty = sum(rng.random() < 0.01 for _ in range(accessed - watched)) if excuses else 0
    on_duty, due = watched + unseen, BY_CATEGORY[category].due_on <= as_of
    alarms, hazards = int(rng.expovariate(1 / (1 + n / 3))), int(rng.expovariate(1 / (1 + n / 6)))
    late, closed = rng.randint(0, alarms), rng.randint(0, hazards)
    m = MeasureKey
    return (
        (m.ACCESS, accessed, n, out),
        (m.DECLARED_DUTY, on_duty, n - out_of_duty, out + out_of_duty),
        (m.VERIFIED_DUTY, rng.randint(0, on_duty), n, out),
        (m.ALARMS_UNHANDLED, late, alarms, 0),
        (m.HAZARDS_CLOSED, closed, hazards, 0),
        ("late_access", n - accessed if due else 0, n, out),
        ("no_duty", accessed - watched - out_of_duty, accessed - out_of_duty, out + out_of_duty),
        ("doubtful_duty", unseen, on_duty, out + out_of_duty),
        ("alarms_open", late, alarms, 0),
        ("hazards_open", hazards - closed, hazards, 0),
    )
