"""Data units: every type flag both ways, the vectors, and what is refused."""

from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.gb26875 import times, units, words
from ingest.gb26875.dialects import DIALECTS
from ingest.gb26875.errors import FrameError
from ingest.gb26875.explain import explained, reading
from ingest.gb26875.frames import LARGEST_DATA, Command, Frame, encode
from ingest.gb26875.units import LAYOUTS, Item, Unit
from tests.ingest.gb26875.vectors import CLOCK_SET, CONFIRM, DUTY_ANSWER, DUTY_CHECK, MOMENTS, SMOKE_FIRE

AT = datetime(2012, 9, 26, 9, 58, 2, tzinfo=times.HERE)
BYTE, WORD = st.integers(0, 255), st.integers(0, 65_535)
TEXT = st.text(alphabet="烟感控制器主楼一层走廊ABCabc019（）·", max_size=15)
VALUES = {
    **dict.fromkeys(("system_type", "system_address", "component_type", "analogue_type", "operation"), BYTE),
    **dict.fromkeys(("operator", "major", "minor", "count", "minutes"), BYTE),
    "component_address": st.integers(0, 2**32 - 1),
    "value": st.integers(-32_768, 32_767),
    "text": TEXT,
    "at": st.none() | MOMENTS,
}


@st.composite
def unit(draw: st.DrawFn, flag: int) -> Unit:
    layout = LAYOUTS[flag]
    names = [field.name for field in layout.fields if field.name]
    one = st.builds(Item, **{name: BYTE if (flag, name) == (21, "state") else VALUES.get(name, WORD) for name in names})
    return Unit(flag, tuple(draw(st.lists(one, min_size=1, max_size=min(layout.most, 4)))))


@pytest.mark.parametrize("flag", sorted(LAYOUTS))
@pytest.mark.parametrize("dialect", ["standard", "bcd"])
@settings(max_examples=20)
@given(data=st.data())
def test_every_type_flag_both_ways(flag: int, dialect: str, data: st.DataObject) -> None:
    wanted = data.draw(unit(flag))
    assert units.decode(units.encode(wanted, DIALECTS[dialect]), DIALECTS[dialect]) == wanted


@pytest.mark.parametrize(
    ("raw", "item"),
    [
        (
            SMOKE_FIRE[27:-3],
            Item(1, 1, 40, 0x0002000A, 2, text="", at=AT),
        ),
        (DUTY_ANSWER, Item(operation=0x20, operator=1, at=AT)),
        (CLOCK_SET, Item(at=AT)),
        (DUTY_CHECK, Item(minutes=10)),
    ],
)
def test_the_vectors(raw: bytes, item: Item) -> None:
    (found,) = units.decode(raw).items
    assert found == item


LARGEST_ITEM = Item(1, 2, 40, 0x0002000A, 3, 3, -5, 4, 5, 6, 7, "长" * 15, 8, 9, AT)


@pytest.mark.parametrize("flag", sorted(LAYOUTS))
def test_as_many_objects_as_a_unit_may_hold_fit_into_a_frame(flag: int) -> None:
    """Table 3 to 29: the most objects are what 1024 bytes hold; one more is refused both ways."""
    layout = LAYOUTS[flag]
    full = Unit(flag, (LARGEST_ITEM,) * layout.most)
    data = units.encode(full)
    assert len(data) <= LARGEST_DATA
    assert len(units.decode(data).items) == layout.most
    with pytest.raises(FrameError, match=f"has {layout.most + 1} objects"):
        units.encode(Unit(flag, (LARGEST_ITEM,) * (layout.most + 1)))
    with pytest.raises(FrameError, match=f"has {layout.most + 1} objects"):
        units.decode(bytes((flag, layout.most + 1)) + data[2:])


@pytest.mark.parametrize(
    ("flag", "size"),
    [
        *[(1, 10), (2, 46), (3, 16), (4, 10), (5, 4), (7, 38), (8, 8), (21, 7), (24, 8), (25, 2), (28, 6)],
        *[(61, 2), (62, 6), (63, 6), (64, 9), (65, 2), (66, 2), (67, 6), (68, 2)],
        *[(81, 1), (84, 7), (85, 1), (86, 1), (88, 1), (89, 1), (90, 6), (91, 1)],
    ],
)
def test_an_object_has_its_size(flag: int, size: int) -> None:
    assert len(units.encode(Unit(flag, (LARGEST_ITEM,)))) == 2 + size


