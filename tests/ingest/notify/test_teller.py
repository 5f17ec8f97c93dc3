"""Notices on their way to people, through a real database and real HTTP."""

import hashlib
import hmac
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from db.channel_file import ROBOTS
from db.commands import notices
from db.commands.notices import NewNotice
from db.rules.access_scope import EVERYTHING
from db.rules.alarm_kinds import AlarmKind
from db.rules.gateway import Gateway, SuccessRule, dingtalk_sign
from tests.ingest.notify.telling import Desk, both, desk_on, gateway, telling
from tests.plugins.fake_gateway import FakeGateway, Reply
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

OUT = "channel not in ('portal', 'none')"


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    """One record for the file; each test begins with nobody in it."""
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def desk(record: TestRecord) -> Iterator[Desk]:
    with desk_on(record) as made:
        yield made


def test_a_fire_leaves_over_two_kinds_of_channel(desk: Desk, fake_gateway: FakeGateway) -> None:
    person, alarm = desk.person(role="county"), desk.alarm()
    with telling(desk.record, both(fake_gateway.url)):
        desk.tell(person, alarm)
        fake_gateway.wait(lambda came: len(came) == 2)
        desk.wait(f"select count(*) = 2 from deliveries where state = 'sent' and {OUT}")
    sms, voice = fake_gateway.to("/sms")[0], fake_gateway.to("/voice")[0]
    assert sms.json["to"] == voice.json["to"] == "13800000001"
    assert "火警（红）" in sms.json["text"]
    assert "请按 1" in voice.json["text"]
    assert sms.key == sms.json["ext"] != voice.key
    assert {row.provider_id for row in desk.all(f"select provider_id from deliveries where {OUT}")} == {"m-1", "m-2"}
    assert desk.one("select pushed_at is not null from alarm_stamps where alarm_id = :id", id=alarm)
    assert desk.one("select count(*) from deliveries where channel = 'portal' and state = 'sent'") == 1


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (Reply(500, b"down"), "HTTP 500: down"),
        (Reply(200, b"<html>busy</html>"), "no code in the answer"),
        (Reply(200, b'{"code": "77"}'), "code 77"),
        (Reply(200, b"\xff\xfe\x00"), "no code in the answer"),
        (Reply(429, b""), "HTTP 429"),
        (Reply(302, b""), "HTTP 302"),
        (Reply(drop=True), "RemoteProtocolError"),
        (Reply(after=1.5), "no answer within 0.4 s"),
    ],
    ids=["500", "no json", "refused", "no text", "too many", "elsewhere", "cut off", "timeout"],
)
def test_what_fails_is_tried_again_under_the_same_key(
    desk: Desk, fake_gateway: FakeGateway, bad: Reply, why: str
) -> None:
    person, alarm = desk.person(), desk.alarm()
    fake_gateway.replies = [bad]
    patience = 0.4 if bad.after else 5.0
    with telling(desk.record, {"sms": gateway("sms", fake_gateway.url, timeout_seconds=patience)}):
        desk.tell(person, alarm)
        desk.wait("select error is not null from deliveries where channel = 'sms'")
        assert why in desk.one("select error from deliveries where channel = 'sms'")
        desk.wait("select state = 'sent' and tries >= 2 from deliveries where channel = 'sms'")
    first, second = fake_gateway.came[0], fake_gateway.came[-1]
    assert first.key == second.key != ""
    assert first.json["text"] == second.json["text"]
    assert desk.one("select error is null from deliveries where channel = 'sms'")
    assert desk.one("select failures = 0 from contact_points where channel = 'sms'"), "a gateway's fault is no address'"
    assert desk.one("select last_failure is not null from notify_channels where channel = 'sms'")


def test_a_number_that_does_not_exist_is_not_tried_again(desk: Desk, fake_gateway: FakeGateway) -> None:
    person, alarm = desk.person(), desk.alarm()
    fake_gateway.usual = Reply(200, b'{"code": "4001"}')
    with telling(desk.record, {"sms": gateway("sms", fake_gateway.url)}):
        desk.tell(person, alarm)
        desk.wait("select state = 'failed' from deliveries where channel = 'sms'")
    assert len(fake_gateway.came) == 1
    assert desk.one("select failures from contact_points where channel = 'sms'") == 1


