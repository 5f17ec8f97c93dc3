"""Access and duty from the programme's start to today.

On the bulletin's day (2 September 2024) every city and category has exactly the bulletin's counts. Before it the
numbers grow past each milestone; after it they grow on, with lapses, renewals and a few venues that never join.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from db.demo.counts import BULLETIN_DAY, Cell, accessed_without_duty
from db.demo.venues import DemoVenue
from db.rules.venue_categories import BY_CATEGORY, Category

START = date(2024, 1, 22)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from `since` to before `until` (None: still running)."""

    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class VenueHistory:
    """One venue's stretches of access and of declared duty, oldest first, never overlapping."""

    access: list[Stretch]
    duty: list[Stretch]


def make(cells: list[Cell], venues: list[DemoVenue], today: date, rng: np.random.Generator) -> dict[int, VenueHistory]:
    """The history of every venue by its id; nothing is dated after `today`."""
    members: dict[tuple[int, Category], list[DemoVenue]] = {}
    for venue in venues:
        members.setdefault((venue.city, venue.category), []).append(venue)
    eagerness = {county: rng.normal(0, 0.22) for county in sorted({venue.county for venue in venues})}
    gaps = _accessed_without_duty(cells)
    histories: dict[int, VenueHistory] = {}
    for cell in cells:
        listed = members[cell.city, cell.category]
        order = sorted(listed, key=lambda v: rng.random() - eagerness[v.county])
        accessed, waiting = order[: cell.accessed], order[cell.accessed :]
        both = cell.accessed - gaps[cell.city, cell.category]
        watched = {v.id for v in _some(accessed, both, rng)} | {v.id for v in _some(waiting, cell.on_duty - both, rng)}
        pace = 60 + 260 * rng.random()
        inside = {venue.id for venue in accessed}
        for venue in listed:
            access = _access(venue.id in inside, cell.category, pace, today, rng)
            histories[venue.id] = VenueHistory(access, _duty(venue.id in watched, access, today, rng))
    return histories


def _some(venues: list[DemoVenue], n: int, rng: np.random.Generator) -> list[DemoVenue]:
    return [venues[i] for i in rng.permutation(len(venues))[:n]]


def _accessed_without_duty(cells: list[Cell]) -> dict[tuple[int, Category], int]:
    """How many accessed venues of each cell have no duty: the published number of the city where the counts allow it.

    The fewest is accessed minus on duty; where a city's fewest exceeds the published number, the counts win.
    """
    given = {(c.city, c.category): max(0, c.accessed - c.on_duty) for c in cells}
    most = {(c.city, c.category): min(c.accessed, c.venues - c.on_duty) for c in cells}
    for city, published in accessed_without_duty().items():
        keys = [key for key in given if key[0] == city]
        missing = published - sum(given[key] for key in keys)
        for key in sorted(keys, key=lambda k: given[k] - most[k]):
            more = max(0, min(missing, most[key] - given[key]))
            given[key] += more
            missing -= more
    return given


def _access(
    was_accessed: bool, category: Category, pace: float, today: date, rng: np.random.Generator
) -> list[Stretch]:
    if was_accessed:
        since = _joined(category, rng)
        stretches = _with_lapse_before(since, rng)
    elif rng.random() < 0.03:
        since = _joined(category, rng, latest=BULLETIN_DAY - 40 * DAY)
        stretches = [Stretch(since, since + int(rng.integers(10, 35)) * DAY)]
    else:
        stretches = []
    if not was_accessed:
        joined = BULLETIN_DAY + (1 + int(rng.exponential(pace))) * DAY
        if rng.random() < 0.05 or joined >= today:
            return _until(stretches, today)
        stretches.append(Stretch(joined, None))
    return _until(_with_lapse_after(stretches, today, rng), today)


def _joined(category: Category, rng: np.random.Generator, latest: date = BULLETIN_DAY) -> date:
    """A day of joining: three of four hurry towards the milestone, the others come late."""
    due = BY_CATEGORY[category].due_on
    if rng.random() < 0.74:
        day = due - int(rng.gamma(1.6, 16)) * DAY
    else:
        day = due + int(rng.integers(1, max(2, (latest - due).days + 1))) * DAY
    return min(max(day, START + int(rng.integers(0, 12)) * DAY), latest)


def _with_lapse_before(since: date, rng: np.random.Generator) -> list[Stretch]:
    """Now and then a first stretch broke off and was mended before the bulletin's day."""
    room = (BULLETIN_DAY - since).days
    if room < 60 or rng.random() > 0.04:
        return [Stretch(since, None)]
    broke = since + int(rng.integers(15, room - 30)) * DAY
    return [Stretch(since, broke), Stretch(broke + int(rng.integers(3, 25)) * DAY, None)]


def _with_lapse_after(stretches: list[Stretch], today: date, rng: np.random.Generator) -> list[Stretch]:
    """After the bulletin's day: one in nine breaks off for some weeks, one in fifty for good."""
    last = stretches[-1]
    earliest = max(last.since, BULLETIN_DAY) + 20 * DAY
    chance = rng.random()
    if chance > 0.13 or (today - earliest).days < 5:
        return stretches
    broke = earliest + int(rng.integers(0, (today - earliest).days)) * DAY
    ended = [*stretches[:-1], Stretch(last.since, broke)]
    if chance < 0.02:
        return ended
    return [*ended, Stretch(broke + int(rng.integers(4, 60)) * DAY, None)]


def _until(stretches: list[Stretch], today: date) -> list[Stretch]:
    """Nothing begins after today, and what ends later still runs."""
    return [
        Stretch(s.since, s.until if s.until is not None and s.until <= today else None)
        for s in stretches
        if s.since <= today
    ]


def _duty(was_on_duty: bool, access: list[Stretch], today: date, rng: np.random.Generator) -> list[Stretch]:
    if was_on_duty:
        running = next(
            (s for s in access if s.since <= BULLETIN_DAY and (s.until is None or s.until > BULLETIN_DAY)), None
        )
        earliest = running.since if running else date(2024, 3, 1)
        since = min(earliest + int(rng.gamma(1.4, 12)) * DAY, BULLETIN_DAY)
    else:
        later = [s for s in access if s.until is None or s.until > BULLETIN_DAY]
        if not later or rng.random() > 0.84:
            return []
        since = max(later[0].since, BULLETIN_DAY) + (1 + int(rng.exponential(70))) * DAY
        if since >= today:
            return []
    return _until(_renewed(since, today, rng), today)


def _renewed(since: date, today: date, rng: np.random.Generator) -> list[Stretch]:
    """Contracts run a year or so; at each end some change hands at once, some after a gap, a few not at all."""
    stretches: list[Stretch] = []
    start = since
    while True:
        end = start + int(rng.integers(330, 400)) * DAY
        if end <= BULLETIN_DAY:
            end = BULLETIN_DAY + 30 * DAY
        if end >= today:
            return [*stretches, Stretch(start, None)]
        stretches.append(Stretch(start, end))
        chance = rng.random()
        if chance < 0.03:
            return stretches
        start = end if chance < 0.85 else end + int(rng.integers(3, 40)) * DAY
        if start > today:
            return stretches
