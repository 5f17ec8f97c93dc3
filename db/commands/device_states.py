"""Moving every device's state: one look at all of them, changes alone are written, silence rings once.

The order of the cases is that of `db.rules.online.state_of`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.alarm_raising import AlarmSignal, raise_alarms
from db.rules.alarm_kinds import AlarmKind
from db.rules.device_kinds import DeviceKind
from db.rules.online import BY_KIND, EXPECTED, FLAPPING_WITHIN, FLAPS
from db.rules.signal_kinds import SignalKind
from db.session import without_nested_loops

KEPT = timedelta(days=400)
_TURN = text("select pg_try_advisory_xact_lock(hashtext('device states'))")
_STAGE = text(
    "create temporary table if not exists judged_devices (device_id int, venue_id int, county int, state text,"
    " by_gateway boolean, is_first boolean) on commit delete rows"
)
_JUDGE = text(
    """
    insert into judged_devices
    with expected as (
        select * from unnest(cast(:kinds as text[]), cast(:periods as interval[]), cast(:proofs as interval[]))
            e (kind, period, proof_within)
    ), faulty as (
        select distinct device_id from alarms where kind = :fault and closed_at is null
    ), flaps as (
        select device_id, count(*) as n from device_states
        where state = 'silent' and since > :now - cast(:flapping_within as interval) and not by_gateway group by 1
    ), gateways as (
        select g.id, l.heard_at from devices g join device_latest l on l.device_id = g.id
        where g.retired_on is null and g.id in (select gateway_id from devices where gateway_id is not null)
    ), seen as (
        select d.id, d.venue_id, d.county, e.period, e.proof_within, l.heard_at, l.proven_at,
               greatest(l.heard_at, g.heard_at) as told_at, faulty.device_id is not null as is_faulty,
               coalesce(flaps.n, 0) as flaps,
               coalesce(g.heard_at < :now - cast(:gateway as interval), false) as is_cut_off
        from devices d join expected e on e.kind = d.kind
        left join device_latest l on l.device_id = d.id
        left join gateways g on g.id = d.gateway_id
        left join faulty on faulty.device_id = d.id
        left join flaps on flaps.device_id = d.id
        where d.retired_on is null
    ), judged as (
        select id, venue_id, county, heard_at is not null and is_cut_off as by_gateway, case
            when heard_at is null then 'registered'
            when is_cut_off or told_at < :now - period then 'silent'
            when is_faulty then 'faulty'
            when flaps >= :flaps then 'flapping'
            when proven_at >= :now - proof_within then 'proven'
            else 'heard' end as state
        from seen
    )
    select j.id, j.venue_id, j.county, j.state, j.by_gateway, s.device_id is null
    from judged j left join device_states s on s.device_id = j.id and s.until is null
    where s.device_id is null or s.state <> j.state or s.by_gateway <> j.by_gateway
        or s.venue_id <> j.venue_id or s.county <> j.county
    """
)
_END = text(
    """
    update device_states s set until = :now from devices d
    where s.until is null and s.since < :now and d.id = s.device_id
        and (d.retired_on is not null or d.id in (select device_id from judged_devices))
    """
)
# What was silent before anybody watched is listed and does not ring.
_BEGIN = text(
    """
    insert into device_states (device_id, since, venue_id, county, state, by_gateway, alarmed_at)
    select j.device_id, :now, j.venue_id, j.county, j.state, j.by_gateway,
           case when j.is_first and j.state = 'silent' then :now end
    from judged_devices j
    where not exists (select from device_states s where s.device_id = j.device_id and s.until is null)
    """
)
_UNRUNG = text(
    """
    select s.device_id, d.code, s.venue_id, s.county, d.is_demo, s.by_gateway
    from device_states s join devices d on d.id = s.device_id left join device_latest l on l.device_id = d.id
    join unnest(cast(:kinds as text[]), cast(:alarm_after as interval[])) e (kind, alarm_after) on e.kind = d.kind
    where s.until is null and s.state = 'silent' and s.alarmed_at is null
        and (s.by_gateway or coalesce(l.heard_at, s.since) < :now - e.alarm_after)
    order by s.venue_id, s.by_gateway, s.device_id for update of s
    """
)
_RUNG = text("update device_states set alarmed_at = :now where until is null and device_id = any (:devices)")
_FORGET = text("select drop_device_states(:day)")


@dataclass(frozen=True, slots=True)
class Moved:
    """How one look went."""

    changes: int = 0
    rung: int = 0
    """Venues at which silence rang."""


def move(session: Session, now: datetime) -> Moved | None:
    """Judge every device in use; None where somebody else is at it.

    Silence rings once a silence and once a venue, with the number of devices as its value; it clears nothing. What
    falls silent with its gateway rings as the gateway does.
    """
    if not session.scalar(_TURN):
        return None
    session.execute(_STAGE)
    expected = {
        "kinds": [row.kind.value for row in EXPECTED],
        "periods": [row.period for row in EXPECTED],
        "proofs": [row.proof_within for row in EXPECTED],
    }
    by_rule = {
        "fault": AlarmKind.DEVICE_FAULT.value,
        "flaps": FLAPS,
        "flapping_within": FLAPPING_WITHIN,
        "gateway": BY_KIND[DeviceKind.USER_TRANSMISSION_DEVICE].period,
    }
    with without_nested_loops(session):
        session.execute(_JUDGE, expected | by_rule | {"now": now})
    session.execute(_END, {"now": now})
    changes = session.execute(_BEGIN, {"now": now}).rowcount  # type: ignore[attr-defined]
    session.execute(text("delete from judged_devices"))
    return Moved(changes, _ring(session, now))


def _ring(session: Session, now: datetime) -> int:
    asked = {
        "now": now,
        "kinds": [row.kind.value for row in EXPECTED],
        "alarm_after": [row.alarm_after for row in EXPECTED],
    }
    silent = session.execute(_UNRUNG, asked).all()
    if not silent:
        return 0
    own: dict[int, list[int]] = {}
    for number, row in enumerate(silent):
        if not row.by_gateway:
            own.setdefault(row.venue_id, []).append(number)
    signals = [
        AlarmSignal(
            venue_id=venue,
            county=silent[numbers[0]].county,
            area_id=None,
            device_id=silent[numbers[0]].device_id,
            device_code=silent[numbers[0]].code,
            kind=AlarmKind.DEVICE_SILENT,
            signal=SignalKind.HEARTBEAT.value,
            value=float(len(numbers)),
            observed_at=now,
            is_demo=silent[numbers[0]].is_demo,
        )
        for venue, numbers in own.items()
    ]
    raise_alarms(session, signals, now)
    session.execute(_RUNG, {"now": now, "devices": [row.device_id for row in silent]})
    return len(signals)


def forget(session: Session, now: datetime) -> int:
    """Drop history past its time; what still holds stays however old."""
    return int(session.scalar(_FORGET, {"day": (now - KEPT).date()}) or 0)
