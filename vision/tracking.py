"""Following things from picture to picture, so that one person is one and not fifty."""

from dataclasses import dataclass

import numpy as np

from vision.detections import Detections, Floats, Ints, overlaps

LEAST_OVERLAP = 0.25
SURE, UNSURE = 0.4, 0.2
"""A track begins with a sure detection and goes on with an unsure one (as ByteTrack does)."""
FORGET_SECONDS = 2.5
MOST_DRIFT = 0.12


@dataclass(slots=True)
class _Track:
    number: int
    label: int
    box: Floats
    pace: Floats
    seen: float

    def expected(self, seconds: float) -> Floats:
        """Where it should be now, if it goes on as before."""
        ahead = min(seconds - self.seen, 1.0)
        return self.box + np.clip(self.pace * ahead, -MOST_DRIFT, MOST_DRIFT)


class Tracker:
    """One camera's; numbers are never used again."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []
        self._next = 1

    def follow(self, found: Detections, seconds: float) -> Detections:
        """The same things, each with its track; what is unsure and belongs to no track is left out."""
        self._tracks = [track for track in self._tracks if seconds - track.seen <= FORGET_SECONDS]
        found = found.at_least(UNSURE)
        numbers = np.zeros(len(found), np.int64)
        free = set(range(len(self._tracks)))
        for sure in (True, False):
            mine = np.nonzero(((found.scores >= SURE) == sure) & (numbers == 0))[0]
            self._match(found, mine, free, numbers, seconds)
        for n in np.nonzero((numbers == 0) & (found.scores >= SURE))[0]:
            still = np.zeros(4, np.float32)
            self._tracks.append(_Track(self._next, int(found.labels[n]), found.boxes[n], still, seconds))
            numbers[n] = self._next
            self._next += 1
        return found.tracked(numbers).only(numbers > 0)

    def _match(self, found: Detections, mine: Ints, free: set[int], numbers: Ints, seconds: float) -> None:
        """The best pair first, then the next."""
        candidates = sorted(free)
        if not len(mine) or not candidates:
            return
        expected = np.stack([self._tracks[n].expected(seconds) for n in candidates])
        worth = overlaps(found.boxes[mine], expected.astype(np.float32))
        same = found.labels[mine][:, None] == np.array([self._tracks[n].label for n in candidates])[None, :]
        worth = np.where(same, worth, 0)
        while worth.size and worth.max() >= LEAST_OVERLAP:
            row, column = np.unravel_index(int(worth.argmax()), worth.shape)
            worth[row, :] = 0
            worth[:, column] = 0
            track = self._tracks[candidates[column]]
            free.discard(candidates[column])
            numbers[mine[row]] = track.number
            self._move(track, found.boxes[mine[row]], seconds)

    @staticmethod
    def _move(track: _Track, box: Floats, seconds: float) -> None:
        passed = max(seconds - track.seen, 1e-3)
        track.pace = (0.6 * track.pace + 0.4 * (box - track.box) / passed).astype(np.float32)
        track.box, track.seen = box, seconds
