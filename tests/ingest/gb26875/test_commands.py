"""`anwang decode gb26875`, as somebody types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.cli import app
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


@pytest.mark.parametrize("given", [["xyz"], ["404"], ["4040", "--dialect", "martian"]])
def test_what_is_neither_gets_one_sentence(given: list[str]) -> None:
    answer = RUNNER.invoke(app, ["decode", "gb26875", *given])
    assert answer.exit_code == 1
    assert "neither a file nor hex" in str(answer.exception) or "no dialect" in str(answer.exception)
