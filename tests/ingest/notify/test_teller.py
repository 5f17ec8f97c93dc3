"""Notices on their way to people, through a real database and real HTTP."""

from collections.abc import Iterator

import pytest

from tests.ingest.notify.telling import Desk, both, desk_on, telling
from tests.plugins.fake_gateway import FakeGateway
from tests.plugins.services import TestRecord


@pytest.fixture
def desk(empty_record: TestRecord) -> Iterator[Desk]:
    with desk_on(empty_record) as made:
        yield made


def test_a_fire_leaves_over_two_kinds_of_channel(desk: Desk, fake_gateway: FakeGateway) -> None:
    person = desk.person(role="county")
    alarm = desk.alarm()
    with telling(desk.record, both(fake_gateway.url)):
        desk.tell(person, alarm)
        fake_gateway.wait(lambda came: len(came) == 2)
        desk.wait("select count(*) = 2 from deliveries where state = 'sent' and channel <> 'portal'")
    sms, voice = fake_gateway.to("/sms")[0], fake_gateway.to("/voice")[0]
    assert sms.json["to"] == voice.json["to"] == "13800000001"
    assert "火警（红）" in sms.json["text"]
    assert "请按 1" in voice.json["text"]
    assert sms.key == sms.json["ext"] != voice.key
    assert {row.provider_id for row in desk.all("select provider_id from deliveries where channel <> 'portal'")} == {
        "m-1",
        "m-2",
    }
    assert desk.one("select pushed_at is not null from alarm_stamps where alarm_id = :id", id=alarm)
    assert desk.one("select count(*) from deliveries where channel = 'portal' and state = 'sent'") == 1
