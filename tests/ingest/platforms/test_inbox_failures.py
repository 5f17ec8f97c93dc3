"""Two hundred pushes in parallel, and death between storing and decoding: nothing is lost, nothing is doubled."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from db.rules.doors import PlatformDoor
from db.settings import Settings
from portal.api.doors.telling import Telling
from tests.ingest.gateways import wait_for
from tests.ingest.platforms.bodies import IMEI, SMOKE, ctwing, written
from tests.ingest.platforms.conftest import Clock, Inbox
from tests.ingest.platforms.receiving import SECRETS, in_parallel, receiving
from tests.ingest.test_upkeep import worker  # noqa: F401 - a fixture
from tests.plugins.services import free_port

PATH = f"/api/v1/nbiot/ctwing/{SECRETS['ctwing_door']}"
TAKER = """
import sys, time
from datetime import UTC, datetime
from db.session import Record
from db.settings import Settings
from ingest import inbox
from sqlalchemy.engine import make_url

record = Record(make_url(sys.argv[1]))
if sys.argv[2] == "slowly":
    mark = inbox._mark
    def slowly(*args):
        mark(*args)
        print("written", flush=True)
        time.sleep(60)
    inbox._mark = slowly
print(inbox.take_all(record, Settings(var_dir="/nonexistent"), datetime.now(UTC)), flush=True)
"""


def taker(box: Inbox, how: str) -> "subprocess.Popen[str]":
    """A process that takes the inbox; `slowly` it sleeps before its commit."""
    url = box.record.app_url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", TAKER, url, how],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )


def test_killed_before_the_commit(box: Inbox, tick: Clock) -> None:
    box.push(PlatformDoor.CTWING, *(ctwing(tick()) for _each in range(50)))
    dying = taker(box, "slowly")
    assert dying.stdout is not None
    assert dying.stdout.readline().strip() == "written"
    other = taker(box, "quickly")
    other.communicate(timeout=60)
    assert box.rows("select count(*) from signals") == [(0,)], "locked rows are the other's"
    dying.send_signal(signal.SIGKILL)
    dying.communicate(timeout=20)
    wait_for(lambda: box.take().bodies > 0 or box.states() == ["taken"] * 50)
    assert box.states() == ["taken"] * 50
    assert box.rows("select count(*), count(distinct observed_at) from signals where signal = 'smoke'") == [(50, 50)]
    assert box.rows("select signal_count from alarms") == [(50,)]


def test_two_hundred_in_parallel_are_decoded_once(box: Inbox, tick: Clock) -> None:
    """By four workers at once, while platforms still push."""
    pushes = [written(ctwing(tick(), SMOKE | {"Battery_Level": n % 100})) for n in range(200)]
    with receiving(box.record) as (url, _writer), httpx.Client(base_url=url, timeout=20) as client:

        def push(n: int) -> None:
            for body in pushes[n * 10 : n * 10 + 10]:
                assert client.post(PATH, content=body).status_code == 200
                assert n % 5 or client.post(PATH, content=body).status_code == 200, "some twice"

        def act(n: int) -> None:
            if n < 20:
                push(n)
            else:
                until = time.monotonic() + 60
                while time.monotonic() < until and box.rows_now("select count(*) from signals") < 400:
                    box.take()

        in_parallel(24, act)
    box.take()
    assert set(box.states()) == {"taken"}
    assert box.rows("select signal, count(*) from signals group by 1 order by 1") == [
        ("smoke", 200),
        ("temperature", 200),
    ]
    assert box.rows("select sum(signal_count) from alarms") == [(200,)]
    assert box.rows("select count(*) from dead_letters") == [(0,)]
    assert IMEI in str(box.rows("select address from device_addresses"))


def test_bodies_that_came_while_no_worker_lived_are_taken_later(box: Inbox, tick: Clock) -> None:
    with receiving(box.record) as (url, _writer), httpx.Client(base_url=url) as client:
        for _each in range(5):
            assert client.post(PATH, content=written(ctwing(tick()))).status_code == 200
    assert box.take().bodies == 5


def test_a_worker_is_told(worker: Settings, box: Inbox, tick: Clock) -> None:  # noqa: F811
    """From the push to the alarm, by a real worker, with no clock running."""
    telling = Telling(box.record.addresses.redis)
    telling.start()
    box.push(PlatformDoor.CTWING, ctwing(tick()))
    telling.tell()
    wait_for(lambda: box.rows("select kind from alarms") == [("fire",)])
    telling.stop()


def test_a_broker_that_is_away_holds_up_nobody() -> None:
    telling = Telling(f"redis://127.0.0.1:{free_port()}/0")
    telling.start()
    began = time.monotonic()
    telling.tell()
    assert time.monotonic() - began < 0.1
    telling.stop()
