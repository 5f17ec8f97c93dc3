"""Fire stations put on record: new ones added, known ones brought up to date by their code."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.actor import Actor
from db.station_import.sheet import StationRow

_TAKE = text(
    """
    insert into fire_stations (code, name, kind, county, address, phone, point)
    values (:code, :name, :kind, :county, :address, :phone, st_setsrid(st_makepoint(:lng, :lat), 4490))
    on conflict (code) do update set name = excluded.name, kind = excluded.kind, county = excluded.county,
        address = excluded.address, phone = excluded.phone, point = excluded.point, is_demo = false
    """
)
_FORGET_DEMO = text("select forget_demo_stations()")


def take_over(session: Session, rows: Sequence[StationRow], actor_id: int | None, actor_name: str, file: str) -> int:
    """How many were taken. The first real stations put the demonstration's away."""
    if not rows:
        return 0
    session.execute(_FORGET_DEMO)
    for row in rows:
        session.execute(
            _TAKE,
            {
                "code": row.code,
                "name": row.name,
                "kind": row.kind.value,
                "county": row.county,
                "address": row.address,
                "phone": row.phone,
                "lng": row.lng,
                "lat": row.lat,
            },
        )
    audit.write(
        session,
        actor_id=actor_id,
        actor_name=actor_name,
        act="stations.import",
        subject=f"fire stations: {len(rows)}",
        detail={"file": file, "stations": len(rows)},
    )
    return len(rows)


def take_over_by(session: Session, rows: Sequence[StationRow], actor: Actor, file: str) -> int:
    """The same by somebody at the portal."""
    return take_over(session, rows, actor.person_id, actor.name, file)
