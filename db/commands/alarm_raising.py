"""Raising alarms: signals that ring fold into the open alarm of their venue, area and kind, or raise one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import alarm_evidence, watermarks
from db.commands.alarm_signals import AlarmSignal
from db.rules.alarm_correlation import CORRELATED, span_of
from db.rules.alarm_folding import Folded, Folding, Happening, Note, Place, Standing, fold
from db.rules.alarm_kinds import AlarmKind, Level
from db.rules.alarm_natures import Because, Nature

__all__ = ["AlarmSignal", "Near", "Raised", "hear_witnesses", "raise_alarm", "raise_alarms"]


@dataclass(frozen=True, slots=True)
class Raised:
    """The alarm that a signal went into."""

    alarm_id: int
    folding: Folding


@dataclass(frozen=True, slots=True)
class Near:
    """Where and when a reading came that may speak for a fire."""

    venue_id: int
    at: datetime


# One lock a venue, taken in one order: two gateways, or a gateway and a camera, never raise the same alarm twice, never
# overlook each other's witness, and never wait for each other in a circle.
_LOCK = text(
    "select pg_advisory_xact_lock(hashtextextended('alarms/' || venue, 0))"
    " from unnest(cast(:venues as int[])) v (venue)"
)
_OPEN = text(
    """
    select a.id, a.venue_id, a.county, coalesce(a.area_id, 0) as area_id, a.kind, a.level, a.nature, a.because,
           a.raised_at, first.code as first_code,
           (select json_object_agg(d.code, p.spans) from alarm_devices p join devices d on d.id = p.device_id
            where p.alarm_id = a.id) as parts
    from alarms a left join devices first on first.id = a.device_id
    where a.venue_id = any (:venues) and a.kind = any (:kinds) and a.closed_at is null
    order by a.id for update of a
    """
)
_INSERT = text(
    f"""
    insert into alarms (venue_id, county, area_id, device_id, kind, level, state, signal, value, raised_at,
        recorded_at, last_signal_at, signal_count, device_count, is_demo, nature, because, window_id)
    values (:venue_id, :county, :area_id, :device_id, :kind, :level, 'raised', :signal, :value, :raised_at,
        :now, :at, :signals, :devices, :is_demo, :nature, :because, {watermarks.WINDOW_OF_NEW})
    returning id
    """
)
_FOLD = text(
    """
    update alarms a set signal_count = a.signal_count + new.signals, level = new.level,
        nature = new.nature, because = string_to_array(new.because, ','),
        device_count = a.device_count + new.joined,
        value = case when new.at >= a.last_signal_at then new.value else a.value end,
        last_signal_at = greatest(a.last_signal_at, new.at)
    from unnest(cast(:ids as bigint[]), cast(:signals as int[]), cast(:levels as int2[]), cast(:natures as text[]),
        cast(:because as text[]), cast(:joined as int[]), cast(:values as float8[]), cast(:moments as timestamptz[]))
        new (id, signals, level, nature, because, joined, value, at)
    where a.id = new.id
    """
)
_TAKE_PART = text(
    """
    insert into alarm_devices as p (alarm_id, device_id, venue_id, county, first_at, last_at, signal_count, spans)
    select alarm, device, venue, county, first_at, last_at, signals, cast(string_to_array(spans, ',') as int[])
    from unnest(cast(:alarms as bigint[]), cast(:devices as int[]), cast(:venues as int[]), cast(:counties as int[]),
        cast(:firsts as timestamptz[]), cast(:lasts as timestamptz[]), cast(:signals as int[]), cast(:spans as text[]))
        n (alarm, device, venue, county, first_at, last_at, signals, spans)
    on conflict (alarm_id, device_id) do update set first_at = least(p.first_at, excluded.first_at),
        last_at = greatest(p.last_at, excluded.last_at), signal_count = p.signal_count + excluded.signal_count,
        spans = excluded.spans
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


@dataclass(frozen=True, slots=True)
class _There:
    """An alarm that is open."""

    alarm_id: int
    county: int
    standing: Standing


_Open = dict[int, dict[Place, _There]]
"""By venue and place."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What became of one place's alarm; `signals` is empty where only another's witness made it worse."""

    alarm_id: int
    venue_id: int
    county: int
    before: Standing | None
    after: Standing
    signals: tuple[AlarmSignal, ...] = ()
    notes: tuple[Note, ...] = field(default=())


