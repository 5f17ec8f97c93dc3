"""OneNET's pushes, one row each."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.signal_kinds import SignalKind
from ingest.messages import DeviceMessage, Refused
from ingest.nbiot import onenet
from tests.ingest.platforms.bodies import IMEI, point, written
from tests.ingest.platforms.test_ctwing import ANY

NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
AT = int(NOW.timestamp() * 1000)
HEARTBEAT, SMOKE = SignalKind.HEARTBEAT, SignalKind.SMOKE
BY_IMEI = f"onenet:{IMEI}"


def said(message: Any) -> list[DeviceMessage | Refused]:
    return list(onenet.decode(written({"msg": message, "nonce": "n"}), NOW, {}).said)


@pytest.mark.parametrize(
    ("message", "signal", "value", "alarm"),
    [
        (point(AT, "temperature", 23.5), SignalKind.TEMPERATURE, 23.5, None),
        (point(AT, "temperature", "23.5"), SignalKind.TEMPERATURE, 23.5, None),
        (point(AT, "3303_0_5700", 23.5), SignalKind.TEMPERATURE, 23.5, None),
        (point(AT, "3305_0_5805", 81_250), SignalKind.ENERGY, 81.25, None),
        (point(AT, "total_active_energy", "81.25"), SignalKind.ENERGY, 81.25, None),
        (point(AT, "Alarm_Status", 1), SMOKE, None, True),
        (point(AT, "Alarm_Status", 7), SMOKE, None, False),
        (point(AT, "report", {"smoke_state": 1}), SMOKE, None, True),
        (point(AT, "report", '{"smoke_state": 1}'), SMOKE, None, True),
        (point(AT, "3200_0_5750", "\x01\x02"), HEARTBEAT, None, None),
        (point(AT, "anything", None), HEARTBEAT, None, None),
        (json.dumps(point(AT, "smoke_state", 1)), SMOKE, None, True),
        ({"type": 2, "imei": IMEI, "at": AT, "status": 1, "login_type": 10}, HEARTBEAT, None, None),
    ],
    ids=str,
)
def test_one_message(message: Any, signal: SignalKind, value: float | None, alarm: bool | None) -> None:
    (found,) = said(message)
    assert isinstance(found, DeviceMessage)
    assert (found.device_code, found.observed_at) == (BY_IMEI, NOW)
    assert (found.signal, found.value, found.alarm) == (signal, value, alarm)


def test_properties_of_a_model_keep_their_own_times() -> None:
    params = {"temperature": {"time": AT - 1000, "value": 20}, "smoke_state": {"time": AT, "value": 1}, "CSQ": 12}
    found = said({"deviceName": "d1", "productId": "p1", "data": {"params": params}})
    assert [(m.device_code, m.signal) for m in found if isinstance(m, DeviceMessage)] == [
        ("onenet:p1/d1", SignalKind.TEMPERATURE),
        ("onenet:p1/d1", SMOKE),
        ("onenet:p1/d1", HEARTBEAT),
    ]


def test_of_a_batch_the_good_are_taken() -> None:
    found = said([point(AT, "smoke_state", 1), 7, point(AT, "temperature", 20, type=9), point(AT, "temperature", 20)])
    assert [type(each) for each in found] == [DeviceMessage, Refused, Refused, DeviceMessage]


def test_commands_and_links_hold_no_signal() -> None:
    for message in ({"type": 7, "dev_id": 1, "cmd_id": "x"}, {"type": 2, "dev_id": 1, "at": AT, "status": 0}):
        decoded = onenet.decode(written({"msg": message}), NOW, {})
        assert decoded.said == ()
        assert decoded.note


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"enc_msg": "abc", "nonce": "n"}, "encrypted"),
        ({}, "not an object"),
        ({"msg": "{"}, "not JSON"),
        ({"msg": [1] * 1001}, "More than 1000"),
        ({"msg": point(AT, "x", 1, type=None)}, "no type ''"),
        ({"msg": point(AT, "x", 1, dev_id=None, imei=None)}, "Neither dev_id"),
        ({"msg": {"type": 2, "dev_id": 1, "status": 5}}, "status is neither"),
        ({"msg": {"dev_id": 1, "data": 5}}, "data.params"),
        ({"msg": point(AT, "x", "{")}, "not JSON"),
    ],
    ids=str,
)
def test_refused(body: Any, reason: str) -> None:
    (refusal, *_) = onenet.decode(written(body), NOW, {}).said
    assert isinstance(refusal, Refused)
    assert reason in refusal.reason


@given(st.dictionaries(st.sampled_from([*point(AT, "x", 1), "data", "status", "deviceName", "productId"]), ANY))
def test_nothing_makes_it_raise(changed: dict[str, Any]) -> None:
    for found in said(point(AT, "x", 1) | changed):
        assert isinstance(found, DeviceMessage | Refused)
