"""Where heads are in a picture, for whoever blurs them: faces that are seen, and the upper part of every person."""

import threading
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from vision.analyse import Box
from vision.detectors.protocol import Detector
from vision.frames import Colours

FACES = "mtcnn-faces"
SURE_PERSON = 0.15
"""Low: a person too many costs a blurred spot, a person missed is recognised."""
HEAD_SHARE = 0.3
AROUND_FACE = 0.35
PERSON_WIDTH = 640


class Heads:
    """Two models looked up when the first picture comes; an error of either leaves the picture masked as a whole.

    Faces are looked for at `face_width` points, where given: smaller ones are left to the upper part of their person.
    Threads take turns: models and their cores are not shared out any further.
    """

    def __init__(
        self, people: Callable[[], Detector | None], faces: Callable[[], Detector], face_width: int | None = None
    ) -> None:
        self._people, self._faces, self._face_width = people, faces, face_width
        self._face_detector: Detector | None = None
        self._turn = threading.Lock()

    def of(self, picture: Colours) -> list[Box] | None:
        """Boxes from 0 to 1, none where nobody is seen; None where it cannot be known."""
        with self._turn:
            return self._of(picture)

    def _of(self, picture: Colours) -> list[Box] | None:
        people = self._people()
        if people is None:
            return None
        if self._face_detector is None:
            self._face_detector = self._faces()
        (faces,) = self._face_detector.detect([_narrow(picture, self._face_width)])
        (things,) = people.detect([_narrow(picture, PERSON_WIDTH)])
        persons = things.named("person").at_least(SURE_PERSON)
        return [*map(_grown, faces.boxes.tolist()), *map(_head, persons.boxes.tolist())]


def _grown(box: Sequence[float]) -> Box:
    """A face with the hair and chin around it."""
    left, top, right, bottom = box
    dx, dy = (right - left) * AROUND_FACE, (bottom - top) * AROUND_FACE
    return _inside(left - dx, top - dy, right + dx, bottom + dy)


def _head(box: Sequence[float]) -> Box:
    """The upper part of a person, somewhat above the box too: detectors cut off hair."""
    left, top, right, bottom = box
    high, dx = bottom - top, (right - left) * 0.05
    return _inside(left - dx, top - 0.05 * high, right + dx, top + HEAD_SHARE * high)


def _inside(left: float, top: float, right: float, bottom: float) -> Box:
    found = [round(min(1.0, max(0.0, each)), 4) for each in (left, top, right, bottom)]
    return found[0], found[1], found[2], found[3]


def _narrow(picture: Colours, most: int | None) -> Colours:
    height, width = picture.shape[:2]
    if most is None or width <= most:
        return picture
    size = (most, round(height * most / width))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR), np.uint8)