def raise_alarm(session: Session, signal: AlarmSignal, now: datetime) -> Raised:
    """Fold the signal into the open alarm of its venue, area and kind, or raise one. Commit makes it ring."""
    return raise_alarms(session, [signal], now)[0]


def raise_alarms(session: Session, signals: Sequence[AlarmSignal], now: datetime) -> list[Raised]:
    """Many at once, in a handful of statements; answers the alarm of each signal, in the order given."""
    if not signals:
        return []
    by_venue: dict[int, list[int]] = {}
    for number in sorted(range(len(signals)), key=lambda n: signals[n].observed_at):
        by_venue.setdefault(signals[number].venue_id, []).append(number)
    venues = sorted(by_venue)
    open_alarms = _lock(session, venues, {signal.kind for signal in signals})
    standing = {venue: _standing(open_alarms, venue) for venue in venues}
    rings = alarm_evidence.rings(session, signals, standing)
    folded = {venue: fold(standing[venue], [rings[number] for number in by_venue[venue]]) for venue in venues}
    moments = [signal.observed_at for signal in signals]
    folded |= alarm_evidence.testified(session, folded, min(moments), max(moments))
    changes: list[_Change] = []
    raised: dict[int, Raised] = {}
    for venue in venues:
        said = [signals[number] for number in by_venue[venue]]
        changed = _changes(session, venue, open_alarms.get(venue, {}), said, folded[venue], now)
        alarms = {place: change.alarm_id for place, change in changed.items()}
        for number, folding in zip(by_venue[venue], folded[venue].foldings, strict=True):
            raised[number] = Raised(alarms[signals[number].place], folding)
        changes += changed.values()
    _write(session, changes, now)
    told = [(raised[n].alarm_id, said.area_id, said.device_id, said.observed_at) for n, said in enumerate(signals)]
    watermarks.lift(session, told, now)
    return [raised[number] for number in range(len(signals))]


def hear_witnesses(session: Session, near: Sequence[Near], now: datetime) -> None:
    """Let recorded readings that ring nothing speak for fires that were told apart; most find none."""
    if not near:
        return
    venues = sorted({each.venue_id for each in near})
    open_alarms = _lock(session, venues, {AlarmKind.FIRE})
    folded = {venue: Folded(_standing(open_alarms, venue), ()) for venue in venues}
    moments = [each.at for each in near]
    changes: list[_Change] = []
    for venue, worse in alarm_evidence.testified(session, folded, min(moments), max(moments)).items():
        changes += _changes(session, venue, open_alarms[venue], [], worse, now).values()
    _write(session, changes, now)


def _lock(session: Session, venues: Sequence[int], kinds: Iterable[AlarmKind]) -> _Open:
    """Hold these venues to the end of the transaction; answers what is open there of these kinds and related ones."""
    session.execute(_LOCK, {"venues": list(venues)})
    asked = set(kinds)
    asked |= CORRELATED if asked & CORRELATED else set()
    found: dict[int, dict[Place, _There]] = {}
    for row in session.execute(_OPEN, {"venues": list(venues), "kinds": [kind.value for kind in asked]}):
        parts = row.parts or ({row.first_code: [span_of(row.raised_at)]} if row.first_code else {})
        found.setdefault(row.venue_id, {})[Place(row.area_id, AlarmKind(row.kind))] = _There(
            row.id,
            row.county,
            Standing(
                Level(row.level),
                Nature(row.nature),
                frozenset(map(Because, row.because)),
                {code: frozenset(spans) for code, spans in parts.items()},
            ),
        )
    return found


def _standing(open_alarms: _Open, venue: int) -> dict[Place, Standing]:
    return {place: there.standing for place, there in open_alarms.get(venue, {}).items()}


def _changes(
    session: Session,
    venue: int,
    there: Mapping[Place, _There],
    said: Sequence[AlarmSignal],
    folded: Folded,
    now: datetime,
) -> dict[Place, _Change]:
    """What the folding did to each alarm of a venue; new ones are inserted on the way."""
    by_place: dict[Place, list[AlarmSignal]] = {}
    for signal in said:
        by_place.setdefault(signal.place, []).append(signal)
    changed: dict[Place, _Change] = {}
    for place in sorted(folded.standing):
        after, signals = folded.standing[place], tuple(by_place.get(place, ()))
        notes = tuple(note for note in folded.notes if note.place == place)
        old = there.get(place)
        if old is None:
            number = _insert(session, signals, after, now)
            changed[place] = _Change(number, venue, signals[0].county, None, after, signals, notes)
        elif signals or after != old.standing:
            changed[place] = _Change(old.alarm_id, venue, old.county, old.standing, after, signals, notes)
    return changed


