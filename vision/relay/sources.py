"""Play addresses behind one interface: the camera's own, or the one that a video platform opens for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from db.relay_folder import Trouble
from vision.relay.ffmpeg import Kind, Source

ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class CameraAddress:
    """Where a camera's pictures are to be had, as on record."""

    kind: str
    address: str


class CannotPlay(Exception):
    """Why there is no picture, and what was said about it (for the log: it may name addresses)."""

    def __init__(self, trouble: Trouble, words: str) -> None:
        super().__init__(words)
        self.trouble = trouble


class PlaySource(Protocol):
    """Opens a camera's pictures and lets go of them again."""

    def open(self, camera: CameraAddress, /) -> Source: ...

    def close(self, camera: CameraAddress, /) -> None: ...


class Direct:
    """The address is the pictures' own."""

    def open(self, camera: CameraAddress) -> Source:
        source = Source(Kind(camera.kind), camera.address)
        if not source.is_usable:
            raise CannotPlay(Trouble.CANNOT_OPEN, f"the address is none of a {camera.kind} source")
        return source

    def close(self, camera: CameraAddress) -> None:
        """Nothing is held."""


class Wvp:
    """A GB/T 28181 platform of the WVP kind: its HTTP interface opens a channel and says where it plays.

    The camera's address on record is `device/channel`, both GB/T 28181 numbers of twenty digits. Interface as of
    wvp-GB28181-pro 2.7: POST-free login, `GET /api/play/start/{device}/{channel}`, `/api/play/stop/…`, header
    `access-token`; an answer `{"code": 0, "data": {"rtsp": …, "hls": …}}`.
    """

    def __init__(self, base: str, token: str, client: httpx.Client | None = None) -> None:
        self._client = client or httpx.Client(timeout=ANSWER_SECONDS)
        self._base, self._token = base.rstrip("/"), token

    def open(self, camera: CameraAddress) -> Source:
        data = self._ask("start", camera)
        for name, kind in (("rtsp", Kind.RTSP), ("hls", Kind.HLS)):
            address = data.get(name)
            source = Source(kind, address) if isinstance(address, str) else None
            if source is not None and source.is_usable:
                return source
        raise CannotPlay(Trouble.PLATFORM, "the video platform named no address that can be played")

    def close(self, camera: CameraAddress) -> None:
        try:
            self._ask("stop", camera)
        except CannotPlay:
            return

    def _ask(self, act: str, camera: CameraAddress) -> Mapping[str, Any]:
        device, _, channel = camera.address.partition("/")
        if not (device.isdigit() and channel.isdigit()):
            raise CannotPlay(Trouble.CANNOT_OPEN, "the camera's numbers on the video platform are not device/channel")
        try:
            answer = self._client.get(
                f"{self._base}/api/play/{act}/{device}/{channel}", headers={"access-token": self._token}
            )
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise CannotPlay(Trouble.PLATFORM, "the video platform does not answer") from error
        if answer.status_code != 200 or not isinstance(told, dict) or told.get("code") != 0:
            raise CannotPlay(Trouble.PLATFORM, f"the video platform refuses: {str(told)[:120]}")
        data = told.get("data")
        return data if isinstance(data, dict) else {}


def by_kind(wvp_url: str, wvp_token: str) -> dict[str, PlaySource]:
    """Every kind of camera stream and who opens it."""
    direct = Direct()
    platform: PlaySource = Wvp(wvp_url, wvp_token) if wvp_url else NoPlatform()
    return {Kind.FILE: direct, Kind.RTSP: direct, Kind.HLS: direct, "gb28181": platform}


class NoPlatform:
    """No video platform is configured."""

    def open(self, _camera: CameraAddress) -> Source:
        raise CannotPlay(Trouble.PLATFORM, "no video platform is configured (ANWANG_WVP_URL)")

    def close(self, _camera: CameraAddress) -> None:
        """Nothing is held."""
