"""Alarms inside drill and maintenance windows, and how they become live again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import notices
from db.commands.notices import NewNotice
from db.rules.windows import NEVER_COVERED

HERE = ZoneInfo("Asia/Shanghai")
_NEVER = ", ".join(f"'{kind.value}'" for kind in sorted(NEVER_COVERED))
# As db.rules.windows.covers says it; tests hold the two against each other.
COVERS = f"""
    {{kind}} not in ({_NEVER}) and w.venue_id = {{venue}}
    and {{at}} >= w.starts_at and {{at}} < w.over_at and (w.area_id is null or w.area_id = {{area}})
    and (select d.kind from devices d where d.id = {{device}}) = any (w.device_kinds)
"""
"""Whether window `w` covers a signal."""
WINDOW_OF_NEW = "(select w.id from windows w where {} order by w.over_at desc, w.id limit 1)".format(
    COVERS.format(
        kind="cast(:kind as text)",
        venue=":venue_id",
        at="cast(:raised_at as timestamptz)",
        area="cast(:area_id as int)",
        device="cast(:device_id as int)",
    )
)
"""The window of an alarm that is being raised, for its INSERT; the one that lasts longest where several do."""

_COVERS_TOLD = COVERS.format(kind="t.kind", venue="t.venue_id", at="t.at", area="t.area", device="t.device")
_LIFT = text(
    f"""
    with told as (
        select a.id, a.window_id, a.kind, a.venue_id, s.area, s.device, s.at
        from unnest(cast(:ids as bigint[]), cast(:areas as int[]), cast(:devices as int[]),
            cast(:moments as timestamptz[])) s (id, area, device, at)
        join alarms a on a.id = s.id where a.window_id is not null and a.closed_at is null
    ), live as (
        select distinct id, window_id from told t where not exists (select from windows w where {_COVERS_TOLD})
    )
    update alarms a set window_id = null from live where a.id = live.id
    returning a.id, a.venue_id, a.county, a.kind, a.level, live.window_id
    """
)
_SETTLE = text(
    """
    update alarms a set window_id = null
    from windows w where w.id = a.window_id and w.over_at <= :now
        and ((a.closed_at is null and a.verdict is null) or a.verdict in ('real_fire', 'real_hazard'))
    returning a.id, a.venue_id, a.county, a.kind, a.level, a.closed_at, w.id as window_id
    """
)
_REAL = text(
    """
    update alarms a set window_id = null from windows w where a.id = :alarm and w.id = a.window_id
    returning a.id, a.venue_id, a.county, a.kind, a.level, w.id as window_id
    """
)
_STEP = text(
    """
    insert into alarm_steps (alarm_id, venue_id, county, at, step, actor_id, actor_name, note)
    values (:alarm, :venue, :county, :now, 'live_again', null, '', :note)
    """
)
_CONCERNED = text(
    "select distinct person_id, venue_id, county from concerned_people(cast(:venues as int[]), cast(:day as date))"
    " order by person_id, venue_id"
)

WINDOW_OVER = "window_over"
NOT_COVERED = "not_covered"
REAL = "real_fire"


def lift(session: Session, told: Sequence[tuple[int, int | None, int | None, datetime]], now: datetime) -> list[int]:
    """Alarms into which a signal went that no window covers are live at once; answers which.

    `told` is alarm, area, device and the moment of each signal.
    """
    facts = {
        "ids": [alarm for alarm, _area, _device, _at in told],
        "areas": [area for _alarm, area, _device, _at in told],
        "devices": [device for _alarm, _area, device, _at in told],
        "moments": [at for _alarm, _area, _device, at in told],
    }
    return _ring_anew(session, session.execute(_LIFT, facts).all(), NOT_COVERED, now)


def settle(session: Session, now: datetime) -> list[int]:
    """Alarms that outlive their window are live from then on, and what was real in it counts; answers which rang."""
    lifted = session.execute(_SETTLE, {"now": now}).all()
    return _ring_anew(session, [row for row in lifted if row.closed_at is None], WINDOW_OVER, now)


def is_real(session: Session, alarm_id: int, now: datetime) -> bool:
    """A real fire in a drill is no drill; answers whether it had been taken for one."""
    return bool(_ring_anew(session, session.execute(_REAL, {"alarm": alarm_id}).all(), REAL, now))


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody who hears of what happens at a venue: its own people, its maintainer's, the county's."""

    person_id: int
    venue_id: int
    county: int


def concerned(session: Session, venues: Sequence[tuple[int, int]], now: datetime) -> list[Concerned]:
    """Whoever is concerned at these venues, given with their counties."""
    facts = {"venues": [venue for venue, _county in venues], "day": now.astimezone(HERE).date()}
    return [Concerned(*row) for row in session.execute(_CONCERNED, facts)]


def _ring_anew(session: Session, alarms: Sequence[Any], why: str, now: datetime) -> list[int]:
    """The bell rang with the change itself; here it is noted, and people are told."""
    told = []
    for alarm in alarms:
        where = {"alarm": alarm.id, "venue": alarm.venue_id, "county": alarm.county}
        session.execute(_STEP, {**where, "now": now, "note": why})
        told += [
            NewNotice(
                key=f"alarm/{alarm.id}/live_again/{alarm.window_id}/{person.person_id}",
                subject_kind="alarm",
                subject_id=alarm.id,
                venue_id=alarm.venue_id,
                county=alarm.county,
                person_id=person.person_id,
                reason="live_again",
                level=alarm.level,
                facts={"kind": alarm.kind, "why": why},
            )
            for person in concerned(session, [(alarm.venue_id, alarm.county)], now)
        ]
    notices.add(session, told, now)
    return [alarm.id for alarm in alarms]
