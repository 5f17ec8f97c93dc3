"""A message that the broker brings again, and a device that says the same again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ingest.messages import Received, Refused
from ingest.mqtt.connection import Delivery
from ingest.mqtt.redeliveries import Redeliveries

FIRST = Delivery(
    Received("mqtt", "anwang/v1/x/smoke", b"{}", datetime(2026, 3, 1, tzinfo=UTC)),
    Refused("never read"),
    number=7,
    is_again=False,
    connection=1,
    session=1,
)
AGAIN = FIRST._replace(is_again=True, connection=2)


@pytest.mark.parametrize(
    ("second", "is_news"),
    [
        (AGAIN, False),
        (AGAIN._replace(number=8), True),
        (AGAIN._replace(session=2), True),
        (AGAIN._replace(is_again=False), True),
        (AGAIN._replace(received=replace(FIRST.received, payload=b'{"value": 1}')), True),
        (AGAIN._replace(received=replace(FIRST.received, peer="anwang/v1/y/smoke")), True),
        (AGAIN._replace(received=replace(FIRST.received, received_at=datetime(2026, 3, 2, tzinfo=UTC))), False),
    ],
)
def test_brought_again(second: Delivery, is_news: bool) -> None:
    seen = Redeliveries()
    assert seen.first_time([FIRST]) == [FIRST]
    assert seen.first_time([second]) == ([second] if is_news else [])


def test_brought_again_within_one_batch() -> None:
    assert Redeliveries().first_time([FIRST, AGAIN]) == [FIRST]


def test_what_needs_no_acknowledgement_is_never_brought_again() -> None:
    seen = Redeliveries()
    loose = FIRST._replace(number=0)
    assert seen.first_time([loose, loose]) == [loose, loose]


def test_a_number_is_remembered_until_it_is_used_anew() -> None:
    seen = Redeliveries()
    seen.first_time([FIRST._replace(number=n) for n in range(1, 65_536)])
    assert seen.first_time([AGAIN._replace(number=1)]) == []
    seen.first_time([FIRST._replace(number=1, received=replace(FIRST.received, payload=b'{"value": 1}'))])
    assert seen.first_time([AGAIN._replace(number=1)]) != []
