"""MESSAGES.md says what the decoder does."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import ingest.mqtt
from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from ingest.messages import DeviceMessage, Refused
from ingest.mqtt.payload import AHEAD, BEHIND, FIELDS, LONGEST, LONGEST_TEXT, decode

DOCUMENT = Path(ingest.mqtt.__file__).with_name("MESSAGES.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"-t (\S+) -q 1 -m '(.*)'", DOCUMENT)
NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)


def first_cells(heading: str) -> list[list[str]]:
    """Rows of the table under this header line."""
    _before, table = DOCUMENT.split(heading, 1)
    lines = table.split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_field_is_described() -> None:
    assert {row[0].strip("`") for row in first_cells("| field | type | meaning |")} == FIELDS


def test_every_signal_is_described_with_its_unit_and_range() -> None:
    rows = {row[0].strip("`"): row for row in first_cells("| signal | unit | value | rings |")}
    assert set(rows) == {kind.value for kind in SignalKind}
    for kind, row in BY_SIGNAL.items():
        _name, unit, value, rings = rows[kind.value]
        assert unit == row.unit
        if kind is not SignalKind.FAULT:
            assert value in {said(row.lowest), f"{said(row.lowest)} to {said(row.highest)}"}
        assert (rings == "never") is (row.alarm_kind is None)
        if row.rings_at is not None:
            assert f"from {row.rings_at:g}" in rings


def said(number: float) -> str:
    return "10¹²" if number == 1e12 else f"{number:,.0f}".replace("-", "\N{MINUS SIGN}")


@pytest.mark.parametrize(("topic", "body"), EXAMPLES)
def test_every_example_is_taken(topic: str, body: str) -> None:
    assert isinstance(decode(topic, body.encode(), NOW), DeviceMessage)


def test_limits_are_those_of_the_decoder() -> None:
    assert EXAMPLES
    assert (LONGEST, LONGEST_TEXT, AHEAD.seconds, BEHIND.days) == (16 * 1024, 500, 300, 365)
    for words in ("at most 16 KiB", "at most 500 characters", "more than 5 minutes ahead or more than a year ago"):
        assert words in DOCUMENT


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("anwang/v2/x/smoke", b"{}"),
        ("anwang/v1/x/perfume", b"{}"),
        ("anwang/v1/x/smoke", b" " * 20_000),
        ("anwang/v1/x/smoke", b"{"),
        ("anwang/v1/x/smoke", b"7"),
        ("anwang/v1/x/smoke", b'{"at": null, "at": null}'),
        ("anwang/v1/x/smoke", b'{"colour": 1}'),
        ("anwang/v1/x/smoke", b'{"at": "2099-01-01T00:00:00Z"}'),
    ],
)
def test_every_reason_stands_in_the_document(topic: str, body: bytes) -> None:
    answer = decode(topic, body, NOW)
    assert isinstance(answer, Refused)
    beginnings = [row[1].strip("`") for row in first_cells("| what | reason begins with |")]
    assert any(answer.reason.startswith(words) for words in beginnings)
