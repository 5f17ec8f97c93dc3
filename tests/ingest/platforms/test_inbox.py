"""From the inbox into the record: once, whatever dies, whatever comes twice."""

from sqlalchemy import text

from db.rules.doors import PlatformDoor
from tests.ingest.platforms import bodies
from tests.ingest.platforms.conftest import Clock, Inbox

CTWING = PlatformDoor.CTWING


def test_a_smoke_detector_behind_ctwing_rings(box: Inbox, tick: Clock) -> None:
    box.push(CTWING, bodies.ctwing(tick()))
    done = box.take()
    assert (done.bodies, done.signals, done.refused) == (1, 2, 0)
    assert box.rows("select kind, signal_count from alarms") == [("fire", 1)]
    said = box.rows("select signal, alarm, value, battery_pct, rssi_dbm from signals order by signal")
    assert said == [("smoke", True, None, 96, -114), ("temperature", None, 30.0, 96, -114)]
    assert box.states() == ["taken"]


def test_what_was_taken_is_not_taken_again(box: Inbox, tick: Clock) -> None:
    box.push(CTWING, bodies.ctwing(tick()))
    assert box.take().bodies == 1
    assert box.take().bodies == 0


def test_unknown_devices_wait_among_the_dead_letters(box: Inbox, tick: Clock) -> None:
    box.push(CTWING, bodies.ctwing(tick(), IMEI="123456789012345", deviceId="none"))
    assert box.take().refused == 1
    assert box.states() == ["refused"]
    reasons = box.rows("select distinct channel, peer, reason from dead_letters")
    assert reasons == [("ctwing", "117.60.1.1", "There is no device 'ctwing:123456789012345' in use.")]
    assert box.owner.scalar(text("select count(*) from signals")) == 0
