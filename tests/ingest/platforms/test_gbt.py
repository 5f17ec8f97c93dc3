"""GB/T 45839-2025 annex D and GB/T 28181 alarm notices, one row each."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.alarm_kinds import AlarmKind
from db.rules.signal_kinds import SignalKind, rings
from ingest.gbt28181 import notices
from ingest.gbt45839 import reports
from ingest.messages import DeviceMessage, Refused
from ingest.mqtt import payload
from tests.ingest.platforms.bodies import status, written
from tests.ingest.platforms.test_ctwing import ANY

NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
HERE = "2026-07-01 12:00:00"
CHANNEL = "36070200001310000001"


@pytest.mark.parametrize(
    ("state", "signal", "alarm", "kind"),
    [
        (1, SignalKind.SMOKE, False, None),
        (2, SignalKind.SMOKE, True, AlarmKind.FIRE),
        ("2", SignalKind.SMOKE, True, AlarmKind.FIRE),
        (3, SignalKind.FAULT, True, AlarmKind.DEVICE_FAULT),
        (4, SignalKind.FAULT, True, AlarmKind.DEVICE_FAULT),
    ],
)
def test_status_info(state: Any, signal: SignalKind, alarm: bool, kind: AlarmKind | None) -> None:
    (found,) = reports.decode_status(written(status("ACME", "000000001", state, HERE)), NOW).said
    assert isinstance(found, DeviceMessage)
    assert (found.device_code, found.observed_at) == ("gbt45839:ACME:000000001", NOW)
    assert (found.signal, found.alarm, found.battery_pct, found.rssi_dbm) == (signal, alarm, 97, -83)
    assert rings(found.signal, found.value, found.alarm) == kind


@pytest.mark.parametrize(
    ("changed", "observed_at", "battery", "radio"),
    [
        ({"datetime": "1970-01-01 00:00:00"}, None, 97, -83),
        ({"datetime": "soon"}, None, 97, -83),
        ({"datetime": None}, None, 97, -83),
        ({"datetime": "2026-07-01T04:00:00Z"}, NOW, 97, -83),
        ({"batteryPercentage": 300, "signalStrength": "?"}, NOW, None, None),
        ({"batteryPercentage": "97", "signalStrength": 25}, NOW, 97, None),
    ],
)
def test_an_alarm_outranks_its_form(
    changed: dict[str, Any], observed_at: datetime | None, battery: int | None, radio: int | None
) -> None:
    (found,) = reports.decode_status(written(status("ACME", "1", 2, HERE, **changed)), NOW).said
    assert isinstance(found, DeviceMessage)
    assert found.alarm is True
    assert (found.observed_at, found.battery_pct, found.rssi_dbm) == (observed_at, battery, radio)


@pytest.mark.parametrize(
    "changed",
    [{"status": 5}, {"status": None}, {"status": True}, {"company": ""}, {"serial": None}, {"company": "a:b"}],
    ids=str,
)
def test_status_info_refused(changed: dict[str, Any]) -> None:
    (found,) = reports.decode_status(written(status("ACME", "1", 2, HERE) | changed), NOW).said
    assert isinstance(found, Refused)


def test_install_info_keeps_what_it_is_told() -> None:
    told = {"company": "ACME", "serial": "1", "name": "独立式感烟", "longitude": 114.9, "mobile": "1", "other": "x"}
    decoded = reports.decode_install(written(told), NOW)
    assert decoded.said == ()
    assert decoded.installed is not None
    assert decoded.installed.facts == {"name": "独立式感烟", "longitude": "114.9", "mobile": "1"}


@pytest.mark.parametrize(
    ("method", "type_", "kind"),
    [
        ("5", "4", AlarmKind.EQUIPMENT_MISSING),
        ("5", "10", AlarmKind.CROWDING),
        ("5", "11", AlarmKind.CAMERA_UNFIT),
        (2, 1, AlarmKind.CAMERA_UNFIT),
        (2, 2, AlarmKind.CAMERA_UNFIT),
        (2, 3, AlarmKind.DEVICE_FAULT),
        (2, 4, AlarmKind.DEVICE_FAULT),
        (2, 5, AlarmKind.DEVICE_FAULT),
        (6, 1, AlarmKind.DEVICE_FAULT),
        (6, 2, AlarmKind.DEVICE_FAULT),
        (6, None, AlarmKind.DEVICE_FAULT),
        (6, 99, AlarmKind.DEVICE_FAULT),
        *((5, kind, None) for kind in (1, 2, 3, 5, 6, 7, 8, 9, 12, 13)),
        (5, 99, None),
        (2, None, None),
        (1, None, None),
        (7, 4, None),
    ],
)
def test_alarm_notices(method: Any, type_: Any, kind: AlarmKind | None) -> None:
    told = {"deviceId": "36070200001110000001", "channelId": CHANNEL, "alarmPriority": "1", "alarmMethod": method}
    told |= {"alarmType": type_, "alarmTime": "2026-07-01T12:00:00", "alarmDescription": "东门\n灭火器"}
    (found,) = notices.decode(written(told), NOW).said
    assert isinstance(found, DeviceMessage)
    assert (found.device_code, found.observed_at) == (f"gbt28181:{CHANNEL}", NOW)
    assert rings(found.signal, found.value, found.alarm) == kind
    assert "1 级警情；东门 灭火器" in (found.text or "")


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"gbId": CHANNEL, "alarmSn": 1, "alarmType": 4, "alarmDescription": ""}, AlarmKind.EQUIPMENT_MISSING),
        ({"DeviceID": CHANNEL, "AlarmMethod": 5, "Info": {"AlarmType": 11}}, AlarmKind.CAMERA_UNFIT),
    ],
)
def test_other_spellings(told: dict[str, Any], kind: AlarmKind) -> None:
    (found,) = notices.decode(written(told), NOW).said
    assert isinstance(found, DeviceMessage)
    assert found.device_code == f"gbt28181:{CHANNEL}"
    assert rings(found.signal, found.value, found.alarm) == kind


@pytest.mark.parametrize(
    "told",
    [7, {}, {"channelId": CHANNEL}, {"channelId": CHANNEL, "alarmMethod": 8}, {"channelId": [1], "alarmMethod": 5}],
    ids=str,
)
def test_alarm_notices_refused(told: Any) -> None:
    (found,) = notices.decode(written(told), NOW).said
    assert isinstance(found, Refused)


@pytest.mark.parametrize(("several", "is_taken"), [(0, True), (1, True), (2, False)])
def test_over_mqtt_one_notice_a_message(several: int, is_taken: bool) -> None:
    notice = {"channelId": CHANNEL, "alarmMethod": 5, "alarmType": 11}
    found = payload.decode(payload.VIDEO_ALARMS, written([notice] * several if several else notice), NOW)
    assert isinstance(found, DeviceMessage) is is_taken


FIELDS = ("channelId", "alarmMethod", "alarmType", "alarmTime", "company", "serial", "status")


@given(st.dictionaries(st.sampled_from(FIELDS), ANY))
def test_nothing_makes_them_raise(told: dict[str, Any]) -> None:
    for decode in (notices.decode, reports.decode_status, reports.decode_install):
        decode(written(told), NOW)
