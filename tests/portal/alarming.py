"""Alarms for the portal's tests, raised the way the gateway raises them."""

from datetime import UTC, datetime

from sqlalchemy import text

from db.commands import alarms
from db.commands.alarms import AlarmSignal
from db.rules.access_scope import EVERYTHING
from db.rules.alarm_kinds import AlarmKind
from tests.portal.conftest import PortalServer

_QUIET_DEVICE = text(
    """
    select d.venue_id, d.county, d.area_id, d.id, d.code from devices d
    where (cast(:venue as int) is null or d.venue_id = :venue)
        and (cast(:county as int) is null or d.county = :county)
        and (cast(:device as int) is null or d.id = :device)
        and d.retired_on is null
        and not exists (select from alarms a where a.venue_id = d.venue_id and a.closed_at is null)
    order by d.id limit 1
    """
)


def raise_alarm(
    server: PortalServer, *, venue: int | None = None, county: int | None = None, device: int | None = None
) -> int:
    """A gas alarm at a venue where nothing rings; answers its number."""
    now = datetime.now(UTC)
    with server.test_record.record.scoped(EVERYTHING) as session:
        found = session.execute(_QUIET_DEVICE, {"venue": venue, "county": county, "device": device}).one()
        signal = AlarmSignal(*found, AlarmKind.GAS, "gas", 12.5, now, True)
        return alarms.raise_alarm(session, signal, now).alarm_id


def close(server: PortalServer, alarm_id: int) -> None:
    with server.test_record.record.scoped(EVERYTHING) as session:
        session.execute(
            text("update alarms set state = 'closed', closed_at = now(), verdict = 'false' where id = :id"),
            {"id": alarm_id},
        )
