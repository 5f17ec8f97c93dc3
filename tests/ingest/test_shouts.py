"""Shouts to a column that writes down real requests: signed, once, tried again, proven."""

import hashlib
import hmac
import io
import subprocess
import sys
import wave
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import loudspeakers, shouts
from db.commands.acting import Acting
from db.commands.shouts import NeedsConfirming, NewShout
from db.errors import CannotStart, InvalidInput, NotAllowed, NotFound, WrongState
from db.evidence.sounds import SoundStore
from db.key_file import LOUDSPEAKERS
from db.queries import shouts as queries
from db.queries.shouts import ShoutRow
from db.rules.access_scope import EVERYTHING, Role
from db.rules.shouting import Caution
from ingest.shout import gateway_file
from ingest.shout.lane import Lane, turn
from tests import factories
from tests.plugins.fake_gateway import FakeGateway, Reply
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

NOON = datetime.now(UTC).replace(hour=4, minute=0) - timedelta(days=1)
"""Twelve in Shanghai, yesterday."""
HOME = 360_702


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture(scope="module")
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def who(owner: Connection) -> Acting:
    return Acting(factories.person(owner, "县局张三"), "县局张三", Role.COUNTY, "192.0.2.1")


@pytest.fixture
def lane(tmp_path: Path) -> Lane:
    return Lane(tmp_path, SoundStore(tmp_path), {})


@pytest.fixture
def speaker(record: TestRecord, owner: Connection, fake_gateway: FakeGateway, lane: Lane) -> int:
    return column(record, owner, f"{fake_gateway.url}/column", lane)


def column(record: TestRecord, owner: Connection, address: str, lane: Lane, gateway: str | None = None) -> int:
    venue = factories.venue(owner, HOME)
    code = owner.scalar(text("select code from venues where id = :v"), {"v": venue.id})
    with record.record.scoped(EVERYTHING) as session:
        number = loudspeakers.add(session, code, "校门音柱", address, gateway, Acting(None, "t", None), NOON)
    LOUDSPEAKERS.keep(lane.var_dir, number, "secret")
    return number


def shout(record: TestRecord, who: Acting, new: NewShout, now: datetime | None = None) -> int:
    """Now, and confirmed whatever hour it is; as it is asked where the test names an hour."""
    if now is None:
        new = replace(new, is_confirmed=True)
    with record.record.scoped(EVERYTHING) as session:
        return shouts.shout(session, new, HOME, who, now or datetime.now(UTC))


def told(record: TestRecord, number: int) -> ShoutRow:
    with record.record.scoped(EVERYTHING) as session:
        return next(row for row in queries.newest(session, HOME, 50) if row.id == number)


def due_again(owner: Connection) -> None:
    owner.execute(text("update shouts set due_at = now(), asked_at = now() where state = 'waiting'"))


def test_words_are_spoken_and_the_answer_is_the_proof(
    record: TestRecord, who: Acting, speaker: int, lane: Lane, fake_gateway: FakeGateway
) -> None:
    number = shout(record, who, NewShout(speaker, " 请立即清理\n疏散通道 "))
    assert turn(record.record, lane) == 1
    (came,) = fake_gateway.to("/column")
    with wave.open(io.BytesIO(came.body)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, 16_000)
        seconds = sound.getnframes() / 16_000
    assert seconds > 1.5
    signed = came.headers["x-anwang-timestamp"].encode() + b"." + came.body
    expected = "sha256=" + hmac.new(b"secret", signed, hashlib.sha256).hexdigest()
    assert came.headers["x-anwang-signature"] == expected
    assert came.headers["content-type"] == "audio/wav"
    row = told(record, number)
    assert (row.state, row.tries, row.words) == ("taken", 1, "请立即清理 疏散通道")
    assert row.answered_at is not None
    assert row.answer is not None
    assert row.answer.startswith("200 ")
    assert row.seconds == pytest.approx(seconds, abs=0.1)
    assert turn(record.record, lane) == 0


def test_a_column_that_does_not_answer_is_tried_again_with_the_same_key(
    record: TestRecord, owner: Connection, who: Acting, speaker: int, lane: Lane, fake_gateway: FakeGateway
) -> None:
    fake_gateway.replies = [Reply(drop=True), Reply(503, b"busy")]
    number = shout(record, who, NewShout(speaker, "集合"))
    assert turn(record.record, lane) == 0
    assert told(record, number).state == "waiting"
    assert (told(record, number).answer or "").startswith("no_answer: ")
    assert turn(record.record, lane) == 0  # not before its time
    for _each in range(2):
        due_again(owner)
        turn(record.record, lane)
    assert (told(record, number).state, told(record, number).tries) == ("taken", 3)
    assert len({came.key for came in fake_gateway.to("/column")}) == 1


