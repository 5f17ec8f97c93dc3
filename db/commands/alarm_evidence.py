"""What the record knows of devices that ring: a handful of statements for a batch, and only where it matters."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.alarm_signals import AlarmSignal
from db.rules.alarm_correlation import SPAN, WITNESSES
from db.rules.alarm_doubts import LOOK_BACK, Said, doubt_of, is_near_limit, may_doubt, overcome
from db.rules.alarm_folding import Folded, Happening, Note, Place, Reading, Ring, Standing
from db.rules.alarm_folding import testified as made_worse
from db.rules.alarm_hints import FALSE_WITHIN, Known, hints
from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level
from db.rules.alarm_natures import Because
from db.rules.device_kinds import AreaKind
from db.rules.signal_kinds import SignalKind

_RECORD = text(
    """
    select s.device_id, s.observed_at, s.signal, s.value, s.alarm,
           coalesce(s.text = 'test' or s.text like 'test:%', false) as is_test
    from signals s
    where s.device_id = any (:devices) and s.observed_at between :since and :until
    order by s.device_id, s.observed_at
    """
)
_KNOWN = text(
    """
    select d.id, area.kind as area_kind, l.battery_pct,
        exists (select from alarms f where f.venue_id = d.venue_id and f.device_id = d.id
                and f.kind = 'device_fault' and f.closed_at is null) as has_open_fault,
        past.times, past.days
    from unnest(cast(:devices as int[]), cast(:moments as timestamptz[])) asked (id, at)
    join devices d on d.id = asked.id
    left join areas area on area.id = d.area_id left join device_latest l on l.device_id = d.id
    cross join lateral (
        select count(*) as times, count(distinct date_trunc('day', a.raised_at)) filter (where
            least(mod(abs(extract(epoch from asked.at - a.raised_at)), 86400),
                  86400 - mod(abs(extract(epoch from asked.at - a.raised_at)), 86400)) <= 3600) as days
        from alarms a where a.device_id = d.id and a.verdict in ('false', 'test_or_drill')
            and a.closed_at > asked.at - cast(:within as interval)
    ) past
    """
)
_TESTIMONY = text(
    """
    select s.venue_id, d.code, s.signal, s.value, s.observed_at,
        s.value - (select min(b.value) from signals b where b.device_id = s.device_id and b.signal = s.signal
                   and b.observed_at between s.observed_at - cast(:span as interval) and s.observed_at) as rise
    from signals s join devices d on d.id = s.device_id
    join unnest(cast(:signals as text[]), cast(:limits as float8[])) w (signal, at_least) on w.signal = s.signal
    where s.venue_id = any (:venues) and s.observed_at between :since and :until and s.value >= w.at_least
    """
)


Standings = Mapping[int, Mapping[Place, Standing]]
"""What is open, by venue and place."""


def records(session: Session, devices: Sequence[int], since: datetime, until: datetime) -> dict[int, list[Said]]:
    """What these devices said from hours before `since` to hours after `until`, oldest first, by device."""
    found: dict[int, list[Said]] = {device: [] for device in devices}
    if not found:
        return found
    rows = session.execute(_RECORD, {"devices": list(found), "since": since - LOOK_BACK, "until": until + LOOK_BACK})
    for device, at, signal, value, alarm, is_test in rows:
        found[device].append(Said(at, SignalKind(signal), value, alarm, is_test))
    return found


def known(session: Session, moments: Mapping[int, datetime]) -> dict[int, Known]:
    """The standing of devices, by number, when each rang."""
    if not moments:
        return {}
    rows = session.execute(
        _KNOWN, {"devices": list(moments), "moments": list(moments.values()), "within": FALSE_WITHIN}
    )
    return {
        row.id: Known(
            AreaKind(row.area_kind) if row.area_kind else None,
            row.battery_pct,
            row.has_open_fault,
            row.times,
            row.days,
        )
        for row in rows
    }


def testimony(session: Session, venues: Sequence[int], since: datetime, until: datetime) -> list[tuple[int, Reading]]:
    """Readings that may speak for a fire, each with its venue, from within a span of `since` to `until`."""
    limits = {row.signal: row.at_least for row in sorted(WITNESSES, key=lambda row: -row.at_least)}
    rows = session.execute(
        _TESTIMONY,
        {
            "venues": list(venues),
            "signals": [signal.value for signal in limits],
            "limits": list(limits.values()),
            "span": SPAN,
            "since": since - SPAN,
            "until": until + SPAN,
        },
    )
    return [
        (row.venue_id, Reading(row.code, SignalKind(row.signal), row.value, row.observed_at, row.rise or 0.0))
        for row in rows
    ]


def rings(session: Session, signals: Sequence[AlarmSignal], standing: Standings) -> list[Ring]:
    """The signals with what their devices' records have against them; asked only where that could change anything."""
    unsure = [signal for signal in signals if _is_unsure(signal, standing)]
    moments = [signal.observed_at for signal in unsure]
    devices = sorted({signal.device_id for signal in unsure if signal.device_id is not None})
    said = records(session, devices, min(moments), max(moments)) if unsure else {}
    new = {
        signal.device_id: signal.observed_at
        for signal in unsure
        if signal.device_id is not None and signal.place not in standing.get(signal.venue_id, {})
    }
    stands = known(session, new)
    made = []
    for signal in signals:
        kind, at = signal.signal_kind, signal.observed_at
        ring = Ring(signal.place, signal.device_code, at, signal.value, kind)
        if kind is not None and signal.device_id in said and _is_unsure(signal, standing):
            record = said[signal.device_id]
            doubt = doubt_of(kind, at, record)
            found = hints(stands[signal.device_id]) if signal.device_id in stands else frozenset[Because]()
            found |= {Because.NEAR_LIMIT} if is_near_limit(record, at) else frozenset()
            ring = Ring(
                *(signal.place, signal.device_code, at, signal.value, kind, doubt),
                overcome=overcome(doubt, kind, at, record) if doubt else frozenset(),
                hints=found,
            )
        made.append(ring)
    return made


def _is_unsure(signal: AlarmSignal, standing: Standings) -> bool:
    """True where the device's record could make a difference: no alarm of full level is open there."""
    if not may_doubt(signal.kind, signal.device_kind, signal.signal_kind):
        return False
    there = standing.get(signal.venue_id, {}).get(signal.place)
    return there is None or there.level > BY_KIND[signal.kind].level


def testified(session: Session, folded: Mapping[int, Folded], since: datetime, until: datetime) -> dict[int, Folded]:
    """Those venues with a fire told apart for which readings of the minutes around speak, as they are then."""
    doubtful = [
        venue
        for venue, each in folded.items()
        if any(p.kind is AlarmKind.FIRE and alarm.level > Level.CRITICAL for p, alarm in each.standing.items())
    ]
    found: dict[int, Folded] = {}
    if not doubtful:
        return found
    for venue, reading in testimony(session, doubtful, since, until):
        before = found.get(venue, folded[venue])
        worse = made_worse(before.standing, reading)
        ring = Ring(Place(0, AlarmKind.FIRE), reading.device_code, reading.at, reading.value, reading.signal)
        notes = (
            Note(place, Happening.LEVEL_RAISED, ring, alarm.because - before.standing[place].because)
            for place, alarm in worse.items()
        )
        if worse:
            found[venue] = Folded({**before.standing, **worse}, before.foldings, (*before.notes, *notes))
    return found
