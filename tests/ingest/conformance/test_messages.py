"""Messages and pushes on the bench, by the decoders of their doors."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.rules.conformance import Outcome, Overall, Protocol
from ingest.conformance.examine import examine_given
from tests.ingest.platforms.bodies import ctwing, point, status, transparent, written

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
MS = int(NOW.timestamp() * 1000)
TOPIC = "anwang/v1/sd-1/smoke"
AT = '"at": "2026-03-02T09:29:00+08:00"'
FACTS = (
    *("name", "categoryName", "netType", "client", "address", "deviceAddress", "productingDate", "longitude"),
    *("latitude", "activeTime", "organizationName", "area", "responsible", "mobile"),
)
IDENTITY = "ABCD01250301123456789010000"


def examined(protocol: Protocol, given: bytes | str) -> dict[str, Any]:
    return examine_given(protocol, given.encode() if isinstance(given, str) else given, NOW, {}).as_json()


def of(report: dict[str, Any], outcome: Outcome) -> dict[str, str]:
    return {each["rule"]: each["found"] for each in report["rules"] if each["outcome"] == outcome}


def test_a_message_as_documented_conforms() -> None:
    report = examined(Protocol.MQTT, f'{TOPIC} {{{AT}, "value": 0.02, "battery_pct": 81, "rssi_dbm": -92}}')
    assert report["overall"] == Overall.CONFORMS
    assert report["frames"][0]["fields"]["value"] == "0.02 dB/m"
    assert not of(report, Outcome.NOTE)


@pytest.mark.parametrize(
    ("line", "rule", "found"),
    [
        ("anwang/sd-1/smoke {}", "topic", ""),
        ("anwang/v1/sd-1/smog {}", "signal", "smog"),
        (f"{TOPIC} " + '{"text": "' + "x" * 17_000 + '"}', "size", ""),
        (f"{TOPIC} {{value: 1}}", "json", ""),
        (f"{TOPIC} [1]", "object", ""),
        (f'{TOPIC} {{"value": 1, "value": 2}}', "once", "value"),
        (f'{TOPIC} {{"smokeValue": 1}}', "field", "smokeValue"),
        (f'{TOPIC} {{"value": 11}}', "value", "11"),
        (f'{TOPIC} {{"value": "0.4"}}', "value", ""),
        (f'{TOPIC} {{"at": "2026-03-02 09:29:00"}}', "at", ""),
        (f'{TOPIC} {{"at": "2026-03-02T11:00:00+08:00"}}', "at", "2026-03-02T11:00:00+08:00"),
        (f'{TOPIC} {{"alarm": 1}}', "flags", ""),
        (f'{TOPIC} {{"battery_pct": 101}}', "battery", ""),
        (f'{TOPIC} {{"rssi_dbm": 40}}', "radio", ""),
        (f'{TOPIC} {{"text": 7}}', "words", ""),
    ],
)
def test_each_reason_of_the_gateway_is_a_rule(line: str, rule: str, found: str) -> None:
    report = examined(Protocol.MQTT, line)
    assert of(report, Outcome.FAIL) == {rule: found}
    assert report["overall"] == Overall.FAILS


def test_an_alarm_outranks_its_form_and_the_bench_says_what_is_wrong() -> None:
    report = examined(Protocol.MQTT, f'{TOPIC} {{"alarm": true, "at": "yesterday", "battery_pct": "full"}}')
    assert of(report, Outcome.FAIL).keys() == {"at", "battery"}
    assert report["frames"][0]["fields"]["alarm"] is True


def test_a_message_without_a_time_of_its_own_is_noted() -> None:
    assert of(examined(Protocol.MQTT, f'{TOPIC} {{"value": 0.1}}'), Outcome.NOTE) == {"at": "–"}


def test_lines_are_messages() -> None:
    report = examined(Protocol.MQTT, f"{TOPIC} {{{AT}}}\n\n  {TOPIC} {{{AT}}}  \nnonsense\n")
    assert (report["total"], report["right"]) == (3, 2)


SOUND: dict[Protocol, Any] = {
    Protocol.CTWING: ctwing(MS),
    Protocol.ONENET: {"msg": point(MS, "3303_0_5700", 23.5)},
    Protocol.GBT45839_STATUS: status("海康", IDENTITY, 1, "2026-03-02 09:29:00"),
    Protocol.GBT45839_INSTALL: {"company": "海康", "serial": IDENTITY, **dict.fromkeys(FACTS, "x")},
    Protocol.GBT28181: {
        "deviceId": "36070200001320000001",
        "channelId": "36070200001310000001",
        "alarmPriority": "1",
        "alarmMethod": "5",
        "alarmType": "10",
        "alarmTime": "2026-03-02T09:29:00",
    },
}


@pytest.mark.parametrize("protocol", SOUND)
def test_a_push_as_the_door_knows_it_conforms(protocol: Protocol) -> None:
    report = examined(protocol, written(SOUND[protocol]))
    assert report["overall"] == Overall.CONFORMS, report["rules"]
    several = "\n".join(json.dumps(SOUND[protocol]) for _n in range(3))
    assert examined(protocol, several)["total"] == 3


@pytest.mark.parametrize("protocol", SOUND)
@pytest.mark.parametrize(
    ("body", "rule"),
    [(b"{", "json"), (b"[]", "object"), (b'{"a": 1, "a": 2}', "once"), (b"\xff\xfe", "json"), (b"x" * 300_000, "size")],
)
def test_what_is_no_body_at_all(protocol: Protocol, body: bytes, rule: str) -> None:
    if (protocol, body) == (Protocol.GBT28181, b"[]"):
        rule = "kind"  # a list is taken there, and this one holds nothing
    assert of(examined(protocol, body), Outcome.FAIL).keys() == {rule}


@pytest.mark.parametrize(
    ("protocol", "body", "outcome", "rule"),
    [
        (Protocol.CTWING, ctwing(MS, IMEI=..., deviceId=...), Outcome.FAIL, "who"),
        (Protocol.CTWING, ctwing(MS, messageType="dataReports"), Outcome.FAIL, "kind"),
        (Protocol.CTWING, ctwing(MS, payload=transparent(b"\x01\x02")), Outcome.FAIL, "kind"),
        (Protocol.CTWING, ctwing(MS + 86_400_000), Outcome.NOTE, "at"),
        (Protocol.CTWING, ctwing(MS, {"Alarm_Status": 99}), Outcome.NOTE, "code"),
        (Protocol.CTWING, ctwing(MS, {"temperature": 9999}), Outcome.NOTE, "value"),
        (Protocol.ONENET, {"enc_msg": "x"}, Outcome.FAIL, "kind"),
        (Protocol.ONENET, {"msg": {"type": 1, "value": 1}}, Outcome.FAIL, "who"),
        (Protocol.GBT45839_STATUS, status("海康", "S", 9, "2026-03-02 09:29:00"), Outcome.FAIL, "status"),
        (Protocol.GBT45839_STATUS, status("", "S", 1, ""), Outcome.FAIL, "who"),
        (Protocol.GBT45839_STATUS, status("海康", "S", 1, "2026/13/02"), Outcome.NOTE, "at"),
        (
            Protocol.GBT45839_STATUS,
            status("海康", "S", 1, "2026-03-02 09:29:00", batteryPercentage=130),
            Outcome.FAIL,
            "battery",
        ),
        (Protocol.GBT45839_INSTALL, {"company": "海康", "serial": "S", "phone": "1"}, Outcome.FAIL, "field"),
        (
            Protocol.GBT45839_INSTALL,
            {"company": "海康", "serial": "ABCD09250301123456789010000"},
            Outcome.FAIL,
            "identity",
        ),
        (Protocol.GBT28181, {"deviceId": "36070200001320000001", "alarmMethod": "99"}, Outcome.FAIL, "kind"),
    ],
)
def test_what_a_door_does_not_take_is_named(protocol: Protocol, body: Any, outcome: Outcome, rule: str) -> None:
    report = examined(protocol, written(body))
    assert rule in of(report, outcome), report["rules"]


def test_a_report_of_thousands_stays_small_and_shows_what_is_wrong() -> None:
    lines = [f"{TOPIC} {{{AT}}}"] * 3000 + [f'{TOPIC} {{"value": 99}}']
    report = examined(Protocol.MQTT, "\n".join(lines))
    assert (report["total"], report["right"]) == (3001, 3000)
    assert len(report["frames"]) <= 200
    assert report["frames"][-1]["outcome"] == Outcome.FAIL


def test_old_times_are_told_by_their_own_rule() -> None:
    old = (NOW - timedelta(days=800)).isoformat()
    assert of(examined(Protocol.MQTT, f'{TOPIC} {{"at": "{old}"}}'), Outcome.FAIL) == {"at": old}
