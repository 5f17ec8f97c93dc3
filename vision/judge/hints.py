"""Hints from a model that has seen rendered scenes alone: a cigarette at somebody's mouth, flames, smoke."""

from collections import deque

from vision.judge.looks import Found, Look, boxes_of
from vision.judge.zones import Zone

LATEST = 6
LEAST_OF_LATEST = 0.5


class Hint:
    """Things of these classes, in so many of the latest looks; the score is the mean of the best."""

    def __init__(self, zone: Zone, names: tuple[str, ...], threshold: float) -> None:
        self._zone, self._names, self._threshold = zone, names, threshold
        self._latest: deque[float] = deque(maxlen=LATEST)

    def look(self, look: Look) -> Found | None:
        if look.hints is None:
            return None
        things = look.hints.named(*self._names)
        things = things.only(self._zone.holds(things.middles))
        self._latest.append(float(things.scores.max()) if len(things) else 0.0)
        seen = [score for score in self._latest if score > 0]
        score = sum(seen) / len(seen) if seen else 0.0
        is_often = len(seen) >= max(2.0, LEAST_OF_LATEST * LATEST)
        return Found(is_often and score >= self._threshold, score, score, boxes_of(things))
