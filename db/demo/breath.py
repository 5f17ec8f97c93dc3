"""The demonstration's devices go on breathing: the simulator plays some thousands, the others would all fall silent."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.session import without_nested_loops

_BREATHE = text(
    """
    with quiet as (
        select l.device_id, :now - random() * interval '50 min' as at
        from device_latest l join devices d on d.id = l.device_id
        join device_states s on s.device_id = d.id and s.until is null
        where d.is_demo and d.retired_on is null and s.state in ('proven', 'heard', 'faulty', 'flapping')
            and l.heard_at < :now - interval '1 hour'
    )
    update device_latest l set heard_at = q.at, observed_at = q.at,
        proven_at = case when l.proven_at is not null then q.at end
    from quiet q where l.device_id = q.device_id
    """
)


def breathe(session: Session, now: datetime) -> int:
    """Devices that lived when the demonstration was last looked at were heard within the hour; answers how many.

    Those that were silent stay so.
    """
    with without_nested_loops(session):
        return int(session.execute(_BREATHE, {"now": now}).rowcount)  # type: ignore[attr-defined]