def test_a_worker_killed_while_sending_loses_nothing(
    desk: Desk, record: TestRecord, fake_gateway: FakeGateway, tmp_path: Path
) -> None:
    """It dies between the gateway's yes and its own note: the next one sends again, under the same key."""
    person, alarm = desk.person(), desk.alarm()
    fake_gateway.usual = Reply(after=30)
    file = tmp_path / "channels.toml"
    file.write_text(
        f'[sms]\nurl = "{fake_gateway.url}/sms"\ntimeout_seconds = 40\n'
        'body = { ext = "{key}", to = "{address}" }\n'
    )
    env = os.environ | {
        "ANWANG_DATABASE_APP_URL": record.app_url.render_as_string(hide_password=False),
        "ANWANG_VAR_DIR": str(tmp_path),
        "ANWANG_NOTIFY_FILE": str(file),
    }
    worker = subprocess.Popen([sys.executable, "-m", "ingest.notify"], env=env, stderr=subprocess.PIPE)
    try:
        desk.tell(person, alarm)
        fake_gateway.wait(lambda came: len(came) == 1)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
    assert desk.one("select state = 'waiting' and due_at > now() from deliveries where channel = 'sms'"), "under lease"
    fake_gateway.usual = Reply()
    desk.change("update deliveries set due_at = now() where channel = 'sms'")  # the lease is over
    with telling(desk.record, {"sms": gateway("sms", fake_gateway.url)}):
        desk.wait("select state = 'sent' from deliveries where channel = 'sms'")
    assert [each.key for each in fake_gateway.came] == [fake_gateway.came[0].key] * 2
    assert desk.one("select tries from deliveries where channel = 'sms'") == 2


def test_two_workers_send_each_message_once(desk: Desk, fake_gateway: FakeGateway) -> None:
    people = [desk.person(f"1380000{n:04d}", f"人{n}") for n in range(20)]
    alarms = [desk.alarm(kind) for kind in (AlarmKind.FIRE, AlarmKind.GAS)]
    gateways = both(fake_gateway.url, per_second=1000, burst=1000)
    with telling(desk.record, gateways), telling(desk.record, gateways):
        for alarm in alarms:
            for person in people:
                desk.tell(person, alarm)
        desk.wait(f"select count(*) = 80 from deliveries where state = 'sent' and {OUT}")
    assert len(fake_gateway.came) == 80
    assert len({each.key for each in fake_gateway.came}) == 80


def test_fire_leaves_before_everything_else(desk: Desk, fake_gateway: FakeGateway) -> None:
    """Everything waits for a gateway that takes one message at a time."""
    lesser = [desk.person(f"1390000{n:04d}", f"人{n}", "maintainer") for n in range(6)]
    fault, fire, chief = desk.alarm(AlarmKind.DEVICE_FAULT), desk.alarm(), desk.person("13700000000")
    desk.change("update notification_rules set channels = '{portal,sms}' where worst_level = 4 or worst_level = 3")
    for person in lesser:
        desk.tell(person, fault, level=3)
    desk.tell(chief, fire, level=1)
    fake_gateway.usual = Reply(after=0.05)
    with telling(desk.record, {"sms": gateway("sms", fake_gateway.url, at_once=1)}):
        fake_gateway.wait(lambda came: len(came) == 7)
    assert fake_gateway.came[0].json["to"] == "13700000000"


def test_a_storm_below_major_becomes_one_message(desk: Desk, fake_gateway: FakeGateway) -> None:
    person = desk.person()
    desk.change("update notification_rules set channels = '{portal,sms}' where worst_level >= 3")
    faults = [
        desk.alarm(kind, area) for kind in (AlarmKind.DEVICE_FAULT, AlarmKind.CAMERA_UNFIT) for area in (True, False)
    ]
    for fault in faults * 5:
        desk.tell(person, fault, level=4)
    with telling(desk.record, {"sms": gateway("sms", fake_gateway.url)}):
        desk.wait("select count(*) = 20 from deliveries where channel = 'sms' and state = 'sent'")
        assert len(fake_gateway.came) == 1
        assert "20 条消息" in fake_gateway.came[0].json["text"]
        assert desk.one("select count(distinct message_key) from deliveries where channel = 'sms'") == 1
        desk.tell(person, faults[0], level=4)
        desk.wait("select count(*) = 21 from deliveries where channel = 'sms'")
        assert desk.one("select due_at > now() + interval '40 seconds' from deliveries where state = 'waiting'")
        desk.tell(person, desk.alarm(), level=1)
        fake_gateway.wait(lambda came: len(came) == 2)
    assert "火警" in fake_gateway.came[1].json["text"], "a fire waits for no digest"


