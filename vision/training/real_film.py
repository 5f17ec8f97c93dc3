"""People found in the real film of a campus path, against a count by eye: `labels/campus_path.json`."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av

from db.rules.camera_rules import BY_RULE, VisionRule
from vision.detections import Detections
from vision.detectors.protocol import Detector
from vision.frames import Colours, Frame
from vision.training.playing import BEGAN

FILM = "vtest.avi"
"""`prerequisites.sh --films` fetches it."""
LABELS = Path(__file__).parent / "labels" / "campus_path.json"


@dataclass(frozen=True, slots=True)
class Person:
    """A point on somebody's trunk, from 0 to 1, and whether a part of them is hidden."""

    x: float
    y: float
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """Of one picture: each person and whether a box stands for them, and how many boxes stand for nobody."""

    persons: list[tuple[Person, bool]]
    boxes_for_nobody: int


def judged(path: Path, detector: Detector) -> dict[str, Any]:
    """How many of the people that were counted by eye the detector finds at the crowding rule's own threshold.

    Raises:
        ValueError: The film is not the one that was labelled.
    """
    labels = json.loads(LABELS.read_text("utf-8"))
    if hashlib.sha256(path.read_bytes()).hexdigest() != labels["sha256"]:
        raise ValueError(f"{path.name} is not the film that was labelled")
    size = labels["width"], labels["height"]
    persons = {int(n): [_person(each, *size) for each in some] for n, some in labels["pictures"].items()}
    sure = BY_RULE[VisionRule.CROWDING].threshold
    looks = [
        matched(persons[n], detector.detect([picture])[0].named("person").at_least(sure))
        for n, picture in _pictures(path, set(persons), detector.input_size)
    ]
    return {"film": labels["film"], "pictures": len(looks), "threshold": sure, **_told(looks)}


def matched(persons: list[Person], boxes: Detections) -> Matched:
    """Each person takes the surest free box around their point."""
    free = sorted(range(len(boxes)), key=lambda i: -float(boxes.scores[i]))
    found: list[tuple[Person, bool]] = []
    # Whoever is in the fewest boxes chooses first: in a group the others have a box of their own.
    for person in sorted(persons, key=lambda one: sum(_holds(boxes.boxes[i], one) for i in free)):
        mine = next((i for i in free if _holds(boxes.boxes[i], person)), None)
        if mine is not None:
            free.remove(mine)
        found.append((person, mine is not None))
    return Matched(found, len(free))


def _told(looks: list[Matched]) -> dict[str, Any]:
    seen = [(person, is_found) for look in looks for person, is_found in look.persons]
    clear = [is_found for person, is_found in seen if not person.is_hidden]
    right, wrong = sum(is_found for _person, is_found in seen), sum(look.boxes_for_nobody for look in looks)
    errors = [
        abs(sum(is_found for _person, is_found in look.persons) + look.boxes_for_nobody - len(look.persons))
        for look in looks
    ]
    return {
        "persons": len(seen),
        "persons_clear": len(clear),
        "precision": round(right / max(1, right + wrong), 3),
        "recall": round(right / max(1, len(seen)), 3),
        "recall_clear": round(sum(clear) / max(1, len(clear)), 3),
        "count_error_mean": round(sum(errors) / max(1, len(errors)), 2),
        "origin": "a real film, people counted by eye (vision/training/labels/campus_path.json)",
    }


def _person(told: dict[str, Any], width: int, height: int) -> Person:
    return Person(told["x"] / width, told["y"] / height, bool(told.get("hidden")))


def _holds(box: Any, person: Person) -> bool:
    left, top, right, bottom = (float(each) for each in box)
    return left <= person.x <= right and top <= person.y <= bottom


def _pictures(path: Path, wanted: set[int], size: tuple[int, int] | None) -> Iterator[tuple[int, Colours]]:
    with av.open(str(path)) as container:
        for n, decoded in enumerate(container.decode(video=0)):
            if n in wanted:
                frame = Frame(BEGAN, float(decoded.time or 0), decoded.width, decoded.height, decoded)
                yield n, frame.for_detector(size)
