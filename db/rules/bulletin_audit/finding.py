"""What does not add up."""

from dataclasses import dataclass
from enum import StrEnum


class Rule(StrEnum):
    """By which rule; the values stand in the JSON of `anwang audit`."""

    SUM = "sum_against_headline"
    PARTS = "parts_against_whole"
    SAME = "same_quantity_twice"
    RATE = "rate_against_counts"
    DUTY = "duty_above_access"
    ORDER = "order_against_values"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction, at the sentence that should be looked at first; `also` are the sentences it speaks of."""

    rule: Rule
    sentence: str
    explanation: str
    sentence_number: int
    start: int
    end: int
    also: tuple[int, ...] = ()
