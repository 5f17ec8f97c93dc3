"""COCO-format data: rendered scenes written, any data set read."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from db.errors import InvalidInput
from db.evidence.refusals import ANNOTATIONS
from vision.detections import Detections
from vision.frames import Colours
from vision.training.scenes.canvas import Air, Label
from vision.training.scenes.corridor import some_corridor, some_lens
from vision.training.scenes.things import CARTON, CLASSES, Bicycle, Carton, Extinguisher, Fire, Thing, somebody

HIDDEN_SHARE = 0.75
"""A thing that nearer ones cover by more is no longer there to be found."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture with everything in it."""

    picture: Colours
    truth: Detections


def scene(seed: int, size: tuple[int, int] = (640, 360)) -> Sample:
    """One rendered scene; the same seed gives the same. Now and then only an upper body, as hints are asked for."""
    rng = np.random.default_rng(seed)
    corridor = some_corridor(int(rng.integers(1 << 30)))
    lens = some_lens(corridor, rng, *size)
    things: list[Thing] = []
    for _n in range(int(rng.integers(0, 5))):
        place = (float(rng.uniform(0.3, corridor.width - 0.3)), 0.0, float(rng.uniform(2.3, 10)))
        things.append(somebody(rng, place, float(rng.uniform(0, 6)), is_smoking=bool(rng.random() < 0.35)))
    for _n in range(int(rng.integers(0, 3))):
        side = 0.18 if rng.random() < 0.5 else corridor.width - 0.18
        things.append(
            Extinguisher((side, float(rng.uniform(0, 0.9)), float(rng.uniform(2.8, 9))), float(rng.uniform(0.45, 0.65)))
        )
    for _n in range(int(rng.integers(0, 3))):
        place = (float(rng.uniform(0.1, corridor.width - 0.8)), 0.0, float(rng.uniform(3, 9)))
        dims = tuple(float(each) for each in rng.uniform(0.3, 0.9, 3))
        colour = CARTON[int(rng.integers(len(CARTON)))]
        things.append(Carton(place, (dims[0], dims[1], dims[2]), colour, float(rng.uniform(-0.5, 0.5))))
    if rng.random() < 0.25:
        things.append(Bicycle((float(rng.uniform(0.5, corridor.width - 0.5)), 0.0, float(rng.uniform(3, 8)))))
    if rng.random() < 0.3:
        place = (float(rng.uniform(0.4, corridor.width - 0.4)), 0.0, float(rng.uniform(3, 10)))
        things.append(
            Fire(
                place,
                float(rng.uniform(0.3, 1.2)),
                float(rng.uniform(0, 99)),
                float(rng.choice([0, rng.uniform(0.2, 1)])),
            )
        )
    canvas = corridor.paint(lens, things)
    air = Air(
        *(float(each) for each in (rng.uniform(0.6, 1.2), rng.normal(0, 0.05), rng.uniform(1, 8), rng.uniform(0, 1.2)))
    )
    picture, labels = air.over(canvas.image, rng), visible(canvas.labels)
    if any(label.name == "person" for label in labels) and rng.random() < 0.4:
        picture, labels = _closer(picture, labels, rng)
    return Sample(picture, truth(labels, picture.shape[1], picture.shape[0]))


def visible(labels: Sequence[Label]) -> list[Label]:
    """Without what later (nearer) things hide."""
    found = []
    for n, label in enumerate(labels):
        left, top, right, bottom = label.box
        hidden = 0.0
        for other in labels[n + 1 :]:
            if other.name in ("cigarette", "smoke"):
                continue
            a, b, c, d = other.box
            shared = max(0.0, min(right, c) - max(left, a)) * max(0.0, min(bottom, d) - max(top, b))
            hidden = max(hidden, shared / max(1e-6, (right - left) * (bottom - top)))
        if hidden < HIDDEN_SHARE or label.name == "cigarette":
            found.append(label)
    return found


def truth(labels: Sequence[Label], width: int, height: int) -> Detections:
    size = (width, height, width, height)
    rows = ((each.name, 1.0, [part / whole for part, whole in zip(each.box, size, strict=True)]) for each in labels)
    return Detections.of(rows, CLASSES)


