"""What people's verdicts teach a rule on one camera: its threshold within limits, and whether it may still ring."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.rules.camera_rules import BY_RULE, Mode, VisionRule

JUDGED_AT_LEAST = 8
"""With fewer verdicts nothing is concluded."""
LATEST = 40
"""So many verdicts count; what was before is another camera, another season."""
RAISE_STEP, LOWER_STEP = 0.05, 0.02
CLEAN_RUN = 15
"""So many confirmed in a row before a raised threshold comes down again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One verdict of the rule, and whether a person found it right."""

    score: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the rule goes by from now on."""

    threshold: float
    is_muted: bool


def precision(judged: Sequence[Judged]) -> float | None:
    """Share of right ones; None where nobody has judged."""
    return sum(each.is_right for each in judged) / len(judged) if judged else None


def learn(rule: VisionRule, threshold: float, least_precision: float, judged: Sequence[Judged]) -> Lesson | None:
    """What the latest verdicts, oldest first, say; None where they are too few.

    The threshold goes up by a step where refusals lie below the middle of what was right, and comes down towards the
    rule's own where a long run was right; never beyond the rule's limits. A threshold learnt from refusals alone
    would silence the rule: muting does that openly.
    """
    latest = judged[-LATEST:]
    if len(latest) < JUDGED_AT_LEAST:
        return None
    row = BY_RULE[rule]
    share = precision(latest) or 0.0
    right = sorted(each.score for each in latest if each.is_right)
    wrong = [each.score for each in latest if not each.is_right]
    moved = threshold
    if share < 1 and right and wrong and sorted(wrong)[len(wrong) // 2] < right[len(right) // 2]:
        moved = min(threshold + RAISE_STEP, row.highest, right[0])
        moved = max(moved, threshold)
    elif len(latest) >= CLEAN_RUN and all(each.is_right for each in latest[-CLEAN_RUN:]):
        moved = max(threshold - LOWER_STEP, min(threshold, row.threshold), row.lowest)
    return Lesson(round(moved, 4), share < least_precision)


def mode_now(mode: Mode, is_muted: bool) -> Mode:
    """A muted rule waits for review instead of ringing."""
    return Mode.REVIEW if mode is Mode.RING and is_muted else mode
