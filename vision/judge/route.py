"""The escape route is blocked: something that does not belong there stands still in the zone."""

from dataclasses import dataclass

import numpy as np

from db.rules.camera_rules import SeenBox
from vision.detections import Mask
from vision.judge.blur import Picture, edges, smoothed
from vision.judge.looks import Found, Look, boxes_of
from vision.judge.zones import Zone, box_masks

LEARN_SECONDS = 4.0
LOOK_SECONDS = 0.7
"""What stands still need not be looked at more often."""
SETTLE_RATE = 0.5
"""By the second: how fast the settled picture follows, so that what moves never settles."""
FORGET_RATE = 1 / 1800
"""By the second: how fast the empty route's picture follows the light, where nothing stands."""
DIFFERENT, STEADY = 18.0, 10.0
EDGE_DIFFERENT = 10.0
ALL_CHANGED = 0.6
OBSTACLES = (
    *("bicycle", "motorcycle", "car", "suitcase", "backpack", "chair", "couch", "bench", "dining table"),
    *("potted plant", "carton", "refrigerator", "bed"),
)


@dataclass(slots=True)
class _Memory:
    empty: Picture
    settled: Picture
    mask: Mask
    began: float
    seen: float


class BlockedRoute:
    """Learns how the empty route looks, then tells what share of the zone something foreign and still covers."""

    def __init__(self, zone: Zone, share: float) -> None:
        self._zone, self._share = zone, share
        self._memory: _Memory | None = None

    def look(self, look: Look) -> Found | None:
        memory = self._memory
        if memory is not None and look.seconds - memory.seen < LOOK_SECONDS:
            return None
        picture = smoothed(look.grey.astype(np.float32), 1)
        if memory is None or memory.empty.shape != picture.shape:
            mask = self._zone.mask(*picture.shape)
            self._memory = _Memory(picture, picture.copy(), mask, look.seconds, look.seconds)
            return None
        passed, memory.seen = max(0.0, min(look.seconds - memory.seen, 2.0)), look.seconds
        height, width = picture.shape
        people = box_masks(look.things.named("person").at_least(0.3).boxes, height, width, grow=0.15)
        memory.settled += np.where(people, 0, 1 - np.exp(-SETTLE_RATE * passed)) * (picture - memory.settled)
        if look.seconds - memory.began < LEARN_SECONDS:
            rate = 1 - np.exp(-passed)
            memory.empty += np.where(people, 0, rate) * (picture - memory.empty)
            return None
        foreign = self._foreign(memory, picture) & ~people
        if (~memory.mask).any() and foreign[~memory.mask].mean() > ALL_CHANGED:
            return None
        calm = ~foreign & ~people
        memory.empty += np.where(calm, 1 - np.exp(-FORGET_RATE * passed), 0) * (picture - memory.empty)
        return self._found(look, memory, foreign)

    def _foreign(self, memory: _Memory, picture: Picture) -> Mask:
        """Differs from the empty route in brightness and in outline, and no longer changes."""
        lit = _lit_alike(memory.empty, memory.settled)
        steady = np.abs(picture - memory.settled) < STEADY
        suspected = (np.abs(memory.settled - lit) > DIFFERENT) & steady
        if not suspected.any():
            return suspected
        outlined = smoothed(np.abs(edges(memory.settled) - edges(lit)), 4) > EDGE_DIFFERENT * 0.4
        found = smoothed((suspected & outlined).astype(np.float32), 1) > 0.5
        # Spokes and frames stand in the way with what lies between them.
        return np.asarray(smoothed(found.astype(np.float32), 4) > 0.22)

    def _found(self, look: Look, memory: _Memory, foreign: Mask) -> Found:
        inside = foreign & memory.mask
        share = float(inside.sum() / max(1, memory.mask.sum()))
        known = look.things.named(*OBSTACLES)
        known = known.only(self._zone.holds(known.feet) | self._zone.holds(known.middles))
        score = min(1.0, 0.5 * share / self._share + (0.2 if len(known) and share > self._share / 2 else 0.0))
        boxes = boxes_of(known)
        if share > self._share / 2:
            rows, columns = np.nonzero(inside)
            height, width = inside.shape
            left, right = np.percentile(columns, (3, 97)) / width
            top, bottom = np.percentile(rows, (3, 97)) / height
            boxes = [SeenBox("obstacle", score, (float(left), float(top), float(right), float(bottom))), *boxes]
        return Found(share >= self._share, score, share, boxes)


def _lit_alike(empty: Picture, now: Picture) -> Picture:
    """The empty route in the light of now: most of a picture is no obstacle, so its middle tells."""
    gain = float(np.median(now[::2, ::2] / np.maximum(empty[::2, ::2], 8.0)))
    return empty * np.float32(np.clip(gain, 0.3, 3.0))
