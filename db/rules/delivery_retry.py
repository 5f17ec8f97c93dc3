"""When to try again: growing waits with jitter, for as long as the message still means something."""

from datetime import datetime, timedelta

FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 300.0
GIVE_UP_AFTER: dict[int, timedelta] = {
    1: timedelta(hours=24),
    2: timedelta(hours=12),
    3: timedelta(hours=6),
    4: timedelta(hours=6),
}
"""By level: after this long a message is given up, and shown as failed to those who supervise."""


def wait_seconds(tries: int, chance: float) -> float:
    """After `tries` attempts: 2 s, 4 s, 8 s … up to 5 minutes; half to the whole of it by `chance` (0 to 1)."""
    whole = min(FIRST_WAIT_SECONDS * 2 ** min(max(0, tries - 1), 16), LONGEST_WAIT_SECONDS)
    return float(whole * (0.5 + chance / 2))


def next_try(made_at: datetime, tries: int, level: int, now: datetime, chance: float) -> datetime | None:
    """When a failed message is due again; None where it is given up."""
    again = now + timedelta(seconds=wait_seconds(tries, chance))
    return None if again > made_at + GIVE_UP_AFTER[min(4, max(1, level))] else again
