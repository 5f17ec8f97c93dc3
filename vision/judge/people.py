"""Rules that count people: crowding, and the desk that should be attended."""

from vision.judge.looks import Found, Look, boxes_of
from vision.judge.zones import Zone

REMEMBER_SECONDS = 1.5
"""Somebody hidden for a moment still stands there."""


class Crowding:
    """So many people stand in the zone."""

    def __init__(self, zone: Zone, people: float, threshold: float) -> None:
        self._zone, self._people, self._threshold = zone, int(people), threshold
        self._seen: dict[int, tuple[float, float]] = {}

    def look(self, look: Look) -> Found | None:
        people = look.things.named("person")
        people = people.only(self._zone.holds(people.feet))
        if look.is_fresh and people.tracks is not None:
            for track, score in zip(people.tracks, people.scores, strict=True):
                _before, best = self._seen.get(int(track), (0.0, 0.0))
                self._seen[int(track)] = (look.seconds, max(float(score), best * 0.9))
            self._seen = {
                track: seen for track, seen in self._seen.items() if look.seconds - seen[0] <= REMEMBER_SECONDS
            }
        sure = sorted((score for _at, score in self._seen.values()), reverse=True)
        count = sum(score >= self._threshold for score in sure)
        score = sure[self._people - 1] if len(sure) >= self._people else 0.0
        return Found(count >= self._people, score, float(count), boxes_of(people))


class Desk:
    """Nobody is at the desk; `value` tells for how many seconds."""

    def __init__(self, zone: Zone, threshold: float) -> None:
        self._zone, self._threshold = zone, threshold
        self._attended: float | None = None

    def look(self, look: Look) -> Found | None:
        people = look.things.named("person").at_least(self._threshold)
        people = people.only(self._zone.holds(people.middles) | self._zone.holds(people.feet))
        if self._attended is None or len(people):
            self._attended = look.seconds
        unsure = look.things.named("person").only(self._zone.holds(look.things.named("person").middles))
        best = float(unsure.scores.max()) if len(unsure) else 0.0
        return Found(not len(people), 1.0 - best, look.seconds - self._attended, boxes_of(people))
