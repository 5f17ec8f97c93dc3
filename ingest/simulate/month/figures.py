"""A month's figures: what the record made of it, beside the truth and beside a portal that raises every message."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level
from db.rules.alarm_natures import TOLD_APART
from db.rules.signal_kinds import rings
from ingest.messages import DeviceMessage
from ingest.mqtt import payload
from ingest.simulate.month.plan import Line, Month
from ingest.simulate.month.play import Played, Sighting
from ingest.simulate.troubles import Cause

_ALARMS = text(
    """
    select a.id, a.venue_id, d.code, a.kind, a.level, a.nature, a.raised_at, a.last_signal_at, a.signal_count
    from alarms a join devices d on d.id = a.device_id
    """
)


@dataclass(frozen=True, slots=True)
class _Told:
    """An alarm-bearing message as it was counted, and its cause."""

    cause: Cause
    kind: AlarmKind


def was_fire(month: Month, session: Session, alarms: Sequence[int]) -> dict[int, bool]:
    """What people find when they get there: a fire, where one had begun at the venue before the last signal."""
    fires = {e.venue_id: e.began for e in month.episodes if e.cause is Cause.FIRE}
    rows = session.execute(
        text("select id, venue_id, kind, last_signal_at from alarms where id = any (:ids)"), {"ids": list(alarms)}
    )
    return {
        row.id: row.kind == AlarmKind.FIRE and row.venue_id in fires and row.last_signal_at >= fires[row.venue_id]
        for row in rows
    }


def figures(session: Session, month: Month, played: Played) -> dict[str, Any]:
    """Everything that the target asks for, in one dictionary."""
    told = _told(month)
    rows = session.execute(_ALARMS).all()
    causes = _causes(month)
    alarms = Counter[tuple[Cause | None, bool, bool]]()
    folded = 0
    for row in rows:
        cause = _cause_of(causes, row.code, row.raised_at)
        alarms[cause, row.level < Level.NOTICE, row.nature in TOLD_APART] += 1
        folded += row.signal_count
    must_open = sum(n for (_cause, must, _apart), n in alarms.items() if must)
    bearing = played.accepted.alarm_bearing
    naive_must = sum(n for each, n in told.items() if BY_KIND[each.kind].level < Level.NOTICE)
    return {
        "signals": played.accepted.signals,
        "repeats": played.accepted.repeats,
        "refused": played.accepted.refused,
        "alarm_bearing_signals": bearing,
        "alarms_opened": len(rows),
        "signals_in_alarms": folded,
        "alarms_to_open": must_open,
        "alarms_to_open_per_alarm_bearing_signal": round(must_open / bearing, 4) if bearing else None,
        "of_urgent_kinds": {
            "alarm_bearing_signals": naive_must,
            "alarms_to_open_per_signal": round(must_open / naive_must, 4) if naive_must else None,
        },
        **_fires(played.sightings),
        "nuisance": _nuisance(told, alarms),
        "by_cause": {cause.value: _of_cause(cause, told, alarms) for cause in Cause},
        "alarms_of_unknown_cause": sum(n for (cause, _must, _apart), n in alarms.items() if cause is None),
        "naive_portal": {"alarms": bearing, "alarms_to_open": naive_must, "fire_delay_s": {"max": 0.0}},
    }


def _fires(sightings: Mapping[int, Sighting]) -> dict[str, Any]:
    """`fire_delay_s`: from the moment at which the naive portal is critical to that at which this one is."""
    told = [seen for seen in sightings.values() if seen.first_alarm_at is not None]
    return {
        "fires": len(sightings),
        "fires_that_rang": len(told),
        "fires_missed": sum(seen.critical_at is None for seen in told),
        "fire_delay_s": _spread(told, "critical_at"),
        "fire_shown_delay_s": _spread(told, "shown_at"),
    }


def _spread(told: Sequence[Sighting], moment: str) -> dict[str, float | None]:
    delays = sorted(
        (at - seen.first_alarm_at).total_seconds()
        for seen in told
        if (at := getattr(seen, moment)) is not None and seen.first_alarm_at is not None
    )
    return {"p50": delays[len(delays) // 2] if delays else None, "max": delays[-1] if delays else None}


def _told(month: Month) -> Counter[_Told]:
    """Alarm-bearing messages by cause, those that came twice counted once."""
    episodes, counted = month.episodes, Counter[_Told]()
    for line in month.lines:
        if not line.is_repeat and (kind := _kind_of(line)) is not None:
            counted[_Told(episodes[line.episode].cause, kind)] += 1
    return counted


def _kind_of(line: Line) -> AlarmKind | None:
    """The kind of alarm that the message asks for, as a portal without judgement would take it."""
    message = payload.decode(line.topic, line.payload, line.received_at)
    if not isinstance(message, DeviceMessage) or message.is_test:
        return None
    return rings(message.signal, message.value, message.alarm)


_Causes = Mapping[str, Mapping[int, Cause]]


def _causes(month: Month) -> _Causes:
    """By device and millisecond, as it said it and as it came."""
    found: dict[str, dict[int, Cause]] = defaultdict(dict)
    for line in month.lines:
        for at in (line.at, line.received_at):
            found[line.code].setdefault(_milliseconds(at), month.episodes[line.episode].cause)
    return found


def _cause_of(causes: _Causes, code: str, at: datetime) -> Cause | None:
    return causes.get(code, {}).get(_milliseconds(at))


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000 + 0.5)


def _nuisance(told: Counter[_Told], alarms: Counter[tuple[Cause | None, bool, bool]]) -> dict[str, Any]:
    """Of all alarm-bearing messages that were no fire: how many asked nobody to open anything, and how."""
    signals = sum(n for each, n in told.items() if each.cause is not Cause.FIRE)
    others = {key: n for key, n in alarms.items() if key[0] is not Cause.FIRE}
    opened, must = sum(others.values()), sum(n for key, n in others.items() if key[1])
    apart = sum(n for key, n in others.items() if key[2])
    return {
        "signals": signals,
        "folded": signals - opened,
        "told_apart_alarms": apart,
        "notices": opened - must,
        "share_folded_or_told_apart": round(1 - must / signals, 4) if signals else None,
    }


def _of_cause(cause: Cause, told: Counter[_Told], alarms: Counter[tuple[Cause | None, bool, bool]]) -> dict[str, int]:
    return {
        "alarm_bearing_signals": sum(n for each, n in told.items() if each.cause is cause),
        "alarms": sum(n for key, n in alarms.items() if key[0] is cause),
        "to_open": sum(n for key, n in alarms.items() if key[0] is cause and key[1]),
        "told_apart": sum(n for key, n in alarms.items() if key[0] is cause and key[2]),
    }
