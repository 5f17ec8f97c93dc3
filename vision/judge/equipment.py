"""Fire equipment is present: the place where it hangs must go on looking as it was registered."""

import numpy as np
from numpy.typing import NDArray

from db.rules.camera_rules import SeenBox
from vision.frames import Colours
from vision.judge.looks import Found, Look
from vision.judge.zones import Zone, box_masks

SIDE = 48
REACH = 4
"""A camera sways: the best of so many dots around counts."""
LOOK_SECONDS = 1.0
HIDDEN_SHARE = 0.15
LEARN_LOOKS = 3
Patch = NDArray[np.float32]


class Equipment:
    """`value` is how alike the place looks, 1 as registered; the score is how much is missing of that."""

    def __init__(self, zone: Zone, threshold: float, registered: Colours | None = None) -> None:
        self._zone, self._threshold = zone, threshold
        self._registered = patch_of(registered, zone) if registered is not None else None
        self._learning: list[Patch] = []
        self._looked = -np.inf
        self.has_learnt = False
        """It has just taken this picture as how the place should look; whoever keeps it takes the flag down."""

    def look(self, look: Look) -> Found | None:
        if look.seconds - self._looked < LOOK_SECONDS:
            return None
        self._looked = look.seconds
        people = look.things.named("person").at_least(0.25)
        height, width = look.grey.shape
        inside = self._zone.mask(height, width)
        hidden = (box_masks(people.boxes, height, width, grow=0.1) & inside).sum() / max(1, inside.sum())
        if hidden > HIDDEN_SHARE:
            return None
        seen = patch_of(look.colours(), self._zone)
        if self._registered is None:
            self._learning.append(seen)
            if len(self._learning) == LEARN_LOOKS:
                self._registered = np.median(np.stack(self._learning), axis=0)
                self.has_learnt = True
            return None
        alike = likeness(self._registered, seen)
        left, top, right, bottom = self._zone.box
        return Found(
            1 - alike >= self._threshold,
            1 - alike,
            alike,
            [SeenBox("equipment", alike, (left, top, right, bottom))],
        )


def patch_of(picture: Colours, zone: Zone) -> Patch:
    """The zone with a margin around it, (SIDE + 2·REACH)² dots in three colours."""
    from PIL import Image

    height, width = picture.shape[:2]
    left, top, right, bottom = zone.box
    dx, dy = (right - left) * REACH / SIDE, (bottom - top) * REACH / SIDE
    box = ((left - dx) * width, (top - dy) * height, (right + dx) * width, (bottom + dy) * height)
    side = SIDE + 2 * REACH
    cut = Image.fromarray(picture).resize((side, side), Image.Resampling.BOX, box=_within(box, width, height))
    return np.asarray(cut, np.float32)


def _within(box: tuple[float, float, float, float], width: int, height: int) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    left, top = max(0.0, left), max(0.0, top)
    return left, top, max(left + 2, min(float(width), right)), max(top + 2, min(float(height), bottom))


def likeness(registered: Patch, seen: Patch) -> float:
    """From 0 to 1: structure and colour together, at the best of small shifts, whatever the light."""
    core = registered[REACH:-REACH, REACH:-REACH]
    best = 0.0
    for dy in range(0, 2 * REACH + 1, 2):
        for dx in range(0, 2 * REACH + 1, 2):
            there = seen[dy : dy + SIDE, dx : dx + SIDE]
            best = max(best, 0.5 * max(0.0, _correlation(core, there)) + 0.5 * _colour_likeness(core, there))
    return best


def _correlation(one: Patch, other: Patch) -> float:
    one, other = (each.mean(-1) - each.mean() for each in (one, other))
    norm = float(np.sqrt((one**2).sum() * (other**2).sum()))
    if norm < SIDE * SIDE * 4:
        return 1.0 if max(float(one.std()), float(other.std())) < 4 else 0.0
    return float((one * other).sum() / norm)


def _colour_likeness(one: Patch, other: Patch) -> float:
    """By the shares of red and green in each dot, smoothed over sixteenths of the patch."""
    chroma = []
    for each in (one, other):
        shares = each[..., :2] / np.maximum(each.sum(-1, keepdims=True), 24)
        chroma.append(shares.reshape(8, SIDE // 8, 8, SIDE // 8, 2).mean((1, 3)))
    return float(np.clip(1 - np.abs(chroma[0] - chroma[1]).sum(-1).mean() / 0.18, 0, 1))
