"""Writing signals, each once: by COPY into a temporary table, since a table with row-level security takes none."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from ingest.located import Located

TICK = timedelta(microseconds=1)
MOST_IN_A_TICK = 1000
_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_COLUMNS = (
    "device_id, signal, observed_at, venue_id, county, received_at, value, alarm, text, battery_pct, rssi_dbm, is_late"
)
_STAGE = text(
    "create temporary table if not exists staged (like signals including defaults, line int) on commit delete rows"
)
_CLEAR = text("delete from staged")
"""Cheap where nothing is staged; `truncate` would write the catalogue anew for each batch."""
# In one order: two that write the same signals at once would wait for each other in a circle.
_TAKE = text(
    f"""
    with taken as (
        insert into signals ({_COLUMNS}) select {_COLUMNS} from staged order by device_id, signal, observed_at
        on conflict do nothing
        returning device_id, signal, observed_at
    )
    select line from staged s where not exists (
        select from taken t where (t.device_id, t.signal, t.observed_at) = (s.device_id, s.signal, s.observed_at))
    """
)
_HELD = text(
    """
    select s.device_id, s.signal, s.observed_at, s.value, s.alarm, s.text
    from unnest(cast(:devices as int[]), cast(:signals as text[]), cast(:moments as timestamptz[])) asked (d, n, at)
    join signals s on s.device_id = asked.d and s.signal = asked.n
        and s.observed_at >= asked.at and s.observed_at < asked.at + :span
    where s.observed_at >= :first and s.observed_at < :last
    """
)


_Key = tuple[int, str, datetime]
_Said = tuple[float | None, bool | None, str | None]
_Held = dict[_Key, _Said]


def record(session: Session, located: Sequence[Located]) -> list[Located]:
    """Write what is not on record yet, and answer it, oldest first; the rest are repeats.

    The same device, signal and time with other words is no repeat: a clock that ticks in seconds must not swallow
    an alarm behind a quiet reading. It is recorded a microsecond later.
    """
    if not located:
        return []
    first, crowded = _by_tick(located)
    met = _write(session, first)
    fresh = [entry for line, entry in enumerate(first) if line not in met]
    crowded += [first[line] for line in met]
    while crowded:
        placed = _placed(crowded, _on_record(session, crowded))
        met = _write(session, [at_its_place for _said, at_its_place in placed])
        fresh += [at_its_place for line, (_said, at_its_place) in enumerate(placed) if line not in met]
        crowded = [placed[line][0] for line in met]
    return sorted(fresh, key=lambda entry: (entry.observed_at, entry.received_at))


def _by_tick(located: Sequence[Located]) -> tuple[list[Located], list[Located]]:
    """The first of each device, signal and time, and those that say something else at the same time."""
    held: _Held = {}
    first, crowded = [], []
    for entry in located:
        said = _said(entry)
        there = held.setdefault(_key(entry, entry.observed_at), said)
        if there is said:
            first.append(entry)
        elif there != said:
            crowded.append(entry)
    return first, crowded


def _placed(crowded: Sequence[Located], held: _Held) -> list[tuple[Located, Located]]:
    """Each with itself at the next free moment; without those that say what is held already."""
    placed = []
    for entry in crowded:
        said = _said(entry)
        for step in range(MOST_IN_A_TICK):
            at = entry.observed_at + step * TICK
            there = held.setdefault(_key(entry, at), said)
            if there is said:
                placed.append((entry, replace(entry, observed_at=at)))
            if there == said:
                break
        else:  # a clock that stands still
            placed.append((entry, replace(entry, observed_at=entry.received_at)))
    return placed


def _key(entry: Located, at: datetime) -> _Key:
    return entry.device.id, entry.message.signal, at


def _said(entry: Located) -> _Said:
    return entry.message.value, entry.message.alarm, entry.text


def _write(session: Session, entries: Sequence[Located]) -> set[int]:
    """Insert; answers which entries, by position, met a row that was there already."""
    session.execute(_STAGE)
    session.execute(_CLEAR)  # a transaction may record several times
    cursor = session.connection().connection.cursor()
    cursor.copy_expert(f"copy staged ({_COLUMNS}, line) from stdin", io.StringIO(_copied(entries)))
    return set(session.scalars(_TAKE))


def _copied(entries: Sequence[Located]) -> str:
    """The rows in COPY's text format, \\N for what is absent."""
    lines = []
    for line, entry in enumerate(entries):
        message, device, words = entry.message, entry.device, entry.text
        lines.append(
            f"{device.id}\t{message.signal.value}\t{entry.observed_at.isoformat()}\t{device.venue_id}\t{device.county}"
            f"\t{entry.received_at.isoformat()}\t{_or_null(message.value)}\t{_or_null(message.alarm)}"
            f"\t{_NULL if words is None else words.translate(_ESCAPES)}\t{_or_null(message.battery_pct)}"
            f"\t{_or_null(message.rssi_dbm)}\t{entry.is_late}\t{line}\n"
        )
    return "".join(lines)


def _or_null(value: float | bool | None) -> str:
    return _NULL if value is None else repr(value)


def _on_record(session: Session, entries: Sequence[Located]) -> _Held:
    """What the record holds at these times and just after."""
    span = MOST_IN_A_TICK * TICK
    moments = [entry.observed_at for entry in entries]
    rows = session.execute(
        _HELD,
        {
            "devices": [entry.device.id for entry in entries],
            "signals": [entry.message.signal.value for entry in entries],
            "moments": moments,
            "span": span,
            "first": min(moments),
            "last": max(moments) + span,
        },
    )
    return {(row.device_id, row.signal, row.observed_at): (row.value, row.alarm, row.text) for row in rows}
