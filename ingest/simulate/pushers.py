"""The platforms of the demonstration province beside the MQTT devices: each pushes over HTTP on a thread of its own."""

import getpass
import logging
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import device_addresses
from db.commands.people import Operator
from db.rules.access_scope import EVERYTHING
from db.rules.doors import GBT45839, PlatformDoor
from db.session import Record
from ingest.simulate import platforms as play
from ingest.simulate.faults import Faults
from ingest.simulate.platforms import Pusher

log = logging.getLogger("anwang.simulate")

BOOKS = {
    PlatformDoor.CTWING: "ctwing",
    PlatformDoor.ONENET: "onenet",
    PlatformDoor.GBT45839_STATUS: GBT45839,
    PlatformDoor.GBT28181: "gbt28181",
}
OPERATORS = (PlatformDoor.CTWING, PlatformDoor.ONENET)
METER, METER_SHARE = "electricity_meter", 4
"""Of what speaks through an operator's platform one in so many is a meter."""
_DEMO = text(
    """
    select d.code, d.id from devices d where d.is_demo and d.retired_on is null and d.kind = :kind
        and not exists (select from device_addresses a where a.device_id = d.id)
    order by d.id limit :n
    """
)
_BOUND = text(
    "select a.address from device_addresses a join devices d on d.id = a.device_id"
    " where a.door = :book and d.is_demo and d.kind = :kind and position('/' in a.address) = 0"
    " order by a.address limit :n"
)


def paths(secrets: Mapping[str, str]) -> dict[PlatformDoor, tuple[str, dict[str, str]]]:
    """Each door's address on the portal, and the headers that it wants."""
    by_key = {"X-API-Key": secrets["gbt45839_key"]}
    return {
        PlatformDoor.CTWING: (f"/api/v1/nbiot/ctwing/{secrets['ctwing_door']}", {}),
        PlatformDoor.ONENET: (f"/api/v1/nbiot/onenet/{secrets['onenet_door']}", {}),
        PlatformDoor.GBT45839_INSTALL: ("/api/v1/gbt45839/Install_info", by_key),
        PlatformDoor.GBT45839_STATUS: ("/api/v1/gbt45839/status_info", by_key),
        PlatformDoor.GBT28181: ("/api/v1/gbt28181/alarms", {"X-API-Key": secrets["gbt28181_key"]}),
    }


@dataclass(frozen=True, slots=True)
class Speakers:
    """A door with the addresses that speak through it."""

    door: PlatformDoor
    addresses: list[str]
    meters: frozenset[str] = frozenset()
    """Those of electricity meters."""


def speaking(record: Record, door: PlatformDoor, count: int) -> Speakers:
    """Addresses of demonstration devices at this door; those that it does not know yet are put on its book."""
    with record.scoped(EVERYTHING) as session:
        meters = _bound(session, door, METER, count // METER_SHARE if door in OPERATORS else 0)
        kind = "camera" if door is PlatformDoor.GBT28181 else "smoke_detector"
        return Speakers(door, [*_bound(session, door, kind, count - len(meters)), *meters], frozenset(meters))


def _bound(session: Session, door: PlatformDoor, kind: str, count: int) -> list[str]:
    book, operator = BOOKS[door], Operator(None, f"command line ({getpass.getuser()})")
    found = list(session.scalars(_BOUND, {"book": book, "kind": kind, "n": count}))
    for code, number in session.execute(_DEMO, {"kind": kind, "n": count - len(found)}).tuples():
        found.append(_address(door, number))
        device_addresses.bind(session, book, found[-1], code, operator, datetime.now(UTC))
    return found


def _address(door: PlatformDoor, number: int) -> str:
    """An invented address of the right form."""
    if door is PlatformDoor.GBT45839_STATUS:
        return f"DEMO:{number:09d}"
    return f"3607000000131{number:07d}" if door is PlatformDoor.GBT28181 else f"86{number:013d}"


class Platforms:
    """All of them until `stop`; a portal that is away is pushed to again as each platform's rules say."""

    def __init__(
        self,
        site: str,
        secrets: Mapping[str, str],
        speakers: list[Speakers],
        rate: float,
        faults: Faults,
        rng: random.Random,
    ) -> None:
        """`rate`: messages a second, all doors together."""
        self._site, self._secrets, self._faults, self._rng = site, secrets, faults, rng
        self._pause = len(speakers) / rate if rate else 1.0
        self._stopping = threading.Event()
        self.pushed: dict[PlatformDoor, play.Pushed] = {}
        self._threads = [
            threading.Thread(target=self._run, args=(each,), name=each.door.value, daemon=True)
            for each in speakers
            if each.addresses
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(10)

    @property
    def stored(self) -> int:
        return sum(pushed.stored for pushed in self.pushed.values())

    def _run(self, speakers: Speakers) -> None:
        path, headers = paths(self._secrets)[speakers.door]
        chance = random.Random(self._rng.random())  # noqa: S311 - a play, not a secret
        token = self._secrets["onenet_signature"]
        bodies = play.day(speakers.door, speakers.addresses, token, chance, self._faults, meters=speakers.meters)
        with httpx.Client(base_url=self._site) as client:
            pusher = Pusher(client, path, headers)
            self.pushed[speakers.door] = pusher.pushed
            while not self._stopping.wait(self._pause):
                body, _is_repeat = next(bodies)
                if body:
                    pusher.push(body)