@pytest.mark.parametrize(
    ("table", "code", "zh"),
    [
        (words.SYSTEMS, 20, "消防电梯"),
        (words.SYSTEMS, 23, "消防电源"),  # one public text labels it as a lift
        (words.SYSTEMS, 128, "用户自定义 128"),
        (words.COMPONENTS, 40, "感烟火灾探测器"),
        (words.COMPONENTS, 121, "警报装置"),
        (words.COMPONENTS, 122, "预留 122"),
    ],
)
def test_codes_in_words(table: dict[int, words.Word], code: int, zh: str) -> None:
    assert words.named(table, code).zh == zh


@pytest.mark.parametrize(
    ("kind", "value", "unit"),
    [
        *[(1, 12, ""), (2, 0.12, "m"), (3, 1.2, "°C"), (4, 1.2, "MPa"), (5, 1.2, "kPa"), (6, 1.2, "%LEL")],
        *[(7, 12, "s"), (8, 1.2, "V"), (9, 1.2, "A"), (10, 1.2, "L/s"), (11, 1.2, "m³/min"), (12, 12, "m/s")],
    ],
)
def test_analogue_values_and_their_resolution(kind: int, value: float, unit: str) -> None:
    """One public text gives kPa the resolution of MPa: a tenth each, of its own unit."""
    told = reading(kind, 12)
    assert (told["value"], told["unit"]) == (value, unit)


def test_a_component_stands_in_a_zone_at_a_point() -> None:
    (item,) = units.decode(SMOKE_FIRE[27:-3]).items
    assert (item.zone, item.point) == (10, 2)


def test_texts_of_different_length_follow_one_another() -> None:
    """One decoder splits the data evenly by the count."""
    wanted = Unit(6, tuple(Item(system_type=1, system_address=n, text="配" * n) for n in (1, 9, 3)))
    assert units.decode(units.encode(wanted)) == wanted


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "0 bytes"),
        ("02", "1 bytes"),
        ("02 00", "has 0 objects; 1 to 22"),
        ("02 17", "has 23 objects"),
        ("02 01 01", "ends in the middle of an object"),
        ("5B 01 0A 00", "1 bytes are left over"),
        ("09 01 00", "The type flag 9 is reserved"),
        ("80 01 00", "The type flag 128 is a vendor's own"),
        ("FF 01 00", "The type flag 255 is reserved"),
        ("06 01 01 00 FF 41", "ends in the middle of an object: 254 bytes are missing"),
    ],
)
def test_what_is_no_unit(raw: str, reason: str) -> None:
    with pytest.raises(FrameError, match=reason):
        units.decode(bytes.fromhex(raw))


@pytest.mark.parametrize(
    "wrong",
    [
        Unit(9, (Item(),)),
        Unit(91, ()),
        Unit(91, (Item(),)),
        Unit(91, (Item(minutes=256),)),
        Unit(2, (Item(1, 1, 1, 1, 1, text="长" * 16, at=AT),)),
    ],
)
def test_what_cannot_be_written(wrong: Unit) -> None:
    with pytest.raises(FrameError):
        units.encode(wrong)


@given(st.binary(max_size=200))
def test_no_bytes_raise_but_its_own_error(raw: bytes) -> None:
    with suppress(FrameError):
        assert units.decode(raw).items


def test_explained_in_words() -> None:
    """The fire of a detector that says "test" beside it: both are shown."""
    entries = list(explained(b"\x00" + SMOKE_FIRE + CONFIRM[:-1]))
    noise, fire, cut = entries
    assert (noise["offset"], "passed over" in noise["refused"]) == (0, True)
    (told,) = fire["data"]["objects"]
    assert fire["command"]["zh"] == "发送数据"
    assert told["component"]["zh"] == "感烟火灾探测器"
    assert (told["zone"], told["point"]) == (10, 2)
    assert told["state"]["words"] == ["测试", "火警"]
    assert told["at"] == "2012-09-26T09:58:02+08:00"
    assert "cut off" in cut["refused"]


def test_readings_in_their_units() -> None:
    data = units.encode(
        Unit(
            3,
            (
                Item(1, 1, 31, 5, analogue_type=3, value=-55, at=AT),
                Item(1, 1, 99, 6, analogue_type=5, value=1234, at=AT),
            ),
        )
    )
    (entry,) = explained(encode(Frame(1, 2, 3, Command.SEND, data)))
    told = [item["reading"] for item in entry["data"]["objects"]]
    assert [(each["value"], each["unit"]) for each in told] == [(-5.5, "°C"), (123.4, "kPa")]
