"""Frames on the bench: the vectors of the standard, and every trap that public parsers fell into."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.rules.conformance import Outcome, Overall, Protocol
from ingest.conformance import gb26875
from ingest.conformance.examine import examine_given
from ingest.conformance.report import Chunk
from ingest.gb26875.dialects import DIALECTS, STANDARD, Dialect
from ingest.gb26875.frames import Command, Frame, encode
from ingest.gb26875.units import Item, Unit
from ingest.gb26875.units import encode as unit_of
from tests.ingest.gb26875.vectors import CLOCK_SET, CONFIRM, DUTY_ANSWER, DUTY_CHECK, SMOKE_FIRE

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SOUND = Unit(2, (Item(1, 1, 40, 0x0002000A, state=1, text="三楼走廊", at=NOW),))


def examined(stream: bytes) -> dict[str, object]:
    return examine_given(Protocol.GB26875, stream, NOW, {}).as_json()


def rules(report: dict[str, object]) -> dict[str, tuple[str, str]]:
    """Outcome and finding by rule; those that nothing spoke of are left out."""
    return {each["rule"]: (each["outcome"], each["found"]) for each in report["rules"] if each["outcome"] != "untried"}


def wrong(report: dict[str, object]) -> dict[str, str]:
    return {rule: found for rule, (outcome, found) in rules(report).items() if outcome == Outcome.FAIL}


def frame(serial: int = 1, unit: Unit | None = SOUND, dialect: Dialect = STANDARD, **how: object) -> bytes:
    data = unit_of(unit, dialect) if unit else b""
    return encode(Frame(serial, 889, 1, **({"command": Command.SEND, "data": data, "sent_at": NOW} | how)), dialect)


def test_frames_as_they_should_be_conform() -> None:
    report = examined(b"".join(frame(n) for n in (7, 8, 9)) + frame(10, None))
    assert report["overall"] == Overall.CONFORMS
    assert (report["total"], report["right"], report["dialect"]) == (4, 4, None)
    assert {outcome for outcome, _found in rules(report).values()} == {Outcome.PASS}
    fields = report["frames"][0]["fields"]
    assert fields["data"]["objects"][0]["text"] == "三楼走廊"
    assert fields["command"]["zh"]


@pytest.mark.parametrize(
    "stream",
    [
        SMOKE_FIRE,
        CONFIRM,
        frame(data=DUTY_ANSWER),
        frame(command=Command.CONTROL, data=CLOCK_SET),
        frame(command=Command.CONTROL, data=DUTY_CHECK),
    ],
    ids=["smoke", "confirm", "duty answered", "clock set", "duty check"],
)
def test_the_standards_own_samples_conform(stream: bytes) -> None:
    for given in (stream, stream.hex(" ").upper().encode(), b"0x" + stream.hex(",").encode()):
        assert examined(given)["overall"] == Overall.CONFORMS


def test_a_fire_of_a_panel_under_test_is_noted_and_no_fault() -> None:
    assert rules(examined(SMOKE_FIRE))["test_bit"] == (Outcome.NOTE, "0002")


TRAPS = {
    "ends with 35 35": (frame()[:-2] + b"\x35\x35", {"end": "35 35"}),
    "length counts the command byte": (
        frame()[:24] + (len(frame()) - 29).to_bytes(2, "little") + frame()[26:],
        {"length": f"{len(frame()) - 29} = {len(frame()) - 30} + 1"},
    ),
    "length with its high byte first": (
        frame()[:24] + (len(frame()) - 30).to_bytes(2, "big") + frame()[26:],
        {"length": f"00 {len(frame()) - 30:02X} (big-endian)"},
    ),
    "length beyond 1024": (frame()[:24] + b"\xff\x7f" + frame()[26:], {"length": str(0x7FFF)}),
    "checksum": (frame()[:-3] + bytes((frame()[-3] ^ 0x5A,)) + b"##", {"checksum": ...}),
    "count 0": (frame(data=bytes((2, 0))), {"count": "0 (1–22)"}),
    "count 2 of 1": (frame(data=bytes((8, 2)) + bytes(16)), {"count": "2 (1–1)"}),
    "objects split evenly": (
        frame(data=bytes((6, 2)) + b"\x01\x01\x04abcd" + b"\x01\x02\x04xy"),
        {"objects": "6 × 2: 12 B"},
    ),
    "reserved type flag": (frame(data=bytes((9, 1, 0))), {"type_flag": "9"}),
    "reserved command": (frame(command=9, data=b""), {"command": "9"}),
    "version 2": (frame(major=2), {"version": "2.1"}),
    "text that is no GB 18030": (
        frame(data=unit_of(SOUND)[:-37] + b"\xff" * 31 + unit_of(SOUND)[-6:]),
        {"text": "�" * 31},
    ),
    "confirm with data": (frame(command=Command.CONFIRM, data=b"\x01\x01"), {"objects": "3: 2 B"}),
}


@pytest.mark.parametrize("name", TRAPS)
def test_every_trap_is_named(name: str) -> None:
    stream, expected = TRAPS[name]
    report = examined(stream)
    found = wrong(report)
    assert report["overall"] == Overall.FAILS
    assert found.keys() == expected.keys()
    for rule, told in expected.items():
        assert told is ... or found[rule] == told


def test_one_bad_frame_does_not_hide_the_good_ones_around_it() -> None:
    report = examined(frame(1) + b"\x00\x01rubbish" + frame(2)[:-2] + b"\x35\x35" + frame(3) + frame(4)[:20])
    assert wrong(report).keys() == {"start", "end"}
    assert sum(each["outcome"] != Outcome.FAIL for each in report["frames"]) == 2


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "standard"])
def test_each_dialect_is_recognised(name: str) -> None:
    report = examined(b"".join(frame(n, SOUND, DIALECTS[name]) for n in (1, 2)))
    assert (report["overall"], report["dialect"]) == (Overall.DIALECT, name)
    said = {rule for rule, (outcome, _found) in rules(report).items() if outcome == Outcome.DIALECT}
    assert ("checksum" in said) == (name != "bcd")
    assert ("time" in said) == ("bcd" in name)


def test_times_that_were_never_set_or_are_of_the_future() -> None:
    assert rules(examined(frame(sent_at=None)))["time"] == (Outcome.NOTE, "00 00 00 00 00 00")
    ahead = rules(examined(frame(sent_at=NOW + timedelta(days=400))))
    assert ahead["time"][0] == Outcome.FAIL


@pytest.mark.parametrize(
    ("serials", "outcome"),
    [((1, 2, 3), Outcome.PASS), ((0xFFFF, 0), Outcome.PASS), ((4, 4), Outcome.NOTE), ((1, 9), Outcome.NOTE)],
)
def test_serial_numbers_count_up(serials: tuple[int, ...], outcome: Outcome) -> None:
    assert rules(examined(b"".join(frame(n) for n in serials)))["serial"][0] == outcome


def test_a_serial_number_twice_with_other_words_is_wrong() -> None:
    other = replace(SOUND.items[0], text="四楼")
    assert "serial" in wrong(examined(frame(4) + frame(4, Unit(2, (other,)))))


def test_live_a_device_answers_in_time_and_is_heard() -> None:
    clock = frame(0, None, command=Command.CONTROL, data=CLOCK_SET)
    confirm = encode(Frame(0, 889, 1, Command.CONFIRM, sent_at=NOW))
    chunks = [
        Chunk(frame(1), NOW),
        Chunk(clock, NOW + timedelta(seconds=1), is_ours=True),
        Chunk(confirm, NOW + timedelta(seconds=3)),
        Chunk(frame(2, None), NOW + timedelta(seconds=30)),
    ]
    report = gb26875.examine(chunks, NOW + timedelta(minutes=1)).as_json()
    assert report["overall"] == Overall.CONFORMS
    assert rules(report)["confirm"] == (Outcome.PASS, "")
    assert [each["is_ours"] for each in report["frames"]] == [False, True, False, False]
    late = gb26875.examine([*chunks[:2], replace(chunks[2], at=NOW + timedelta(seconds=14))], NOW).as_json()
    assert wrong(late) == {"confirm": "#0: 13.0 s"}
    never = gb26875.examine(chunks[:2], NOW).as_json()
    assert wrong(never) == {"confirm": "#0: –"}


def test_live_long_silence_is_noted() -> None:
    chunks = [Chunk(frame(1), NOW), Chunk(frame(2), NOW + timedelta(minutes=5))]
    assert rules(gb26875.examine(chunks, NOW).as_json())["heartbeat"] == (Outcome.NOTE, "300 s")


def test_frames_cut_anywhere_between_two_deliveries_are_put_together() -> None:
    whole = frame(1)
    for cut in (1, 2, 26, 27, len(whole) - 1):
        report = gb26875.examine([Chunk(whole[:cut], NOW), Chunk(whole[cut:], NOW)], NOW).as_json()
        assert (report["overall"], report["total"]) == (Overall.CONFORMS, 1)


def test_nothing_and_nonsense_prove_nothing() -> None:
    assert examined(b"   ")["overall"] in (Overall.NOTHING, Overall.FAILS)
    assert examined("你好".encode())["overall"] == Overall.FAILS
    assert gb26875.examine([], NOW).as_json()["overall"] == Overall.NOTHING


def test_a_mebibyte_of_starts_is_examined_in_time() -> None:
    report = examined(b"@@" * (512 * 1024))
    assert report["overall"] == Overall.FAILS
    assert len(report["frames"]) <= 200