def test_quiet_hours_hold_back_what_can_wait_and_no_fire(desk: Desk, fake_gateway: FakeGateway) -> None:
    person = desk.person()
    desk.change("update notification_rules set channels = '{portal,sms}' where worst_level >= 3")
    here = datetime.now(UTC) + timedelta(hours=8)
    desk.change(
        "insert into quiet_hours values (:person, :starts, :ends)",
        person=person,
        starts=(here - timedelta(hours=1)).time(),
        ends=(here + timedelta(hours=1)).time(),
    )
    with telling(desk.record, {"sms": gateway("sms", fake_gateway.url)}):
        desk.tell(person, desk.alarm(AlarmKind.DEVICE_FAULT), level=4)
        desk.tell(person, desk.alarm(), level=1)
        desk.wait("select count(*) = 1 from deliveries where state = 'sent' and channel = 'sms'")
        desk.wait("select due_at > now() + interval '50 minutes' from deliveries where state = 'waiting'")
    assert ["火警" in each.json["text"] for each in fake_gateway.came] == [True]


def test_a_channel_sends_no_faster_than_it_may(desk: Desk, fake_gateway: FakeGateway) -> None:
    people = [desk.person(f"1380000{n:04d}", f"人{n}") for n in range(8)]
    alarm = desk.alarm()
    for person in people:
        desk.tell(person, alarm)
    with telling(desk.record, {"sms": gateway("sms", fake_gateway.url, per_second=5, burst=2)}):
        fake_gateway.wait(lambda came: len(came) == 8)
    times = [each.at for each in fake_gateway.came]
    assert times[-1] - times[0] > 0.8, "two at once, then five a second"


def test_whoever_has_no_address_is_noted(desk: Desk, fake_gateway: FakeGateway) -> None:
    nobody = desk.person(phone=None)
    desk.tell(nobody, desk.alarm())
    with telling(desk.record, both(fake_gateway.url)):
        desk.wait("select count(*) = 1 from deliveries where state = 'no_channel' and channel = 'none'")
        desk.wait("select taken_at is not null from notices")
    assert fake_gateway.came == []


def test_invented_people_are_not_called_over_a_real_gateway(desk: Desk, fake_gateway: FakeGateway) -> None:
    person = desk.person()
    desk.change("update people set is_demo = true where id = :id", id=person)
    desk.tell(person, desk.alarm())
    real, play = gateway("sms", fake_gateway.url), gateway("voice", fake_gateway.url, is_demo=True)
    with telling(desk.record, {"sms": real, "voice": play}):
        desk.wait("select state = 'withheld' from deliveries where channel = 'sms'")
        desk.wait("select state = 'sent' from deliveries where channel = 'voice'")
    assert [each.path for each in fake_gateway.came] == ["/voice"]


def test_a_broken_database_connection_is_outlived(desk: Desk, fake_gateway: FakeGateway) -> None:
    person, alarm = desk.person(), desk.alarm()
    with telling(desk.record, both(fake_gateway.url)):
        desk.wait("select count(*) > 0 from notify_channels")
        desk.cut("anwang notify bell")
        desk.tell(person, alarm)
        fake_gateway.wait(lambda came: len(came) == 2)


def own_point(desk: Desk, person: int, channel: str, address: str, detail: str = "{}") -> None:
    desk.change(
        "insert into contact_points (person_id, channel, address, origin, verified_at, detail)"
        " values (:person, :channel, :address, 'own', now(), cast(:detail as jsonb))",
        person=person,
        channel=channel,
        address=address,
        detail=detail,
    )


def elsewhere(channel: str, fake_gateway: FakeGateway) -> Gateway:
    """A robot's gateway as it is known, at the fake one's address."""
    from dataclasses import replace

    known = ROBOTS[channel]
    path = known.url.removeprefix("https://").partition("/")[2]
    return replace(known, url=f"{fake_gateway.url}/{path}")


def test_a_robot_that_answers_200_with_an_error_has_not_taken_the_message(
    desk: Desk, fake_gateway: FakeGateway
) -> None:
    person = desk.person(phone=None)
    own_point(desk, person, "wecom", "key-of-the-robot")
    fake_gateway.replies = [Reply(200, b'{"errcode": 45009, "errmsg": "api freq out of limit"}')]
    fake_gateway.usual = Reply(200, b'{"errcode": 0, "errmsg": "ok"}')
    desk.tell(person, desk.alarm())
    with telling(desk.record, {"wecom": elsewhere("wecom", fake_gateway)}):
        desk.wait("select error like '%45009%' from deliveries where channel = 'wecom'")
        desk.wait("select state = 'delivered' from deliveries where channel = 'wecom'")
    assert fake_gateway.came[0].path == "/cgi-bin/webhook/send?key=key-of-the-robot"
    assert fake_gateway.came[0].json["msgtype"] == "text"
    assert "http://127.0.0.1:1/alarms?alarm=" in fake_gateway.came[0].json["text"]["content"]