def test_an_odd_answer_is_an_answer_and_nothing_is_called_out_twice(
    record: TestRecord, who: Acting, speaker: int, lane: Lane, fake_gateway: FakeGateway
) -> None:
    fake_gateway.replies = [Reply(200, b"taken\x00 indeed")]
    number = shout(record, who, NewShout(speaker, "集合"))
    assert turn(record.record, lane) == 1
    assert told(record, number).answer == "200 taken indeed"
    assert len(fake_gateway.to("/column")) == 1


def test_a_column_is_not_talked_over_by_what_waited_before(
    record: TestRecord, owner: Connection, who: Acting, speaker: int, lane: Lane, fake_gateway: FakeGateway
) -> None:
    fake_gateway.replies = [Reply(503, b"busy")]
    first = shout(record, who, NewShout(speaker, "第一次"))
    turn(record.record, lane)
    owner.execute(text("update shouts set asked_at = asked_at - interval '1 minute' where id = :id"), {"id": first})
    second = shout(record, who, NewShout(speaker, "第二次"))
    assert turn(record.record, lane) == 0
    due_again(owner)
    assert turn(record.record, lane) == 1
    assert (told(record, first).state, told(record, second).state) == ("taken", "waiting")
    assert turn(record.record, lane) == 1
    assert told(record, second).state == "taken"


def test_what_is_refused_is_not_tried_again(
    record: TestRecord, who: Acting, speaker: int, lane: Lane, fake_gateway: FakeGateway
) -> None:
    fake_gateway.replies = [Reply(415, b"no WAV here")]
    number = shout(record, who, NewShout(speaker, "集合"))
    turn(record.record, lane)
    assert (told(record, number).state, told(record, number).answer) == ("failed", "refused: HTTP 415: no WAV here")


def test_tries_end_where_nobody_listens(record: TestRecord, owner: Connection, who: Acting, lane: Lane) -> None:
    number = shout(record, who, NewShout(column(record, owner, "http://127.0.0.1:9/none", lane), "集合"))
    for _each in range(5):
        turn(record.record, lane)
        due_again(owner)
    assert (told(record, number).state, told(record, number).tries) == ("failed", 5)


def test_a_worker_that_dies_loses_nothing(record: TestRecord, who: Acting, speaker: int, lane: Lane) -> None:
    number = shout(record, who, NewShout(speaker, "集合"))
    now = datetime.now(UTC)
    with record.record.scoped(EVERYTHING) as session:
        assert [each.id for each in shouts.take_due(session, now)] == [number]
    with record.record.scoped(EVERYTHING) as session:
        assert shouts.take_due(session, now + shouts.LEASE / 2) == []
        assert [each.id for each in shouts.take_due(session, now + shouts.LEASE)] == [number]
        session.execute(text("update shouts set state = 'failed' where id = :id"), {"id": number})


def test_what_waited_for_a_worker_too_long_is_given_up(
    record: TestRecord, who: Acting, speaker: int, lane: Lane, fake_gateway: FakeGateway
) -> None:
    number = shout(record, who, NewShout(speaker, "集合"), NOON)
    assert turn(record.record, lane) == 0
    assert (told(record, number).state, told(record, number).answer) == ("failed", "too_late")
    assert fake_gateway.came == []


def test_makers_are_asked_in_their_own_way(
    record: TestRecord, owner: Connection, who: Acting, lane: Lane, fake_gateway: FakeGateway, tmp_path: Path
) -> None:
    file = tmp_path / "columns.toml"
    file.write_text(
        """
        [itc]
        url = "{address}"
        headers = { Authorization = "Bearer {secret}" }
        body = { task = "{key}", wav = "{audio}", title = "{text}" }
        success = { status = [200], field = "code", equals = ["0"] }
        """
    )
    own = Lane(lane.var_dir, lane.sounds, gateway_file.read(file))
    number = shout(record, who, NewShout(column(record, owner, f"{fake_gateway.url}/itc", lane, "itc"), "集合"))
    assert turn(record.record, own) == 1
    (came,) = fake_gateway.to("/itc")
    assert came.headers["authorization"] == "Bearer secret"
    assert came.json["title"] == "集合"
    assert came.json["wav"].startswith("UklGR")
    assert came.json["task"] == came.key
    unknown = shout(record, who, NewShout(column(record, owner, f"{fake_gateway.url}/x", lane, "nobody"), "集合"))
    turn(record.record, own)
    assert (told(record, unknown).state, told(record, unknown).answer) == ("failed", "no_gateway: nobody")
    assert told(record, number).state == "taken"


