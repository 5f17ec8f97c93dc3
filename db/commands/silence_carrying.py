"""Silences on their way to devices: taken by the door, marked once the broker has them, given up when too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.remote_silence import CARRIED_WITHIN, MQTT

AT_ONCE = 50

_WAITING = text(
    """
    select s.id, s.alarm_id, s.at, array_agg(d.code order by d.code) as codes
    from alarm_silences s join alarm_devices p on p.alarm_id = s.alarm_id
    join device_credentials c on c.device_id = p.device_id and c.revoked_at is null
    join devices d on d.id = p.device_id
    where s.carried_by = :door and s.carried_at is null and s.at > cast(:now as timestamptz) - :within
    group by s.id order by s.id limit :limit
    """
)
_CARRIED = text("update alarm_silences set carried_at = :now where id = any (:ids) and carried_at is null")
# The button on the spot is all that is left: the alarm sounds on, and may be silenced again.
_TOO_LATE = text(
    """
    with late as (
        update alarm_silences set carried_by = null
        where carried_by = :door and carried_at is null and at <= cast(:now as timestamptz) - :within
        returning id, alarm_id, venue_id, county, condition
    ), sounding as (
        update alarms a set silenced_at = null from late where a.id = late.alarm_id and a.closed_at is null
    )
    insert into alarm_steps (alarm_id, venue_id, county, at, step, actor_name, note, facts)
    select alarm_id, venue_id, county, :now, 'silence', :door, '',
        jsonb_build_object('condition', condition, 'carried_by', 'none') from late returning alarm_id
    """
)


@dataclass(frozen=True, slots=True)
class ToSilence:
    """A silence with the devices that it is for, by their numbers at the broker."""

    id: int
    alarm_id: int
    at: datetime
    codes: tuple[str, ...]


def waiting(session: Session, now: datetime) -> list[ToSilence]:
    """Those that no door has carried yet and that are not too late, oldest first."""
    facts = {"door": MQTT, "now": now, "within": CARRIED_WITHIN, "limit": AT_ONCE}
    return [ToSilence(row.id, row.alarm_id, row.at, tuple(row.codes)) for row in session.execute(_WAITING, facts)]


def carried(session: Session, ids: Sequence[int], now: datetime) -> None:
    """The broker has them."""
    if ids:
        session.execute(_CARRIED, {"ids": list(ids), "now": now})


def give_up(session: Session, now: datetime) -> int:
    """What could not be sent in time is not sent, and its alarm's life says so; answers how many."""
    return len(session.execute(_TOO_LATE, {"door": MQTT, "now": now, "within": CARRIED_WITHIN}).all())
