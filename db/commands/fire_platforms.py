"""The fire service's platforms: where confirmed fires of a region go."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound, WrongState
from db.rules.outbox import Transport


@dataclass(frozen=True, slots=True)
class NewPlatform:
    """A platform to be told; the addresses of frames only where it speaks GB/T 26875.3."""

    name: str
    region: int
    transport: Transport
    address: str
    centre_address: int | None = None
    source_address: int | None = None


_ADD = text(
    """
    insert into fire_platforms (name, region, transport, address, centre_address, source_address, made_at)
    values (:name, :region, :transport, :address, :centre, :source, :now) returning id
    """
)
_MOVE = text("update fire_platforms set address = :address where name = :name and retired_at is null returning id")
# What had nowhere to go goes there.
_ADOPT = text(
    """
    update outbox set platform_id = :platform, next_try_at = :now where platform_id is null
        and :region in (county, county / 100 * 100, county / 10000 * 10000)
    """
)


def add(session: Session, new: NewPlatform, operator: Operator, now: datetime) -> int:
    """A platform from now on; fires that waited for one go there. Answers its number."""
    if not new.name.strip():
        raise InvalidInput("A platform needs a name.")
    if session.scalar(text("select true from regions where adcode = :region"), {"region": new.region}) is None:
        raise InvalidInput(f"There is no region {new.region}.")
    if session.scalar(text("select true from fire_platforms where name = :name"), {"name": new.name}):
        raise WrongState(f"There is a platform {new.name} already.")
    platform = session.scalar(
        _ADD,
        {
            "name": new.name.strip(),
            "region": new.region,
            "transport": new.transport.value,
            "address": new.address,
            "centre": new.centre_address,
            "source": new.source_address,
            "now": now,
        },
    )
    session.execute(_ADOPT, {"platform": platform, "region": new.region, "now": now})
    session.execute(text("select pg_notify('anwang_outbox', '')"))
    _note(session, operator, "fire platform added", int(platform or 0), {"name": new.name, "address": new.address})
    return int(platform or 0)


def move(session: Session, name: str, address: str, operator: Operator) -> int:
    """The platform has another address; what waits goes there."""
    platform = session.scalar(_MOVE, {"name": name, "address": address})
    if platform is None:
        raise NotFound(f"There is no platform {name}.")
    session.execute(text("select pg_notify('anwang_outbox', '')"))
    _note(session, operator, "fire platform moved", int(platform), {"name": name, "address": address})
    return int(platform)


def retire(session: Session, name: str, operator: Operator, now: datetime) -> None:
    """Nothing new goes there; `WrongState` while something still waits for it."""
    found = session.scalar(
        text("select id from fire_platforms where name = :name and retired_at is null for update"), {"name": name}
    )
    if found is None:
        raise NotFound(f"There is no platform {name}.")
    waiting = "select count(*) from outbox where platform_id = :id and state <> 'acknowledged'"
    if session.scalar(text(waiting), {"id": found}):
        raise WrongState("Messages still wait for this platform.")
    session.execute(text("update fire_platforms set retired_at = :now where id = :id"), {"id": found, "now": now})
    _note(session, operator, "fire platform retired", found, {"name": name})


def _note(session: Session, operator: Operator, act: str, number: int, detail: dict[str, str]) -> None:
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act=act,
        subject=f"fire_platforms/{number}",
        detail=detail,
    )
