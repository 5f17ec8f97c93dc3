"""What a platform could not push comes back: asked for with overlap, repeats dropped, whatever stands in between."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from db.commands import inbox as commands
from db.rules.access_scope import EVERYTHING, NOTHING
from db.rules.doors import PlatformDoor
from ingest import gaps
from ingest.nbiot.history import CtwingHistory
from ingest.simulate import platforms as play
from ingest.simulate.platforms import Pusher
from tests.ingest.gateways import wait_for
from tests.ingest.platforms.bodies import NUMBER, PRODUCT, SMOKE, ctwing, written
from tests.ingest.platforms.conftest import Clock, Inbox
from tests.ingest.platforms.receiving import SECRETS, CtwingInterface, receiving
from tests.plugins.services import free_port

ADDRESS = f"{PRODUCT}/{NUMBER}"
PATH = f"/api/v1/nbiot/ctwing/{SECRETS['ctwing_door']}"


@pytest.fixture
def interface() -> Iterator[CtwingInterface]:
    told = CtwingInterface()
    with told.serving():
        yield told


def history(interface: CtwingInterface, secret: str = "secret") -> CtwingHistory:
    return CtwingHistory(interface.url, interface.app_key, secret, now_ms=lambda: int(time.time() * 1000))


def close(box: Inbox, interface: CtwingInterface, at: datetime | None = None) -> int:
    """Ask about all that is due at this moment."""
    asked = history(interface)
    now = at or datetime.now(UTC) + timedelta(minutes=3)
    try:
        return gaps.close_gaps(box.record.record, {"ctwing": asked}, lambda: now, now + timedelta(seconds=45))
    finally:
        asked.close()


def gap(box: Inbox, since: timedelta, until: timedelta = timedelta(0)) -> None:
    now = datetime.now(UTC)
    with box.record.record.scoped(NOTHING) as session:
        commands.note_gap(session, now - since, now - until, "test", now)


def test_a_cool_down_loses_nothing(box: Inbox, interface: CtwingInterface, tick: Clock) -> None:
    """The receivers are down; the platform pushes in vain, cools down and drops messages; then all is asked for."""
    port = free_port()
    times = [tick() for _each in range(30)]
    bodies = [written(ctwing(at)) for at in times]
    interface.past = [(NUMBER, at, SMOKE) for at in times]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        pusher = Pusher(client, PATH, {}, failures=10, cool_down_seconds=0.5)
        with receiving(box.record, port):
            assert all(pusher.push(body) for body in bodies[:10])
            wait_for(lambda: box.rows("select accepted from feeds") == [(10,)])
        box.owner.execute(text("update feeds set alive_at = alive_at - interval '1 minute'"))  # away for a while
        assert not any(pusher.push(body) for body in bodies[10:20])
        assert pusher.is_cooling_down
        with receiving(box.record, port):
            assert not any(pusher.push(body) for body in bodies[20:25]), "the platform drops while it cools down"
            wait_for(lambda: not pusher.is_cooling_down)
            assert all(pusher.push(body) for body in bodies[25:])
            wait_for(lambda: box.rows("select cause from platform_gaps") == [("the receivers were down",)])
    box.take()
    assert box.rows("select count(*) from signals where signal = 'smoke'") == [(15,)]
    assert close(box, interface) == 30
    done = box.take()
    assert box.rows("select count(*) from signals where signal = 'smoke'") == [(30,)]
    assert (done.signals, done.repeats) == (30, 30)  # smoke and temperature of fifteen reports
    assert box.rows("select signal_count from alarms") == [(30,)]
    assert box.rows("select outcome, messages from platform_gaps") == [("asked", 30)]


def test_pushes_that_could_not_be_stored_make_a_gap(box: Inbox) -> None:
    with receiving(box.record) as (url, _writer), httpx.Client(base_url=url) as client:
        box.owner.execute(text("revoke insert on inbox from anwang_app"))
        assert client.post(PATH, content=written(ctwing(1))).status_code == 503
        box.owner.execute(text("grant insert on inbox to anwang_app"))
        assert client.post(PATH, content=written(ctwing(1))).status_code == 200
    assert box.rows("select cause from platform_gaps") == [("pushes were not stored",)]


def test_a_history_with_fewer_fields_repeats_nothing(box: Inbox, interface: CtwingInterface, tick: Clock) -> None:
    at = tick()
    box.push(PlatformDoor.CTWING, ctwing(at))
    box.take()
    interface.past = [(NUMBER, at, {"Alarm_Status": 1, "TData": 30})]
    gap(box, timedelta(minutes=5))
    close(box, interface)
    box.push(PlatformDoor.CTWING, ctwing(at + 1))
    assert box.take().repeats == 2
    assert box.rows("select signal, count(*) from signals group by 1 order by 1") == [("smoke", 2), ("temperature", 2)]


def test_all_pages_are_read(interface: CtwingInterface, tick: Clock) -> None:
    times = [tick() for _each in range(10)]
    interface.past = [(NUMBER, at, {"Alarm_Status": 7}) for at in times]
    asked = history(interface)
    found = list(asked.between(ADDRESS, datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC)))
    asked.close()
    assert len(found) == 10
    assert "page_timestamp" not in interface.asked[0]


def test_a_platform_that_is_away_is_asked_later(box: Inbox, interface: CtwingInterface, tick: Clock) -> None:
    interface.past = [(NUMBER, tick(), SMOKE)]
    box.known_as("ctwing", ADDRESS)
    gap(box, timedelta(minutes=5))
    interface.away = 2
    assert close(box, interface) == 0
    assert close(box, interface) == 0, "not before its time"
    assert box.rows("select tries, outcome from platform_gaps") == [(1, "CTWing answers 503.")]
    assert close(box, interface, datetime.now(UTC) + timedelta(minutes=10)) == 0
    assert close(box, interface, datetime.now(UTC) + timedelta(minutes=20)) == 1
    assert box.rows("select tries, closed_at is not null from platform_gaps") == [(0, True)]


def test_a_wrong_secret_is_given_up_by_name(box: Inbox, interface: CtwingInterface) -> None:
    interface.app_secret = "other"
    box.known_as("ctwing", ADDRESS)
    gap(box, timedelta(minutes=5))
    box.owner.execute(text("update platform_gaps set tries = 99"))
    assert close(box, interface) == 0
    assert box.rows("select outcome from platform_gaps") == [("given up: CTWing answers 401.",)]


def test_one_device_that_is_gone_does_not_hold_up_the_others(
    box: Inbox, interface: CtwingInterface, tick: Clock
) -> None:
    interface.past = [(NUMBER, tick(), SMOKE)]
    for address in (f"{PRODUCT}/gone", ADDRESS):
        box.known_as("ctwing", address)
    gap(box, timedelta(minutes=5))
    assert close(box, interface) == 1


def test_nobody_to_ask_is_said(box: Inbox) -> None:
    gap(box, timedelta(minutes=5))
    now = datetime.now(UTC)
    assert gaps.close_gaps(box.record.record, {}, lambda: now, now + timedelta(seconds=5)) == 0
    assert box.rows("select outcome from platform_gaps") == [("no access to the platform's interface is configured",)]


@pytest.mark.parametrize(
    ("pushed", "noted"),
    [([], False), ([10], False), ([40], True), ([40, 10], False)],
    ids=["never", "lately", "long ago", "again lately"],
)
def test_a_quiet_platform_is_noticed(box: Inbox, tick: Clock, pushed: list[int], noted: bool) -> None:
    now = datetime.now(UTC)
    for minutes in pushed:
        box.push(PlatformDoor.CTWING, ctwing(tick()), at=now - timedelta(minutes=minutes))
    with box.record.record.scoped(EVERYTHING) as session:
        assert gaps.notice_quiet(session, PlatformDoor.CTWING, now, timedelta(minutes=30)) is noted
        assert gaps.notice_quiet(session, PlatformDoor.CTWING, now, timedelta(minutes=30)) is False


def test_a_pusher_behaves_as_the_platform_does() -> None:
    """Three retries, a hundred failures in a row, a minute's silence."""
    answers: list[int] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        answers.append(503)
        return httpx.Response(503)

    with httpx.Client(base_url="http://platform", transport=httpx.MockTransport(answer)) as client:
        pusher = Pusher(client, "/", {})
        for _each in range(30):
            pusher.push(b"{}")
    assert (len(answers), play.FAILURES_BEFORE_COOL_DOWN, play.COOL_DOWN_SECONDS) == (100, 100, 60)
    assert pusher.is_cooling_down
    assert len(pusher.pushed.lost) == 30
