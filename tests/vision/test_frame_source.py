"""Streams as they are: they drop, fall silent, come broken, change their size; the reader goes on."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vision import frame_source
from vision.clips import clip_of
from vision.frame_source import FrameReader, Stream
from vision.frames import Frame
from vision.play.rtsp_camera import RtspCamera
from vision.training import films
from vision.training.films import Film

LIMIT_SECONDS = 40.0


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that is lost is tried again at once."""
    monkeypatch.setattr(frame_source, "AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(frame_source, "LONGEST_AGAIN_SECONDS", 0.3)


@pytest.fixture(scope="module")
def film(shown: Callable[[Film], Path]) -> Path:
    return shown(films.quiet(3, (320, 180), seconds=4.0))


@contextmanager
def reading(stream: Stream) -> Iterator[FrameReader]:
    reader = FrameReader(stream).start()
    try:
        yield reader
    finally:
        reader.stop()
        reader.join(15)
        assert not reader._thread.is_alive(), "a reader that is told to stop ends"


def next_frame(reader: FrameReader, seconds: float = LIMIT_SECONDS) -> Frame:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        frame = reader.take()
        if frame is not None:
            return frame
        time.sleep(0.02)
    raise AssertionError(f"no picture came: {reader.pulse()}")


def wait_for(is_so: Callable[[], Any], seconds: float = LIMIT_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize("decode", ["every", "low_fps", "key_frames"])
def test_a_file_plays_as_a_camera_would_and_over_and_over(film: Path, decode: str) -> None:
    with reading(Stream("file", str(film), decode, 5.0, is_repeating=True)) as reader:
        first = next_frame(reader)
        assert (first.width, first.height, first.grey().shape) == (320, 180, (180, 320))
        second = next_frame(reader)
        assert second.seconds - first.seconds >= (0.15 if decode != "key_frames" else 1.5)
        assert second.is_key or decode != "key_frames"
        kept = reader.kept()
        assert kept is not None
        assert kept.packets[0][1].is_keyframe


def test_rtsp_that_is_cut_is_opened_again(film: Path) -> None:
    camera = RtspCamera(film)
    try:
        with reading(Stream("rtsp", camera.address)) as reader:
            first = next_frame(reader)
            assert first.colours().shape == (180, 320, 3)
            time.sleep(1)
            kept = reader.kept()
            assert kept is not None
            assert clip_of(kept, first.seconds - 5, first.seconds + 5) is not None
            camera.cut()
            wait_for(lambda: reader.pulse().trouble)
            assert camera.address not in str(reader.pulse().trouble), "an address may hold a password"
            again = next_frame(reader)
            assert again.seconds > first.seconds
    finally:
        camera.close()


def test_rtsp_that_falls_silent_does_not_hang(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_source, "READ_SECONDS", 1.0)
    camera = RtspCamera(film)
    try:
        with reading(Stream("rtsp", camera.address)) as reader:
            next_frame(reader)
            camera.is_mute = True
            wait_for(lambda: reader.pulse().trouble)
            camera.is_mute = False
            next_frame(reader)
    finally:
        camera.close()


@pytest.mark.parametrize("ahead", [0.0, 3600.0, -86_400.0])
def test_the_cameras_own_clock_comes_with_its_pictures(film: Path, ahead: float) -> None:
    camera = RtspCamera(film)
    camera.clock_ahead = ahead
    try:
        with reading(Stream("rtsp", camera.address)) as reader:
            frame = next_frame(reader)
            while frame.camera_clock is None:
                frame = next_frame(reader)
    finally:
        camera.close()
    assert (frame.camera_clock - frame.at).total_seconds() == pytest.approx(ahead, abs=30)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the played camera's own socket, cut
def test_nobody_at_the_address_is_told_and_tried_again(film: Path) -> None:
    camera = RtspCamera(film)
    camera.close()
    with reading(Stream("rtsp", camera.address)) as reader:
        wait_for(lambda: reader.pulse().trouble)
        assert reader.pulse().seen_seconds is None
        back = RtspCamera(film, camera.port)
        try:
            next_frame(reader)
        finally:
            back.close()


def test_hls_plays(film: Path, tmp_path: Path) -> None:
    with (
        av.open(str(film)) as source,
        av.open(
            str(tmp_path / "live.m3u8"), "w", format="hls", options={"hls_time": "2", "hls_list_size": "0"}
        ) as playlist,
    ):
        out = playlist.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = out
                playlist.mux(packet)
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with reading(Stream("hls", f"http://127.0.0.1:{server.server_port}/live.m3u8")) as reader:
                assert next_frame(reader).width == 320
        finally:
            server.shutdown()


def test_broken_pictures_are_counted_and_passed_by(film: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    content = bytearray(_as_ts(film, tmp_path / "a.ts").read_bytes())
    for at in rng.integers(len(content) // 3, len(content) * 2 // 3, 400):
        content[at] ^= 0xFF
    broken = tmp_path / "broken.ts"
    broken.write_bytes(content)
    with reading(Stream("file", str(broken), "every", 25.0, is_repeating=True)) as reader:
        frames = [next_frame(reader) for _n in range(8)]
        assert all(frame.width == 320 for frame in frames)


def test_garbage_is_told_in_a_sentence(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.mp4"
    garbage.write_bytes(b"no film at all" * 100)
    with reading(Stream("file", str(garbage))) as reader:
        wait_for(lambda: reader.pulse().trouble)
        assert "\n" not in str(reader.pulse().trouble)


def test_a_changed_size_is_another_picture_and_nothing_else(
    film: Path, shown: Callable[[Film], Path], tmp_path: Path
) -> None:
    other = shown(films.quiet(4, (480, 270), seconds=3.0))
    both = tmp_path / "both.ts"
    both.write_bytes(_as_ts(film, tmp_path / "a.ts").read_bytes() + _as_ts(other, tmp_path / "b.ts").read_bytes())
    sizes = set()
    with reading(Stream("file", str(both), "every", 25.0, is_repeating=True)) as reader:
        deadline = time.monotonic() + LIMIT_SECONDS
        while len(sizes) < 2 and time.monotonic() < deadline:
            frame = next_frame(reader)
            sizes.add((frame.width, frame.height))
            assert frame.grey().shape[1] in (320, 240)
    assert sizes == {(320, 180), (480, 270)}


def _as_ts(film: Path, target: Path) -> Path:
    with av.open(str(film)) as source, av.open(str(target), "w", format="mpegts") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    return target
