"""Who is told when nobody moves: a ladder's rungs in order of time, and what is due of them.

Real climbing, what the alarm's panel foresees and a rehearsal all go through `ascend`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from db.rules.alarm_kinds import AlarmKind, Level
from db.rules.alarm_lifecycle import Refusal
from db.rules.device_kinds import DeviceKind


class Party(StrEnum):
    """Whom a rung tells: people of the venue, of its maintainer, the alarm's owner, or an office."""

    VENUE = "venue"
    MAINTAINER = "maintainer"
    OWNER = "owner"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"


OFFICES = frozenset({Party.CITY, Party.PROVINCE})
"""The levels above the county: when they are reached a letter may go out."""
NEAR = frozenset({Party.VENUE, Party.MAINTAINER, Party.OWNER})
"""Who is told of what happens inside a drill or maintenance window."""


class Clock(StrEnum):
    """Since what a rung is counted."""

    RAISED = "raised"
    """Nobody has acknowledged."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has, and nothing moved since."""
    PROMISED = "promised"
    """The time that its owner promised has passed."""
    CONFIRMED = "confirmed"
    """A real fire."""


@dataclass(frozen=True, slots=True)
class Rung:
    number: int
    since: Clock
    after: timedelta
    who: Party
    asks: bool
    """Asked to act, or only informed."""
    duties: tuple[str, ...] = ()
    letter_within: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A rung, and when its turn is. `hastened`: the rung before it was a hole, so that it comes at once."""

    rung: Rung
    at: datetime
    is_hole: bool
    hastened: bool


def chain(rungs: Iterable[Rung], clock: Clock, *, in_window: bool = False) -> tuple[Rung, ...]:
    """The rungs of one clock in order of time; inside a window only those who are there."""
    wanted = [rung for rung in rungs if rung.since is clock and (rung.who in NEAR or not in_window)]
    return tuple(sorted(wanted, key=lambda rung: (rung.after, rung.number)))


def ascend(rungs: Sequence[Rung], base_at: datetime, holes: Collection[int]) -> list[Reached]:
    """When each rung of a chain has its turn if nobody moves; after a hole the next one comes at once.

    `holes` are the numbers of rungs that nobody stands on.
    """
    reached: list[Reached] = []
    for rung in rungs:
        due = base_at + rung.after
        before = reached[-1] if reached else None
        hastened = before is not None and before.is_hole and before.at < due
        at = before.at if before is not None and hastened else due
        reached.append(Reached(rung, at, rung.number in holes, hastened))
    return reached


@dataclass(frozen=True, slots=True)
class Climb:
    """What is due now, and what comes next; None where the ladder ends."""

    due: tuple[Reached, ...]
    next_rung: int | None
    next_due_at: datetime | None


def climb(
    rungs: Sequence[Rung], base_at: datetime, next_rung: int | None, holes: Collection[int], now: datetime
) -> Climb:
    """Every rung from the next one on whose turn has come by `now`, however long nobody looked."""
    ahead = ascend(remaining(rungs, next_rung), base_at, holes)
    due = tuple(takewhile(lambda reached: reached.at <= now, ahead))
    after = ahead[len(due)] if len(due) < len(ahead) else None
    return Climb(due, after.rung.number if after else None, after.at if after else None)


def remaining(rungs: Sequence[Rung], next_rung: int | None) -> Sequence[Rung]:
    """The chain from the next rung on; nothing where it has ended, or the rung is of another chain."""
    numbers = [rung.number for rung in rungs]
    return rungs[numbers.index(next_rung) :] if next_rung in numbers else ()


def reason_told(clock: Clock, rung: Rung, began: str) -> str:
    """Why a person of this rung is told; `began` is what set the ladder going."""
    if clock is Clock.RAISED and not rung.after:
        return "level_raised" if began == "level_raised" else "raised"
    return {
        Clock.RAISED: "escalated",
        Clock.ACKNOWLEDGED: "idle",
        Clock.PROMISED: "promise_passed",
        Clock.CONFIRMED: "confirmed",
    }[clock]


def step_name(clock: Clock, reached: Reached) -> str:
    """What a rung is called in the alarm's life."""
    if reached.is_hole:
        return "nobody_to_tell"
    if reached.rung.who is Party.OWNER:
        return "reminded"
    is_first = clock is Clock.CONFIRMED or (clock is Clock.RAISED and not reached.rung.after)
    return "told" if is_first else "escalated"


STORM_QUIET = timedelta(minutes=3)
"""Below critical nobody is told of one venue more often than this."""


def wait_until(level: Level, due_at: datetime, last_told: Sequence[datetime | None], now: datetime) -> datetime | None:
    """In a storm of alarms at one venue: until when this one waits to be told together with others; None: now.

    `last_told` is when each person of the due rungs was last told of an alarm there that was as bad; None for
    somebody who was not, and is told now.
    """
    known = [told for told in last_told if told is not None]
    if level is Level.CRITICAL or not known or len(known) < len(last_told) or now - due_at >= STORM_QUIET:
        return None
    until = max(known) + STORM_QUIET
    return until if until > now else None


REHEARSED: dict[DeviceKind, AlarmKind] = {
    DeviceKind.SMOKE_DETECTOR: AlarmKind.FIRE,
    DeviceKind.HEAT_DETECTOR: AlarmKind.FIRE,
    DeviceKind.MANUAL_CALL_POINT: AlarmKind.FIRE,
    DeviceKind.USER_TRANSMISSION_DEVICE: AlarmKind.FIRE,
    DeviceKind.GAS_DETECTOR: AlarmKind.GAS,
    DeviceKind.ELECTRICITY_METER: AlarmKind.ELECTRICAL,
    DeviceKind.CAMERA: AlarmKind.ESCAPE_ROUTE_BLOCKED,
    DeviceKind.LOUDSPEAKER_COLUMN: AlarmKind.DEVICE_FAULT,
    DeviceKind.HYDRANT: AlarmKind.EQUIPMENT_MISSING,
}
"""The worst that each kind of device rings for."""


def refused(rungs: Sequence[Rung]) -> Refusal | None:
    """Why these rungs make no ladder; None where they do."""
    raised = chain(rungs, Clock.RAISED)
    if not raised or raised[0].after:
        return Refusal("Somebody must be told at once: a rung stands at 0 minutes since the alarm was raised.")
    if not any(rung.since is Clock.ACKNOWLEDGED for rung in rungs):
        return Refusal("A ladder needs a rung for alarms that were acknowledged and then left.")
    if not any(rung.since is Clock.PROMISED for rung in rungs):
        return Refusal("A ladder needs a rung for promises that have passed.")
    if any(rung.who is Party.OWNER and rung.since is Clock.RAISED for rung in rungs):
        return Refusal("An alarm that nobody has acknowledged has no owner yet.")
    if any(rung.letter_within is not None and rung.who not in OFFICES for rung in rungs):
        return Refusal("A letter goes out when a city or the province is reached.")
    seen = [(rung.since, rung.who) for rung in rungs]
    if len(set(seen)) < len(seen):
        return Refusal("Each level stands once after each event.")
    return None
