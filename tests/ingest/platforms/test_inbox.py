"""From the inbox into the record: once, whatever dies, whatever comes twice."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from db.commands.people import Operator
from db.rules.access_scope import EVERYTHING
from db.rules.doors import PlatformDoor
from db.session import Record
from ingest.replay import Span, replay_accepted
from ingest.tasks import upkeep
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


def test_the_platforms_repeats_are_dropped(box: Inbox, tick: Clock) -> None:
    """By its own number where it counts, whatever it stamps them with; else by the device's time."""
    numbered = [bodies.ctwing(tick(), upDataSN=7) for _each in range(3)]
    box.push(CTWING, *numbered)
    box.push(CTWING, *[bodies.ctwing(numbered[0]["timestamp"])] * 2)
    done = box.take()
    assert (done.bodies, done.signals, done.repeats) == (5, 2, 2 + 4)
    box.push(CTWING, bodies.ctwing(tick(), upDataSN=7), bodies.ctwing(tick(), {"Alarm_Status": 7}, upDataSN=7))
    assert box.take().signals == 1, "the same number with other words is no repeat"
    assert box.rows("select signal_count from alarms") == [(1,)]


def test_a_device_is_known_by_what_the_platform_calls_it(box: Inbox, tick: Clock) -> None:
    """The books hold its IMEI; its link is told by the platform's own number."""
    box.push(CTWING, bodies.link(tick(), 1))
    assert box.take().refused == 1, "nobody has heard of that number yet"
    box.push(CTWING, bodies.ctwing(tick()), bodies.link(tick(), 0))
    assert box.take().refused == 0
    book = "select address from device_addresses where door = 'ctwing' order by length(address)"
    assert box.rows(book) == [(bodies.IMEI,), (f"{bodies.PRODUCT}/{bodies.NUMBER}",)]
    assert box.rows("select is_online from device_links") == [(False,)]


def test_off_line_is_no_sign_of_life(box: Inbox, tick: Clock) -> None:
    box.push(CTWING, bodies.ctwing(tick()))
    box.take()
    heard = box.rows("select heard_at from device_latest")
    box.push(CTWING, bodies.link(tick(), 0))
    assert box.take().signals == 0
    assert box.rows("select heard_at from device_latest") == heard
    assert box.rows("select reason from inbox order by id desc limit 1") == [
        ("The platform says that the device is off line.",)
    ]


def test_a_late_reading_is_kept_and_does_not_ring(box: Inbox, tick: Clock) -> None:
    box.push(CTWING, bodies.ctwing(tick() - 2 * 3600 * 1000, {"temperature": 90}))
    assert box.take().signals == 1
    assert box.rows("select distinct is_late from signals") == [(True,)]
    assert box.rows("select count(*) from alarms") == [(0,)]


def test_a_body_that_the_record_refuses_spoils_no_other(box: Inbox, tick: Clock) -> None:
    box.owner.execute(
        text("alter table signals add constraint no_thirteen check (value is distinct from 13) not valid")
    )
    box.push(CTWING, *(bodies.ctwing(tick(), {"temperature": degrees}) for degrees in (10, 11, 12, 13, 14, 15, 16)))
    done = box.take()
    assert (done.signals, done.refused, box.states().count("refused")) == (6, 1, 1)
    assert "no_thirteen" in str(box.rows("select reason from dead_letters"))


def test_full_dead_letters_keep_bodies_waiting(box: Inbox, tick: Clock) -> None:
    box.owner.execute(text("update dead_letter_store set bytes = 2 << 20"))
    box.push(CTWING, b"rubbish", bodies.ctwing(tick()))
    done = box.take(dead_letter_quota_mb=1)
    assert (done.bodies, done.waiting) == (1, 1)
    assert box.states() == ["waiting", "taken"]
    box.owner.execute(text("update dead_letter_store set bytes = 0"))
    assert box.take().refused == 1
    assert box.states() == ["refused", "taken"]


def test_a_body_that_kills_its_worker_goes_behind_the_others(box: Inbox, tick: Clock) -> None:
    box.push(CTWING, bodies.ctwing(tick()), bodies.ctwing(tick()))
    box.owner.execute(text("update inbox set attempts = 5 where id = (select min(id) from inbox)"))
    box.take()
    first, second = (at for (at,) in box.rows("select xmin::text::bigint from inbox order by id"))
    assert int(str(first)) > int(str(second))
    box.push(CTWING, bodies.ctwing(tick()))
    box.owner.execute(text("update inbox set attempts = 20 where state = 'waiting'"))
    assert box.take().refused == 1
    assert "20 attempts" in str(box.rows("select reason from dead_letters"))


def test_install_info_makes_no_venue(box: Inbox) -> None:
    """It awaits binding; once its address is on the books, the next report binds it."""
    told = {"company": "ACME", "serial": "000000001", "name": "独立式感烟", "address": "某县某路 1 号"}
    box.push(PlatformDoor.GBT45839_INSTALL, told, told | {"mobile": "13900000000"})
    assert box.take().bodies == 2
    assert box.rows("select times, facts->>'mobile', device_id from installations") == [(2, "13900000000", None)]
    assert box.rows("select count(*) from venues") == [(1,)]
    device_id, _code = box.known_as("gbt45839", "ACME:000000001")
    box.push(PlatformDoor.GBT45839_INSTALL, told)
    box.take()
    assert box.rows("select device_id, venue_id, bound_at is not null from installations") == [
        (device_id, box.venue.id, True)
    ]


def test_a_detector_of_annex_d_rings_and_shows_its_identity(box: Inbox) -> None:
    identity = "AC0101260601000012345059F3C"
    box.known_as("gbt45839", f"AC01:{identity}")
    box.push(PlatformDoor.GBT45839_STATUS, bodies.status("AC01", identity, 2, ""))
    assert box.take().signals == 1
    assert box.rows("select kind from alarms") == [("fire",)]
    assert box.rows("select address from device_addresses where door = 'identity'") == [(identity,)]


def test_a_camera_behind_a_video_platform_rings(box: Inbox) -> None:
    box.known_as("gbt28181", "36070200001310000001", "camera")
    told = {"channelId": "36070200001310000001", "alarmMethod": "5", "alarmType": "4", "alarmTime": ""}
    box.push(PlatformDoor.GBT28181, told)
    assert box.take().signals == 1
    assert box.rows("select kind from alarms") == [("equipment_missing",)]


def test_retention_never_drops_what_waits(box: Inbox, tick: Clock) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    box.push(CTWING, bodies.ctwing(tick()), at=long_ago)
    box.take()
    box.push(CTWING, bodies.ctwing(tick()), at=long_ago)
    with box.record.record.scoped(EVERYTHING) as session:
        assert upkeep.drop_old_inbox(session, datetime.now(UTC).date(), 7) == 1
    assert box.states() == ["waiting"]


def test_accepted_bodies_can_be_decoded_again(box: Inbox, tick: Clock) -> None:
    box.push(CTWING, bodies.ctwing(tick()))
    box.take()
    owner = Record(box.record.owner_url)
    span = Span(datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1))
    done = replay_accepted(owner, span, Operator(None, "test"))
    owner.close()
    assert (done.messages, done.corrected, done.added, done.refused) == (1, 0, 0, 0)
