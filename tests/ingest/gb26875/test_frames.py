"""Frames out of a stream: vectors, the traps of public parsers, and whatever bytes there are."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.gb26875 import meaning, times, units
from ingest.gb26875.dialects import DIALECTS, STANDARD, Checksum, Clock, Dialect
from ingest.gb26875.errors import FrameError
from ingest.gb26875.explain import frame_entry
from ingest.gb26875.frames import (
    LARGEST,
    LARGEST_DATA,
    Broken,
    Command,
    Event,
    Frame,
    FrameReader,
    Whole,
    checksum,
    encode,
)
from tests.ingest.gb26875.vectors import CONFIRM, MOMENTS, SMOKE_FIRE

SENT_AT = datetime(2012, 9, 26, 9, 58, 32, tzinfo=times.HERE)
FRAMES = st.builds(
    Frame,
    serial=st.integers(0, 0xFFFF),
    source=st.integers(0, 2**48 - 1),
    destination=st.integers(0, 2**48 - 1),
    command=st.integers(0, 255),
    data=st.binary(max_size=200),
    sent_at=MOMENTS | st.none(),
    minor=st.integers(0, 255),
)


def read(stream: bytes, dialect: Dialect = STANDARD, pieces: int | None = None) -> list[Event]:
    reader = FrameReader(dialect)
    size = pieces or max(1, len(stream))
    heard = [event for at in range(0, len(stream), size) for event in reader.feed(stream[at : at + size])]
    return [*heard, *reader.end()]


def frames(stream: bytes, dialect: Dialect = STANDARD, pieces: int | None = None) -> list[Frame]:
    return [event.frame for event in read(stream, dialect, pieces) if isinstance(event, Whole)]


@pytest.mark.parametrize("pieces", [None, 1, 7])
@pytest.mark.parametrize("tail", [b"", b"\x00", b"@", b"@@", SMOKE_FIRE[:40]])
def test_the_vectors_whole_in_pieces_and_with_a_tail(pieces: int | None, tail: bytes) -> None:
    fire, confirm = frames(SMOKE_FIRE + CONFIRM + tail, pieces=pieces)
    assert (fire.serial, fire.source, fire.destination) == (1, 0x379, 0x15B38)
    assert (fire.command, fire.sent_at, len(fire.data)) == (Command.SEND, SENT_AT, 48)
    assert (confirm.serial, confirm.source, confirm.destination) == (1, 0x15B38, 0x379)
    assert (confirm.command, confirm.data) == (Command.CONFIRM, b"")
    assert encode(fire) == SMOKE_FIRE
    assert encode(confirm) == CONFIRM


@given(FRAMES, st.sampled_from(sorted(DIALECTS)))
def test_what_is_written_is_read(frame: Frame, name: str) -> None:
    dialect = DIALECTS[name]
    assert frames(encode(frame, dialect), dialect) == [frame]


@given(st.lists(FRAMES, min_size=1, max_size=4), st.lists(st.binary(max_size=30), min_size=5, max_size=5), st.data())
def test_frames_stick_together_and_rubbish_stands_between(
    sent: list[Frame], rubbish: list[bytes], data: st.DataObject
) -> None:
    """Rubbish without 40: no frame is lost, whatever the pieces."""
    plain = [part.replace(b"@", b"") for part in rubbish]
    stream = b"".join(part + encode(frame) for part, frame in zip(plain, sent, strict=False)) + plain[-1]
    pieces = data.draw(st.integers(1, max(1, len(stream))))
    assert frames(stream, pieces=pieces) == sent


def test_every_byte_is_accounted_for() -> None:
    stream = b"\x00\x01" + SMOKE_FIRE + b"@@" + b"x" * 40 + CONFIRM + b"@"
    events = read(stream, pieces=5)
    assert [type(event) for event in events] == [Broken, Whole, Broken, Whole, Broken]
    assert b"".join(event.raw for event in events) == stream
    assert [event.offset for event in events] == [0, 2, 80, 122, 152]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (SMOKE_FIRE[:-2] + b"\x35\x35", "does not end with 23 23"),  # decimal 35 misread as hexadecimal
        (SMOKE_FIRE[:24] + b"\x31\x00" + SMOKE_FIRE[26:], "does not end with 23 23"),
        (SMOKE_FIRE[:24] + b"\x01\x04" + SMOKE_FIRE[26:], "The length 1025 is more than 1024"),
        (SMOKE_FIRE[:-4] + b"\x00" + SMOKE_FIRE[-3:], "The checksum is 46, not 3A"),
        (SMOKE_FIRE[1:], "No frame begins with 40 40 here"),
    ],
)
@pytest.mark.parametrize("pieces", [None, 1])
def test_a_bad_frame_is_named_and_the_next_is_read(bad: bytes, reason: str, pieces: int | None) -> None:
    events = read(bad + CONFIRM, pieces=pieces)
    assert any(isinstance(event, Broken) and reason in event.reason for event in events), events
    assert isinstance(events[-1], Whole)
    assert encode(events[-1].frame) == CONFIRM


def test_what_ends_too_early_is_named() -> None:
    (broken,) = read(SMOKE_FIRE[:-1])
    assert isinstance(broken, Broken)
    assert broken.reason.startswith("The frame is cut off.")


def test_a_wrong_sum_names_the_dialect_that_it_fits() -> None:
    content = SMOKE_FIRE[:-3]
    raw = content + bytes([checksum(content, Checksum.XOR)]) + b"##"
    (broken,) = read(raw)
    assert isinstance(broken, Broken)
    assert "right as xor" in broken.reason
    assert broken.frame is not None
    assert broken.frame.serial == 1


def test_a_long_length_does_not_hold_up_what_follows() -> None:
    """The length field of a broken frame reaches over the next one: that is found within it."""
    broken = bytearray(CONFIRM)
    broken[24:26] = (40).to_bytes(2, "little")
    assert frames(bytes(broken) + CONFIRM + SMOKE_FIRE) == [*frames(CONFIRM), *frames(SMOKE_FIRE)]


def test_a_time_that_is_none_and_one_in_bcd() -> None:
    assert times.read(bytes(6), Clock.BINARY) is None
    assert times.read(bytes([61, 0, 0, 1, 1, 24]), Clock.BINARY) is None
    assert times.read(bytes.fromhex("32 58 09 26 09 12"), Clock.BCD) == SENT_AT
    assert times.read(bytes.fromhex("3A 58 09 26 09 12"), Clock.BCD) is None
    assert times.write(SENT_AT + timedelta(seconds=1), Clock.BINARY).hex() == "213a091a090c"


@pytest.mark.parametrize(
    "wrong", [{"serial": 65_536}, {"source": 2**48}, {"command": 256}, {"data": bytes(LARGEST_DATA + 1)}]
)
def test_what_does_not_fit_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(FrameError):
        encode(replace(Frame(0, 1, 2, Command.SEND), **wrong))


def poured(seed: int, size: int) -> int:
    """Random bytes, frames and frames with bytes changed, some of them with a sum that fits: nothing is raised but the
    decoder's own errors, memory stays bounded, and what is a frame is read to its meaning. Answers how many were.
    """
    rng, reader, left, whole = random.Random(seed), FrameReader(), size, 0
    while left > 0:
        kind = rng.random()
        if kind < 0.3:
            chunk = rng.randbytes(rng.randrange(1, 3000))
        elif kind < 0.4:
            chunk = b"@" * rng.randrange(1, 3000)
        else:
            chunk = b"".join(mutated(rng) for _frame in range(rng.randrange(1, 20)))
        left -= len(chunk)
        for event in reader.feed(chunk):
            assert len(event.raw) <= LARGEST + 4096
            if isinstance(event, Whole):
                whole += 1
                understood(event.frame)
        assert reader.waiting <= LARGEST
    list(reader.end())
    return whole


def mutated(rng: random.Random) -> bytes:
    """A vector with bytes changed; every other time its sum fits again, so that the change gets through."""
    raw = bytearray(rng.choice((SMOKE_FIRE, CONFIRM)))
    for _change in range(rng.choice((0, 0, 1, 1, 2, 5))):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    if rng.random() < 0.5:
        raw[-3] = checksum(bytes(raw[:-3]), Checksum.STANDARD)
    return bytes(raw)


def understood(frame: Frame) -> None:
    with suppress(FrameError):
        unit = units.decode(frame.data)
        meaning.said(unit, frame.source, "utd", SENT_AT, lambda _address: None)
        frame_entry(frame, STANDARD)


def test_no_bytes_raise() -> None:
    assert poured(1, 300_000) > 1000


@pytest.mark.broad
def test_ten_million_bytes_raise_nothing() -> None:
    for seed in range(10):
        assert poured(seed, 1_000_000) > 3000
