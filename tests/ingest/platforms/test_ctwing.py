"""CTWing's pushes, one row each: what they say, or why they are refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.signal_kinds import SignalKind, rings
from ingest.messages import DeviceMessage, Refused
from ingest.nbiot import ctwing
from ingest.nbiot.profiles import PROFILES, Profile, profiles_of
from tests.ingest.platforms import bodies
from tests.ingest.platforms.bodies import IMEI, NUMBER, PRODUCT, written

NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
AT = int(NOW.timestamp() * 1000)
BY_IMEI, BY_NUMBER = f"ctwing:{IMEI}", f"ctwing:{PRODUCT}/{NUMBER}"
TWO_REPORTS = [{"smoke_state": 1}, {"smoke_state": 0}]
SMOKE, FAULT, HEARTBEAT = SignalKind.SMOKE, SignalKind.FAULT, SignalKind.HEARTBEAT


def said(body: Any, products: dict[str, Profile] | None = None) -> list[DeviceMessage]:
    decoded = ctwing.decode(body if isinstance(body, bytes) else written(body), NOW, products or {})
    assert not [each for each in decoded.said if isinstance(each, Refused)], decoded.said
    return [each for each in decoded.said if isinstance(each, DeviceMessage)]


@pytest.mark.parametrize(
    ("state", "signal", "alarm", "is_test", "words"),
    [
        (0, SMOKE, False, False, "正常"),
        (1, SMOKE, True, False, "报警"),
        ("1", SMOKE, True, False, "报警"),
        (1.0, SMOKE, True, False, "报警"),
        (2, HEARTBEAT, None, False, "已消音"),
        (4, FAULT, True, False, "电池低压"),
        (5, FAULT, True, False, "故障"),
        (7, SMOKE, False, False, "正常"),
        (10, FAULT, True, False, "被拆卸"),
        (14, SMOKE, True, True, "模拟报警"),
        (99, HEARTBEAT, None, False, "未知状态码 99"),
        ("坏", HEARTBEAT, None, False, "未知状态码 坏"),
        (True, HEARTBEAT, None, False, "未知状态码 "),
    ],
)
def test_alarm_status(state: Any, signal: SignalKind, alarm: bool | None, is_test: bool, words: str) -> None:
    (message,) = said(bodies.ctwing(AT, {"Alarm_Status": state}))
    assert (message.signal, message.alarm, message.is_test, message.text) == (signal, alarm, is_test, words)


@pytest.mark.parametrize(
    ("fields", "dbm", "battery"),
    [
        ({"RSRP": 114, "CSQ": 5, "Battery_Level": 96}, -114, 96),
        ({"RSRP": -114}, -114, None),
        ({"RSRP": "-98"}, -98, None),
        ({"rsrp": -1140}, -114, None),
        ({"SignalPower": -792}, -79, None),
        ({"CSQ": 31}, -51, None),
        ({"CSQ": 99}, None, None),
        ({"RSRP": 1e9, "Battery_Level": 101}, None, None),
        ({"RSRP": None, "battery_value": "55"}, None, 55),
        ({"Battery_Level": -1}, None, None),
    ],
)
def test_radio_and_battery(fields: dict[str, Any], dbm: int | None, battery: int | None) -> None:
    (message,) = said(bodies.ctwing(AT, fields))
    assert (message.signal, message.rssi_dbm, message.battery_pct) == (HEARTBEAT, dbm, battery)


@pytest.mark.parametrize(
    ("stamp", "at", "words"),
    [
        (AT - 5000, NOW - timedelta(seconds=5), None),
        (str(AT), NOW, None),
        (AT // 1000, None, "不可信"),
        (AT + 10**9, None, "不可信"),
        (0, None, "不可信"),
        (-1, None, "不可信"),
        (10**40, None, "不可信"),
        ("yesterday", None, "不可信"),
        ([1], None, None),
        (None, None, None),
        (..., None, None),
    ],
    ids=str,
)
def test_a_wrong_clock_is_not_believed_and_not_forgotten(stamp: Any, at: datetime | None, words: str | None) -> None:
    (message,) = said(bodies.ctwing(AT, {"Alarm_Status": 1}, timestamp=stamp))
    assert (message.observed_at, message.alarm) == (at, True)
    assert words is None or words in (message.text or "")


@pytest.mark.parametrize(
    ("body", "device"),
    [
        (bodies.ctwing(AT), BY_IMEI),
        (bodies.ctwing(AT, IMEI=""), BY_NUMBER),
        (bodies.ctwing(AT, IMEI="undefined"), BY_NUMBER),
        (bodies.ctwing(AT, IMEI=...), BY_NUMBER),
        (bodies.ctwing(AT, IMEI=int(IMEI)), BY_IMEI),
        (bodies.link(AT, 1), BY_NUMBER),
        (bodies.link(AT, 1, imei=IMEI), BY_IMEI),
    ],
)
def test_who_speaks(body: dict[str, Any], device: str) -> None:
    assert {message.device_code for message in said(body)} == {device}


@pytest.mark.parametrize(
    ("body", "signals"),
    [
        (bodies.ctwing(AT, payload=bodies.transparent(b'{"smoke_state": 1}')), [SMOKE]),
        (bodies.ctwing(AT, payload='{"smoke_state": 1}'), [SMOKE]),
        (bodies.ctwing(AT, payload={"a": {"b": {"smoke_state": 1}}}), [SMOKE]),
        (bodies.ctwing(AT, payload={"smoke_state": [1]}), [HEARTBEAT]),
        (bodies.ctwing(AT, payload={}), [HEARTBEAT]),
        (bodies.ctwing(AT, {"temperature": 900000}), [HEARTBEAT]),
        (bodies.ctwing(AT, {"temperature": "41.5", "gas_value": 3}), [SignalKind.TEMPERATURE, SignalKind.GAS]),
        (bodies.ctwing(AT, {"temperature": 20, "Alarm_Status": 1}), [SMOKE, SignalKind.TEMPERATURE]),
        (
            bodies.ctwing(AT, {"MeterData": {"total_energy": 812.5, "current": 3}}),
            [SignalKind.CURRENT, SignalKind.ENERGY],
        ),
        (bodies.ctwing(AT, {"ActiveEnergy": "0"}), [SignalKind.ENERGY]),
        (bodies.ctwing(AT, {"Energy": -3}), [HEARTBEAT]),
        (bodies.ctwing(AT, messageType="eventReport", eventContent={"smoke_state": 1}), [SMOKE]),
        (bodies.ctwing(AT, messageType="dataReportTupUnion", payload=TWO_REPORTS), [SMOKE] * 2),
        (bodies.ctwing(AT, messageType="commandResponse", result={"resultCode": "DELIVERED"}), []),
        (bodies.link(AT, 0), []),
        (bodies.link(AT, "1"), [HEARTBEAT]),
    ],
)
def test_message_types(body: dict[str, Any], signals: list[SignalKind]) -> None:
    assert [message.signal for message in said(body)] == signals


def test_a_link_is_the_platforms_word() -> None:
    """Off line is no sign of life, and says so."""
    off = ctwing.decode(written(bodies.link(AT, 0)), NOW, {})
    assert [(each.device, each.is_online, each.since) for each in off.links] == [(BY_NUMBER, False, NOW)]
    assert off.note


@pytest.mark.parametrize(
    ("number", "has_key"), [(-1, False), (None, False), ("", False), (0, True), (17, True), ("17", True), (1.5, False)]
)
def test_the_platforms_own_number_is_the_key_of_repeats(number: Any, has_key: bool) -> None:
    one, again, other = (
        ctwing.decode(written(bodies.ctwing(at, {"Alarm_Status": state}, upDataSN=number)), NOW, {}).key
        for at, state in ((AT, 1), (AT + 1, 1), (AT, 7))
    )
    assert (one is not None) is has_key
    assert one == again, "the platform stamps it anew"
    assert (one != other) is has_key, "a counter that began anew"


@pytest.mark.parametrize(
    ("product", "fields", "rung"),
    [
        ("state-table", {"Alarm_Status": 7}, False),
        ("plain", {"Alarm_Status": 7}, False),
        ("plain", {"Alarm_Status": 1}, True),
        ("gas", {"Alarm_Status": 1}, True),
        ("unheard of", {"Alarm_Status": 1}, True),
    ],
)
def test_profiles_by_product(product: str, fields: dict[str, Any], rung: bool) -> None:
    products = profiles_of(f" {PRODUCT} = {product} ,1=plain")
    (message,) = said(bodies.ctwing(AT, fields), products)
    kind = rings(message.signal, message.value, message.alarm)
    assert (kind is not None) is rung
    assert kind is None or kind == ("gas" if product == "gas" else "fire")


def test_every_profile_knows_its_signals() -> None:
    for profile in PROFILES.values():
        for name in (*profile.readings, *profile.statuses):
            assert name == name.lower().replace("_", "")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1e999, "messageType": "dataReport"}', "Neither IMEI"),
        (b"[" * 100_000, "not JSON"),
        (b'{"a":' + b'{"a":' * 20 + b"1" + b"}" * 21, "nested more than"),
        (b'{"IMEI": "1", "IMEI": "2"}', "given twice"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b" " * (256 * 1024 + 1), "longer than"),
        (bodies.ctwing(AT, messageType="other"), "no message type 'other'"),
        (bodies.ctwing(AT, messageType=...), "no message type ''"),
        (bodies.ctwing(AT, messageType={"a": 1}), "no message type ''"),
        (bodies.ctwing(AT, IMEI=..., deviceId=...), "Neither IMEI"),
        (bodies.ctwing(AT, IMEI={"a": 1}, deviceId=[1]), "Neither IMEI"),
        (bodies.ctwing(AT, payload=...), "payload is not an object"),
        (bodies.ctwing(AT, payload=[1]), "payload is not an object"),
        (bodies.ctwing(AT, payload="{"), "not JSON"),
        (bodies.ctwing(AT, payload={"APPdata": "???"}), "not Base64"),
        (bodies.ctwing(AT, payload=bodies.transparent(b"\x01V1.0\x00")), "vendor's own frame"),
        (bodies.ctwing(AT, payload=bodies.transparent(b"[1]")), "holds no object"),
        (bodies.link(AT, 2), "eventType"),
        (bodies.link(AT, None), "eventType"),
    ],
    ids=str,
)
def test_refused(body: Any, reason: str) -> None:
    decoded = ctwing.decode(body if isinstance(body, bytes) else written(body), NOW, {})
    (refusal,) = decoded.said
    assert isinstance(refusal, Refused)
    assert reason in refusal.reason
    assert refusal.reason.endswith(".")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(sorted(bodies.ctwing(AT))), ANY))
def test_nothing_makes_it_raise(changed: dict[str, Any]) -> None:
    for kind in ("dataReport", "eventReport", "dataReportTupUnion", "deviceOnlineOfflineReport", "commandResponse"):
        decoded = ctwing.decode(written(bodies.ctwing(AT, messageType=kind) | changed), NOW, {})
        assert all(isinstance(each, DeviceMessage | Refused) for each in decoded.said)


@given(st.binary())
def test_no_bytes_make_it_raise(body: bytes) -> None:
    ctwing.decode(body, NOW, {})
