"""Receipts over HTTP: from gateways by the secret in the address, from telephones by the message's own token."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from db.commands import delivery_planning, delivery_receipts, delivery_sending, notify_channels
from db.commands.delivery_sending import Outcome
from db.commands.notify_channels import ChannelSaid
from db.rules.access_scope import EVERYTHING
from db.rules.gateway import Taken
from ingest.notify import teller
from ingest.notify.senders import receipt_token
from portal.api.doors.receipts import Receipts
from tests.ingest.notify.telling import SECRETS, Desk, both, desk_on, telling
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of, free_port
from tests.portal.conftest import serving

SMS = f"/api/v1/notify/receipts/sms/{SECRETS['notify_receipts']}"
VOICE = f"/api/v1/notify/receipts/voice/{SECRETS['notify_receipts']}"
PUSH = "/api/v1/notify/push/received"


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def desk(record: TestRecord) -> Iterator[Desk]:
    with desk_on(record) as made:
        yield made


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the rest of the portal")(scope, receive, send)


@pytest.fixture
def door(desk: Desk) -> Iterator[httpx.Client]:
    """Each answer is followed by the telling worker's turn, which the receipt has woken."""
    app = Receipts(inner, desk.record, both("http://127.0.0.1:1"), SECRETS)

    def take_turn(_answer: httpx.Response) -> None:
        with desk.record.scoped(EVERYTHING) as session:
            delivery_receipts.match(session, datetime.now(UTC))

    hooks = {"response": [take_turn]}
    with serving(app, free_port()) as url, httpx.Client(base_url=url, timeout=20, event_hooks=hooks) as client:
        yield client


def sent(desk: Desk, channels: tuple[str, ...] = ("sms", "voice")) -> dict[str, str]:
    """A fire told to one person; the keys of its messages by channel. The gateway's numbers are `sms-1`, `voice-1`."""
    person, alarm = desk.person(), desk.alarm()
    now = datetime.now(UTC)
    with desk.record.scoped(EVERYTHING) as session:
        said = [ChannelSaid(channel, True, False, "", True, 100, 100) for channel in channels]
        notify_channels.say(session, said, now)
    desk.tell(person, alarm)
    with desk.record.scoped(EVERYTHING) as session:
        delivery_planning.plan(session, now)
        room = dict.fromkeys(channels, 10)
        messages = delivery_sending.claim(session, now, room, delivery_sending.FOLD_WITHIN)
        delivery_sending.record(session, [Outcome(each, Taken(f"{each.channel}-1"), now) for each in messages])
    return {each.channel: each.key for each in messages}


def state(desk: Desk, channel: str) -> str:
    return str(desk.one("select state from deliveries where channel = :c", c=channel))


def test_a_receipt_proves_arrival(desk: Desk, door: httpx.Client) -> None:
    keys = sent(desk)
    answer = door.post(SMS, json={"ext": keys["sms"], "state": "DELIVRD"})
    assert (answer.status_code, answer.text) == (200, "ok")
    assert state(desk, "sms") == "delivered"
    assert state(desk, "voice") == "sent"
    assert desk.one("select last_ok_at is not null from contact_points where channel = 'sms'")
    assert desk.one("select phone_at is not null and phone_sent_at is not null from alarm_stamps")


def test_the_worker_is_woken_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It sleeps while nothing is due; a key pressed during a call must not wait for that."""
    monkeypatch.setattr(teller, "LOOK_SECONDS", 600.0)
    keys = sent(desk, ("sms",))
    door = Receipts(inner, desk.record, both("http://127.0.0.1:1"), SECRETS)
    with (
        serving(door, free_port()) as url,
        telling(desk.record, {}),
        httpx.Client(base_url=url, timeout=20) as client,
    ):
        desk.wait("select exists (select from pg_stat_activity where application_name = 'anwang notify bell')")
        time.sleep(1.0)  # it has looked about and sleeps
        client.post(SMS, json={"ext": keys["sms"], "state": "DELIVRD"})
        desk.wait("select state = 'delivered' from deliveries where channel = 'sms'")


@pytest.mark.parametrize("together", [1, 2, 5])
def test_many_receipts_are_taken_in_one_turn(desk: Desk, door: httpx.Client, together: int) -> None:
    """What several carriers say of one message: it arrived at the first word, and counts once."""
    keys = sent(desk)
    said = [{"ext": keys["sms"], "state": "DELIVRD", "id": f"n{n}"} for n in range(together)]
    door.post(SMS, json=[{"ext": keys["sms"], "state": "UNDELIV"}, *said])
    assert state(desk, "sms") == "delivered"
    assert desk.one("select provider_id from deliveries where channel = 'sms'") == "sms-1"
    assert desk.one("select count(*) from receipts where matched_at is null") == 0
    assert desk.one("select failures from contact_points where channel = 'sms'") == 0


@pytest.mark.parametrize("how", ["json by number", "form", "address", "list"])
def test_receipts_come_in_many_shapes(desk: Desk, door: httpx.Client, how: str) -> None:
    sent(desk)
    told = {"id": "sms-1", "state": "DELIVRD"}
    if how == "form":
        door.post(SMS, data=told)
    elif how == "address":
        door.get(SMS, params=told)
    elif how == "list":
        door.post(SMS, json=[{"state": "no number"}, told])
    else:
        door.post(SMS, json=told)
    assert state(desk, "sms") == "delivered"


def test_a_receipt_that_comes_twice_counts_once(desk: Desk, door: httpx.Client) -> None:
    keys = sent(desk)
    for _ in range(3):
        assert door.post(SMS, json={"ext": keys["sms"], "state": "UNDELIV"}).status_code == 200
    assert state(desk, "sms") == "failed"
    assert desk.one("select failures from contact_points where channel = 'sms'") == 1
    assert desk.one("select count(*) from receipts") == 1


def test_what_has_arrived_is_not_lost_by_a_later_word(desk: Desk, door: httpx.Client) -> None:
    keys = sent(desk)
    door.post(SMS, json={"ext": keys["sms"], "state": "DELIVRD"})
    door.post(SMS, json={"ext": keys["sms"], "state": "UNDELIV"})
    assert state(desk, "sms") == "delivered"


def test_a_receipt_before_its_message_is_kept_for_it(desk: Desk, door: httpx.Client) -> None:
    """The carrier is quicker than the worker's own note."""
    assert door.post(SMS, json={"id": "sms-1", "state": "DELIVRD"}).status_code == 200
    sent(desk)
    assert state(desk, "sms") == "sent"
    door.post(VOICE, json={"id": "voice-1", "state": "BUSY"})  # whatever comes next has it looked at again
    assert state(desk, "sms") == "delivered"


