"""The demonstration's telephone network with the worker and the portal's door: a message goes round and is proven."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from db import channel_file
from db.demo import phones
from db.settings import Settings
from ingest.simulate.phones import Network
from portal.api.doors.receipts import Receipts
from tests.ingest.notify.telling import SECRETS, Desk, desk_on, telling
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of, free_port
from tests.portal.conftest import serving


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def desk(record: TestRecord) -> Iterator[Desk]:
    with desk_on(record) as made:
        yield made


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("")(scope, receive, send)


def test_a_fire_goes_round_to_its_proof_and_to_a_pressed_key(desk: Desk, tmp_path: Path) -> None:
    person = desk.person()
    desk.change("update people set is_demo = true")
    port = free_port()
    phones.channel_file(tmp_path / "channels.toml", port)
    gateways = channel_file.read(Settings(var_dir=tmp_path, notify_file=str(tmp_path / "channels.toml")))
    network = Network(answer=1.0, lost=0.0)
    door = Receipts(inner, desk.record, gateways, SECRETS)
    with serving(network.app(), port) as phone_url, serving(door, free_port()) as site:
        with telling(desk.record, gateways, site):
            desk.tell(person, desk.alarm())
            desk.wait("select count(*) = 2 from deliveries where state = 'delivered' and channel in ('sms', 'voice')")
            desk.wait("select state = 'acknowledged' from alarms")
        page = httpx.get(phone_url, timeout=10).text
    assert "13800000001" in page
    assert "火警" in page
    assert desk.one("select acknowledged_over from notices") == "voice"
    assert desk.one("select phone_at > phone_sent_at and pushed_at is not null from alarm_stamps")


def test_the_network_takes_a_key_once_and_refuses_what_it_cannot_read() -> None:
    network = Network()
    with serving(network.app(), free_port()) as url, httpx.Client(base_url=url, timeout=10) as client:
        told = {"ext": "k", "to": "1", "text": "<b>"}
        first, again = (client.post("/sms", json=told).json() for _ in range(2))
        assert first == again == {"code": "0", "id": "demo-1"}
        assert len(network.calls) == 1
        assert client.post("/sms", content=b"[").status_code == 400
        assert "&lt;b&gt;" in client.get("/").text
