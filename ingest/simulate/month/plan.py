"""A month's messages with their truth, the same for a seed: who says what when, when it arrives, and why."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import orjson

from db.rules.device_kinds import DeviceKind
from ingest.simulate.burning import burning, some_fire
from ingest.simulate.month import rates
from ingest.simulate.speech import Beat, SimulatedDevice
from ingest.simulate.troubles import PLAYS, Cause

HERE = ZoneInfo("Asia/Shanghai")
DAYS_A_MONTH = 30
REACHED_AREAS = 4
"""A fire's smoke gets into so many areas of its venue at most."""
DIED_AT = 0.5
"""A device that dies ringing is heard no more after this share of what it would have said."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One thing that happened, and why: what nobody tells the record."""

    number: int
    cause: Cause
    venue_id: int
    began: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A message on the wire, and the episode that it belongs to."""

    received_at: datetime
    at: datetime
    """The device's own time, as its clock shows it."""
    code: str
    topic: str
    payload: bytes
    episode: int
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """All of it, in the order of arrival."""

    began: datetime
    days: int
    episodes: tuple[Episode, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Outage:
    began: datetime
    ended: datetime


def month(devices: Sequence[SimulatedDevice], seed: int, began: datetime, days: int, fires: int) -> Month:
    """What befalls these devices, cut off at the end. `fires` is their number; all else happens at its rate."""
    rng = random.Random(seed)  # noqa: S311 - a play, not a secret
    by_venue: dict[int, list[SimulatedDevice]] = {}
    for device in devices:
        by_venue.setdefault(device.venue_id, []).append(device)
    outages = _outages(sorted(by_venue), rng, began, days)
    skewed = {device.code for device in devices if rng.random() < rates.SKEWED}
    episodes: list[Episode] = []
    lines: list[Line] = []
    for cause, device, at, beats in [
        *_nuisances(devices, rng, began, days),
        *_fires(devices, by_venue, rng, began, days, fires),
    ]:
        episode = Episode(len(episodes), cause, device.venue_id, at)
        episodes.append(episode)
        lines += _lines(episode, beats, outages.get(device.venue_id), skewed, rng)
    ended = began + timedelta(days=days)
    lines = [line for line in lines if line.received_at < ended or episodes[line.episode].cause is Cause.FIRE]
    lines.sort(key=lambda line: (line.received_at, line.at, line.code))
    return Month(began, days, tuple(episodes), tuple(lines))


_Happening = tuple[Cause, SimulatedDevice, datetime, list[Beat]]


def _nuisances(
    devices: Sequence[SimulatedDevice], rng: random.Random, began: datetime, days: int
) -> Iterator[_Happening]:
    for row in rates.RATES:
        exposed = [
            device
            for device in devices
            if device.kind is row.device and (not row.areas or device.area_kind in row.areas)
        ]
        expected = row.a_month * days / DAYS_A_MONTH
        for device in exposed:
            if rng.random() >= expected:
                continue
            at = began + timedelta(days=rng.randrange(days), hours=rng.choice(row.hours), seconds=rng.uniform(0, 3600))
            beats = list(PLAYS[row.cause](device, rng))
            if rng.random() < rates.DIES_RINGING:
                beats = beats[: max(1, int(len(beats) * DIED_AT))]
            yield row.cause, device, at, beats


def _fires(
    devices: Sequence[SimulatedDevice],
    by_venue: dict[int, list[SimulatedDevice]],
    rng: random.Random,
    began: datetime,
    days: int,
    fires: int,
) -> Iterator[_Happening]:
    """Each begins under a smoke detector, any of them, at any time of day."""
    detectors = [device for device in devices if device.kind is DeviceKind.SMOKE_DETECTOR]
    for origin in rng.sample(detectors, fires):
        at = began + timedelta(days=days * rng.random())
        venue = _reached(origin, by_venue[origin.venue_id], rng)
        fire = some_fire([origin, *(device for device in venue if device is not origin)], rng)
        beats = sorted(burning(origin, venue, fire, rng), key=lambda beat: beat.after_seconds)
        yield Cause.FIRE, origin, at, beats


def _reached(origin: SimulatedDevice, venue: Sequence[SimulatedDevice], rng: random.Random) -> list[SimulatedDevice]:
    """The devices that the fire gets to: its own area and some others."""
    others = sorted({device.area_id or 0 for device in venue} - {origin.area_id or 0})
    areas = {origin.area_id or 0, *rng.sample(others, min(len(others), REACHED_AREAS - 1))}
    call_points = [device for device in venue if device.kind is DeviceKind.MANUAL_CALL_POINT]
    return [device for device in venue if (device.area_id or 0) in areas or device in call_points]


def _outages(venues: Sequence[int], rng: random.Random, began: datetime, days: int) -> dict[int, _Outage]:
    found = {}
    for venue in venues:
        if rng.random() < rates.OUTAGES_A_VENUE * days / DAYS_A_MONTH:
            at = began + timedelta(days=days * rng.random())
            found[venue] = _Outage(at, at + timedelta(hours=rng.uniform(*rates.OUTAGE_HOURS)))
    return found


def _lines(
    episode: Episode, beats: Sequence[Beat], outage: _Outage | None, skewed: set[str], rng: random.Random
) -> Iterator[Line]:
    for beat in beats:
        device, spoken = beat.spoken.device, beat.spoken
        said_at = episode.began + timedelta(seconds=beat.after_seconds)
        at = said_at - timedelta(hours=8) if device.code in skewed else said_at
        received = said_at + timedelta(seconds=0.2 + rng.expovariate(2))
        if outage is not None and outage.began <= said_at < outage.ended:
            received = outage.ended + timedelta(seconds=rng.uniform(0, 20))
        body = orjson.dumps({"at": at.isoformat(timespec="milliseconds"), **spoken.fields})
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        line = Line(received, at, device.code, f"anwang/v1/{device.code}/{spoken.signal.value}", body, episode.number)
        yield line
        if rng.random() < rates.DOUBLED:
            again = received + timedelta(seconds=rng.uniform(1, 60))
            yield Line(again, at, line.code, line.topic, body, episode.number, is_repeat=True)
