"""Raising alarms: signals that ring fold into the open alarm of their venue, area and kind, or raise one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import watermarks
from db.rules.alarm_folding import Folded, Folding, Happening, OpenAlarm, Ring, fold
from db.rules.alarm_kinds import AlarmKind, Level


@dataclass(frozen=True, slots=True)
class AlarmSignal:
    """A signal that rings: which device, where, what it said and when."""

    venue_id: int
    county: int
    area_id: int | None
    device_id: int | None
    device_code: str
    kind: AlarmKind
    signal: str
    value: float | None
    observed_at: datetime
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """The alarm that a signal went into."""

    alarm_id: int
    folding: Folding


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where one alarm at most is open; `area_id` 0 is the venue as a whole."""

    venue_id: int
    area_id: int
    kind: AlarmKind


# One lock a place, taken in one order: two gateways, or a gateway and a camera, never raise the same alarm twice,
# and never wait for each other in a circle.
_LOCK = text(
    """
    select pg_advisory_xact_lock(hashtextextended('alarm/' || venue || '/' || area || '/' || kind, 0))
    from unnest(cast(:venues as int[]), cast(:areas as int[]), cast(:kinds as text[])) p (venue, area, kind)
    """
)
_OPEN = text(
    """
    select a.id, a.venue_id, coalesce(a.area_id, 0) as area_id, a.kind, a.level, first.code as first_code,
           array(select s.note from alarm_steps s where s.alarm_id = a.id and s.step = :joined) as joined
    from alarms a left join devices first on first.id = a.device_id
    where (a.venue_id, coalesce(a.area_id, 0), a.kind) in (
            select * from unnest(cast(:venues as int[]), cast(:areas as int[]), cast(:kinds as text[])))
        and a.venue_id = any (:venues) and a.closed_at is null
    order by a.id for update of a
    """
)
_INSERT = text(
    f"""
    insert into alarms (venue_id, county, area_id, device_id, kind, level, state, signal, value, raised_at,
        recorded_at, last_signal_at, signal_count, device_count, is_demo, window_id)
    values (:venue_id, :county, :area_id, :device_id, :kind, :level, 'raised', :signal, :value, :raised_at,
        :now, :at, :signals, :devices, :is_demo, {watermarks.WINDOW_OF_NEW})
    returning id
    """
)
_FOLD = text(
    """
    update alarms a set signal_count = a.signal_count + new.signals, level = new.level,
        device_count = a.device_count + new.joined,
        value = case when new.at >= a.last_signal_at then new.value else a.value end,
        last_signal_at = greatest(a.last_signal_at, new.at)
    from unnest(cast(:ids as bigint[]), cast(:signals as int[]), cast(:levels as int2[]), cast(:joined as int[]),
        cast(:values as float8[]), cast(:moments as timestamptz[])) new (id, signals, level, joined, value, at)
    where a.id = new.id
    """
)
_NOTE = text(
    """
    insert into alarm_steps (alarm_id, venue_id, county, at, step, actor_id, actor_name, note)
    select alarm, venue, county, at, step, null, code, note
    from unnest(cast(:alarms as bigint[]), cast(:venues as int[]), cast(:counties as int[]),
        cast(:moments as timestamptz[]), cast(:steps as text[]), cast(:codes as text[]), cast(:notes as text[]))
        with ordinality n (alarm, venue, county, at, step, code, note, place) order by place
    """
)


def raise_alarm(session: Session, signal: AlarmSignal, now: datetime) -> Raised:
    """Fold the signal into the open alarm of its venue, area and kind, or raise one. Commit makes it ring."""
    return raise_alarms(session, [signal], now)[0]


@dataclass(frozen=True, slots=True)
class _Change:
    """What a place's signals did to its alarm."""

    alarm_id: int
    signals: tuple[AlarmSignal, ...]
    folded: Folded
    joined: int
    """Devices that had no part in the alarm before."""


