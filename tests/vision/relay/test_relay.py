"""The relay with real ffmpeg: pictures while they are watched, again after every fault, none when nobody looks."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import psutil
import pytest
from PIL import Image
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from db import relay_folder
from db.relay_folder import RelayFolder, State, Trouble, Wanted
from db.rules.play_address import Form, Purpose
from tests import factories
from tests.plugins.services import TestRecord
from vision.relay import relay as relay_module
from vision.relay.ffmpeg import Kind, Source, play, without_password
from vision.relay.masker import Looks
from vision.relay.relay import Relay
from vision.relay.sources import CameraAddress, CannotPlay, Wvp, by_kind

PATIENCE_SECONDS = 60.0


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of moving pictures."""
    path = tmp_path_factory.mktemp("video") / "corridor.mp4"
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10", "-t", "10"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-pix_fmt", "yuv420p", str(path)),
        ],
        check=True,
    )
    return path


class Running:
    """A relay on a thread, a camera on record."""

    def __init__(self, record: TestRecord, folder: Path, most: int, looks: Looks | None = None) -> None:
        self.folder = RelayFolder(folder)
        self.record = record
        self.owner = create_engine(record.owner_url, poolclass=NullPool)
        self.relay = Relay(record.record, self.folder, by_kind("", ""), most, looks)
        self.thread = threading.Thread(target=self.relay.run, daemon=True)
        self.thread.start()

    def camera(self, kind: str, address: str) -> int:
        with self.owner.begin() as connection:
            venue = factories.venue(connection)
            device, _code = factories.device(connection, venue, "camera")
            connection.execute(
                text(
                    "insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)"
                    " values (:d, :v, :c, :kind, :address, now())"
                ),
                {"d": device, "v": venue.id, "c": venue.county, "kind": kind, "address": address},
            )
        return device

    def watch(self, camera: int, purpose: Purpose = Purpose.STILL, form: Form = Form.PLAIN) -> Wanted:
        wanted = Wanted(camera, purpose, form)
        self.folder.want(wanted)
        return wanted

    def state(self, wanted: Wanted) -> State | None:
        self.folder.want(wanted)
        told = self.folder.condition(wanted)
        return told.state if told else None

    def end(self) -> None:
        self.relay.stop()
        self.thread.join(20)


@pytest.fixture
def running(empty_record: TestRecord, tmp_path: Path) -> Iterator[Running]:
    started = Running(empty_record, tmp_path / "relay", most=3)
    yield started
    started.end()


