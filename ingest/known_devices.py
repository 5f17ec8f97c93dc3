"""The devices that the record knows, kept in memory and asked for again when a new code speaks, when one moved, or when
what is known of it is old.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.device_kinds import DeviceKind
from db.rules.doors import taken_apart

ASK_AGAIN_SECONDS = 10.0
REFRESH_SECONDS = 300.0
"""How long a device is taken for what it was."""
LOOK_SECONDS = 1.0
"""So often the record is asked which devices moved, changed their kind or left."""
OVERLAP = timedelta(seconds=30)
"""A change is dated before its commit: so far back each look goes."""

MOST_UNKNOWN = 100_000

_ALL = text("select id, code, venue_id, county, area_id, is_demo, kind from devices where retired_on is null")
_BY_CODE = text(
    "select id, code, venue_id, county, area_id, is_demo, kind from devices"
    " where retired_on is null and code = any (:codes)"
)
_BY_ADDRESS = text(
    """
    select a.door || ':' || a.address as name, d.id, d.code, d.venue_id, d.county, d.area_id, d.is_demo, d.kind
    from unnest(cast(:books as text[]), cast(:addresses as text[])) asked (door, address)
    join device_addresses a on a.door = asked.door and a.address = asked.address
    join devices d on d.id = a.device_id where d.retired_on is null
    """
)


_CHANGED = text("select id, changed_at from devices where changed_at > :since")
_NOW = text("select now()")


@dataclass(frozen=True, slots=True)
class KnownDevice:
    id: int
    code: str
    venue_id: int
    county: int
    area_id: int | None
    is_demo: bool
    kind: DeviceKind


class KnownDevices:
    """Looks codes up; each is asked for anew when it speaks after five minutes, an unknown one after ten seconds.

    Never all at once: an alarm would wait for seconds behind a province's devices. One that was bound elsewhere is
    asked for anew within a second: no alarm rings at the venue that it left.
    """

    def __init__(self) -> None:
        self._known: dict[str, KnownDevice] = {}
        self._fresh_until: dict[str, float] = {}
        self._unknown: dict[str, float] = {}
        self._looked_at = float("-inf")
        self._changes: dict[int, datetime] = {}
        self._since = datetime.min.replace(tzinfo=UTC)
        """By the database's clock: older changes are in what was learnt."""

    def prepare(self, session: Session) -> None:
        """Learn every device in use beforehand, so that a gateway that starts under load is not held up by each."""
        self._since = session.execute(_NOW).scalar_one()
        self._known = {row.code: _known(row) for row in session.execute(_ALL)}
        # Learnt together, they are not asked for again together.
        now, share = time.monotonic(), REFRESH_SECONDS / max(1, len(self._known))
        self._fresh_until = {code: now + place * share for place, code in enumerate(self._known)}

    def find(self, session: Session, codes: Iterable[str]) -> Mapping[str, KnownDevice]:
        """The devices that are known, by code or by `book:address`, these among them unless there are none."""
        now = time.monotonic()
        if self._known and now - self._looked_at > LOOK_SECONDS:
            self._forget_changed(session, now)
        wanted = {code for code in codes if now >= self._due(code)}
        if wanted:
            if not self._known:
                self._since = session.execute(_NOW).scalar_one()
            self._learn(wanted, self._ask(session, list(wanted)), now)
        return self._known

    def _due(self, code: str) -> float:
        """When it is to be asked for."""
        return (self._fresh_until if code in self._known else self._unknown).get(code, 0.0)

    def knows(self, code: str) -> bool:
        """True where it was found when it was asked for."""
        return code in self._known

    def forget(self) -> None:
        """Ask for every device anew: the record disagrees with what is kept here. Who reads meanwhile keeps the old."""
        self._known, self._fresh_until, self._unknown = {}, {}, {}

    def _forget_changed(self, session: Session, now: float) -> None:
        """Drop those that changed since the last look, under all their names."""
        self._looked_at = now
        found = {row.id: row.changed_at for row in session.execute(_CHANGED, {"since": self._since - OVERLAP})}
        news = {number for number, at in found.items() if self._changes.get(number) != at}
        self._changes = found
        self._since = max(self._since, *found.values()) if found else self._since
        if news:
            self._known = {name: device for name, device in self._known.items() if device.id not in news}

    def _learn(self, asked: set[str], found: dict[str, KnownDevice], now: float) -> None:
        gone = asked - found.keys()
        for name in gone:
            self._fresh_until.pop(name, None)
        if gone & self._known.keys():
            self._known = {name: device for name, device in self._known.items() if name not in gone}
        if len(self._unknown) > MOST_UNKNOWN:
            self._unknown = {}
        self._known |= found
        self._fresh_until |= dict.fromkeys(found, now + REFRESH_SECONDS)
        self._unknown |= dict.fromkeys(gone, now + ASK_AGAIN_SECONDS)

    def _ask(self, session: Session, codes: list[str]) -> dict[str, KnownDevice]:
        found = {row.code: _known(row) for row in session.execute(_BY_CODE, {"codes": codes})}
        addresses = [parts for code in codes if (parts := taken_apart(code)) is not None]
        if addresses:
            books, inside = zip(*addresses, strict=True)
            rows = session.execute(_BY_ADDRESS, {"books": list(books), "addresses": list(inside)})
            found |= {name: _known(row) for name, *row in rows}
        return found


def _known(row: Sequence[Any]) -> KnownDevice:
    number, code, venue_id, county, area_id, is_demo, kind = row
    return KnownDevice(number, code, venue_id, county, area_id, is_demo, DeviceKind(kind))
