"""Rules on rendered films, without a model: what stands in the way, what is gone from the wall; and the counting."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from vision.analyse import CameraAnalysis
from vision.detections import Detections
from vision.frames import Colours, Frame
from vision.training import films
from vision.training.films import Event, Film
from vision.training.playing import BEGAN, Said, camera_of, counted, rule_of, step, tally

FPS = 4.0


class Blind:
    """A detector that sees nobody."""

    name, classes, input_size = "blind", ("person",), None

    def detect(self, pictures: Sequence[Colours]) -> list[Detections]:
        return [Detections.none(self.classes) for _picture in pictures]


def said_of(film: Film) -> list[Said]:
    assert film.rule is not None
    analysis = CameraAnalysis(camera_of(film, [rule_of(film, film.rule)]), Blind.classes)
    found = []
    for t, picture in film.pictures(FPS):
        found += step(analysis, Frame.of(picture, BEGAN + timedelta(seconds=t), t), Blind(), None)
    return found


@pytest.mark.parametrize(
    "film",
    [films.blocked(21, (480, 270), seconds=24.0), films.equipment(22, (480, 270), seconds=24.0)],
    ids=lambda film: film.name,
)
def test_what_happens_in_a_film_is_said_once_and_in_time(film: Film) -> None:
    said = said_of(film)
    assert film.rule is not None
    found = tally(film, said, film.rule)
    assert (found.right, found.wrong, found.missed) == (1, 0, 0), said
    assert found.late[0] <= 6


@pytest.mark.parametrize(
    ("moments", "tally_of"),
    [([], (0, 0, 2)), ([12.0], (1, 0, 1)), ([12.0, 13.0], (1, 1, 1)), ([5.0, 33.0], (1, 1, 1)), ([40.0], (0, 1, 2))],
)
def test_findings_are_counted_by_event(moments: list[float], tally_of: tuple[int, int, int]) -> None:
    found = counted((Event(10, 20), Event(25, 30)), moments, 2.0)
    assert (found.right, found.wrong, found.missed) == tally_of


def test_a_film_is_the_same_for_the_same_seed() -> None:
    one, other = (next(films.crowd(5, (160, 90)).pictures())[1] for _n in range(2))
    assert (one == other).all()
