"""A camera that speaks RTSP: describes itself, plays a film over and over as RTP within the connection (RFC 2326)."""

import base64
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av

CLOCK = 90_000
MOST_BYTES = 1400


class RtspCamera:
    """On a port of its own; `is_mute` stops its pictures and keeps the connection, `cut` drops every connection.

    `sent(n)` is called with each picture's number as it leaves.
    """

    def __init__(self, film: Path, port: int = 0, sent: Callable[[int], None] = lambda _n: None) -> None:
        self.units, self.fps = _coded(film)
        self._server = socket.create_server(("127.0.0.1", port))
        self.port = self._server.getsockname()[1]
        self.is_mute = False
        self.clock_ahead = 0.0
        """Seconds by which the camera's own clock is wrong."""
        self._sent = sent
        self._open: list[socket.socket] = []
        self._stopping = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/film"

    def cut(self) -> None:
        for each in self._open:
            each.close()
        self._open.clear()

    def close(self) -> None:
        self._stopping.set()
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _peer = self._server.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        held = b""
        try:
            while not self._stopping.is_set():
                part = connection.recv(4096)
                if not part:
                    return
                held += part
                while b"\r\n\r\n" in held:
                    request, held = held.split(b"\r\n\r\n", 1)
                    self._answer(connection, request.decode())
        except OSError:
            return

    def _answer(self, connection: socket.socket, request: str) -> None:
        if request.startswith("$"):
            return
        method = request.split(" ", 1)[0]
        number = next(line.split(":")[1].strip() for line in request.split("\r\n") if line.lower().startswith("cseq"))
        head, body = f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n", ""
        if method == "OPTIONS":
            head += "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        elif method == "DESCRIBE":
            body = self._description()
            head += f"Content-Base: {self.address}/\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif method == "SETUP":
            head += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n"
        elif method == "PLAY":
            head += "Session: 1\r\nRange: npt=0.000-\r\n"
        connection.sendall(f"{head}\r\n{body}".encode())
        if method == "PLAY":
            threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _description(self) -> str:
        sets = [unit for unit in self.units[0] if unit[0] & 31 in (7, 8)]
        coded = ",".join(base64.b64encode(unit).decode() for unit in sets)
        return (
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0\r\n"
            f"a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets={coded}\r\n"
            "a=control:track1\r\n"
        )

    def _play(self, connection: socket.socket) -> None:
        serial, n = 0, 0
        began = time.monotonic()
        self._report(connection, 0)
        while not self._stopping.is_set():
            if self.is_mute:
                time.sleep(0.05)
                continue
            stamp = int(n * CLOCK / self.fps) & 0xFFFFFFFF
            for unit in self.units[n % len(self.units)]:
                for payload, is_last in _packets(unit):
                    marker = 0x80 if is_last and unit is self.units[n % len(self.units)][-1] else 0
                    packet = struct.pack("!BBHII", 0x80, marker | 96, serial & 0xFFFF, stamp, 7) + payload
                    try:
                        connection.sendall(b"$\x00" + struct.pack("!H", len(packet)) + packet)
                    except OSError:
                        return
                    serial += 1
            self._sent(n)
            n += 1
            time.sleep(max(0.0, began + n / self.fps - time.monotonic()))

    def _report(self, connection: socket.socket, stamp: int) -> None:
        """A sender report: what the camera's clock says at this stamp (RFC 3550)."""
        seconds = time.time() + 2_208_988_800 + self.clock_ahead
        whole = int(seconds)
        report = struct.pack("!BBHIIIIII", 0x80, 200, 6, 7, whole, int((seconds - whole) * 2**32), stamp, 0, 0)
        connection.sendall(b"$\x01" + struct.pack("!H", len(report)) + report)


def _packets(unit: bytes) -> list[tuple[bytes, bool]]:
    """A unit as one packet, or as fragments (FU-A, RFC 6184)."""
    if len(unit) <= MOST_BYTES:
        return [(unit, True)]
    head, body = unit[0], unit[1:]
    parts = [body[at : at + MOST_BYTES] for at in range(0, len(body), MOST_BYTES)]
    found = []
    for n, part in enumerate(parts):
        is_last = n == len(parts) - 1
        flags = (0x80 if n == 0 else 0) | (0x40 if is_last else 0) | (head & 31)
        found.append((bytes([(head & 0xE0) | 28, flags]) + part, is_last))
    return found


def _coded(film: Path) -> tuple[list[list[bytes]], float]:
    """Each picture's units, with the parameter sets before every key frame; pictures in the order they are shown."""
    pictures: list[list[bytes]] = []
    with av.open(str(film)) as source:
        video = source.streams.video[0]
        fps = float(video.average_rate or 10)
        encoder: Any = av.CodecContext.create("libx264", "w")
        encoder.width, encoder.height, encoder.pix_fmt = (
            video.codec_context.width,
            video.codec_context.height,
            "yuv420p",
        )
        encoder.framerate, encoder.gop_size = int(fps), int(fps)
        encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "repeat-headers=1:annexb=1"}
        for frame in source.decode(video):
            frame.pts = None
            pictures += [_units(bytes(packet)) for packet in encoder.encode(frame)]
        pictures += [_units(bytes(packet)) for packet in encoder.encode(None)]
    return pictures, fps


def _units(coded: bytes) -> list[bytes]:
    parts = coded.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")
    return [part for part in parts if part]
