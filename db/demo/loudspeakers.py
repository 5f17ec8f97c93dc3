"""Loudspeaker columns of the demonstration: they stand where its telephone network stands, and play to nobody."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import loudspeakers
from db.commands.acting import Acting
from db.key_file import LOUDSPEAKERS
from db.rules.access_scope import EVERYTHING
from db.session import Record

MOST = 12
# Where the demonstration's cameras play: the venue with an account of its own first.
_CHOSEN = text(
    """
    select v.code from venues v where v.is_demo and v.county = 360702
        and exists (select from devices d where d.venue_id = v.id and d.kind = 'camera' and d.retired_on is null)
    order by exists (select from grants g where g.venue_id = v.id) desc, v.id limit :most
    """
)
_THERE = text("select count(*) from loudspeakers where is_demo")


def furnish(record: Record, var_dir: Path, port: int) -> None:
    """Put columns at some gates, once."""
    address = f"http://127.0.0.1:{port}/column"
    with record.scoped(EVERYTHING) as session:
        if not session.scalar(_THERE):
            for number in _added(session, address):
                LOUDSPEAKERS.keep(var_dir, number)


def _added(session: Session, address: str) -> list[int]:
    by = Acting(None, "demonstration", None)
    return [
        loudspeakers.add(session, code, "校门音柱", address, None, by, datetime.now(UTC))
        for code in session.scalars(_CHOSEN, {"most": MOST}).all()
    ]
