"""A month of alarms: its generator, and what the record makes of fires among nuisances."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import orjson
import pytest

from db.rules.access_scope import EVERYTHING
from db.rules.device_kinds import AreaKind, DeviceKind
from ingest.messages import DeviceMessage
from ingest.mqtt import payload
from ingest.simulate import player
from ingest.simulate.burning import burning, some_fire
from ingest.simulate.month.__main__ import clear
from ingest.simulate.month.figures import figures, was_fire
from ingest.simulate.month.plan import Line, Month, month
from ingest.simulate.month.play import People, Play, kind_of
from ingest.simulate.speech import SimulatedDevice
from ingest.simulate.troubles import PLAYS, Cause
from tests.plugins.province import DEMO
from tests.plugins.services import Installation, TestRecord, copy_of

ENDS = datetime.now(UTC).replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=2)
BEGAN = ENDS - timedelta(days=1)
DEVICES, FIRES = 2000, 5


@pytest.fixture(scope="module")
def province(installation: Installation, demo_template: str) -> Iterator[TestRecord]:
    assert demo_template == DEMO
    yield from copy_of(installation, demo_template)


@pytest.fixture(scope="module")
def devices(province: TestRecord) -> list[SimulatedDevice]:
    return player.cast(province.record, DEVICES)


@pytest.fixture(scope="module")
def planned(devices: list[SimulatedDevice]) -> Month:
    """A day in which thirty days' troubles befall a few venues."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.simulate.month.plan.DAYS_A_MONTH", 1)
        return month(devices, 7, BEGAN, 1, FIRES)


@pytest.fixture(scope="module")
def found(province: TestRecord, planned: Month) -> dict[str, Any]:
    clear(province.owner_url, BEGAN, ENDS)
    people = People(random.Random(7), partial(was_fire, planned))
    played = Play(province.record, planned, people).run()
    with province.record.scoped(EVERYTHING) as session:
        return figures(session, planned, played)


def test_a_seed_repeats_a_month(devices: list[SimulatedDevice]) -> None:
    one, same, other = (month(devices[:500], seed, BEGAN, 1, 2) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_the_truth_is_not_on_the_wire(planned: Month) -> None:
    """Two causes that look the same to a judge must be told apart by nothing but their course."""
    for line in planned.lines:
        assert not any(cause.value.encode() in line.payload for cause in Cause)
    assert list(planned.lines) == sorted(planned.lines, key=lambda line: line.received_at)


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.FIRE])
def test_every_cause_rings_and_is_well_formed(cause: Cause) -> None:
    rang = 0
    device = SimulatedDevice("sd-360702-000001", DeviceKind.SMOKE_DETECTOR, AreaKind.CORRIDOR, 1, 1)
    for seed in range(5):
        beats = list(PLAYS[cause](device, random.Random(seed)))
        assert beats
        for beat in beats:
            body = orjson.dumps({"at": BEGAN.isoformat(), **beat.spoken.fields})
            line = Line(BEGAN, BEGAN, device.code, f"anwang/v1/{device.code}/{beat.spoken.signal.value}", body, 0)
            assert isinstance(payload.decode(line.topic, line.payload, BEGAN), DeviceMessage)
            rang += kind_of(line) is not None
    assert rang > 0


@pytest.mark.parametrize("seed", range(20))
def test_every_fire_rings_and_no_device_speaks_that_is_dead(seed: int) -> None:
    rng = random.Random(seed)
    venue = [
        SimulatedDevice(f"sd-360702-{n:06d}", DeviceKind.SMOKE_DETECTOR, AreaKind.CORRIDOR, n // 2, 1) for n in range(6)
    ]
    fire = some_fire(venue, rng)
    said = list(burning(venue[0], venue, fire, rng))
    assert venue[0].code in {beat.spoken.device.code for beat in said if beat.spoken.fields["alarm"]}
    assert not fire.dead & {beat.spoken.device.code for beat in said}


def test_no_fire_is_missed_or_late(found: dict[str, Any]) -> None:
    assert found["fires"] == found["fires_that_rang"] == FIRES
    assert found["fires_missed"] == 0
    assert found["fire_delay_s"]["max"] <= 1
    assert found["fire_shown_delay_s"]["max"] <= 1


def test_signals_are_conserved(found: dict[str, Any], planned: Month) -> None:
    repeats = sum(line.is_repeat for line in planned.lines)
    assert (found["signals"], found["repeats"]) == (len(planned.lines) - repeats, repeats)
    assert found["alarm_bearing_signals"] == found["signals_in_alarms"] == found["naive_portal"]["alarms"]
    assert found["alarm_bearing_signals"] == sum(each["alarm_bearing_signals"] for each in found["by_cause"].values())
    assert found["alarms_opened"] == sum(each["alarms"] for each in found["by_cause"].values())
    assert found["alarms_of_unknown_cause"] == found["refused"] == 0


def test_people_open_few_of_them(found: dict[str, Any]) -> None:
    assert 0 < found["alarms_to_open"] < found["alarm_bearing_signals"] / 5
    assert found["nuisance"]["share_folded_or_told_apart"] > 0.8
    assert found["nuisance"]["told_apart_alarms"] > 0
    assert found["by_cause"]["low_battery"]["to_open"] == 0
