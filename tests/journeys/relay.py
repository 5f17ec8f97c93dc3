"""A network between browser and portal that can be cut, or go dead like a pulled cable."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.plugins.services import free_port


class Relay:
    """Hands bytes on to `port` while it is up; `cut` refuses, `pull` takes connections and says nothing."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.port = free_port()
        self._is_dead = threading.Event()
        self._is_over = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pull(self) -> None:
        """The cable is out: what is open stays open, and nothing passes."""
        self._is_dead.set()

    def restore(self) -> None:
        """The cable is in again; what was open before is of no use any more."""
        self._is_dead.clear()
        self.drop()

    def drop(self) -> None:
        """Every connection breaks."""
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._is_over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()

    def _take(self) -> None:
        while not self._is_over.is_set():
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=10)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        self._open |= {near, far}
        ways = [threading.Thread(target=self._pass, args=pair, daemon=True) for pair in ((near, far), (far, near))]
        for way in ways:
            way.start()
        for way in ways:
            way.join()
        self._open -= {near, far}
        near.close()
        far.close()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                while self._is_dead.is_set() and not self._is_over.is_set():
                    if not self._is_dead.wait(0.05):
                        break
                    self._is_over.wait(0.05)
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(port: int) -> Iterator[Relay]:
    made = Relay(port)
    try:
        yield made
    finally:
        made.close()
