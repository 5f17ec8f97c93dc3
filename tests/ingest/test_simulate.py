"""The simulator: a believable day, over a real connection, at the rate that was asked for."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import orjson
import pytest
from sqlalchemy import Connection, text

from db.errors import CannotStart
from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.signal_kinds import SignalKind, rings
from ingest.messages import DeviceMessage, Refused
from ingest.mqtt.payload import decode
from ingest.simulate import broker, player
from ingest.simulate.day import Day, energy, power
from ingest.simulate.episodes import Chances, fire
from ingest.simulate.faults import Faults, Mischief
from ingest.simulate.speech import SimulatedDevice, Spoken
from tests import factories
from tests.ingest.gateways import rows, running, wait_for
from tests.plugins.services import TestRecord, free_port

EVENING = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
"""Half past six in Jiangxi."""


def devices() -> list[SimulatedDevice]:
    return [
        SimulatedDevice(f"{kind}-{n}", kind, AreaKind.KITCHEN, n // 3, n // 9) for n in range(30) for kind in DeviceKind
    ]


def play(seed: int, messages: int, chances: Chances | None = None) -> list[tuple[datetime, Spoken]]:
    day = Day(devices(), random.Random(seed), chances)
    moments = [EVENING + timedelta(milliseconds=50 * n) for n in range(messages)]
    return [(at, day.next(at)) for at in moments]


def test_the_same_seed_plays_the_same_day() -> None:
    assert play(1, 500) == play(1, 500)
    assert play(1, 500) != play(2, 500)


def test_everything_said_is_taken_and_little_of_it_rings() -> None:
    """Every message decodes as MESSAGES.md says; a quiet day is quiet."""
    said = play(3, 20_000)
    ringing = 0
    for at, spoken in said:
        body = orjson.dumps({"at": at.isoformat(), **spoken.fields})
        message = decode(f"anwang/v1/{spoken.device.code}/{spoken.signal}", body, at)
        assert isinstance(message, DeviceMessage), message
        assert message.text is None or "is not" not in message.text
        ringing += rings(message.signal, message.value, message.alarm) is not None
    assert 0 < ringing < 200
    assert {spoken.signal for _at, spoken in said} >= {
        SignalKind.SMOKE,
        SignalKind.HEARTBEAT,
        SignalKind.CURRENT,
        SignalKind.ENERGY,
        SignalKind.GAS,
        SignalKind.FAULT,
    }


def test_a_fire_rises_in_two_detectors() -> None:
    one, other = devices()[0], devices()[9]
    beats = fire(one, other)
    assert {beat.spoken.device.code for beat in beats if beat.spoken.fields["alarm"]} == {one.code, other.code}
    smoke = [b.spoken.fields["value"] for b in beats if b.spoken.device == one and b.spoken.signal is SignalKind.SMOKE]
    assert smoke == sorted(smoke)
    assert max(beat.after_seconds for beat in beats) > 120


def test_episodes_go_on_over_time() -> None:
    said = play(4, 8000, Chances(cooking=1 / 20))
    cooking = Counter(spoken.device.code for _at, spoken in said if spoken.fields.get("alarm") is not None)
    assert max(cooking.values()) >= 5


def test_a_meter_grows_by_what_it_draws() -> None:
    shown = [energy("em-1", EVENING + timedelta(minutes=n)) for n in range(24 * 60 + 1)]
    drawn = [power(EVENING + timedelta(minutes=n)) / 60 for n in range(24 * 60)]
    assert shown == sorted(shown)
    assert shown[-1] - shown[0] == pytest.approx(sum(drawn), rel=0.01)


def test_it_keeps_its_rate_and_every_message_arrives(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    speaking = [
        SimulatedDevice(factories.device(owner, venue)[1], DeviceKind.SMOKE_DETECTOR, None, None, venue.id)
        for _n in range(50)
    ]
    client = broker.connect(empty_record.addresses.mqtt_device)
    try:
        with running(empty_record):
            told = []
            played = player.Player(client, Day(speaking, random.Random(5)), 100).play(2, told.append)
            wait_for(lambda: rows(owner, "signals") >= played.messages)
            assert rows(owner, "dead_letters") == 0
    finally:
        client.disconnect()
        client.loop_stop()
    assert played.confirmed == played.messages
    assert played.messages == pytest.approx(200, rel=0.1)
    assert told


def simulate(record: TestRecord, *options: str, **settings: str) -> subprocess.Popen[str]:
    environment = os.environ | {
        "ANWANG_VAR_DIR": str(record.settings.var_dir),
        "ANWANG_DATABASE_APP_URL": record.app_url.render_as_string(hide_password=False),
        "ANWANG_MQTT_URL": record.addresses.mqtt_device,
    }
    command = [sys.executable, "-m", "portal.cli", "simulate", *options]
    return subprocess.Popen(command, env=environment | settings, stderr=subprocess.PIPE, text=True)


def test_ctrl_c_ends_it_with_a_summary(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    factories.device(owner, venue)
    owner.execute(text("update devices set is_demo = true"))
    owner.execute(
        text(
            "insert into access_history (venue_id, county, category, accessed_from)"
            " select id, county, category, '2024-03-01' from venues"
        )
    )
    with simulate(empty_record, "--rate", "200", "--devices", "9") as process:
        with running(empty_record):
            wait_for(lambda: rows(owner, "signals") > 20, 40)
        process.send_signal(signal.SIGINT)
        _out, told = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "messages from 1 devices" in told
    assert "the broker confirmed" in told


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "There are no demonstration devices to play"),
        ({"ANWANG_DATABASE_APP_URL": "postgresql://anwang_app:x@127.0.0.1:1/none"}, "which does not answer"),
    ],
)
def test_it_refuses_in_one_sentence(empty_record: TestRecord, settings: dict[str, str], sentence: str) -> None:
    process = simulate(empty_record, **settings)
    _out, told = process.communicate(timeout=40)
    assert process.returncode == 1
    assert sentence in told
    assert len(told.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (f"mqtt://127.0.0.1:{free_port()}", "does not answer"),
        ("mqtt://nobody.invalid", "does not answer"),
    ],
    ids=["nobody listens", "no such host"],
)
def test_a_broker_that_is_not_there(url: str, sentence: str) -> None:
    with pytest.raises(CannotStart, match=sentence):
        broker.connect(url)


def test_a_broker_that_does_not_let_us_in(empty_record: TestRecord) -> None:
    with pytest.raises(CannotStart, match="refuses the devices' login"):
        broker.connect(empty_record.addresses.mqtt_device.replace("device:", "device:not"))


@pytest.mark.parametrize("what", ["silent", "flapping", "skewed", "broken", "late", "duplicates"])
def test_a_fault_has_its_share_and_no_other_shows(what: str) -> None:
    mischief = Mischief(Faults(**{what: 0.2}), random.Random(6))
    said = [list(mischief.turns(f"sd-{n}", EVENING)) for n in range(5000)]
    counted = {
        "silent": sum(not turns for turns in said) if what == "silent" else 0,
        "flapping": sum(not turns for turns in said) * 2 if what == "flapping" else 0,
        "skewed": sum(turns[-1].at != EVENING for turns in said if turns),
        "broken": sum(turn.is_broken for turns in said for turn in turns),
        "late": sum(len(turns) > 1 for turns in said),
        "duplicates": sum(turn.is_repeated for turns in said for turn in turns),
    }
    assert counted.pop(what) == pytest.approx(1000, rel=0.15)
    assert set(counted.values()) == {0}


def test_a_flapping_device_comes_and_goes() -> None:
    mischief = Mischief(Faults(flapping=1), random.Random(1))
    quiet = [mischief.is_quiet("sd-1", EVENING + timedelta(seconds=n)) for n in range(600)]
    changes = sum(one != other for one, other in pairwise(quiet))
    assert sum(quiet) == pytest.approx(300, abs=61)
    assert 9 <= changes <= 10


def test_what_is_broken_on_purpose_is_never_taken() -> None:
    mischief = Mischief(Faults(broken=1), random.Random(2))
    body = b'{"at":"2026-03-02T10:30:00.000+00:00","value":0.02}'
    for _n in range(2000):
        assert isinstance(decode("anwang/v1/sd-1/smoke", mischief.broken(body), EVENING), Refused)


def test_faults_on_demand_are_counted_on_record(empty_record: TestRecord, owner: Connection) -> None:
    """Every broken message is a dead letter, every late one is marked, no repeat is recorded twice."""
    venue = factories.venue(owner)
    speaking = [
        SimulatedDevice(factories.device(owner, venue)[1], DeviceKind.SMOKE_DETECTOR, None, None, venue.id)
        for _n in range(50)
    ]
    # Who is silent depends on the code alone, and codes on the tests before: a tenth of 50 can be nobody at all.
    faults = Faults(silent=0.3, broken=0.1, late=0.05, duplicates=0.2)
    client = broker.connect(empty_record.addresses.mqtt_device)
    try:
        with running(empty_record):
            day = Day(speaking, random.Random(5))
            played = player.Player(client, day, 300, Mischief(faults, random.Random(5))).play(2)
            whole = played.messages - played.broken
            wait_for(lambda: rows(owner, "dead_letters") == played.broken)
            told = text("select sum(accepted) from feeds")
            wait_for(lambda: int(owner.scalar(told) or 0) >= whole)
    finally:
        client.disconnect()
        client.loop_stop()
    assert min(played.broken, played.late, played.repeated, played.unsaid) > 0
    assert owner.scalar(text("select count(*) from signals where is_late")) == played.late
    assert rows(owner, "signals") < whole
