"""`anwang decode gb26875`, as somebody types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.cli import app
from ingest.gb26875 import units
from ingest.gb26875.frames import Command, Frame, encode
from ingest.gb26875.units import Item, Unit
from tests.ingest.gb26875.vectors import CONFIRM, SMOKE_FIRE

RUNNER = CliRunner()


def decode(*given: str) -> tuple[int, list[dict[str, object]]]:
    answer = RUNNER.invoke(app, ["decode", "gb26875", *given, "--format", "json"])
    return answer.exit_code, json.loads(answer.stdout)


@pytest.mark.parametrize("form", ["typed", "words", "hex file", "raw file"])
def test_hex_or_a_file(form: str, tmp_path: Path) -> None:
    file = tmp_path / "frames"
    file.write_bytes(SMOKE_FIRE if form == "raw file" else SMOKE_FIRE.hex(" ").encode())
    typed = {"typed": [SMOKE_FIRE.hex()], "words": SMOKE_FIRE.hex(" ").upper().split()}.get(form, [str(file)])
    code, (fire,) = decode(*typed)
    assert code == 0
    assert fire["serial"] == 1


def test_what_is_refused_says_where_decoding_went_on() -> None:
    code, (noise, confirm) = decode("0001" + SMOKE_FIRE[:60].hex() + CONFIRM.hex())
    assert code == 2
    assert (noise["offset"], confirm["offset"]) == (0, 62)
    assert "62 bytes were passed over" in str(noise["refused"])


def test_a_tree_for_people() -> None:
    answer = RUNNER.invoke(app, ["decode", "gb26875", SMOKE_FIRE.hex()])
    assert answer.exit_code == 0
    assert "感烟火灾探测器 (40)" in answer.stdout
    assert "测试、火警" in answer.stdout


def test_a_frame_that_is_longer_than_a_name_may_be() -> None:
    raw = encode(Frame(1, 2, 3, Command.SEND, units.encode(Unit(26, (Item(text="长" * 120),)))))
    code, (frame,) = decode(raw.hex())
    assert code == 0
    assert frame["length"] == 243


def test_the_tree_is_whole_in_a_pipe() -> None:
    answer = RUNNER.invoke(app, ["decode", "gb26875", SMOKE_FIRE.hex()])
    assert SMOKE_FIRE.hex(" ").upper() in answer.stdout
    assert not any(line.endswith(" ") and line.strip() != "text:" for line in answer.stdout.splitlines()[:5])


@pytest.mark.parametrize("words", ["[/red]", "[bold]烟", "[link=x]", "\\[red]"])
def test_words_of_a_device_are_shown_as_they_are(words: str) -> None:
    unit = Unit(26, (Item(text=words),))
    raw = encode(Frame(1, 2, 3, Command.SEND, units.encode(unit)))
    answer = RUNNER.invoke(app, ["decode", "gb26875", raw.hex()])
    assert answer.exit_code == 0, answer.exception
    assert f"text: {words}" in answer.stdout


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["xyz"], "xyz is neither a file nor hex."),
        (["404"], "404 has a byte of one digit; hex has two for each."),
        (["40", "4"], "40 4 has a byte of one digit; hex has two for each."),
        ([""], "There are no bytes to decode."),
        (["/nowhere/frames.bin"], "/nowhere/frames.bin is neither a file nor hex."),
        (["{folder}"], "{folder} cannot be read: Is a directory."),
        (["{folder}/empty"], "There are no bytes to decode."),
        (["4040", "--dialect", "martian"], "There is no dialect martian; choose "),
    ],
)
def test_what_is_neither_gets_one_sentence(given: list[str], sentence: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    answer = RUNNER.invoke(app, ["decode", "gb26875", *(each.format(folder=tmp_path) for each in given)])
    assert answer.exit_code == 1
    assert str(answer.exception).startswith(sentence.format(folder=tmp_path))
