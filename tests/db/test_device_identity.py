"""The 27-byte identity of GB/T 45839-2025, taken apart or refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.rules.device_identity import NET_TYPES, DeviceIdentity, parse

RIGHT = "AC0101260601000012345059F3C"


def test_the_parts() -> None:
    assert parse(RIGHT) == DeviceIdentity("AC01", "01", date(2026, 6, 1), "000012345", "05", "9F3C")


@pytest.mark.parametrize(("code", "name"), NET_TYPES.items())
def test_six_net_types(code: str, name: str) -> None:
    found = parse(RIGHT[:4] + code + RIGHT[6:])
    assert isinstance(found, DeviceIdentity)
    assert found.net == name


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "27 characters, this one 0"),
        (RIGHT + "0", "this one 28"),
        (RIGHT[:-1] + "é", "ASCII"),
        (RIGHT[:-1] + "-", "ASCII"),
        (RIGHT[:4] + "06" + RIGHT[6:], "no net type 06"),
        (RIGHT[:6] + "261301" + RIGHT[12:], "261301 is no date"),
        (RIGHT[:6] + "26O601" + RIGHT[12:], "26O601 is no date"),
    ],
)
def test_what_is_none(written: str, reason: str) -> None:
    assert reason in str(parse(written))


@given(st.text(max_size=40))
def test_nothing_makes_it_raise(written: str) -> None:
    assert isinstance(parse(written), str | DeviceIdentity)