def _insert(session: Session, signals: Sequence[AlarmSignal], after: Standing, now: datetime) -> int:
    first, latest = signals[0], signals[-1]
    facts = {
        "venue_id": first.venue_id,
        "county": first.county,
        "area_id": first.area_id,
        "device_id": first.device_id,
        "kind": first.kind.value,
        "level": int(after.level),
        "signal": first.signal,
        "value": latest.value,
        "raised_at": first.observed_at,
        "now": now,
        "at": latest.observed_at,
        "signals": len(signals),
        "devices": len(after.parts),
        "is_demo": first.is_demo,
        "nature": after.nature.value,
        "because": sorted(after.because),
    }
    return int(session.execute(_INSERT, facts).scalar_one())


def _write(session: Session, changes: Sequence[_Change], now: datetime) -> None:
    """Everything but the new rows themselves: what was folded, who took part, and the steps."""
    _fold(session, [change for change in changes if change.before is not None])
    _take_part(session, [change for change in changes if change.signals])
    _note(session, changes, now)


def _fold(session: Session, changes: Sequence[_Change]) -> None:
    if not changes:
        return
    latest = [change.signals[-1] if change.signals else None for change in changes]
    facts: dict[str, list[Any]] = {
        "ids": [change.alarm_id for change in changes],
        "signals": [len(change.signals) for change in changes],
        "levels": [int(change.after.level) for change in changes],
        "natures": [change.after.nature.value for change in changes],
        "because": [",".join(sorted(change.after.because)) for change in changes],
        "joined": [len(change.after.parts) - len(change.before.parts if change.before else ()) for change in changes],
        "values": [last.value if last else None for last in latest],
        "moments": [last.observed_at if last else None for last in latest],
    }
    session.execute(_FOLD, facts)


def _take_part(session: Session, changes: Sequence[_Change]) -> None:
    """Each device's part in each alarm."""
    parts: dict[tuple[int, int], list[AlarmSignal]] = {}
    spans: dict[tuple[int, int], str] = {}
    for change in changes:
        for signal in change.signals:
            if signal.device_id is None:
                continue
            part = (change.alarm_id, signal.device_id)
            parts.setdefault(part, []).append(signal)
            spans[part] = ",".join(map(str, sorted(change.after.parts[signal.device_code])))
    if not parts:
        return
    facts: dict[str, list[Any]] = {
        "alarms": [alarm for alarm, _device in parts],
        "devices": [device for _alarm, device in parts],
        "venues": [said[0].venue_id for said in parts.values()],
        "counties": [said[0].county for said in parts.values()],
        "firsts": [said[0].observed_at for said in parts.values()],
        "lasts": [said[-1].observed_at for said in parts.values()],
        "signals": [len(said) for said in parts.values()],
        "spans": [spans[part] for part in parts],
    }
    session.execute(_TAKE_PART, facts)


def _note(session: Session, changes: Sequence[_Change], now: datetime) -> None:
    """Steps of the alarms' lives; a level rises when the record says so, everything else when the device spoke."""
    noted = [(change, note) for change in changes for note in change.notes]
    if not noted:
        return
    facts: dict[str, list[Any]] = {
        "alarms": [change.alarm_id for change, _note in noted],
        "venues": [change.venue_id for change, _note in noted],
        "counties": [change.county for change, _note in noted],
        "moments": [
            now if note.happening is Happening.LEVEL_RAISED else note.ring.observed_at for _change, note in noted
        ],
        "steps": [note.happening.value for _change, note in noted],
        "codes": [note.ring.device_code for _change, note in noted],
        "notes": [_words(note) for _change, note in noted],
    }
    session.execute(_NOTE, facts)


def _words(note: Note) -> str | None:
    """The device that joined, or the reasons, by their codes."""
    if note.happening is Happening.JOINED:
        return note.ring.device_code
    return ",".join(sorted(note.because)) or None
