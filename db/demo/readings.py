"""Readings of a sample of devices since they were hung: seasons, school terms, ageing batteries, and some silence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db.demo.copy import copy_rows
from db.demo.devices import DemoDevice
from db.rules.device_kinds import DeviceKind
from db.rules.signal_kinds import SignalKind

HERE = ZoneInfo("Asia/Shanghai")
SAMPLE = 30
"""Devices with a past by the day."""
FINE = 10
"""Of these, devices with five-minute readings of a month and each reading of a day and more."""
SAMPLE_COUNTY = 360_702
STEP = timedelta(minutes=30)
HOTTEST_DAY = 205
NEW_YEAR = date(2024, 1, 1).toordinal()
Numbers = NDArray[np.float64]

SAYS: dict[DeviceKind, tuple[str, ...]] = {
    DeviceKind.SMOKE_DETECTOR: (SignalKind.SMOKE, "battery", "radio"),
    DeviceKind.HEAT_DETECTOR: (SignalKind.TEMPERATURE, "battery", "radio"),
    DeviceKind.GAS_DETECTOR: (SignalKind.GAS, "battery", "radio"),
    DeviceKind.ELECTRICITY_METER: (SignalKind.CURRENT, SignalKind.RESIDUAL_CURRENT, SignalKind.CABLE_TEMPERATURE),
    DeviceKind.HYDRANT: (SignalKind.WATER_PRESSURE, "battery", "radio"),
}
DECIMALS: dict[str, int] = {SignalKind.SMOKE: 4, SignalKind.WATER_PRESSURE: 3}


@dataclass(frozen=True, slots=True)
class Curve:
    """Means at moments, and how far the lowest and the highest are from them."""

    mean: Numbers
    spread: Numbers
    floor: float = 0.0


def fill(connection: Connection, devices: Sequence[DemoDevice], now: datetime, rng: np.random.Generator) -> None:
    """Roll-ups of the sample, marked as counted; the simulator and real devices add to them."""
    chosen = sample(devices)
    today = now.astimezone(HERE).date()
    first = min((device.installed_on for device in chosen), default=today)
    for parent, since in (("readings_daily", first), ("readings_5min", today - timedelta(days=32))):
        connection.execute(
            text("select ensure_month_partitions(:parent, :first, :last)"),
            {"parent": parent, "first": since, "last": today + timedelta(days=31)},
        )
    bucket = ("venue_id", "county", "lowest", "highest", "total", "n")
    copy_rows(
        connection,
        "readings_daily",
        ("device_id", "signal", "day", *bucket),
        (row for device in chosen for row in _daily(device, today, rng)),
    )
    fine = [row for device in chosen[:FINE] for row in _fine(device, now, rng)]
    copy_rows(
        connection, "readings_5min", ("device_id", "signal", "since", *bucket), (bucketed for bucketed, _each in fine)
    )
    since = now - timedelta(hours=30)
    copy_rows(
        connection,
        "signals",
        ("device_id", "signal", "observed_at", "venue_id", "county", "received_at", "value", "recorded_in"),
        (each for _bucketed, each in fine if each[2] >= since),
    )
    connection.execute(text("update rolled_up set upto = txid_snapshot_xmin(txid_current_snapshot())"))


def sample(devices: Sequence[DemoDevice]) -> list[DemoDevice]:
    """Devices with a measured value in one county's accessed venues, each kind in turn."""
    by_kind: dict[DeviceKind, list[DemoDevice]] = {kind: [] for kind in SAYS}
    for device in devices:
        if device.kind in by_kind and device.is_live and device.area.venue.county == SAMPLE_COUNTY:
            by_kind[device.kind].append(device)
    turns = max(map(len, by_kind.values()))
    in_turn = [members[n] for n in range(turns) for members in by_kind.values() if n < len(members)]
    return in_turn[:SAMPLE]


