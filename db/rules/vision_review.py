"""People's word on what a camera's rule found: why it is refused, and how far a precision can be trusted."""

import math
from dataclasses import dataclass
from enum import StrEnum

from db.errors import InvalidInput

LONGEST_WORDS = 200


class Why(StrEnum):
    """Why a verdict is refused: what the rule is to learn from."""

    NOT_THERE = "not_there"
    """Nothing of the kind is in the picture."""
    HARMLESS = "harmless"
    """It is there, and allowed: people waiting, a thing on its way."""
    LIGHT = "light"
    """Shadow, reflection, changing light."""
    WRONG_ZONE = "wrong_zone"
    """The zone or the rule's numbers do not fit the place."""
    BAD_PICTURE = "bad_picture"
    """The picture cannot be judged."""
    OTHER = "other"
    """Says nothing by itself: needs words."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The reason, with words where they say more."""

    why: Why
    words: str = ""

    @property
    def as_record(self) -> str:
        return f"{self.why.value}: {self.words}" if self.words else self.why.value


def checked(why: Why, words: str) -> Refused:
    """The reason; `InvalidInput` where it says nothing."""
    words = " ".join(words.split())
    if why is Why.OTHER and not words:
        raise InvalidInput("Another reason needs words.")
    if len(words) > LONGEST_WORDS:
        raise InvalidInput("A reason has {n} characters at most.", n=LONGEST_WORDS)
    return Refused(why, words)


def interval(right: int, judged: int) -> tuple[float, float] | None:
    """Wilson's 95 % interval of a share, 0 to 1; None where nobody has judged."""
    if judged == 0:
        return None
    z, share = 1.96, right / judged
    middle = (share + z * z / (2 * judged)) / (1 + z * z / judged)
    reach = z * math.sqrt(share * (1 - share) / judged + z * z / (4 * judged * judged)) / (1 + z * z / judged)
    return max(0.0, middle - reach), min(1.0, middle + reach)
