"""Tells a worker that the inbox holds something: a Celery message that carries the task's name, and nothing more."""

import logging
import threading

from celery import Celery

from db.task_names import TAKE_INBOX

log = logging.getLogger("anwang.doors")

EVERY_SECONDS = 0.2
STALE_SECONDS = 10
"""The clock asks as often: what nobody took by then would only pile up."""


class Telling:
    """At most one message in a fifth of a second. A broker that is away delays decoding, and nothing else."""

    def __init__(self, broker_url: str, task: str = TAKE_INBOX) -> None:
        self.task = task
        self._app = Celery("anwang", broker=broker_url, set_as_current=False)
        self._app.conf.update(
            broker_connection_timeout=1,
            broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 1, "max_retries": 0},
        )
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telling", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wanted.set()
        self._thread.join(3)

    def tell(self) -> None:
        self._wanted.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping.is_set():
                break
            try:
                self._app.send_task(self.task, expires=STALE_SECONDS, retry=False, ignore_result=True)
            except Exception as error:  # whatever the transport raises: the clock asks again anyway
                log.warning("no worker was told: %s", str(error).strip().splitlines()[:1])
            self._stopping.wait(EVERY_SECONDS)
        self._app.close()
