"""Frames of GB/T 26875.3 against the standard, and which of the known dialects would read them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from db.rules.conformance import Outcome, Protocol, Rule
from ingest.conformance.report import Chunk, Examined, Report, Verdict
from ingest.gb26875 import explain, times, units, words
from ingest.gb26875.dialects import DIALECTS, STANDARD, Checksum, Clock, Dialect
from ingest.gb26875.errors import FrameError
from ingest.gb26875.frames import END, HEAD, LARGEST_DATA, OVERHEAD, START, Broken, Command, Frame, FrameReader, Whole
from ingest.gb26875.meaning import FIRE
from ingest.gb26875.units import Item, Unit

ANSWER_WITHIN = timedelta(seconds=10)
AHEAD = timedelta(days=1)
SKEW = timedelta(minutes=5)
MOST_ILL = 50
RESERVED_BITS = {1: 0xC000, 2: 0xFE00, 21: 0x80}
"""Of states, by type flag."""
_HEX = re.compile(rb"\s*(?:(?:0x)?[0-9A-Fa-f]{2}[\s,;]*)+")
_OURS = {"zh": "平台应答或指令", "en": "The centre's own"}
_NO_FRAME = {"zh": "无法成帧的字节", "en": "Bytes that make no frame"}


@dataclass(frozen=True, slots=True)
class Read:
    """A stream as one dialect reads it."""

    dialect: Dialect
    events: tuple[Whole | Broken, ...]
    good: int
    bad: int
    believable: int
    """Times that can be: set, and not of tomorrow."""

    @property
    def rank(self) -> tuple[int, int, int]:
        """More frames read, fewer left over, more times believed; the standard itself where all is equal."""
        return self.good - self.bad, self.believable, self.dialect is STANDARD


def bytes_of(given: bytes) -> bytes:
    """Hex as people paste it, or the bytes themselves."""
    return bytes.fromhex(re.sub(rb"0x|[\s,;]", b"", given).decode()) if _HEX.fullmatch(given) else given


def examine(chunks: Sequence[Chunk], now: datetime) -> Report:
    """The whole of what came, in the dialect that reads most of it."""
    theirs = [chunk for chunk in chunks if not chunk.is_ours]
    stream = b"".join(chunk.payload for chunk in theirs)
    reads = [_read(stream, dialect, now) for dialect in DIALECTS.values()]
    best = max(reads, key=lambda read: read.rank)
    starts = list(accumulate((len(chunk.payload) for chunk in theirs), initial=0))
    examined = [each for event in best.events for each in _event(event, best.dialect, theirs, starts, now)]
    examined = _among(examined, [chunk for chunk in chunks if chunk.is_ours], best.dialect)
    frames = [event.frame for event in best.events if event.frame is not None]
    beside = [*_serials(frames), *_answers(examined), *_beats(examined)]
    is_dialect = best.dialect is not STANDARD and best.good > 0
    return Report(
        Protocol.GB26875,
        examined,
        beside,
        best.dialect.name if is_dialect else None,
        [(read.dialect.name, read.good, read.bad) for read in reads],
    )


def _read(stream: bytes, dialect: Dialect, now: datetime) -> Read:
    reader = FrameReader(dialect)
    events = (*reader.feed(stream), *reader.end())
    whole = [event.frame for event in events if isinstance(event, Whole)]
    moments = [each for frame in whole for each in (frame.sent_at, *_moments(frame, dialect))]
    believable = sum(at is not None and at <= now + AHEAD for at in moments)
    return Read(dialect, events, len(whole), len(events) - len(whole), believable)


def _moments(frame: Frame, dialect: Dialect) -> Iterator[datetime | None]:
    try:
        yield from (item.at for item in units.decode(frame.data, dialect).items)
    except FrameError:
        return


def _event(
    event: Whole | Broken, dialect: Dialect, chunks: Sequence[Chunk], starts: Sequence[int], now: datetime
) -> Iterator[Examined]:
    """A frame with its verdicts; of bytes that make none, each that seems to be meant as one."""
    place = max(at for at, start in enumerate(starts[:-1]) if start <= event.offset)
    chunk = chunks[place]
    if event.frame is None:
        for raw, verdict in _ill(event.raw):
            yield Examined(_NO_FRAME, raw.hex(" ").upper(), [verdict], {}, chunk.at, chunk.peer)
        return
    frame = event.frame
    command = words.named(words.COMMANDS, frame.command)
    verdicts = [Verdict(Rule.START), Verdict(Rule.END), Verdict(Rule.LENGTH), _checksum(event, dialect)]
    verdicts += [
        _version(frame),
        _time(event.raw, frame, dialect, chunk.at, now),
        _command(frame, chunk.at is not None),
    ]
    verdicts += _data(frame, dialect)
    entry = explain.entry(event, dialect)
    fields = {name: value for name, value in entry.items() if name not in ("offset", "bytes", "refused")}
    title = {"zh": command.zh, "en": command.en}
    yield Examined(title, event.raw.hex(" ").upper(), verdicts, fields.get("seems", fields), chunk.at, chunk.peer)


def _checksum(event: Whole | Broken, dialect: Dialect) -> Verdict:
    if isinstance(event, Broken):
        return Verdict(Rule.CHECKSUM, Outcome.FAIL, event.reason.removeprefix("The checksum is ").split(".")[0])
    if dialect.checksum is Checksum.STANDARD:
        return Verdict(Rule.CHECKSUM)
    return Verdict(Rule.CHECKSUM, Outcome.DIALECT, dialect.checksum.value)


def _version(frame: Frame) -> Verdict:
    return Verdict(Rule.VERSION, Outcome.PASS if frame.major == 1 else Outcome.FAIL, f"{frame.major}.{frame.minor}")


def _time(raw: bytes, frame: Frame, dialect: Dialect, received_at: datetime | None, now: datetime) -> Verdict:
    """Plain binary, set, and near the moment of receipt where that is known."""
    written = raw[6:12]
    if frame.sent_at is None:
        outcome = Outcome.NOTE if written == times.NONE else Outcome.FAIL
        return Verdict(Rule.TIME, outcome, written.hex(" ").upper())
    if dialect.clock is Clock.BCD:
        return Verdict(Rule.TIME, Outcome.DIALECT, "BCD")
    if frame.sent_at > (received_at or now) + AHEAD:
        return Verdict(Rule.TIME, Outcome.FAIL, frame.sent_at.isoformat(" "))
    if received_at is not None and abs(received_at - frame.sent_at) > SKEW:
        return Verdict(Rule.TIME, Outcome.NOTE, frame.sent_at.isoformat(" "))
    return Verdict(Rule.TIME)


def _command(frame: Frame, is_live: bool) -> Verdict:
    """What comes alive is a device's: it sends, answers, confirms or denies."""
    if frame.command >= 128:
        return Verdict(Rule.COMMAND, Outcome.NOTE, str(frame.command))
    is_known = Command.CONTROL <= frame.command <= Command.DENY
    is_theirs = frame.command not in (Command.CONTROL, Command.REQUEST) or not is_live
    return Verdict(Rule.COMMAND, Outcome.PASS if is_known and is_theirs else Outcome.FAIL, str(frame.command))


