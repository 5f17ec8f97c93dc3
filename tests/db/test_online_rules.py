"""What "online" is worth: the rule by cases, and what must hold of it whatever comes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.battery import battery_end
from db.rules.device_kinds import DeviceKind
from db.rules.online import BY_KIND, EXPECTED, DeviceState, Seen, counter_of, is_cut_off, is_proof, state_of
from db.rules.signal_kinds import SignalKind

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
SMOKE = BY_KIND[DeviceKind.SMOKE_DETECTOR]


def ago(hours: float | None) -> datetime | None:
    return None if hours is None else NOW - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Seen(None, None), DeviceState.REGISTERED),
        (Seen(ago(1), ago(1)), DeviceState.PROVEN),
        (Seen(ago(1), None), DeviceState.HEARD),
        (Seen(ago(1), ago(25)), DeviceState.HEARD),
        (Seen(ago(25), ago(25)), DeviceState.SILENT),
        (Seen(ago(1), ago(1), is_faulty=True), DeviceState.FAULTY),
        (Seen(ago(25), ago(25), is_faulty=True), DeviceState.SILENT),
        (Seen(ago(1), ago(1), fell_silent=2), DeviceState.PROVEN),
        (Seen(ago(1), ago(1), fell_silent=3), DeviceState.FLAPPING),
        (Seen(ago(200), None, has_gateway=True, gateway_heard_at=ago(0.1)), DeviceState.HEARD),
        (Seen(ago(1), ago(1), has_gateway=True, gateway_heard_at=ago(3)), DeviceState.SILENT),
        (Seen(ago(1), ago(1), has_gateway=True), DeviceState.PROVEN),
        (Seen(ago(30), ago(30), has_gateway=True), DeviceState.SILENT),
    ],
)
def test_state(seen: Seen, state: DeviceState) -> None:
    assert state_of(seen, SMOKE, NOW) is state


moments = st.none() | st.integers(0, 100).map(ago)
sights = st.builds(
    Seen, moments, moments, st.booleans(), moments, is_faulty=st.booleans(), fell_silent=st.integers(0, 5)
)


@given(sights, st.sampled_from(EXPECTED))
def test_proven_is_heard_and_nothing_lives_behind_a_dead_gateway(seen: Seen, expected) -> None:
    state = state_of(seen, expected, NOW)
    if state is DeviceState.PROVEN:
        assert seen.heard_at is not None
        assert seen.proven_at is not None
    if is_cut_off(seen, NOW):
        assert state in (DeviceState.SILENT, DeviceState.REGISTERED)


@given(sights, st.sampled_from(EXPECTED), st.integers(1, 1000))
def test_time_alone_mends_nothing(seen: Seen, expected, hours: int) -> None:
    """Whoever is silent stays so until something comes."""
    if state_of(seen, expected, NOW) is DeviceState.SILENT:
        assert state_of(seen, expected, NOW + timedelta(hours=hours)) is DeviceState.SILENT


def test_every_kind_has_its_expectation_and_rings_within_a_day() -> None:
    assert {row.kind for row in EXPECTED} == set(DeviceKind)
    assert all(timedelta() < row.period <= row.alarm_after <= timedelta(hours=24) for row in EXPECTED)


@pytest.mark.parametrize(
    ("kind", "signal", "value", "has_radio", "is_test", "proves"),
    [
        (DeviceKind.SMOKE_DETECTOR, SignalKind.SMOKE, 0.1, True, False, True),
        (DeviceKind.SMOKE_DETECTOR, SignalKind.SMOKE, 0.1, False, False, False),
        (DeviceKind.SMOKE_DETECTOR, SignalKind.SMOKE, None, False, True, True),
        (DeviceKind.GAS_DETECTOR, SignalKind.GAS, 1.0, False, False, True),
        (DeviceKind.GAS_DETECTOR, SignalKind.HEARTBEAT, None, True, False, False),
        (DeviceKind.ELECTRICITY_METER, SignalKind.ENERGY, 5.0, True, True, False),
        (DeviceKind.CAMERA, SignalKind.HEARTBEAT, None, True, False, False),
        (DeviceKind.USER_TRANSMISSION_DEVICE, SignalKind.HEARTBEAT, None, False, False, True),
    ],
)
def test_proof(
    kind: DeviceKind, signal: SignalKind, value: float | None, has_radio: bool, is_test: bool, proves: bool
) -> None:
    assert is_proof(kind, signal, value, has_radio=has_radio, is_test=is_test) is proves


def test_a_meter_shows_its_counter() -> None:
    assert counter_of(DeviceKind.ELECTRICITY_METER, SignalKind.ENERGY, 5.0) == 5.0
    assert counter_of(DeviceKind.ELECTRICITY_METER, SignalKind.CURRENT, 5.0) is None
    assert counter_of(DeviceKind.SMOKE_DETECTOR, SignalKind.ENERGY, 5.0) is None


TODAY = date(2026, 3, 2)


def falling(days: int, a_month: float, start: float = 90.0) -> list[tuple[date, float]]:
    return [(TODAY - timedelta(days=days - n), start - a_month * n / 30) for n in range(days)]


def test_a_battery_ends_where_its_line_does() -> None:
    end = battery_end(falling(60, 10.0), TODAY)
    assert end is not None
    assert end.pct_a_month == pytest.approx(10.0)
    assert abs((end.on - (TODAY - timedelta(days=60))).days - 255) <= 1


def test_a_few_odd_days_do_not_bend_it() -> None:
    days = falling(60, 10.0)
    odd = [(day, 100.0 if n % 9 == 0 else pct) for n, (day, pct) in enumerate(days)]
    straight, bent = battery_end(days, TODAY), battery_end(odd, TODAY)
    assert straight is not None
    assert bent is not None
    assert abs((straight.on - bent.on).days) < 20


@pytest.mark.parametrize("days", [[], falling(13, 10.0), falling(60, 0.0), falling(60, -4.0), falling(20, 0.1)])
def test_where_nothing_can_be_said_nothing_is(days: list[tuple[date, float]]) -> None:
    assert battery_end(days, TODAY) is None
