"""The centre's door for user transmission devices: TCP and UDP on one port (GB/T 26875.3 section 5)."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from db.commands import duty_checks, panel_questions
from db.settings import Settings
from ingest.gb26875.addresses import Addresses
from ingest.gb26875.duty import Question
from ingest.gb26875.explain import frame_entry
from ingest.gb26875.frames import Command
from ingest.gb26875.inquiries import Inquiry, outcome
from ingest.gb26875.peer import Peer
from ingest.gb26875.recorder import Recorder
from ingest.gb26875.units import Item, Unit

log = logging.getLogger("anwang.gb26875")

CHUNK = 16 * 1024
PAUSE_SECONDS = 2.0
"""A frame that stands half read for so long will not be finished: what follows its start is looked at."""
MOST_UNSENT = 64 * 1024
"""Bytes that a peer leaves unread before it is let go."""
ROOM_SECONDS = 0.05
DUTY_CHECK, SET_CLOCK = 91, 90


class Server:
    """Many peers, one recorder."""

    def __init__(self, settings: Settings, recorder: Recorder, addresses: Addresses) -> None:
        self.settings, self.recorder, self.addresses = settings, recorder, addresses
        self._conversations: set[asyncio.Task[None]] = set()
        self._by_source: dict[int, Peer] = {}
        self._asking: dict[tuple[str, int], asyncio.Task[None]] = {}

    async def serve(self, stopping: asyncio.Event, ready: asyncio.Event | None = None) -> None:
        """Until `stopping` is set."""
        loop = asyncio.get_running_loop()
        host, port = self.settings.bind_host, self.settings.gb26875_port

        def carry(question: Question) -> None:
            loop.call_soon_threadsafe(self._ask, question)

        def inquire(inquiry: Inquiry) -> None:
            loop.call_soon_threadsafe(self._inquire, inquiry)

        self.recorder.ask, self.recorder.inquire = carry, inquire
        tcp = await asyncio.start_server(self._converse, host, port, limit=CHUNK)
        udp, _protocol = await loop.create_datagram_endpoint(lambda: _Datagrams(self), local_addr=(host, port))
        log.info("listening on %s:%s", host, port)
        if ready is not None:
            ready.set()
        async with tcp:
            await stopping.wait()
        udp.close()
        ending = [*self._conversations, *self._asking.values()]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._conversations) >= self.settings.gb26875_most_peers:
            log.warning(
                "no room for %s: %s transmission devices are connected", _name(writer), len(self._conversations)
            )
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        peer = self.peer(_name(writer), _Sending(writer))
        try:
            await self._read(reader, peer, writer)
        except (ConnectionError, OSError):
            pass
        except Exception:  # one peer's trouble is nobody else's
            log.exception("the conversation with %s broke", peer.name)
        finally:
            self._conversations.discard(task)
            self._forget(peer)
            writer.close()
            with suppress(ConnectionError, OSError):
                await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader, peer: Peer, writer: asyncio.StreamWriter) -> None:
        silent = 0.0
        while not peer.is_hopeless and silent < self.settings.gb26875_idle_seconds:
            while not self.recorder.has_room:
                await asyncio.sleep(ROOM_SECONDS)
            try:
                chunk = await asyncio.wait_for(reader.read(CHUNK), PAUSE_SECONDS)
            except TimeoutError:
                peer.end()
                silent += PAUSE_SECONDS
                continue
            if not chunk:
                peer.end()
                return
            silent = 0.0
            peer.hear(chunk)
            if writer.transport.get_write_buffer_size() > MOST_UNSENT:
                writer.transport.abort()
                return

    def peer(self, name: str, send: "_Sending | _Answering") -> Peer:
        chosen = self.settings
        peer = Peer(name, chosen.gb26875_address, self.addresses, self.recorder, send, self._meet)
        peer.answer_seconds = chosen.gb26875_answer_seconds
        return peer

    def _meet(self, source: int, peer: Peer) -> None:
        """A device is asked where it spoke last; its clock is set when it comes."""
        if self.addresses.on_bench(source) is None and self.addresses.find(str(source)) is None:
            return
        is_new = self._by_source.get(source) is not peer
        self._by_source[source] = peer
        if is_new:
            self._keep(asyncio.ensure_future(self._set_clock(peer)), ("clock", source))

    def _forget(self, peer: Peer) -> None:
        if peer.source is not None and self._by_source.get(peer.source) is peer:
            del self._by_source[peer.source]

    async def _set_clock(self, peer: Peer) -> None:
        await peer.ask(Command.CONTROL, Unit(SET_CLOCK, (Item(at=datetime.now(UTC)),)))

    def _ask(self, question: Question) -> None:
        peer = self._by_source.get(question.source)
        key = ("duty", question.check_id)
        if peer is not None and key not in self._asking:
            self._keep(asyncio.ensure_future(self._check_duty(peer, question)), key)

    async def _check_duty(self, peer: Peer, question: Question) -> None:
        """Ask the watch: the device confirms at once; the answer comes as flag 24 when somebody presses the key."""
        sent_at = datetime.now(UTC)
        self.recorder.note(lambda session: duty_checks.sent(session, question.check_id, sent_at))
        answer = await peer.ask(Command.CONTROL, Unit(DUTY_CHECK, (Item(minutes=question.minutes),)))
        if answer is not None and answer.command == Command.CONFIRM:
            at = datetime.now(UTC)
            self.recorder.note(lambda session: duty_checks.confirmed(session, question.check_id, at))

    def _inquire(self, inquiry: Inquiry) -> None:
        peer, key = self._by_source.get(inquiry.source), ("inquiry", inquiry.question_id)
        if peer is not None and key not in self._asking:
            self._keep(asyncio.ensure_future(self._bring(peer, inquiry)), key)

    async def _bring(self, peer: Peer, inquiry: Inquiry) -> None:
        """Ask the device, and write down what it says; what it says of its panel is recorded as signals too."""
        sent_at, number = datetime.now(UTC), inquiry.question_id
        self.recorder.note(lambda session: panel_questions.sent(session, number, sent_at))
        answer = await peer.ask(inquiry.command, inquiry.unit(sent_at))
        told = None if answer is None else frame_entry(answer, peer.dialect)
        at, state = datetime.now(UTC), outcome(answer)
        self.recorder.note(lambda session: panel_questions.ended(session, number, state, told, at))

    def _keep(self, task: asyncio.Task[None], key: tuple[str, int]) -> None:
        self._asking[key] = task
        task.add_done_callback(lambda _done: self._asking.pop(key, None) and None)


def _name(writer: asyncio.StreamWriter) -> str:
    where = writer.get_extra_info("peername") or ("?", 0)
    return f"{where[0]}:{where[1]}"


@dataclass(frozen=True, slots=True)
class _Sending:
    """Bytes to a TCP peer; nothing where it is gone."""

    writer: asyncio.StreamWriter

    def __call__(self, data: bytes) -> None:
        if not self.writer.is_closing():
            self.writer.write(data)


@dataclass(frozen=True, slots=True)
class _Answering:
    """Bytes to where a datagram came from."""

    transport: asyncio.DatagramTransport
    address: tuple[str, int]

    def __call__(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.sendto(data, self.address)


class _Datagrams(asyncio.DatagramProtocol):
    """Each datagram holds whole frames; what is asked goes to where the device spoke last."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._peers: dict[tuple[str, int], Peer] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self._server.recorder.has_room:
            return  # unconfirmed, it comes again
        peer = self._peers.get(addr)
        if peer is None:
            if len(self._peers) >= self._server.settings.gb26875_most_peers:
                self._peers.pop(next(iter(self._peers)))
            name = f"{addr[0]}:{addr[1]} (UDP)"
            peer = self._peers[addr] = self._server.peer(name, _Answering(self._transport, addr))
        peer.hear(data)
        peer.end()
