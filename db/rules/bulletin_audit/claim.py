"""One thing that a text claims: how much of what, whose, as of when, and where it stands in the text."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from db.rules.bulletin_audit.numerals import Written

ALL = "all"


class Quantity(StrEnum):
    """What a number counts, or of what it is the rate."""

    VENUES = "venues"
    ACCESSED = "accessed"
    NOT_ACCESSED = "not_accessed"
    LATE = "not_accessed_in_time"
    ACCESS_RATE = "access_rate"
    ONLINE = "proven_online"
    ONLINE_RATE = "online_rate"
    ON_DUTY = "on_duty"
    DUTY_RATE = "duty_rate"
    NOT_ON_DUTY = "not_on_duty"
    WITHOUT_DUTY = "accessed_without_duty"
    DOUBTFUL = "duty_without_access"
    VERIFIED = "verified_duty"
    VERIFIED_RATE = "verified_rate"
    MILESTONE = "accessed_by_milestone"
    MILESTONE_RATE = "milestone_rate"
    ALARMS = "alarms"
    ALARMS_ON_TIME = "alarms_on_time"
    ON_TIME_RATE = "on_time_rate"
    ALARMS_OVERDUE = "alarms_overdue"
    OVERDUE_RATE = "overdue_rate"
    ALARMS_UNHANDLED = "alarms_unhandled"
    UNHANDLED_RATE = "unhandled_rate"
    FIRES = "fires"
    HAZARDS = "hazards"
    HAZARDS_CLOSED = "hazards_closed"
    HAZARDS_OPEN = "hazards_open"
    CLOSING_RATE = "closing_rate"
    OPEN_RATE = "open_rate"
    EXCUSED = "excused"
    RANK = "rank"
    SHARE = "share"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate with the counts that make it; `missing` is the whole less the part."""

    part: Quantity
    whole: Quantity
    rate: Quantity
    missing: Quantity | None = None


_Q = Quantity
RATIOS: tuple[Ratio, ...] = (
    Ratio(_Q.ACCESSED, _Q.VENUES, _Q.ACCESS_RATE, _Q.NOT_ACCESSED),
    Ratio(_Q.ON_DUTY, _Q.VENUES, _Q.DUTY_RATE, _Q.NOT_ON_DUTY),
    Ratio(_Q.ONLINE, _Q.VENUES, _Q.ONLINE_RATE),
    Ratio(_Q.VERIFIED, _Q.VENUES, _Q.VERIFIED_RATE),
    Ratio(_Q.MILESTONE, _Q.VENUES, _Q.MILESTONE_RATE),
    Ratio(_Q.ALARMS_ON_TIME, _Q.ALARMS, _Q.ON_TIME_RATE),
    Ratio(_Q.ALARMS_OVERDUE, _Q.ALARMS, _Q.OVERDUE_RATE),
    Ratio(_Q.ALARMS_UNHANDLED, _Q.ALARMS, _Q.UNHANDLED_RATE),
    Ratio(_Q.HAZARDS_CLOSED, _Q.HAZARDS, _Q.CLOSING_RATE, _Q.HAZARDS_OPEN),
    Ratio(_Q.HAZARDS_OPEN, _Q.HAZARDS, _Q.OPEN_RATE),
)
RATE_OF = {ratio.part: ratio.rate for ratio in RATIOS}
PART_OF = {ratio.rate: ratio.part for ratio in RATIOS}
WHOLE_OF = {ratio.rate: ratio.whole for ratio in RATIOS} | {ratio.part: ratio.whole for ratio in RATIOS}
RATES = frozenset(PART_OF)
WHOLES = frozenset(ratio.whole for ratio in RATIOS)
COUNTS = frozenset(q for q in Quantity if q not in RATES and q not in (_Q.RANK, _Q.SHARE, _Q.OTHER))


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose figure: a region's code, a category or `all`, a university's sub-type."""

    region: int
    category: str = ALL
    sub_type: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """`start` and `end` are characters of the whole text; `sentence` is one of the text's, by number."""

    quantity: Quantity
    subject: Subject
    number: Written
    as_of: date | None
    is_dated: bool
    """The day is said beside the figure, not only at the head of the text."""
    sentence: int
    start: int
    end: int
    is_share: bool = False
    """A part of the whole's rate (占), not a rate of its own."""
    of: Quantity | None = None
    """Of a whole: the part that it is told for, where the text tells that; excused venues differ from part to part."""
    is_in_full: bool = False
    """Of a row that names every place with any (分地区看 …): whoever is missing has none."""

    @property
    def value(self) -> Decimal:
        return self.number.value

    @property
    def is_exact(self) -> bool:
        return self.number.is_exact


@dataclass(frozen=True, slots=True)
class Order:
    """Regions or categories said to stand in order of a quantity; `values` where they are said in the same breath."""

    quantity: Quantity
    subjects: tuple[Subject, ...]
    values: tuple[Claim | None, ...]
    is_descending: bool
    is_extreme: bool
    """Only the first or last few of all."""
    as_of: date | None
    sentence: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its place in the text."""

    number: int
    text: str
    start: int
    end: int