def _closer(picture: Colours, labels: list[Label], rng: np.random.Generator) -> tuple[Colours, list[Label]]:
    """The upper body of somebody, as the second model is shown it."""
    people = [label for label in labels if label.name == "person"]
    left, top, right, bottom = people[int(rng.integers(len(people)))].box
    tall, middle = bottom - top, (left + right) / 2
    half = max((right - left) * 0.9, tall * 0.18) * float(rng.uniform(0.9, 1.3))
    x0, x1 = int(max(0, middle - half)), int(min(picture.shape[1], middle + half))
    y0, y1 = (
        int(max(0, top - 0.08 * tall)),
        int(min(picture.shape[0], top + 0.45 * tall * float(rng.uniform(0.9, 1.2)))),
    )
    if x1 - x0 < 16 or y1 - y0 < 16:
        return picture, labels
    found = []
    for label in labels:
        a, b, c, d = label.box
        box = (max(a, x0) - x0, max(b, y0) - y0, min(c, x1) - x0, min(d, y1) - y0)
        if box[2] - box[0] > 0.4 * (c - a) and box[3] - box[1] > 0.25 * (d - b):
            found.append(Label(label.name, box))
    return np.ascontiguousarray(picture[y0:y1, x0:x1]), found


def write_scenes(folder: Path, seeds: Iterable[int]) -> None:
    """Render into a folder: pictures beside `annotations.json`."""
    write(folder, ((f"{seed:08d}", scene(seed)) for seed in seeds), CLASSES, "rendered by vision.training.scenes")


def write(folder: Path, samples: Iterable[tuple[str, Sample]], classes: Sequence[str], note: str) -> int:
    """A COCO data set; answers how many pictures."""
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput("{folder} is not empty.", folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, (name, sample) in enumerate(samples, 1):
        height, width = sample.picture.shape[:2]
        Image.fromarray(sample.picture).save(folder / f"{name}.jpg", quality=90)
        images.append({"id": number, "file_name": f"{name}.jpg", "width": width, "height": height})
        annotations += _annotations(sample.truth, number, width, height, len(annotations))
    told = {
        "info": {"description": note},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": number, "name": name} for number, name in enumerate(classes, 1)],
    }
    (folder / ANNOTATIONS).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return len(images)


def _annotations(truth: Detections, image: int, width: int, height: int, before: int) -> list[dict[str, Any]]:
    found = []
    for n, (box, label) in enumerate(zip(truth.boxes, truth.labels, strict=True), before + 1):
        left, top, right, bottom = (float(part) * side for part, side in zip(box, (width, height) * 2, strict=True))
        sides = [round(each, 2) for each in (left, top, right - left, bottom - top)]
        area = round(sides[2] * sides[3], 2)
        found.append(
            {"id": n, "image_id": image, "category_id": int(label) + 1, "bbox": sides, "area": area, "iscrowd": 0}
        )
    return found


def read(folder: Path) -> tuple[tuple[str, ...], Iterator[Sample]]:
    """Classes and pictures of a COCO data set; `InvalidInput` where its list cannot be used."""
    try:
        told = json.loads((folder / ANNOTATIONS).read_text(encoding="utf-8"))
        categories = sorted(told["categories"], key=lambda each: each["id"])
        classes = tuple(str(each["name"]) for each in categories)
        numbers = {each["id"]: n for n, each in enumerate(categories)}
        by_image: dict[int, list[Any]] = {}
        for each in told["annotations"]:
            by_image.setdefault(each["image_id"], []).append(each)
        images = list(told["images"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidInput("{folder} is no COCO data set.", folder=str(folder)) from error

    def samples() -> Iterator[Sample]:
        for image in images:
            picture = np.asarray(Image.open(folder / image["file_name"]).convert("RGB"), np.uint8)
            height, width = picture.shape[:2]
            rows = []
            for each in by_image.get(image["id"], []):
                x, y, w, h = each["bbox"]
                rows.append(
                    (
                        classes[numbers[each["category_id"]]],
                        1.0,
                        (x / width, y / height, (x + w) / width, (y + h) / height),
                    )
                )
            yield Sample(picture, Detections.of(rows, classes))

    return classes, samples()
