"""What goes to the fire service's platforms: kept until the far end has acknowledged it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit, watermarks
from db.commands.people import Operator
from db.errors import NotFound, WrongState
from db.rules.outbox import REFUSED_WAIT, MessageKind, OutboxState, wait_after

# The city's platform and the province's, or the county's where it has one. Who has been told already is not told again;
# where there is nobody to tell, the message waits for a platform.
_PUT = text(
    """
    insert into outbox (key, platform_id, alarm_id, venue_id, county, kind, body, made_at, next_try_at)
    select message.key, p.id, a.id, a.venue_id, a.county, 'fire',
        jsonb_build_object(
            'message', message.key, 'kind', 'fire', 'alarm', a.id, 'confirmed_at', cast(:now as timestamptz),
            'raised_at', a.raised_at, 'recorded_at', a.recorded_at, 'signals', a.signal_count,
            'devices', a.device_count, 'signal', a.signal, 'value', a.value,
            'venue', jsonb_build_object('code', v.code, 'name', v.name, 'category', v.category, 'address', v.address,
                'students', v.students, 'lng', st_x(v.point), 'lat', st_y(v.point), 'datum', 'CGCS2000',
                'county', v.county, 'county_name', county.name, 'city', v.city, 'city_name', city.name),
            'area', case when r.id is not null then
                jsonb_build_object('name', r.name, 'kind', r.kind, 'floor', r.floor) end,
            'device', case when d.id is not null then
                jsonb_build_object('number', d.id, 'code', d.code, 'kind', d.kind) end,
            'contacts', coalesce((select jsonb_agg(jsonb_build_object('duty', c.duty, 'name', c.name, 'phone', c.phone)
                order by c.id) from venue_people c where c.venue_id = v.id), '[]')),
        :now, :now
    from alarms a join venues v on v.id = a.venue_id
    join regions county on county.adcode = v.county join regions city on city.adcode = v.city
    left join areas r on r.id = a.area_id left join devices d on d.id = a.device_id
    left join fire_platforms p on p.retired_at is null
        and p.region in (a.county, a.county / 100 * 100, a.county / 10000 * 10000)
    cross join lateral (
        select count(*) filter (where o.kind = 'fire') as fires, (array_agg(o.kind order by o.id desc))[1] as last
        from outbox o where o.alarm_id = a.id and o.platform_id is not distinct from p.id) told
    cross join lateral (
        select 'alarm-' || a.id || '-fire-' || told.fires + 1 || '-to-' || coalesce(p.id, 0) as key) message
    where a.id = :alarm and told.last is distinct from 'fire'
    order by p.id
    """
)
_NEXT = text(
    """
    update outbox set tries = tries + 1, tried_at = :now where id = (
        select o.id from outbox o
        where o.platform_id = :platform and o.state <> 'acknowledged' and o.next_try_at <= :now
            and not exists (select from outbox e where e.platform_id = o.platform_id and e.id < o.id
                and e.state <> 'acknowledged' and (e.state = 'waiting' or e.alarm_id = o.alarm_id))
        order by o.id limit 1 for update)
    returning id, key, kind, body, tries
    """
)
_DONE = text(
    "update outbox set state = :state, next_try_at = :next, last_error = :error, acknowledged_at = :acknowledged,"
    " receipt = :receipt where id = :id and state <> 'acknowledged'"
)
_ANSWERED = text("update fire_platforms set answered_at = :now where id = :platform")
_FAILED = text("update fire_platforms set failed_at = :now, failure = :why where id = :platform")
_HURRY = text(
    "update outbox set next_try_at = :now where platform_id = :platform and state = 'waiting' and next_try_at > :now"
)
_RETRY = text("select id, venue_id, county, state, platform_id from outbox where id = :id for update")
LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way."""

    id: int
    key: str
    kind: MessageKind
    body: dict[str, Any]
    tries: int
    """This one counted."""


def put_confirmed_fire(session: Session, alarm_id: int, now: datetime) -> None:
    """Let a confirmed fire be forwarded (GB 50440: within 3 s), in the transaction that confirms it.

    Its withdrawal needs no call: the database sees to it when the verdict goes.
    """
    watermarks.is_real(session, alarm_id, now)
    session.execute(_PUT, {"alarm": alarm_id, "now": now})


def take_next(session: Session, platform_id: int, now: datetime) -> Message | None:
    """The message whose turn it is at this platform, counted as tried; None where nothing is due."""
    row = session.execute(_NEXT, {"platform": platform_id, "now": now}).one_or_none()
    return None if row is None else Message(row.id, row.key, MessageKind(row.kind), row.body, row.tries)


def hurry(session: Session, platform_id: int, now: datetime) -> None:
    """Something new has come: whatever waits for its next try is tried now."""
    session.execute(_HURRY, {"platform": platform_id, "now": now})


def acknowledged(session: Session, message: Message, platform_id: int, receipt: str, now: datetime) -> None:
    """The platform has it."""
    _done(session, message, OutboxState.ACKNOWLEDGED, now, receipt=receipt[:LONGEST_WORDS])
    session.execute(_ANSWERED, {"platform": platform_id, "now": now})


def failed(session: Session, message: Message, platform_id: int, why: str, now: datetime) -> None:
    """The platform did not answer, or could not: again later, and what stands behind it waits."""
    _done(session, message, OutboxState.WAITING, now + wait_after(message.tries), error=why[:LONGEST_WORDS])
    session.execute(_FAILED, {"platform": platform_id, "now": now, "why": why[:LONGEST_WORDS]})


def refused(session: Session, message: Message, platform_id: int, why: str, now: datetime) -> None:
    """The platform does not take this message: somebody must look, the others go on."""
    _done(session, message, OutboxState.REFUSED, now + REFUSED_WAIT, error=why[:LONGEST_WORDS])
    session.execute(_FAILED, {"platform": platform_id, "now": now, "why": why[:LONGEST_WORDS]})


def _done(
    session: Session,
    message: Message,
    state: OutboxState,
    at: datetime,
    *,
    error: str | None = None,
    receipt: str | None = None,
) -> None:
    is_there = state is OutboxState.ACKNOWLEDGED
    session.execute(
        _DONE,
        {
            "id": message.id,
            "state": state.value,
            "next": at,
            "error": error,
            "acknowledged": at if is_there else None,
            "receipt": receipt,
        },
    )


def retry_now(session: Session, entry_id: int, operator: Operator, now: datetime) -> None:
    """A person will not wait for the next try."""
    entry = session.execute(_RETRY, {"id": entry_id}).one_or_none()
    if entry is None:
        raise NotFound("There is no such message within your scope.")
    if entry.state == OutboxState.ACKNOWLEDGED:
        raise WrongState("The platform has it already.")
    if entry.platform_id is None:
        raise WrongState("No platform of the fire service is known for this region yet.")
    session.execute(text("update outbox set next_try_at = :now where id = :id"), {"id": entry_id, "now": now})
    session.execute(text("select pg_notify('anwang_outbox', '')"))
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act="outbox retried",
        subject=f"outbox/{entry_id}",
        venue_id=entry.venue_id,
        county=entry.county,
    )