def raise_alarms(session: Session, signals: Sequence[AlarmSignal], now: datetime) -> list[Raised]:
    """Many at once, in a handful of statements; answers the alarm of each signal, in the order given."""
    if not signals:
        return []
    by_place: dict[_Place, list[int]] = {}
    for number in sorted(range(len(signals)), key=lambda n: signals[n].observed_at):
        by_place.setdefault(_place(signals[number]), []).append(number)
    open_alarms = _lock(session, sorted(by_place))
    raised: dict[int, Raised] = {}
    new: list[_Change] = []
    folded_into: list[_Change] = []
    for place in sorted(by_place):
        said = tuple(signals[number] for number in by_place[place])
        there = open_alarms.get(place)
        folded = fold(place.kind, there.state if there else None, [_ring(signal) for signal in said])
        if there is None:
            change = _Change(_insert(session, said, folded, now), said, folded, len(folded.devices) - 1)
            new.append(change)
        else:
            change = _Change(there.alarm_id, said, folded, len(folded.devices) - len(there.state.devices))
            folded_into.append(change)
        for number, folding in zip(by_place[place], folded.foldings, strict=True):
            raised[number] = Raised(change.alarm_id, folding)
    _fold(session, folded_into)
    _note(session, new + folded_into, now)
    told = [(raised[n].alarm_id, said.area_id, said.device_id, said.observed_at) for n, said in enumerate(signals)]
    watermarks.lift(session, told, now)
    return [raised[number] for number in range(len(signals))]


def _place(signal: AlarmSignal) -> _Place:
    return _Place(signal.venue_id, signal.area_id or 0, signal.kind)


def _ring(signal: AlarmSignal) -> Ring:
    return Ring(signal.device_code, signal.observed_at, signal.value)


@dataclass(frozen=True, slots=True)
class _There:
    """The alarm that is open at a place."""

    alarm_id: int
    state: OpenAlarm


def _lock(session: Session, places: Sequence[_Place]) -> dict[_Place, _There]:
    """Hold these places to the end of the transaction; answers the alarms that are open there."""
    facts = {
        "venues": [place.venue_id for place in places],
        "areas": [place.area_id for place in places],
        "kinds": [place.kind.value for place in places],
    }
    session.execute(_LOCK, facts)
    return {
        _Place(row.venue_id, row.area_id, AlarmKind(row.kind)): _There(
            row.id, OpenAlarm(Level(row.level), frozenset({row.first_code or "", *row.joined}) - {""})
        )
        for row in session.execute(_OPEN, {**facts, "joined": Happening.JOINED.value})
    }


def _insert(session: Session, signals: tuple[AlarmSignal, ...], folded: Folded, now: datetime) -> int:
    first = signals[0]
    facts = {
        "venue_id": first.venue_id,
        "county": first.county,
        "area_id": first.area_id,
        "device_id": first.device_id,
        "kind": first.kind.value,
        "level": int(folded.level),
        "signal": first.signal,
        "value": folded.latest.value,
        "raised_at": first.observed_at,
        "now": now,
        "at": folded.latest.observed_at,
        "signals": len(signals),
        "devices": len(folded.devices),
        "is_demo": first.is_demo,
    }
    return int(session.execute(_INSERT, facts).scalar_one())


def _fold(session: Session, changes: Sequence[_Change]) -> None:
    if not changes:
        return
    facts: dict[str, list[Any]] = {
        "ids": [change.alarm_id for change in changes],
        "signals": [len(change.signals) for change in changes],
        "levels": [int(change.folded.level) for change in changes],
        "joined": [change.joined for change in changes],
        "values": [change.folded.latest.value for change in changes],
        "moments": [change.folded.latest.observed_at for change in changes],
    }
    session.execute(_FOLD, facts)


def _note(session: Session, changes: Sequence[_Change], now: datetime) -> None:
    """Steps of the alarms' lives; a level rises when the record says so, everything else when the device spoke."""
    noted = [(change, note) for change in changes for note in change.folded.notes]
    if not noted:
        return
    facts: dict[str, list[Any]] = {
        "alarms": [change.alarm_id for change, _note in noted],
        "venues": [change.signals[0].venue_id for change, _note in noted],
        "counties": [change.signals[0].county for change, _note in noted],
        "moments": [
            now if note.happening is Happening.LEVEL_RAISED else note.ring.observed_at for _change, note in noted
        ],
        "steps": [note.happening.value for _change, note in noted],
        "codes": [note.ring.device_code for _change, note in noted],
        "notes": [note.ring.device_code if note.happening is Happening.JOINED else None for _change, note in noted],
    }
    session.execute(_NOTE, facts)