def test_dingtalk_is_signed_with_the_robots_own_secret(desk: Desk, fake_gateway: FakeGateway) -> None:
    from urllib.parse import parse_qs, urlsplit

    person = desk.person(phone=None)
    own_point(desk, person, "dingtalk", "a" * 64, '{"own_secret": "SEC0123456789abcdef"}')
    fake_gateway.usual = Reply(200, b'{"errcode": 0}')
    desk.tell(person, desk.alarm())
    with telling(desk.record, {"dingtalk": elsewhere("dingtalk", fake_gateway)}):
        desk.wait("select state = 'delivered' from deliveries where channel = 'dingtalk'")
    told = {name: values[0] for name, values in parse_qs(urlsplit(fake_gateway.came[0].path).query).items()}
    assert told["access_token"] == "a" * 64
    assert told["sign"] == dingtalk_sign("SEC0123456789abcdef", told["timestamp"])
    assert abs(int(told["timestamp"]) / 1000 - time.time()) < 60


def test_a_webhook_can_be_checked_by_its_signature(desk: Desk, fake_gateway: FakeGateway) -> None:
    from dataclasses import replace

    person = desk.person(phone=None)
    own_point(desk, person, "webhook", f"{fake_gateway.url}/hook?x={{key}}")
    desk.tell(person, desk.alarm())
    hook = replace(ROBOTS["webhook"], secret="shared")
    with telling(desk.record, {"webhook": hook}):
        desk.wait("select state = 'delivered' from deliveries where channel = 'webhook'")
    came = fake_gateway.came[0]
    assert came.path == "/hook?x=%7Bkey}", "a person's own address is no template"
    said = f"{came.headers['x-anwang-timestamp']}.".encode() + came.body
    right = hmac.new(b"shared", said, hashlib.sha256).hexdigest()
    assert came.headers["x-anwang-signature"] == f"sha256={right}"
    assert came.json["id"] == came.key


def test_what_a_person_wrote_stays_text(desk: Desk, fake_gateway: FakeGateway) -> None:
    """Names with quotes, braces and line ends neither break a body nor become headers."""
    person, alarm = desk.person(), desk.alarm()
    desk.change("update venues set name = :name", name='测"试\r\nX-Evil: 1 {secret} </b>')
    rule = SuccessRule(status=(200,))
    odd = gateway("sms", fake_gateway.url, headers=(("X-Text", "{text}"),), secret="hidden", success=rule)
    with telling(desk.record, {"sms": odd}):
        desk.tell(person, alarm)
        fake_gateway.wait(lambda came: len(came) == 1)
    came = fake_gateway.came[0]
    assert "X-Evil: 1 {secret} </b>" in came.json["text"]
    assert "x-evil" not in came.headers
    assert "hidden" not in came.headers["x-text"]


@contextmanager
def statements(desk: Desk) -> Iterator[list[str]]:
    """What the worker asks of the database meanwhile, transactions' beginnings left out."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        if "set_config" not in sql:
            asked.append(sql)

    event.listen(desk.record.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(desk.record.engine, "before_cursor_execute", note)


def test_many_people_cost_no_more_statements_than_few(desk: Desk, fake_gateway: FakeGateway) -> None:
    """A batch is taken in one transaction and written down in another, whatever its size."""
    sent = {}
    with telling(desk.record, both(fake_gateway.url)):
        desk.wait("select count(*) = 2 from notify_channels where is_configured")
        for crowd in (2, 30):
            people = [desk.person(f"138{crowd:03d}{n:05d}", f"人{crowd}-{n}", role="county") for n in range(crowd)]
            alarm = desk.alarm(kind=AlarmKind.FIRE if crowd == 2 else AlarmKind.GAS)
            with statements(desk) as asked:
                notes = [
                    NewNotice(f"crowd/{person}", "alarm", alarm, desk.venue.id, desk.venue.county, person, "raised", 1)
                    for person in people
                ]
                with desk.record.scoped(EVERYTHING) as session:
                    notices.add(session, notes, datetime.now(UTC))
                desk.wait(
                    f"select count(*) = :n from deliveries d join notices n on n.id = d.notice_id"
                    f" where n.subject_id = :a and d.state = 'sent' and d.{OUT}",
                    n=2 * crowd,
                    a=alarm,
                )
                sent[crowd] = len([sql for sql in asked if "deliveries" in sql or "contact_points" in sql])
    print(f"statements about deliveries: {sent}")
    # Each turn costs the same few; what grows with the crowd is the number of turns while gateways answer.
    assert sent[30] < 4 * sent[2] + 20, sent
    assert sent[30] < 2 * 30, "fewer than one a message"
