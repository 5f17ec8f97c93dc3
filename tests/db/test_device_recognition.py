"""What a number read from a device is."""

import pytest

from db.rules.device_recognition import NumberKind, read_number

IDENTITY = "ABCD01250301123456789010000"


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("sd-360702-000612", NumberKind.CODE, "sd-360702-000612"),
        (" ｓｄ－360702-000612 ", NumberKind.CODE, "sd-360702-000612"),
        ("https://anwang.example/bind/sd-1?x=2#y", NumberKind.CODE, "sd-1"),
        ("http://10.0.0.3:8050/bind/%E7%83%9F%E6%84%9F:77/", NumberKind.OTHER, "烟感:77"),
        (IDENTITY, NumberKind.IDENTITY, IDENTITY),
        ("ABCD 01 250301 123456789 01 0000", NumberKind.IDENTITY, IDENTITY),
        ("860374051096202", NumberKind.IMEI, "860374051096202"),
        ("86-037405-109620-2", NumberKind.IMEI, "860374051096202"),
        ("860374051096203", NumberKind.CODE, "860374051096203"),  # its check digit is wrong
        ("ABCD09250301123456789010000", NumberKind.CODE, "ABCD09250301123456789010000"),
        ("序列号 7", NumberKind.OTHER, "序列号 7"),
    ],
)
def test_a_number_is_recognised(typed: str, kind: NumberKind, text: str) -> None:
    number = read_number(typed)
    assert number is not None
    assert (number.kind, number.text) == (kind, text)


def test_an_identity_is_taken_apart_and_a_broken_one_says_why() -> None:
    number = read_number(IDENTITY)
    assert number is not None
    assert number.identity is not None
    assert (number.identity.company, number.identity.net, number.identity.serial) == ("ABCD", "NB-IoT", "123456789")
    broken = read_number("ABCD01259901123456789010000")
    assert broken is not None
    assert "no date" in str(broken.identity_fault)


@pytest.mark.parametrize("typed", ["", "   ", "/bind/", "x" * 201, "sd\x00-1"])
def test_what_can_be_no_number_is_none(typed: str) -> None:
    assert read_number(typed) is None