def _data(frame: Frame, dialect: Dialect) -> list[Verdict]:
    if not frame.data:
        return [Verdict(Rule.HEARTBEAT)] if frame.command == Command.SEND else []
    if frame.command not in explain.CARRIES:
        return [Verdict(Rule.OBJECTS, Outcome.FAIL, f"{frame.command}: {len(frame.data)} B")]
    if len(frame.data) < 2:
        return [Verdict(Rule.OBJECTS, Outcome.FAIL, frame.data.hex(" ").upper())]
    flag, count = frame.data[0], frame.data[1]
    layout = units.LAYOUTS.get(flag)
    if layout is None:
        return [Verdict(Rule.TYPE_FLAG, Outcome.NOTE if flag in units.VENDORS else Outcome.FAIL, str(flag))]
    counted = Verdict(
        Rule.COUNT, Outcome.PASS if 1 <= count <= layout.most else Outcome.FAIL, f"{count} (1–{layout.most})"
    )
    known = [Verdict(Rule.TYPE_FLAG), counted]
    if counted.outcome is Outcome.FAIL:
        return known
    try:
        unit = units.decode(frame.data, dialect)
    except FrameError:
        return [*known, Verdict(Rule.OBJECTS, Outcome.FAIL, f"{flag} × {count}: {len(frame.data) - 2} B")]
    return [*known, Verdict(Rule.OBJECTS), *(each for item in unit.items for each in _item(unit, item, dialect))]


def _item(unit: Unit, item: Item, dialect: Dialect) -> Iterator[Verdict]:
    codes = [
        f"{name} {code}"
        for name, code, table in (
            ("system", item.system_type, words.SYSTEMS),
            ("component", item.component_type, words.COMPONENTS),
            ("analogue", item.analogue_type, words.ANALOGUES),
        )
        if code is not None and code not in table
    ]
    yield Verdict(Rule.CODES, Outcome.NOTE if codes else Outcome.PASS, ", ".join(codes))
    if item.text is not None:
        yield Verdict(Rule.TEXT, Outcome.FAIL if "�" in item.text else Outcome.PASS, item.text)
    if any(field.name == "at" for field in units.LAYOUTS[unit.flag].fields):
        is_bcd = item.at is not None and dialect.clock is Clock.BCD
        outcome = Outcome.DIALECT if is_bcd else Outcome.PASS if item.at is not None else Outcome.FAIL
        yield Verdict(Rule.OBJECT_TIME, outcome, "BCD" if is_bcd else "")
    if unit.flag in RESERVED_BITS and item.state is not None:
        odd = item.state & RESERVED_BITS[unit.flag]
        yield Verdict(Rule.STATE_BITS, Outcome.NOTE if odd else Outcome.PASS, f"{item.state:04X}")
        if item.state & FIRE:
            yield Verdict(Rule.TEST_BIT, Outcome.PASS if item.state & 1 else Outcome.NOTE, f"{item.state:04X}")


