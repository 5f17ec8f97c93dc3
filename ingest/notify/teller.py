"""The telling worker: takes notices, sends what is due, writes down what became of it. Any number may run."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db.channel_file import far_end
from db.commands import delivery_planning, delivery_receipts, delivery_sending, notify_channels
from db.commands.delivery_sending import Outcome
from db.commands.notify_channels import ChannelSaid
from db.queries import telling
from db.queries.telling import Outgoing
from db.rules.access_scope import EVERYTHING
from db.rules.channels import BY_CHANNEL, OUTGOING, Channel
from db.rules.gateway import Gateway, NotTaken
from db.session import Record
from ingest.notify.bell import Bell
from ingest.notify.senders import Sender, senders
from ingest.notify.words import Writer

log = logging.getLogger("anwang.notify")

LEASE = timedelta(seconds=60)
"""Longer than any sender may take."""
LOOK_SECONDS = 5.0
"""The longest sleep: what no bell told of is found by the clock."""
SAY_SECONDS = 15.0
SETTLE_SECONDS = 8.0
"""A worker that is told to stop waits so long for answers on their way."""
GATHER_SECONDS = 0.02
ANSWERS_SECONDS = 0.4
"""Gateways' answers and receipts are gathered so long and written down together; at once where a channel is full."""
ALLOWANCE_SECONDS, LEAST_ALLOWANCE_SECONDS = 0.25, 0.1
"""Between two looks at messages that wait for room, or for their channel's allowance; less where it is soon full."""

T = TypeVar("T")


class Teller:
    """One per process."""

    def __init__(self, record: Record, gateways: Mapping[str, Gateway], secrets: Mapping[str, str], site: str) -> None:
        self.record, self.gateways, self.secrets = record, gateways, secrets
        self.site = site
        self._writer = Writer(site, secrets["contact_codes"])
        self._senders: dict[str, Sender] = {}
        full = [said.burst / said.per_second for said in map(self._channel, OUTGOING)]
        self._refilled_seconds = max(LEAST_ALLOWANCE_SECONDS, min(ALLOWANCE_SECONDS, *full))
        """Looked at so often, no allowance stays full and is lost."""
        self._on_their_way: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()
        self._outcomes: list[Outcome] = []
        self._wake = asyncio.Event()
        self._soon: asyncio.TimerHandle | None = None
        self._stopping = False
        self._said_at: datetime | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Take nothing more; what is on its way is waited for."""
        self._stopping = True
        self._wake.set()

    def stop_soon(self) -> None:
        """The same from another thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.stop)

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        bell = Bell(self.record.engine.url, self._rang)
        listening = asyncio.create_task(bell.listen())
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
        async with httpx.AsyncClient(limits=limits, follow_redirects=False, timeout=None) as client:  # noqa: S113
            self._senders = senders(self.gateways, client, self.secrets, self.site)
            while not self._stopping:
                await self._turn()
            if self._on_their_way:
                await asyncio.wait(self._on_their_way, timeout=SETTLE_SECONDS)
            await self._write_down()
        listening.cancel()

    def _rang(self, is_urgent: bool) -> None:
        if is_urgent:
            self._wake.set()
        else:
            self._wake_soon()

    def _wake_soon(self) -> None:
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(ANSWERS_SECONDS, self._wake.set)

    async def _turn(self) -> None:
        self._wake.clear()
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        try:
            await self._write_down()
            more, messages, due = await asyncio.to_thread(self._take)
        except SQLAlchemyError as error:
            log.warning("the database does not answer: %s", str(error).strip().splitlines()[0])
            await asyncio.sleep(1)
            return
        for message in messages:
            self._busy[message.channel] += 1
            task = asyncio.create_task(self._send(message))
            self._on_their_way.add(task)
            task.add_done_callback(self._on_their_way.discard)
        if more or self._stopping:
            return
        await self._sleep(due, has_taken=bool(messages))

    async def _sleep(self, due: datetime | None, *, has_taken: bool) -> None:
        """Until the next is due, a bell rings, or a message has been answered."""
        wait = LOOK_SECONDS
        if due is not None:
            wait = min(wait, max(0.0, (due - datetime.now(UTC)).total_seconds()))
            if not has_taken:  # due, and no room or allowance for it yet
                wait = max(wait, self._refilled_seconds)
        try:
            await asyncio.wait_for(self._wake.wait(), wait)
        except TimeoutError:
            return
        await asyncio.sleep(GATHER_SECONDS)

    def _take(self) -> tuple[int, list[Outgoing], datetime | None]:
        """Receipts, notices, and what is to be sent now, in one transaction: nothing leaves before it is safe.

        The first number is above zero where more may wait than was looked at.
        """
        now = datetime.now(UTC)
        self._say(now)
        room = {name: self._at_once(name) - self._busy[name] for name in self._senders}
        with self.record.scoped(EVERYTHING) as session:
            matched = delivery_receipts.match(session, now)
            planned = delivery_planning.plan(session, now)
            messages = delivery_sending.claim(session, now, room, LEASE)
            is_full = matched >= delivery_receipts.AT_ONCE
            return planned + is_full, messages, telling.next_due(session, now)

    def _in_scope(self, act: Callable[[Session], T]) -> T:
        with self.record.scoped(EVERYTHING) as session:
            return act(session)

    def _at_once(self, name: str) -> int:
        return self.gateways[name].at_once or BY_CHANNEL[Channel(name)].at_once

    async def _send(self, message: Outgoing) -> None:
        sender = self._senders[message.channel]
        letter = self._writer.letter(message)
        receipt_url = f"{self.site}/api/v1/notify/receipts/{message.channel}/{self.secrets['notify_receipts']}"
        try:
            result = await sender.send(message, letter, receipt_url)
        except Exception as error:  # a sender that breaks must not take the worker along
            log.exception("sending over %s", message.channel)
            result = NotTaken(f"{type(error).__name__}: {error}")
        if isinstance(result, NotTaken):
            log.warning("%s did not take message %s: %s", message.channel, message.key, result.reason)
        is_full = self._busy[message.channel] >= self._at_once(message.channel)
        self._busy[message.channel] -= 1
        self._outcomes.append(Outcome(message, result, datetime.now(UTC), sender.is_proof))
        if is_full or self._stopping:
            self._wake.set()
        else:
            self._wake_soon()

    async def _write_down(self) -> None:
        """What the far ends answered; kept until the database has it."""
        outcomes = self._outcomes[:]
        if outcomes:
            await asyncio.to_thread(self._in_scope, lambda session: delivery_sending.record(session, outcomes))
            del self._outcomes[: len(outcomes)]

    def _say(self, now: datetime) -> None:
        """What this installation has, for every page to see; and that somebody is here."""
        if self._said_at is not None and (now - self._said_at).total_seconds() < SAY_SECONDS:
            return
        said = [self._channel(channel) for channel in OUTGOING]
        self._in_scope(lambda session: notify_channels.say(session, said, now))
        self._said_at = now

    def _channel(self, channel: Channel) -> ChannelSaid:
        row, gateway = BY_CHANNEL[channel], self.gateways.get(channel)
        if gateway is None:
            return ChannelSaid(channel, False, False, "", False, row.per_second, row.burst)
        return ChannelSaid(
            channel,
            True,
            gateway.is_demo,
            far_end(gateway),
            gateway.receipt is not None or channel is Channel.WEB_PUSH,
            gateway.per_second or row.per_second,
            gateway.burst or row.burst,
        )
