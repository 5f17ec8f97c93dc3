"""What rings for the telling worker, and whether it may wait."""

import asyncio
from datetime import UTC, datetime

from db.commands import delivery_receipts
from db.rules.access_scope import EVERYTHING
from db.rules.gateway import ReceiptSaid
from ingest.notify.bell import Bell
from tests.loops import run
from tests.plugins.services import TestRecord

ARRIVED = ReceiptSaid("no-such-message", "", is_delivered=True, is_failed=False, acknowledges=False, state="DELIVRD")
PRESSED = ReceiptSaid("no-such-call", "", is_delivered=True, is_failed=False, acknowledges=True, state="KEY 1")


def test_what_arrived_may_wait_and_a_pressed_key_may_not(empty_record: TestRecord) -> None:
    rang: list[bool] = []

    def keep(said: ReceiptSaid) -> None:
        with empty_record.record.scoped(EVERYTHING) as session:
            delivery_receipts.keep(session, "voice", [said], datetime.now(UTC))

    async def listen_and_ring() -> None:
        bell = Bell(empty_record.record.engine.url, rang.append)
        listening = asyncio.create_task(bell.listen())
        for said in (None, ARRIVED, PRESSED):
            known = len(rang)
            if said is not None:
                await asyncio.to_thread(keep, said)
            async with asyncio.timeout(20):
                while len(rang) == known:
                    await asyncio.sleep(0.02)
        listening.cancel()

    run(listen_and_ring())
    assert rang == [True, False, True]
