"""Transmission devices of the demonstration province beside the MQTT devices: heartbeats, and watches that answer."""

import asyncio
import logging
import random
import threading
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import text

from db.rules.access_scope import EVERYTHING
from db.session import Record
from ingest.simulate.faults import Faults, Mischief
from ingest.simulate.gb26875 import TransmissionDevice

log = logging.getLogger("anwang.simulate")

HEARTBEAT_SECONDS = 25.0
ASLEEP_SHARE = 0.2
"""Watches that do not answer."""
AGAIN_SECONDS = 5.0
_SOURCES = text(
    """
    select a.address from device_addresses a join devices d on d.id = a.device_id
    where a.door = 'gb26875' and a.address !~ '/' and d.is_demo and d.retired_on is null
    and exists (select from duty_history h where h.venue_id = a.venue_id and h.declared_until is null)
    order by d.id limit :n
    """
)


def sources(record: Record, n: int) -> list[int]:
    """Addresses of up to `n` devices at venues with a declared watch."""
    with record.scoped(EVERYTHING) as session:
        return [int(address) for address in session.scalars(_SOURCES, {"n": n})]


class Panels:
    """All of them on a thread of their own, until `stop`."""

    def __init__(
        self, host: str, port: int, addresses: list[int], chance: random.Random, faults: Faults | None = None
    ) -> None:
        self._host, self._port, self._addresses, self._chance = host, port, addresses, chance
        self._mischief = Mischief(faults or Faults(), chance)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="panels", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with suppress(RuntimeError):  # where none were to be played, all is over already
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(self._loop)])
        self._thread.join(5)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._all())
        self._loop.close()

    async def _all(self) -> None:
        await asyncio.gather(*(self._live(source) for source in self._addresses))

    async def _live(self, source: int) -> None:
        """Connect, say that it lives, answer; and again whenever the line breaks."""
        await asyncio.sleep(self._chance.random() * AGAIN_SECONDS)
        name = f"{source:012x}"
        while True:
            if self._mischief.is_quiet(name, datetime.now(UTC)):
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            watch = None if self._chance.random() < ASLEEP_SHARE else self._chance.randrange(1, 200)
            device = TransmissionDevice(
                self._host, self._port, source, watch=watch, answers_after_seconds=self._chance.uniform(3, 45)
            )
            try:
                await device.connect()
                await self._speak(device, name)
            except (OSError, TimeoutError):
                await asyncio.sleep(AGAIN_SECONDS)
            finally:
                await device.close()

    async def _speak(self, device: TransmissionDevice, name: str) -> None:
        """Heartbeats until a flapping line goes away; among them what is wrong on purpose."""
        while not self._mischief.is_quiet(name, now := datetime.now(UTC)):
            device.slow_by = now - self._mischief.clock(name, now)
            for turn in self._mischief.turns(name, now):
                if turn.is_broken:
                    device.pour(self._mischief.broken(device.next_frame(None)))
                await device.say(None, seconds=30, times=1 + turn.is_repeated)
            await asyncio.sleep(HEARTBEAT_SECONDS)
