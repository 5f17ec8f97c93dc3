"""Training a head of our own on the trunk of nanodet-g, whose maps are computed once and stay as they are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from db.settings import load
from vision.detections import Detections
from vision.detectors.coco import COCO_80
from vision.detectors.loading import load as load_detector
from vision.detectors.nanodet import BINS, SIDE, STRIDES, Head, NanoDet, corners, letterboxed, places, prepared
from vision.training.average_precision import Precision, average_precision
from vision.training.data import Sample, read, scene
from vision.training.scenes.things import CLASSES
from vision.weights.store import WeightStore

TRAIN_SEED, TEST_SEED = 10_000_000, 90_000_000
BATCH = 8
LEARNING_RATE = 1e-3
LEVELS = (72.0, 150.0)
"""Longest side in dots up to which a thing belongs to the first and to the second stride."""
RADIUS = 1.6
TEST_PICTURES = 150


@dataclass(frozen=True, slots=True)
class Lesson:
    """A picture as the head sees it: the trunk's maps, and what is in it in dots of the square."""

    maps: list[Tensor]
    boxes: Tensor
    labels: Tensor


@dataclass(frozen=True, slots=True)
class Trained:
    """A head and what it is worth on pictures that it has not seen."""

    head: Head
    classes: tuple[str, ...]
    measured: Precision


def train_head(
    folder: Path | None, out: Path, pictures: int, epochs: int, say: Callable[[str], None], seed: int = 1
) -> Trained:
    """Train, measure on held-out pictures, write the head's weights; a data set's every fifth picture is held out."""
    torch.manual_seed(seed)
    settings = load()
    below = load_detector("nanodet-g", WeightStore.of(settings))
    assert isinstance(below, NanoDet)
    classes, train, test = _data(folder, pictures)
    head = begun(below.network.head, classes)
    lessons = [lesson(below, sample) for sample in train]
    say(f"{len(lessons)} pictures seen")
    fit(head, lessons, epochs, say, np.random.default_rng(seed))
    detector = NanoDet("trained", classes, _weights(below, head))
    held_out = list(test)
    seen = [found for sample in held_out for found in detector.detect([sample.picture])]
    measured = average_precision(seen, [sample.truth for sample in held_out], classes)
    say(f"mAP {measured.mean:.3f}, at half {measured.mean_half:.3f} on {measured.pictures} pictures held out")
    say(str({name: round(value, 3) for name, value in measured.of_classes.items()}))
    arrays = {f"head.{name}": value.numpy().astype(np.float16) for name, value in head.state_dict().items()}
    np.savez(out, **arrays)
    return Trained(head, classes, measured)


def begun(coco: Head, classes: tuple[str, ...]) -> Head:
    """As COCO's head, where it knows the class; boxes are told as there, new classes begin from nearly never."""
    head = Head(len(classes))
    head.load_state_dict({key: value for key, value in coco.state_dict().items() if "towers" in key}, strict=False)
    for mine, theirs in zip(head.answers, coco.answers, strict=True):
        ours, known = mine.convolution, theirs.convolution
        with torch.no_grad():
            torch.nn.init.normal_(ours.weight[: len(classes)], std=0.01)
            ours.bias[: len(classes)] = -4.5
            ours.weight[len(classes) :] = known.weight[len(COCO_80) :]
            ours.bias[len(classes) :] = known.bias[len(COCO_80) :]
            for n, name in enumerate(classes):
                if name in COCO_80:
                    ours.weight[n] = known.weight[COCO_80.index(name)]
                    ours.bias[n] = known.bias[COCO_80.index(name)]
    return head


@torch.no_grad()
def lesson(below: NanoDet, sample: Sample) -> Lesson:
    square, scale = letterboxed(sample.picture)
    maps = below.network.trunk(prepared([square], below.device))
    height, width = sample.picture.shape[:2]
    size = torch.tensor([width, height, width, height]) * scale
    boxes = torch.from_numpy(sample.truth.boxes) * size
    return Lesson([each[0].half() for each in maps], boxes, torch.from_numpy(sample.truth.labels))