@pytest.mark.parametrize(
    "wrong",
    ["[itc]\nurl = 3", "[itc]\nsign = 'md5'", "[itc]\nbodies = {}", "[itc.success]\nwhen = 1", "itc = 1", "[itc"],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "columns.toml").write_text(wrong)
    with pytest.raises(CannotStart):
        gateway_file.read(tmp_path / "columns.toml")


def test_a_recorded_voice_becomes_what_columns_play(
    record: TestRecord, who: Acting, speaker: int, lane: Lane, fake_gateway: FakeGateway
) -> None:
    recorded = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=2"),
            *("-c:a", "libopus", "-f", "webm", "pipe:1"),
        ],
        capture_output=True,
        check=True,
    ).stdout
    digest, kind = lane.sounds.keep(recorded)
    assert kind == "audio/webm"
    number = shout(record, who, NewShout(speaker, recording=digest, recording_type=kind))
    assert turn(record.record, lane) == 1
    with wave.open(io.BytesIO(fake_gateway.to("/column")[0].body)) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(2, abs=0.2)
    row = told(record, number)
    assert (row.words, row.state) == (None, "taken")


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html>", b"\x1a\x45\xdf\xa3" + b"0" * 2**21])
def test_what_is_no_voice_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        SoundStore(tmp_path).keep(content)


def test_a_broken_recording_is_told_as_such(record: TestRecord, who: Acting, speaker: int, lane: Lane) -> None:
    digest, kind = lane.sounds.keep(b"\x1a\x45\xdf\xa3 and nothing more")
    number = shout(record, who, NewShout(speaker, recording=digest, recording_type=kind))
    turn(record.record, lane)
    assert told(record, number).state == "failed"
    assert (told(record, number).answer or "").startswith("no_sound")


@pytest.mark.parametrize(
    ("command", "said"),
    [("no-such-engine", "no_engine: no-such-engine"), (f"{sys.executable} -c pass", f"no_sound: {sys.executable}:")],
)
def test_a_missing_engine_is_told(
    record: TestRecord, who: Acting, speaker: int, lane: Lane, command: str, said: str
) -> None:
    number = shout(record, who, NewShout(speaker, "集合"))
    turn(record.record, Lane(lane.var_dir, lane.sounds, {}, command))
    assert (told(record, number).state, (told(record, number).answer or "").strip()) == ("failed", said)


def test_at_night_it_must_be_confirmed(record: TestRecord, who: Acting, speaker: int, owner: Connection) -> None:
    night = NOON + timedelta(hours=11)
    with pytest.raises(NeedsConfirming) as asked:
        shout(record, who, NewShout(speaker, "集合"), night)
    assert asked.value.cautions == (Caution.NIGHT,)
    number = shout(record, who, NewShout(speaker, "集合", is_confirmed=True), night)
    assert told(record, number).confirmed == ("night",)
    logged = "select detail->>'words' from audit_log where act = 'shouted' and subject = :s"
    assert owner.scalar(text(logged), {"s": f"shouts/{number}"}) == "集合"
    owner.execute(text("update shouts set state = 'failed' where id = :id"), {"id": number})


def test_what_cannot_be_shouted(record: TestRecord, owner: Connection, who: Acting, speaker: int, lane: Lane) -> None:
    sip = column(record, owner, "sip:8001@192.0.2.7", lane)
    for new, error in (
        (NewShout(speaker, "  "), InvalidInput),
        (NewShout(speaker, "字" * 201), InvalidInput),
        (NewShout(sip, "集合"), WrongState),
        (NewShout(999_999, "集合"), NotFound),
    ):
        with pytest.raises(error):
            shout(record, who, new)
    with pytest.raises(NotAllowed):
        shout(record, Acting(who.person_id, who.name, Role.ANALYST), NewShout(speaker, "集合"))
    shout(record, who, NewShout(speaker, "集合"))
    with pytest.raises(WrongState, match="县局张三"):  # a second click, or a second official
        shout(record, who, NewShout(speaker, "集合"))
    with record.record.scoped(EVERYTHING) as session:
        loudspeakers.retire(session, speaker, who, NOON)
    with pytest.raises(NotFound):
        shout(record, who, NewShout(speaker, "集合"))
    owner.execute(text("update shouts set state = 'failed' where state = 'waiting'"))