def _ill(raw: bytes) -> Iterator[tuple[bytes, Verdict]]:
    """Stretches that begin like frames, each with what keeps it from being one."""
    at, shown = 0, 0
    while at < len(raw) and shown < MOST_ILL:
        start = raw.find(START, at)
        if start != at:
            stop = len(raw) if start < 0 else start
            yield raw[at:stop], Verdict(Rule.START, Outcome.FAIL, raw[at : at + 8].hex(" ").upper())
            at, shown = stop, shown + 1
            continue
        size, verdict = _ill_frame(raw[at:])
        yield raw[at : at + size], verdict
        at, shown = at + size, shown + 1


def _ill_frame(raw: bytes) -> tuple[int, Verdict]:
    if len(raw) < HEAD:
        return len(raw), Verdict(Rule.END, Outcome.FAIL, f"{len(raw)} B")
    length = int.from_bytes(raw[24:26], "little")
    size = OVERHEAD + length
    if length <= LARGEST_DATA and len(raw) >= size - 1:
        if raw[size - 2 : size] == b"\x35\x35":
            return size, Verdict(Rule.END, Outcome.FAIL, "35 35")
        for off, what in ((-1, f"{length} = {length - 1} + 1"), (1, f"{length} = {length + 1} - 1")):
            if raw[size + off - 2 : size + off] == END:
                return size + off, Verdict(Rule.LENGTH, Outcome.FAIL, what)
    swapped = int.from_bytes(raw[24:26], "big")
    end = OVERHEAD + swapped
    if raw[end - 2 : end] == END:
        return end, Verdict(Rule.LENGTH, Outcome.FAIL, f"{raw[24:26].hex(' ').upper()} (big-endian)")
    following = raw.find(START, 2)
    stop = len(raw) if following < 0 else following
    if length > LARGEST_DATA:
        return stop, Verdict(Rule.LENGTH, Outcome.FAIL, str(length))
    return stop, Verdict(Rule.END, Outcome.FAIL, raw[max(2, stop - 2) : stop].hex(" ").upper())


def _serials(frames: Sequence[Frame]) -> Iterator[Verdict]:
    """Of what one device says of its own: one more each time; the same again is a repeat that heard no confirm."""
    by_source: dict[int, list[Frame]] = {}
    for frame in frames:
        if frame.command == Command.SEND:
            by_source.setdefault(frame.source, []).append(frame)
    for mine in by_source.values():
        for before, after in pairwise(mine):
            if after.serial == before.serial:
                outcome = Outcome.NOTE if after.data == before.data else Outcome.FAIL
            else:
                outcome = Outcome.PASS if after.serial == (before.serial + 1) % 0x10000 else Outcome.NOTE
            yield Verdict(Rule.SERIAL, outcome, f"{before.serial} → {after.serial}")


def _among(examined: list[Examined], ours: Sequence[Chunk], dialect: Dialect) -> list[Examined]:
    """Our own frames between theirs, in the order of time."""
    for chunk in ours:
        for event in (*FrameReader(dialect).feed(chunk.payload),):
            shown = explain.entry(event, dialect)
            fields = {name: value for name, value in shown.items() if name not in ("offset", "bytes")}
            examined.append(Examined(_OURS, event.raw.hex(" ").upper(), [], fields, chunk.at, chunk.peer, is_ours=True))
    return sorted(examined, key=lambda each: (each.at is not None, each.at)) if ours else examined


def _answers(examined: Sequence[Examined]) -> Iterator[Verdict]:
    """The device answers the centre's commands, with the command's own serial number and in time."""
    for each in examined:
        if not each.is_ours or each.at is None or each.fields.get("command", {}).get("code") != Command.CONTROL:
            continue
        answer = next(
            (
                other
                for other in examined
                if not other.is_ours
                and other.at is not None
                and other.at >= each.at
                and other.fields.get("serial") == each.fields["serial"]
                and other.fields.get("command", {}).get("code") in (Command.CONFIRM, Command.ANSWER)
            ),
            None,
        )
        if answer is None or answer.at is None:
            yield Verdict(Rule.CONFIRM, Outcome.FAIL, f"#{each.fields['serial']}: –")
        else:
            took = answer.at - each.at
            outcome = Outcome.PASS if took <= ANSWER_WITHIN else Outcome.FAIL
            yield Verdict(Rule.CONFIRM, outcome, f"#{each.fields['serial']}: {took.total_seconds():.1f} s")


def _beats(examined: Sequence[Examined]) -> Iterator[Verdict]:
    """A live device that is heard every half minute, by a heartbeat or anything else."""
    heard = [each.at for each in examined if each.at is not None and not each.is_ours]
    longest = max((after - before for before, after in pairwise(heard)), default=timedelta())
    if longest > timedelta(seconds=60):
        yield Verdict(Rule.HEARTBEAT, Outcome.NOTE, f"{longest.total_seconds():.0f} s")
