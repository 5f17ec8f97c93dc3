"""A venue's stretches of days once some days of them are corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Days:
    """From `since` to before `until`; None: still running."""

    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """What becomes of stretches on record: by their number changed or gone, and what is new."""

    changed: tuple[tuple[int, Days], ...]
    gone: tuple[int, ...]
    new: tuple[Days, ...]


def corrected(on_record: Sequence[tuple[int, Days]], days: Days, is_so: bool) -> Corrected:
    """The stretches after `days` have been made part of them (`is_so`) or taken out of them."""
    return _joined(on_record, days) if is_so else _cut(on_record, days)


def _joined(on_record: Sequence[tuple[int, Days]], days: Days) -> Corrected:
    """One stretch over the days and all that they touch; the oldest touched keeps its number."""
    touched = sorted((s for s in on_record if _touch(s[1], days)), key=lambda s: s[1].since)
    if not touched:
        return Corrected((), (), (days,))
    ends = [days.until, *(s.until for _number, s in touched)]
    whole = Days(
        min(days.since, touched[0][1].since),
        None if any(end is None for end in ends) else max(end for end in ends if end is not None),
    )
    keeper, *rest = touched
    if keeper[1] == whole and not rest:
        return Corrected((), (), ())
    return Corrected(((keeper[0], whole),), tuple(number for number, _s in rest), ())


def _cut(on_record: Sequence[tuple[int, Days]], days: Days) -> Corrected:
    changed, gone, new = [], [], []
    for number, stretch in on_record:
        if not _overlap(stretch, days):
            continue
        left = Days(stretch.since, days.since) if stretch.since < days.since else None
        right = None
        if days.until is not None and (stretch.until is None or days.until < stretch.until):
            right = Days(days.until, stretch.until)
        if left is not None:
            changed.append((number, left))
            new += [right] if right else []
        elif right is not None:
            changed.append((number, right))
        else:
            gone.append(number)
    return Corrected(tuple(changed), tuple(gone), tuple(new))


def _overlap(a: Days, b: Days) -> bool:
    return (b.until is None or a.since < b.until) and (a.until is None or b.since < a.until)


def _touch(a: Days, b: Days) -> bool:
    return (b.until is None or a.since <= b.until) and (a.until is None or b.since <= a.until)
