"""MQTT payloads: what is taken, and for what reason others are not."""

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.signal_kinds import SignalKind, rings
from ingest.messages import DeviceMessage, Refused
from ingest.mqtt.payload import FIELDS, LONGEST, decode

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
        (b'{"value": null, "at": null}', DeviceMessage("sd-360702-000001", SignalKind.SMOKE, None)),
        (
            b'{"text": "a\\u0000b\\n \\ud800 c\\u001b[31m"}',
            DeviceMessage("sd-360702-000001", SignalKind.SMOKE, None, text="a b c [31m"),
        ),
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
        (TOPIC, b'{"value": 1e999}', "value inf is outside"),
        (TOPIC, b'{"value": 1' + b"0" * 400 + b"}", "is outside"),
        (TOPIC, b'{"value": 1' + b"0" * 5000 + b"}", "not JSON"),
        (TOPIC, b'{"value": -Infinity}', "not JSON"),
        (TOPIC, b'{"alarm": true, "alarm": false}', "The field 'alarm' is given twice"),
        (TOPIC, b'{"value": {"alarm": true}}', "value is not a number"),
        (TOPIC, b"\xef\xbb\xbf{}", "not JSON"),
        (TOPIC, "{}".encode("utf-16"), "not JSON"),
        (TOPIC, b"{} {}", "not JSON"),
        (TOPIC, b'{"text": "a\nb"}', "not JSON"),
        (TOPIC, b'{"a":' * 2000 + b"1" + b"}" * 2000, "not JSON"),
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
        (TOPIC, b'{"text": "' + b"x" * 501 + b'"}', "text is not a string of at most 500"),
        (TOPIC, b'{"smoke": 1}', "There is no field 'smoke'"),
        (TOPIC, b'{"at": 1}', "at is not an ISO 8601 time"),
        (TOPIC, b'{"at": "yesterday"}', "at is not an ISO 8601 time"),
        (TOPIC, b'{"at": "2026-03-01T08:00:00"}', "no offset"),
        (TOPIC, b'{"at": "2026-03-01T08:06:00Z"}', "in the future"),
        (TOPIC, b'{"at": "2024-03-01T08:00:00Z"}', "more than a year ago"),
        (TOPIC, b'{"at": "0001-01-01T00:00:00+14:00"}', "more than a year ago"),
        (TOPIC, b'{"at": "9999-12-31T23:59:59-14:00"}', "in the future"),
        (TOPIC, b'{"at": "2026-03-01"}', "no offset"),
        (TOPIC, b'{"alarm": true, "test": true, "battery_pct": 255}', "battery_pct is not a whole number"),
        (TOPIC, b'{"alarm": false, "at": "2099-01-01T00:00:00Z"}', "in the future"),
        (TOPIC, b'{"text": "' + b"x" * LONGEST + b'"}', "longer than"),
    ],
)
def test_refused(topic: str, body: bytes, reason: str) -> None:
    answer = decode(topic, body, NOW)
    assert isinstance(answer, Refused)
    assert reason in answer.reason
    assert answer.reason.endswith(".")


@pytest.mark.parametrize(
    ("signal", "body", "value", "words"),
    [
        (
            "smoke",
            b'{"alarm": true, "at": "2099-01-01T00:00:00Z"}',
            None,
            "2099-01-01T00:00:00Z is more than 5 minutes",
        ),
        ("smoke", b'{"alarm": true, "at": "2000-01-01T00:00:09Z", "value": 0.3}', 0.3, "more than a year ago"),
        ("smoke", b'{"alarm": true, "value": 65535}', None, "value 65535 is outside"),
        ("smoke", b'{"alarm": true, "battery_pct": 255, "text": "A3"}', None, "A3; battery_pct is not"),
        ("smoke", b'{"alarm": true, "model": "X"}', None, "There is no field 'model'"),
        ("gas", b'{"value": 40, "rssi_dbm": 99}', 40, "rssi_dbm is not"),
        ("fault", b'{"value": 3, "at": 17}', 3, "at is not an ISO 8601 time"),
    ],
)
def test_an_alarm_outranks_its_form(signal: str, body: bytes, value: float | None, words: str) -> None:
    """No fire is missed for a wrong clock: what cannot be used is left out, and named in the signal's text."""
    answer = decode(f"anwang/v1/x/{signal}", body, NOW)
    assert isinstance(answer, DeviceMessage)
    assert (answer.observed_at, answer.value) == (None, value)
    assert words in str(answer.text)
    assert rings(answer.signal, answer.value, answer.alarm) is not None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner),
    max_leaves=5,
)


@given(st.sampled_from(SignalKind), st.dictionaries(st.sampled_from(sorted(FIELDS)), JSON_VALUES))
def test_whatever_is_taken_can_be_recorded(signal: SignalKind, fields: dict[str, object]) -> None:
    answer = decode(f"anwang/v1/x/{signal}", json.dumps(fields).encode(), NOW)
    if isinstance(answer, DeviceMessage):
        assert answer.value is None or math.isfinite(answer.value)
        assert (answer.text or "").encode().decode().isprintable()
        assert answer.observed_at is None or answer.observed_at <= NOW + timedelta(minutes=5)


@given(st.text(max_size=80), st.binary(max_size=200))
def test_no_bytes_raise(topic: str, body: bytes) -> None:
    assert isinstance(decode(topic, body, NOW), DeviceMessage | Refused)
    assert isinstance(decode(TOPIC, body, NOW), DeviceMessage | Refused)
