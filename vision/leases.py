"""Keeping leases, apart from the looking: a slow round loses no camera, a lost database stops no round."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from db.commands import camera_leases, vision_reviews
from db.commands.camera_leases import LEASE, RENEW_SECONDS, CameraNews, WorkerNews
from db.queries import camera_frames
from db.queries import cameras as camera_queries
from db.queries.camera_frames import Headless
from db.queries.cameras import CameraSet, WantedFrame
from db.rules.access_scope import EVERYTHING
from db.session import Record

log = logging.getLogger("anwang.vision.leases")

LOOK_SECONDS = 1.0
LOOK_BACK = timedelta(minutes=5)
LEARN_SECONDS = 600.0
HEADLESS_BACK, HEADLESS_AFTER = timedelta(days=7), timedelta(seconds=3)
"""A worker's own pictures are looked at by itself at once; older ones than a week open as a whole or with a reason."""
MOST_HANDED = 2_000
HEADLESS_AT_ONCE = 2
News = Callable[[], tuple[WorkerNews, list[CameraNews]]]


class LeaseKeeper:
    """A thread that says that the worker lives, and learns which cameras it holds and what alarms want pictures."""

    def __init__(self, record: Record, news: News) -> None:
        self._record, self._news = record, news
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._held: dict[int, CameraSet] = {}
        self._fresh = False
        self._wanted: list[WantedFrame] = []
        self._asked: set[tuple[int, int]] = set()
        self._headless: list[Headless] = []
        self._handed: set[Headless] = set()
        self._name = ""
        self._renewed = datetime.min.replace(tzinfo=UTC)
        self._learnt = datetime.now(UTC)
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Give everything up, so that others need not wait for the leases' end."""
        self._stopping.set()
        self._thread.join(10)
        try:
            with self._record.scoped(EVERYTHING) as session:
                camera_leases.leave(session, self._name, list(self._held))
        except SQLAlchemyError:
            log.warning("the leases end by themselves: the database is away")

    def changes(self) -> dict[int, CameraSet] | None:
        """Every camera held, by number; None where nothing has changed since it was asked last."""
        with self._lock:
            if not self._fresh:
                return None
            self._fresh = False
            return dict(self._held)

    def wanted(self) -> list[WantedFrame]:
        """Alarms that want a picture, each once."""
        with self._lock:
            wanted, self._wanted = self._wanted, []
        return wanted

    def headless(self) -> list[Headless]:
        """Pictures in which nobody has looked for heads, each once."""
        with self._lock:
            found, self._headless = self._headless, []
        return found

    def _run(self) -> None:
        while not self._stopping.is_set():
            now = datetime.now(UTC)
            try:
                if (now - self._renewed).total_seconds() >= RENEW_SECONDS:
                    self._turn(now)
                self._look_for_alarms(now)
            except SQLAlchemyError as error:
                log.warning("leases: %s", str(error).strip().splitlines()[0])
                if now - self._renewed > LEASE:
                    self._hold({})
            except Exception:
                log.exception("leases stumbled")
            self._stopping.wait(LOOK_SECONDS)

    def _turn(self, now: datetime) -> None:
        news, cameras = self._news()
        self._name = news.name
        with self._record.scoped(EVERYTHING) as session:
            held = camera_leases.turn(session, news, now)
            camera_leases.tell(session, news.name, cameras, now)
            sets = camera_queries.sets(session, sorted(held))
        self._renewed = now
        self._hold(sets)
        if (now - self._learnt).total_seconds() >= LEARN_SECONDS:
            self._learnt = now
            with self._record.scoped(EVERYTHING) as session:
                vision_reviews.learn_from_verdicts(session, now)
                camera_leases.forget_workers(session, now)

    def _hold(self, sets: dict[int, CameraSet]) -> None:
        with self._lock:
            if sets != self._held:
                self._held, self._fresh = sets, True

    def _look_for_alarms(self, now: datetime) -> None:
        if not self._held:
            return
        with self._record.scoped(EVERYTHING) as session:
            found = camera_queries.wanted_frames(session, list(self._held), now - LOOK_BACK)
            headless = camera_frames.headless(
                session,
                list(self._held),
                now - HEADLESS_BACK,
                now - HEADLESS_AFTER,
                HEADLESS_AT_ONCE,
                self._handed,
            )
        with self._lock:
            new = [each for each in found if (each.alarm_id, each.device_id) not in self._asked]
            self._asked = {(each.alarm_id, each.device_id) for each in found}
            self._wanted += new
            self._headless += headless
            self._handed |= set(headless)  # one that cannot be read is not asked for again at once
            if len(self._handed) > MOST_HANDED:
                self._handed = set(headless)