def _daily(device: DemoDevice, today: date, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    days = [device.installed_on + timedelta(days=n) for n in range((today - device.installed_on).days)]
    if not days:
        return
    heard = _heard(len(days), rng)
    moments = np.array([day.toordinal() for day in days], dtype=float) + 0.5
    for signal in SAYS[device.kind]:
        curve, decimals = _curve(signal, moments, rng), DECIMALS.get(signal, 2)
        lowest = np.maximum(curve.mean - curve.spread, curve.floor).round(decimals)
        highest, counts = (curve.mean + curve.spread).round(decimals), rng.integers(40, 49, len(days))
        totals = ((lowest + highest) / 2 * counts).round(decimals)
        numbers = zip(*(column[heard].tolist() for column in (lowest, highest, totals, counts)), strict=True)
        on_days = [day for day, is_heard in zip(days, heard, strict=True) if is_heard]
        place = device.area.venue.id, device.area.venue.county
        for day, bucket in zip(on_days, numbers, strict=True):
            yield (device.id, str(signal), day, *place, *bucket)


def _fine(
    device: DemoDevice, now: datetime, rng: np.random.Generator
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """A reading every half hour over a month: as a five-minute bucket, and as it came."""
    steps = int(timedelta(days=31) / STEP)
    begin = now.replace(minute=0, second=0, microsecond=0) - steps * STEP
    at = [begin + n * STEP for n in range(1, steps)]
    moments = np.array([m.astimezone(HERE).toordinal() + _part_of_day(m) for m in at])
    heard, place = _heard(len(at), rng, longest=20), (device.area.venue.id, device.area.venue.county)
    for signal in SAYS[device.kind]:
        if signal in ("battery", "radio"):
            continue
        curve = _curve(signal, moments, rng)
        values = np.maximum(curve.mean + curve.spread * rng.normal(0, 0.25, len(at)), curve.floor).round(4)
        for n in np.flatnonzero(heard):
            value = float(values[n])
            yield (
                (device.id, str(signal), at[n], *place, value, value, value, 1),
                (device.id, str(signal), at[n] + timedelta(seconds=device.id % 240), *place, at[n], value, 0),
            )


def _part_of_day(at: datetime) -> float:
    local = at.astimezone(HERE)
    return (local.hour * 60 + local.minute) / 1440


def _heard(n: int, rng: np.random.Generator, longest: int = 9) -> NDArray[np.bool_]:
    """All but a few stretches: a flat battery, a fallen line."""
    heard = np.ones(n, dtype=bool)
    for _silence in range(rng.poisson(n / 350)):
        since = int(rng.integers(n))
        heard[since : since + int(rng.integers(1, longest))] = False
    return heard


def _curve(signal: str, moments: Numbers, rng: np.random.Generator) -> Curve:
    """`moments` are proleptic days, as `date.toordinal` counts them, with their part of a day."""
    n, noise = len(moments), rng.normal(0, 1, len(moments))
    year_day = (moments - NEW_YEAR) % 365.25
    season = np.cos((year_day - HOTTEST_DAY) / 365.25 * 2 * np.pi)
    hour = np.cos((moments % 1 - 0.6) * 2 * np.pi) if np.ptp(moments % 1) else np.zeros(n)
    school = _term(moments)
    slow = np.interp(np.arange(n), np.arange(0, n + 30, 30), rng.normal(0, 1, n // 30 + 2)[: len(range(0, n + 30, 30))])
    offset = rng.normal(0, 1)
    ones = np.ones(n)
    if signal == SignalKind.TEMPERATURE:
        return Curve(20 + offset + 9 * season + 3 * hour + 1.2 * noise + slow, 3 + 0.4 * np.abs(noise), -20)
    if signal == SignalKind.SMOKE:
        dust = 0.012 * ((moments + 40 * offset) % 380) / 380
        return Curve(0.018 + dust + 0.002 * noise, 0.006 + 0.002 * np.abs(noise))
    if signal == SignalKind.GAS:
        return Curve(0.6 + 0.4 * school + 0.1 * noise, 0.4 * ones)
    if signal == SignalKind.CURRENT:
        return Curve(3 + 11 * school * (1 + 0.3 * np.abs(season)) * (1 + 0.5 * hour) + 0.8 * noise, 2 + 5 * school)
    if signal == SignalKind.RESIDUAL_CURRENT:
        damp = np.cos((year_day - 110) / 365.25 * 2 * np.pi)
        return Curve(48 + 10 * offset + 14 * damp + 8 * slow + 3 * noise, 9 + 3 * np.abs(noise))
    if signal == SignalKind.CABLE_TEMPERATURE:
        return Curve(27 + 8 * season + 7 * school + 2 * hour + noise, 5 * ones, -20)
    if signal == SignalKind.WATER_PRESSURE:
        return Curve(0.36 + 0.01 * offset + 0.012 * slow - 0.01 * hour + 0.004 * noise, 0.02 * ones)
    if signal == "battery":
        worn = (100 - (moments + 300 * offset) % 720 * 0.115).round()
        return Curve(worn, 0 * ones)
    return Curve(-88 + 4 * offset + 2 * slow + noise, 5 + np.abs(noise), -130)


def _term(moments: Numbers) -> Numbers:
    """Near 1 on a school day, near 0.1 at week-ends and in the holidays of winter and summer."""
    year_day = (moments - NEW_YEAR) % 365.25
    holiday = ((year_day > 20) & (year_day < 50)) | ((year_day > 188) & (year_day < 243))
    weekend = (moments.astype(int) % 7 == 6) | (moments.astype(int) % 7 == 0)
    return np.where(holiday | weekend, 0.1, 1.0)