def fit(
    head: Head, lessons: Sequence[Lesson], epochs: int, say: Callable[[str], None], rng: np.random.Generator
) -> None:
    """So many rounds over the lessons; the step's size falls like a cosine."""
    steps = max(1, epochs * (len(lessons) // BATCH))
    optimizer = torch.optim.AdamW(head.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps, pct_start=0.1)
    middles, strides = places()
    head.train()
    for epoch in range(epochs):
        order, total = rng.permutation(len(lessons)), 0.0
        for first in range(0, len(order) - BATCH + 1, BATCH):
            batch = [lessons[n] for n in order[first : first + BATCH]]
            loss = _loss(head, batch, middles, strides)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(head.parameters(), 10.0)
            optimizer.step()
            schedule.step()
            total += float(loss)
        say(f"round {epoch + 1}: {total / max(1, len(order) // BATCH):.3f}")
    head.eval()


def _loss(head: Head, batch: Sequence[Lesson], middles: Tensor, strides: Tensor) -> Tensor:
    """Scores by quality focal loss, boxes by overlap and by where their bins lie (as GFL does)."""
    scores, bins = head([torch.stack([each.maps[level].float() for each in batch]) for level in range(len(STRIDES))])
    targets = torch.zeros_like(scores)
    total = scores.new_zeros(())
    positives = 0
    for n, each in enumerate(batch):
        place, thing = assigned(each.boxes, middles, strides)
        if not len(place):
            continue
        positives += len(place)
        wanted = each.boxes[thing]
        predicted = corners(bins[n, place], middles[place], strides[place])
        shared, spread = _overlap(predicted, wanted)
        targets[n, place, each.labels[thing]] = shared.detach().clamp(0.35, 1.0)
        total = (
            total + (1 - spread).sum() * 2.0 + 0.25 * _bin_loss(bins[n, place], middles[place], strides[place], wanted)
        )
    sigmoid = scores.sigmoid()
    quality = functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")
    total = total + (quality * (targets - sigmoid).abs().pow(2)).sum()
    return total / max(1, positives)


def assigned(boxes: Tensor, middles: Tensor, strides: Tensor) -> tuple[Tensor, Tensor]:
    """Places near the middle of each thing, on the stride of its size; where two things meet, the smaller's."""
    sizes = (boxes[:, 2:] - boxes[:, :2]).amax(1)
    level = torch.tensor([STRIDES[sum(float(size) > limit for limit in LEVELS)] for size in sizes]).float()
    best = torch.full((len(middles),), -1, dtype=torch.long)
    for n in torch.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(1)):
        centre = (boxes[n, :2] + boxes[n, 2:]) / 2
        near = (middles - centre).abs().amax(1) < RADIUS * strides
        inside = (
            (middles >= boxes[n, :2] - strides[:, None] / 2) & (middles <= boxes[n, 2:] + strides[:, None] / 2)
        ).all(1)
        best[near & inside & (strides == level[n])] = n
    place = torch.nonzero(best >= 0)[:, 0]
    return place, best[place]


def _overlap(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Intersection over union of each pair, and the generalised one, which tells apart boxes that do not meet."""
    sides = (torch.minimum(one[:, 2:], other[:, 2:]) - torch.maximum(one[:, :2], other[:, :2])).clamp(min=0)
    shared = sides.prod(1)
    union = (one[:, 2:] - one[:, :2]).clamp(min=0).prod(1) + (other[:, 2:] - other[:, :2]).prod(1) - shared
    hull = (torch.maximum(one[:, 2:], other[:, 2:]) - torch.minimum(one[:, :2], other[:, :2])).clamp(min=0).prod(1)
    found = shared / union.clamp(min=1e-6)
    return found, found - (hull - union) / hull.clamp(min=1e-6)


def _bin_loss(bins: Tensor, middles: Tensor, strides: Tensor, wanted: Tensor) -> Tensor:
    sides = torch.cat((middles - wanted[:, :2], wanted[:, 2:] - middles), 1) / strides[:, None]
    sides = sides.clamp(0, BINS - 1.01).reshape(-1)
    low = sides.long()
    high_share = sides - low
    flat = bins.reshape(-1, BINS)
    low_loss = functional.cross_entropy(flat, low, reduction="none") * (1 - high_share)
    return (low_loss + functional.cross_entropy(flat, low + 1, reduction="none") * high_share).sum() / 4


def _weights(below: NanoDet, head: Head) -> dict[str, Tensor]:
    trunk = {key: value for key, value in below.network.state_dict().items() if key.startswith("trunk.")}
    return trunk | {f"head.{key}": value for key, value in head.state_dict().items()}


def _data(folder: Path | None, pictures: int) -> tuple[tuple[str, ...], Iterable[Sample], Iterable[Sample]]:
    """Rendered scenes of seeds far apart, or a data set of which every fifth picture is held out."""
    if folder is None:
        held_out = range(TEST_SEED, TEST_SEED + min(TEST_PICTURES, pictures))
        return CLASSES, map(scene, range(TRAIN_SEED, TRAIN_SEED + pictures)), map(scene, held_out)
    classes, samples = read(folder)
    every = list(samples)
    return classes, [each for n, each in enumerate(every) if n % 5], every[::5]


def measured_on(detector: NanoDet, samples: Sequence[Sample]) -> Precision:
    """A detector on pictures with their truth."""
    seen: list[Detections] = [found for sample in samples for found in detector.detect([sample.picture])]
    return average_precision(seen, [sample.truth for sample in samples], detector.classes)


__all__ = ["SIDE", "Lesson", "Trained", "measured_on", "train_head"]