def test_a_receipt_settles_a_message_whose_worker_died(desk: Desk, door: httpx.Client) -> None:
    keys = sent(desk)
    desk.change("update deliveries set state = 'waiting', sent_at = null, due_at = now() where channel = 'sms'")
    door.post(SMS, json={"ext": keys["sms"], "state": "DELIVRD"})
    assert state(desk, "sms") == "delivered"
    assert desk.one("select due_at is null and sent_at is not null from deliveries where channel = 'sms'")


def test_a_key_pressed_during_the_call_takes_the_alarm(desk: Desk, door: httpx.Client) -> None:
    keys = sent(desk)
    door.post(VOICE, json={"ext": keys["voice"], "state": "ANSWERED", "dtmf": "9"})
    assert desk.one("select acknowledged_at is null from notices")
    door.post(VOICE, json={"ext": keys["voice"], "state": "ANSWERED", "dtmf": "1"})
    assert state(desk, "voice") == "delivered"
    assert desk.one("select acknowledged_over from notices") == "voice"
    assert desk.one("select state from alarms") == "acknowledged"
    assert desk.one("select actor_name from alarm_steps where step = 'acknowledged'") == "张三"
    door.post(VOICE, json={"ext": keys["voice"], "state": "AGAIN", "dtmf": "1"})
    assert desk.one("select count(*) from alarm_steps where step = 'acknowledged'") == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (SMS + "x", 404),
        (SMS[:-1], 404),
        ("/api/v1/notify/receipts/sms/", 404),
        (SMS.replace("/sms/", "/email/"), 404),
        (SMS.replace("/sms/", "/none/"), 404),
        ("/api/v1/notify/", 404),
        (SMS, 422),
    ],
)
def test_who_does_not_know_the_address_learns_nothing(desk: Desk, door: httpx.Client, path: str, status: int) -> None:
    answer = door.post(path, json={"state": "DELIVRD"})
    assert answer.status_code == status
    assert desk.one("select count(*) from receipts") == 0


def test_other_requests_go_on(door: httpx.Client) -> None:
    assert door.get("/api/v1/notifyx").text == "the rest of the portal"


def test_a_telephone_says_that_it_has_the_message(desk: Desk, door: httpx.Client) -> None:
    keys = sent(desk, ("sms",))
    desk.change("update deliveries set channel = 'web_push' where channel = 'sms'")
    key = keys["sms"]
    token = receipt_token(SECRETS["notify_receipts"], key)
    assert door.post(PUSH, json={"key": key, "token": "0" * 32, "what": "delivered"}).status_code == 401
    assert door.post(PUSH, json={"key": "another", "token": token, "what": "delivered"}).status_code == 401
    assert door.post(PUSH, json=[1]).status_code == 401
    assert door.post(PUSH, json={"key": key, "token": token, "what": "burnt"}).status_code == 422
    assert state(desk, "web_push") == "sent"
    assert door.post(PUSH, json={"key": key, "token": token, "what": "delivered"}).status_code == 204
    assert state(desk, "web_push") == "delivered"
    assert desk.one("select read_at is null from notices")
    assert door.post(PUSH, json={"key": key, "token": token, "what": "opened"}).status_code == 204
    assert desk.one("select read_at is not null from notices")


def test_a_body_without_sense_is_refused_and_nothing_breaks(desk: Desk, door: httpx.Client) -> None:
    for body in (b"", b"\x00\xff", b"[", b"[[[[", b'{"ext": {"a": 1}}', b"null", b'"text"', b"[" * 5000):
        assert door.post(SMS, content=body).status_code == 422, body[:20]
    assert desk.one("select count(*) from receipts") == 0