def test_a_still_and_a_playlist_while_somebody_watches(
    running: Running, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = running.camera("file", str(video))
    still, live = running.watch(camera), running.watch(camera, Purpose.LIVE)
    until(lambda: running.state(still) is State.PLAYING and running.folder.piece(still, "still.jpg"))
    until(lambda: running.state(live) is State.PLAYING and running.folder.piece(live, "index.m3u8"))
    playlist = (running.folder.piece(live, "index.m3u8") or b"").decode()
    piece = next(line for line in playlist.splitlines() if line.endswith(".ts"))
    assert (running.folder.piece(live, piece) or b"")[:1] == b"G"  # an MPEG transport stream
    assert running.folder.piece(live, "../../secrets.json") is None
    assert running.folder.piece(live, "log") is None
    monkeypatch.setattr(relay_folder, "WATCHED_SECONDS", 0.0)
    until(lambda: not any(running.folder.path.iterdir()))


@pytest.mark.parametrize("form", [Form.WHOLE, Form.MASKED])
def test_where_nobody_looks_for_heads_no_detail_is_kept(running: Running, video: Path, form: Form) -> None:
    camera = running.camera("file", str(video))
    plain, masked = running.watch(camera), running.watch(camera, form=form)
    until(lambda: running.state(plain) and running.folder.piece(plain, "still.jpg"))
    until(lambda: running.state(masked) and running.folder.piece(masked, "still.jpg"))

    def detail(wanted: Wanted) -> float:
        """How much neighbouring points differ."""
        with Image.open(running.folder.path / wanted.name / "still.jpg") as picture:
            grey = picture.convert("L").resize((320, 180))
        points = np.asarray(grey, dtype=float)
        return float(np.abs(np.diff(points)).mean())

    assert detail(masked) < 0.7 * detail(plain)


def test_a_camera_that_cannot_be_opened_says_so_and_comes_back(running: Running, video: Path, tmp_path: Path) -> None:
    later = tmp_path / "later.mp4"
    camera = running.camera("file", str(later))
    wanted = running.watch(camera)
    until(lambda: running.state(wanted) is State.FAILED)
    told = running.folder.condition(wanted)
    assert told is not None
    assert told.trouble is Trouble.CANNOT_OPEN
    shutil.copy(video, later)
    until(lambda: running.state(wanted) is State.PLAYING)


@pytest.mark.parametrize("form", list(Form))
def test_a_killed_ffmpeg_is_started_again(
    empty_record: TestRecord, tmp_path: Path, video: Path, form: Form, request: pytest.FixtureRequest
) -> None:
    """Whichever it is, where two make a picture with heads blurred."""
    running = Running(empty_record, tmp_path / "relay", 3, looks=lambda _picture: [])
    request.addfinalizer(running.end)
    wanted = running.watch(running.camera("file", str(video)), form=form)
    until(lambda: running.state(wanted) is State.PLAYING)
    making = [each for each in psutil.Process().children(recursive=True) if each.cwd().endswith(wanted.name)]
    assert len(making) == (2 if form is Form.MASKED else 1)
    making[-1].kill()
    until(lambda: running.state(wanted) is not State.PLAYING)
    until(lambda: running.state(wanted) is State.PLAYING)


def test_a_picture_that_stands_still_is_no_longer_playing(
    running: Running, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = running.watch(running.camera("file", str(video)))
    until(lambda: running.state(wanted) is State.PLAYING)
    monkeypatch.setattr(relay_module, "STALLED_SECONDS", -1.0)
    until(lambda: running.state(wanted) is State.STALLED)
    monkeypatch.undo()
    until(lambda: running.state(wanted) is State.PLAYING)


def test_more_than_may_be_are_told_so(running: Running, video: Path) -> None:
    cameras = [running.watch(running.camera("file", str(video))) for _one in range(4)]

    def conditions() -> list[Trouble]:
        for wanted in cameras:
            running.folder.want(wanted)
        return [told.trouble for wanted in cameras if (told := running.folder.condition(wanted))]

    until(lambda: conditions().count(Trouble.FULL) == 1)


def test_a_camera_without_a_source_says_so(running: Running) -> None:
    wanted = running.watch(999_999)
    until(lambda: (told := running.folder.condition(wanted)) and told.trouble is Trouble.NO_SOURCE)


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (Kind.RTSP, "file:///etc/passwd"),
        (Kind.RTSP, "concat:/etc/passwd|/etc/shadow"),
        (Kind.HLS, "/etc/passwd"),
        (Kind.HLS, "rtsp://camera/1"),
        (Kind.FILE, "http://elsewhere/a.mp4"),
        (Kind.FILE, ""),
    ],
)
def test_an_address_of_another_kind_is_not_opened(kind: Kind, address: str) -> None:
    assert not Source(kind, address).is_usable


def test_a_playlist_from_the_network_may_not_read_files() -> None:
    told = play(Source(Kind.HLS, "http://camera/index.m3u8"), Wanted(1, Purpose.LIVE, Form.PLAIN))
    allowed = told[told.index("-protocol_whitelist") + 1].split(",")
    assert "file" not in allowed
    assert told.index("-protocol_whitelist") < told.index("-i")


def test_passwords_stay_out_of_the_log() -> None:
    address = "rtsp://root:geheim@10.0.0.7:554/1"
    assert "geheim" not in without_password(f"{address}: Connection refused", address)


def test_a_video_platform_opens_and_closes_its_channel() -> None:
    asked: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, request.headers["access-token"]))
        return httpx.Response(200, json={"code": 0, "data": {"hls": "http://p/1.m3u8", "rtsp": "rtsp://p/1"}})

    platform = Wvp("http://wvp/", "a token", httpx.Client(transport=httpx.MockTransport(answer)))
    camera = CameraAddress("gb28181", "34020000001320000001/34020000001320000002")
    assert platform.open(camera) == Source(Kind.RTSP, "rtsp://p/1")
    platform.close(camera)
    place = "34020000001320000001/34020000001320000002"
    assert asked == [(f"/api/play/start/{place}", "a token"), (f"/api/play/stop/{place}", "a token")]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"code": 100, "msg": "no such channel"}),
        httpx.Response(200, json={"code": 0, "data": {"rtsp": "file:///etc/passwd"}}),
        httpx.Response(200, json={"code": 0, "data": None}),
        httpx.Response(200, text="<html>"),
        httpx.Response(502),
    ],
    ids=["refused", "names a file", "names nothing", "no JSON", "down"],
)
def test_a_platform_that_plays_nothing_is_told_apart(answer: httpx.Response) -> None:
    platform = Wvp("http://wvp", "", httpx.Client(transport=httpx.MockTransport(lambda _request: answer)))
    with pytest.raises(CannotPlay) as refusal:
        platform.open(CameraAddress("gb28181", "34020000001320000001/34020000001320000002"))
    assert refusal.value.trouble is Trouble.PLATFORM
