"""Heads blurred in moving pictures: what is found is covered between two looks, what cannot be found covers all."""

import io
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from db.rules.play_address import Purpose
from vision.relay import masker
from vision.relay.ffmpeg import Kind, Source, masked_size
from vision.relay.masker import Debt, Masked, mask

SIZE = (320, 240)
Box = tuple[float, float, float, float]
LEFT: Box = (0.0, 0.0, 0.4, 1.0)
RIGHT: Box = (0.6, 0.0, 1.0, 1.0)


def noise(n: int) -> bytes:
    return np.random.default_rng(7).integers(0, 255, (n, SIZE[1], SIZE[0], 3), np.uint8).tobytes()


def detail(picture: NDArray[Any], left: float, right: float) -> float:
    """How much neighbouring points differ within these shares of the width."""
    part = picture[SIZE[1] // 4 : 3 * SIZE[1] // 4, int(left * SIZE[0]) : int(right * SIZE[0])].astype(float)
    return float(np.abs(np.diff(part, axis=1)).mean())


def masked(n: int, looks: Callable[[Any], Sequence[Box] | None], fps: float = 8.0) -> NDArray[np.uint8]:
    given = io.BytesIO()
    mask(io.BytesIO(noise(n)), given, SIZE, fps, looks)
    return np.frombuffer(given.getvalue(), np.uint8).reshape(-1, SIZE[1], SIZE[0], 3)


def test_heads_of_both_ends_are_covered_in_between() -> None:
    """The first picture alone, then four at a time at eight a second."""
    told = iter([[LEFT], [RIGHT], []])
    seen = masked(9, lambda _picture: next(told))
    assert len(seen) == 9
    covered = [(detail(each, 0.1, 0.3) < 40, detail(each, 0.7, 0.9) < 40) for each in seen]
    assert covered == [(True, False), *[(True, True)] * 4, *[(False, True)] * 4]
    assert all(detail(each, 0.45, 0.55) > 60 for each in seen)


def failing(_picture: Any) -> list[Box]:
    raise RuntimeError("no model")


@pytest.mark.parametrize("looks", [lambda _picture: None, failing], ids=["unknown", "an error"])
def test_where_heads_cannot_be_found_all_is_covered(looks: Callable[[Any], Any]) -> None:
    assert all(detail(each, 0.0, 1.0) < 40 for each in masked(7, looks))


def test_after_a_look_that_failed_the_next_span_is_still_covered() -> None:
    told = iter([None, [], []])
    seen = masked(9, lambda _picture: next(told))
    assert [detail(each, 0.0, 1.0) < 40 for each in seen] == [*[True] * 5, *[False] * 4]


def test_who_falls_behind_covers_all_until_the_time_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masker, "MOST_DEBT_SECONDS", 0.2)
    looked = []

    def slowly(_picture: Any) -> list[Box]:
        looked.append(1)
        time.sleep(0.5)
        return []

    seen = masked(10, slowly)
    assert len(seen) == 10
    assert len(looked) < 4
    assert any(detail(each, 0.0, 1.0) < 40 for each in seen)


def test_debt_is_paid_by_pictures_that_took_less_than_they_last() -> None:
    debt = Debt()
    debt.spend(3.0, 0.4)
    assert debt.is_too_much
    debt.spend(0.0, 2.0)
    assert not debt.is_too_much
    debt.spend(0.0, 9.0)
    assert debt.seconds == 0


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [(1920, 1080, (640, 360)), (768, 576, (640, 480)), (321, 181, (320, 180)), (0, 0, (640, 360))],
)
def test_a_masked_picture_is_small_and_even(width: int, height: int, shown: tuple[int, int]) -> None:
    assert masked_size(Source(Kind.FILE, "/film", "h264", width, height)) == shown


def test_through_both_ffmpeg_and_not_after_one_is_killed(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10", "-t", "20"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(film)),
        ],
        check=True,
    )
    source = Source(Kind.FILE, str(film), "h264", 320, 180)
    making = Masked(source, Purpose.LIVE, lambda _picture: [LEFT], tmp_path, None)
    deadline = time.monotonic() + 60
    while not (tmp_path / "index.m3u8").exists():
        assert making.poll() is None, (tmp_path / "log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    making._together.kill()
    while making.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    making.end()
    assert making._apart.poll() is not None
