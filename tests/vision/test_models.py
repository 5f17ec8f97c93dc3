"""Models by their cards, and what they see."""

import shutil
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from db.errors import CannotStart, NotFound
from vision.detections import Detections
from vision.detectors.loading import load
from vision.detectors.protocol import Detector
from vision.detectors.torchvision_library import suppress
from vision.detectors.torchvision_models import built
from vision.training.average_precision import average_precision
from vision.training.data import scene
from vision.training.train import assigned
from vision.weights.cards import card, cards
from vision.weights.store import BUILT_IN, WeightStore


@pytest.mark.parametrize("its", cards().values(), ids=lambda its: its.name)
def test_every_card_says_what_is_needed(its) -> None:
    assert its.licence
    assert its.trained_on
    assert its.note
    assert its.is_synthetic is ("render" in its.trained_on)
    assert all(each.origin == "synthetic" for each in its.measured) or not its.is_synthetic
    if (BUILT_IN / its.file).exists():
        WeightStore("", Path("/nowhere")).find(its)


def test_weights_that_come_along_carry_their_licences() -> None:
    assert {path.name for path in BUILT_IN.glob("LICENSE*")} >= {"LICENSE-nanodet.txt", "LICENSE-human-models.txt"}


def test_weights_with_another_hash_are_not_taken(tmp_path: Path) -> None:
    its = card("nanodet-g")
    (tmp_path / "forged").write_bytes(b"something else")
    with pytest.raises(CannotStart, match="its hash is"):
        WeightStore("", tmp_path / "cache").take(its, str(tmp_path / "forged"))
    assert not list((tmp_path / "cache").iterdir())
    shutil.copy(BUILT_IN / its.file, tmp_path / "given")
    assert WeightStore("", tmp_path / "cache").take(its, str(tmp_path / "given")).name == its.file


def test_weights_that_are_not_here_say_how_they_come(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="anwang vision fetch"):
        WeightStore("", tmp_path).find(card("ssdlite320_mobilenet_v3_large"))
    with pytest.raises(NotFound, match="there are: "):
        card("no-such-model")


def test_the_model_sees_people_and_answers_in_order(detector: Detector) -> None:
    with_people = (sample for sample in map(scene, range(40)) if 2 <= len(sample.truth.named("person")) <= 4)
    samples = list(islice(with_people, 2))
    together = detector.detect([sample.picture for sample in samples])
    assert detector.detect([]) == []
    for sample, seen in zip(samples, together, strict=True):
        (alone,) = detector.detect([sample.picture])
        assert np.allclose(alone.boxes, seen.boxes, atol=0.01)
        assert len(seen.named("person").at_least(0.5)) >= 1
        assert len(seen.named("person").at_least(0.5)) <= len(sample.truth.named("person")) + 1


def test_a_head_of_our_own_stands_on_the_same_trunk(tmp_path: Path) -> None:
    own = load("nanodet-g-scenes", WeightStore("", tmp_path))
    seed = next(seed for seed in range(500, 600) if len(scene(seed).truth.named("extinguisher")) == 1)
    (seen,) = own.detect([scene(seed).picture])
    assert "extinguisher" in seen.named("extinguisher").at_least(0.3).names()


def test_torchvision_stands_beside_a_torch_for_processors() -> None:
    network = built("ssdlite320_mobilenet_v3_large", 3).eval()
    with torch.inference_mode():
        (answer,) = network([torch.zeros(3, 64, 64)])
    assert set(answer) == {"boxes", "scores", "labels"}
    with pytest.raises(ValueError, match="no architecture"):
        built("resnet50", 3)


def test_the_stand_in_keeps_the_best_of_those_that_overlap() -> None:
    boxes = torch.tensor([[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30.0]])
    assert suppress(boxes, torch.tensor([0.6, 0.9, 0.5]), 0.5).tolist() == [1, 2]


def test_average_precision_counts_each_thing_once() -> None:
    classes = ("person", "carton")
    truth = Detections.of([("person", 1, (0, 0, 0.5, 0.5)), ("person", 1, (0.5, 0.5, 1, 1))], classes)
    twice = Detections.of([("person", 0.9, (0, 0, 0.5, 0.5)), ("person", 0.8, (0, 0, 0.5, 0.49))], classes)
    perfect = average_precision([truth], [truth], classes)
    half = average_precision([twice], [truth], classes)
    assert (perfect.mean, perfect.mean_half, perfect.things) == (1.0, 1.0, 2)
    assert half.of_classes["person"] == pytest.approx(0.5, abs=0.02)
    assert "carton" not in half.of_classes


def test_things_belong_to_places_near_their_middle_on_the_stride_of_their_size() -> None:
    middles = torch.tensor([[100.0, 100.0], [104.0, 100.0], [100.0, 104.0], [300.0, 300.0]])
    strides = torch.tensor([8.0, 8.0, 16.0, 8.0])
    place, thing = assigned(torch.tensor([[80.0, 80.0, 120.0, 120.0]]), middles, strides)
    assert (place.tolist(), thing.tolist()) == ([0, 1], [0, 0])
