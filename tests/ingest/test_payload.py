"""MQTT payloads: what is taken, and for what reason others are not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.signal_kinds import SignalKind
from ingest.messages import DeviceMessage, Refused
from ingest.mqtt.payload import LONGEST, decode

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
TOPIC = "anwang/v1/sd-360702-000001/smoke"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", DeviceMessage("sd-360702-000001", SignalKind.SMOKE, None)),
        (b"{}", DeviceMessage("sd-360702-000001", SignalKind.SMOKE, None)),
        (b'{"alarm": true, "value": 0.42}', DeviceMessage("sd-360702-000001", SignalKind.SMOKE, None, 0.42, True)),
        (
            (
                '{"at": "2026-03-01T15:59:59.5+08:00", "value": 0, "battery_pct": 0, "rssi_dbm": -90, "text": "烟"}'
            ).encode(),
            DeviceMessage(
                "sd-360702-000001",
                SignalKind.SMOKE,
                NOW - timedelta(seconds=0.5),
                0.0,
                battery_pct=0,
                rssi_dbm=-90,
                text="烟",
            ),
        ),
        (b'{"test": true, "alarm": true}', DeviceMessage("sd-360702-000001", SignalKind.SMOKE, None, None, True, True)),
    ],
)
def test_taken(body: bytes, expected: DeviceMessage) -> None:
    assert decode(TOPIC, body, NOW) == expected


@pytest.mark.parametrize(
    ("topic", "body", "reason"),
    [
        ("anwang/v1/x", b"{}", "The topic is not"),
        ("anwang/v2/x/smoke", b"{}", "The topic is not"),
        ("anwang/v1/../smoke/x", b"{}", "The topic is not"),
        ("anwang/v1/" + "x" * 65 + "/smoke", b"{}", "The topic is not"),
        ("anwang/v1/a b/smoke", b"{}", "The topic is not"),
        ("anwang/v1/x/perfume", b"{}", "There is no signal 'perfume'"),
        (TOPIC, b'{"alarm": tru', "not JSON"),
        (TOPIC, b"\xff\xfe", "not JSON"),
        (TOPIC, b"[" * 5000, "not JSON"),
        (TOPIC, b"[1]", "not a JSON object"),
        (TOPIC, b'"x"', "not a JSON object"),
        (TOPIC, b"null", "not a JSON object"),
        (TOPIC, b'{"value": NaN}', "not JSON"),
        (TOPIC, b'{"value": Infinity}', "not JSON"),
        (TOPIC, b'{"value": 1e999}', "not JSON"),
        (TOPIC, b'{"value": true}', "value is not a number"),
        (TOPIC, b'{"value": "1"}', "value is not a number"),
        (TOPIC, b'{"value": 11}', "outside 0 to 10 dB/m"),
        (TOPIC, b'{"value": -0.1}', "outside 0 to 10 dB/m"),
        (TOPIC, b'{"alarm": 1}', "alarm is neither true nor false"),
        (TOPIC, b'{"alarm": "yes"}', "alarm is neither true nor false"),
        (TOPIC, b'{"test": 0}', "test is neither"),
        (TOPIC, b'{"battery_pct": 101}', "battery_pct is not a whole number from 0 to 100"),
        (TOPIC, b'{"battery_pct": 50.5}', "battery_pct is not a whole number"),
        (TOPIC, b'{"rssi_dbm": 99}', "rssi_dbm is not a whole number"),
        (TOPIC, b'{"text": 5}', "text is not a string"),
        (TOPIC, b'{"text": "a\\u0000b"}', "text is not a string"),
        (TOPIC, b'{"smoke": 1}', "There is no field 'smoke'"),
        (TOPIC, b'{"at": 1}', "at is not an ISO 8601 time"),
        (TOPIC, b'{"at": "yesterday"}', "at is not an ISO 8601 time"),
        (TOPIC, b'{"at": "2026-03-01T08:00:00"}', "no offset"),
        (TOPIC, b'{"at": "2026-03-01T08:06:00Z"}', "in the future"),
        (TOPIC, b'{"at": "2024-03-01T08:00:00Z"}', "more than a year ago"),
        (TOPIC, b'{"text": "' + b"x" * LONGEST + b'"}', "longer than"),
    ],
)
def test_refused(topic: str, body: bytes, reason: str) -> None:
    answer = decode(topic, body, NOW)
    assert isinstance(answer, Refused)
    assert reason in answer.reason
    assert answer.reason.endswith(".")


@given(st.text(max_size=80), st.binary(max_size=200))
def test_no_bytes_raise(topic: str, body: bytes) -> None:
    assert isinstance(decode(topic, body, NOW), DeviceMessage | Refused)
    assert isinstance(decode(TOPIC, body, NOW), DeviceMessage | Refused)
