"""A camera that cannot be trusted says so within a minute, whatever is wrong with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import repeat

import numpy as np
import pytest
from numpy.typing import NDArray

from db.rules.camera_rules import Fitness
from vision.judge.fitness import FitnessJudge, View, view_of

BEGAN = datetime(2026, 3, 2, 2, tzinfo=UTC)
SIZE = (180, 320)
Grey = NDArray[np.uint8]


@pytest.fixture(scope="module")
def scene() -> NDArray[np.float64]:
    """A wall with pictures, doors and a floor."""
    rng = np.random.default_rng(7)
    drawn = np.full(SIZE, 150.0)
    drawn[120:] = 90
    for _n in range(28):
        y, x = rng.integers(0, 150), rng.integers(0, 280)
        drawn[y : y + rng.integers(8, 40), x : x + rng.integers(8, 50)] = rng.integers(30, 230)
    return drawn


def taken(scene: NDArray[np.float64], rng: np.random.Generator, light: float = 1.0) -> Grey:
    return np.clip(scene * light + rng.normal(0, 2.5, scene.shape), 0, 255).astype(np.uint8)


def blurred(picture: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    for axis in (0, 1):
        picture = np.mean([np.roll(picture, n, axis) for n in range(-reach, reach + 1)], axis=0)
    return picture


def watch(judge: FitnessJudge, pictures: Iterator[Grey], began: float, seconds: float) -> float | None:
    """Feed at five a second; the moment at which the state left fit, None where it did not."""
    for n in range(int(seconds * 5)):
        t = began + n / 5
        before = judge.state
        after = judge.feed(next(pictures), t, BEGAN + timedelta(seconds=t))
        if after is not before and after not in (Fitness.FIT, Fitness.UNKNOWN):
            return t
    return None


def good(scene: NDArray[np.float64], rng: np.random.Generator) -> Iterator[Grey]:
    while True:
        yield taken(scene, rng)


@pytest.fixture
def fit(scene: NDArray[np.float64]) -> tuple[FitnessJudge, np.random.Generator]:
    """A camera that has been well for half a minute."""
    rng, judge = np.random.default_rng(3), FitnessJudge()
    assert watch(judge, good(scene, rng), 0.0, 30.0) is None
    assert judge.state is Fitness.FIT
    return judge, rng


SPOILT = {
    Fitness.DARK: lambda scene: scene * 0.03,
    Fitness.COVERED: lambda scene: blurred(scene * 0.1 + 60, 20),
    Fitness.BLURRED: lambda scene: blurred(scene, 4),
    Fitness.SHIFTED: lambda scene: np.roll(scene, (12, 40), (0, 1)),
}


@pytest.mark.parametrize("reason", SPOILT, ids=lambda reason: reason.value)
def test_what_spoils_the_picture_is_named_within_a_minute(
    scene: NDArray[np.float64], fit: tuple[FitnessJudge, np.random.Generator], reason: Fitness
) -> None:
    judge, rng = fit
    said = watch(judge, good(SPOILT[reason](scene), rng), 30.0, 60.0)
    assert said is not None
    assert judge.state is reason
    assert said - 30 <= 45
    assert watch(judge, good(scene, rng), 90.0, 30.0) is None
    assert judge.state is Fitness.FIT, "what is well again is trusted again"


def test_light_that_changes_and_people_who_pass_spoil_nothing(
    scene: NDArray[np.float64], fit: tuple[FitnessJudge, np.random.Generator]
) -> None:
    judge, rng = fit

    def busy() -> Iterator[Grey]:
        for n in range(10_000):
            passing = scene.copy()
            x = (n * 7) % 300
            passing[40:170, x : x + 45] = 60
            passing[60:170, 300 - x : 330 - x] = 200
            yield taken(passing, rng, 0.7 + 0.3 * np.cos(n / 40))

    assert watch(judge, busy(), 30.0, 60.0) is None


def test_a_frozen_picture_is_told_from_a_still_one(
    scene: NDArray[np.float64], fit: tuple[FitnessJudge, np.random.Generator]
) -> None:
    judge, rng = fit
    same = taken(scene, rng)
    said = watch(judge, repeat(same), 30.0, 60.0)
    assert said is not None
    assert (judge.state, said - 30 <= 25) == (Fitness.FROZEN, True)


def test_old_pictures_are_known_again_though_they_move(scene: NDArray[np.float64]) -> None:
    rng = np.random.default_rng(4)
    loop = [taken(scene, rng) for _n in range(60)]
    judge, played = FitnessJudge(), FitnessJudge(is_repeating=True)

    def again() -> Iterator[Grey]:
        while True:
            yield from loop

    said = watch(judge, again(), 0.0, 60.0)
    assert said is not None
    assert judge.state is Fitness.OLD_PICTURES
    assert watch(played, again(), 0.0, 60.0) is None, "a film in place of a camera may repeat itself"


def test_a_wrong_clock_is_told(scene: NDArray[np.float64], fit: tuple[FitnessJudge, np.random.Generator]) -> None:
    judge, rng = fit
    for n in range(100):
        at = BEGAN + timedelta(seconds=30 + n / 5)
        judge.feed(taken(scene, rng), 30 + n / 5, at, at - timedelta(minutes=7))
    assert judge.state is Fitness.WRONG_CLOCK


def test_no_picture_for_long_is_lost_and_broken_ones_are_corrupt() -> None:
    judge = FitnessJudge()
    assert judge.tick(9.0, None, 0.0, 0.0) is Fitness.UNKNOWN
    assert judge.tick(11.0, None, 0.0, 0.0) is Fitness.LOST
    assert FitnessJudge().tick(30.0, 18.0, 0.0, 0.9) is Fitness.CORRUPT


def test_a_registered_view_outlives_a_restart(scene: NDArray[np.float64]) -> None:
    rng = np.random.default_rng(5)
    registered: View = view_of(taken(scene, rng))
    judge = FitnessJudge(registered)
    said = watch(judge, good(np.roll(scene, 45, 1), rng), 0.0, 40.0)
    assert said is not None
    assert judge.state is Fitness.SHIFTED


def test_another_size_is_learnt_anew_and_is_no_shift(
    scene: NDArray[np.float64], fit: tuple[FitnessJudge, np.random.Generator]
) -> None:
    judge, rng = fit
    assert watch(judge, good(scene[:, ::2], rng), 30.0, 40.0) is None
    assert judge.state is Fitness.FIT
