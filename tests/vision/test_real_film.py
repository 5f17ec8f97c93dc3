"""The count by eye of the real film, and how detections are held against it."""

import json
from pathlib import Path

import pytest

from vision.bench import judged_people
from vision.detections import Detections
from vision.detectors.protocol import Detector
from vision.training.real_film import LABELS, Person, judged, matched

PERSON = ("person",)


def boxes(*given: tuple[float, tuple[float, float, float, float]]) -> Detections:
    return Detections.of([("person", score, box) for score, box in given], PERSON)


def test_labels_lie_in_the_picture() -> None:
    labels = json.loads(LABELS.read_text("utf-8"))
    pictures = labels["pictures"]
    assert [int(n) for n in pictures] == list(range(20, 795, 48))
    persons = [person for some in pictures.values() for person in some]
    assert len(persons) > 100
    assert all(0 <= each["x"] < labels["width"] and 0 <= each["y"] < labels["height"] for each in persons)


def test_a_box_stands_for_one_person_only() -> None:
    two = [Person(0.4, 0.5, False), Person(0.45, 0.5, True)]
    found = matched(two, boxes((0.9, (0.3, 0.3, 0.5, 0.7))))
    assert [is_found for _person, is_found in found.persons].count(True) == 1
    assert found.boxes_for_nobody == 0


def test_who_has_one_box_alone_is_given_it() -> None:
    """Both stand in the surest box; only the second has another."""
    one, other = Person(0.4, 0.5, False), Person(0.48, 0.5, False)
    found = matched([other, one], boxes((0.9, (0.3, 0.3, 0.5, 0.7)), (0.5, (0.46, 0.3, 0.6, 0.7))))
    assert all(is_found for _person, is_found in found.persons)


def test_a_box_without_anybody_is_counted() -> None:
    found = matched([Person(0.4, 0.5, False)], boxes((0.9, (0.7, 0.3, 0.8, 0.7))))
    assert [is_found for _person, is_found in found.persons] == [False]
    assert found.boxes_for_nobody == 1


def test_another_film_is_refused(tmp_path: Path, detector: Detector) -> None:
    (tmp_path / "vtest.avi").write_bytes(b"another")
    with pytest.raises(ValueError, match="not the film"):
        judged(tmp_path / "vtest.avi", detector)


def test_without_the_film_nothing_is_claimed(tmp_path: Path, detector: Detector) -> None:
    told = judged_people(tmp_path / "vtest.avi", detector)
    assert told.keys() == {"origin"}
    assert told["origin"].startswith("not measured")


def test_with_another_film_the_benchmark_goes_on(tmp_path: Path, detector: Detector) -> None:
    (tmp_path / "vtest.avi").write_bytes(b"another")
    assert "not the film" in judged_people(tmp_path / "vtest.avi", detector)["origin"]
