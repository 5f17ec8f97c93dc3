"""A browser's event stream, read on a thread."""

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class Heard:
    """One event of the stream."""

    name: str
    data: Any
    id: str | None


class Listener:
    """Events as they come; `ended` is set when the stream is over."""

    def __init__(self) -> None:
        self._events: queue.Queue[Heard] = queue.Queue()
        self.ended = threading.Event()

    def read(self, answer: httpx.Response) -> None:
        fields: dict[str, str] = {}
        with suppress(httpx.HTTPError, httpx.StreamError):
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(":")
                    fields[name] = value.strip()
                elif "event" in fields:
                    self._events.put(Heard(fields["event"], json.loads(fields["data"]), fields.get("id")))
                    fields = {}
        self.ended.set()

    def wait_for(self, name: str, fits: Callable[[Any], bool] = lambda _data: True) -> Heard:
        """The next event of this name that fits; everything before it is dropped."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            heard = self._events.get(timeout=max(0.01, until - time.monotonic()))
            if heard.name == name and fits(heard.data):
                return heard

    def all_until(self, name: str, fits: Callable[[Any], bool] = lambda _data: True) -> list[Heard]:
        """Everything up to the first event of this name that fits, and that one last."""
        until, heard = time.monotonic() + PATIENCE_SECONDS, []
        while not (heard and heard[-1].name == name and fits(heard[-1].data)):
            heard.append(self._events.get(timeout=max(0.01, until - time.monotonic())))
        return heard


@contextmanager
def listening(browser: httpx.Client, last_id: str | None = None) -> Iterator[Listener]:
    """The browser's live stream, open within this block."""
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    listener = Listener()
    with browser.stream("GET", "/live", headers=headers, timeout=httpx.Timeout(10, read=PATIENCE_SECONDS)) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        thread = threading.Thread(target=listener.read, args=(answer,), daemon=True)
        thread.start()
        yield listener
    thread.join(timeout=5)
