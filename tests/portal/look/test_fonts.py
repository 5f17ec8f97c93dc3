"""The bundled Chinese font: all of GB 2312, every character in the project, and rare ones from a fallback."""

import re
import struct
from functools import cache
from pathlib import Path

import brotli
import pytest

from db.demo import names
from portal.locale import catalogue_files
from portal.locales import letters

FONTS = Path(__file__).resolve().parents[3] / "assets" / "fonts"
SANS, RARE = FONTS / "noto-sans-sc", FONTS / "noto-serif-sc"
FACE = re.compile(r"@font-face\s*\{(.*?)\}", re.DOTALL)
CMAP, GLYF, LOCA, ARBITRARY = 0, 10, 11, 63


def gb2312() -> set[str]:
    """All 7,445 characters, row by row as the standard lists them."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def _base128(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    while True:
        byte = data[at]
        value, at = value << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            return value, at


def _cmap_of_woff2(data: bytes) -> bytes:
    """The table of characters in a WOFF2 file (W3C WOFF File Format 2.0, section 4)."""
    tables = struct.unpack(">H", data[12:14])[0]
    at, offset, found = 48, 0, None
    for _table in range(tables):
        flags, at = data[at], at + 1
        tag = flags & 0x3F
        if tag == ARBITRARY:
            at += 4
        length, at = _base128(data, at)
        version = flags >> 6
        is_transformed = version != 3 if tag in (GLYF, LOCA) else version != 0
        if is_transformed:
            length, at = _base128(data, at)
        if tag == CMAP:
            found = (offset, length)
        offset += length
    assert found is not None
    body = brotli.decompress(data[at : at + struct.unpack(">I", data[20:24])[0]])
    return body[found[0] : found[0] + found[1]]


def _cmap_of_otf(data: bytes) -> bytes:
    for i in range(struct.unpack(">H", data[4:6])[0]):
        tag, _sum, offset, length = struct.unpack(">4sIII", data[12 + 16 * i : 28 + 16 * i])
        if tag == b"cmap":
            return data[offset : offset + length]
    raise AssertionError("no cmap")


def _characters(cmap: bytes) -> set[int]:
    """Formats 4 and 12 of OpenType's cmap: what has a glyph."""
    found: set[int] = set()
    for i in range(struct.unpack(">H", cmap[2:4])[0]):
        start = struct.unpack(">I", cmap[8 + 8 * i : 12 + 8 * i])[0]
        kind = struct.unpack(">H", cmap[start : start + 2])[0]
        if kind == 12:
            groups = struct.unpack(">I", cmap[start + 12 : start + 16])[0]
            for group in range(groups):
                first, last, _glyph = struct.unpack(">III", cmap[start + 16 + 12 * group : start + 28 + 12 * group])
                found.update(range(first, last + 1))
        elif kind == 4:
            count = struct.unpack(">H", cmap[start + 6 : start + 8])[0] // 2
            ends = struct.unpack(f">{count}H", cmap[start + 14 : start + 14 + 2 * count])
            begins = struct.unpack(f">{count}H", cmap[start + 16 + 2 * count : start + 16 + 4 * count])
            for first, last in zip(begins, ends, strict=True):
                found.update(range(first, min(last, 0xFFFE) + 1))
    return found


def _ranges(face: str) -> set[int]:
    said = re.search(r"unicode-range:\s*([^;]+);", face)
    if said is None:
        return set(range(0x110000))
    found: set[int] = set()
    for part in said[1].split(","):
        low, _, high = part.strip().upper().removeprefix("U+").partition("-")
        found.update(range(int(low, 16), int(high or low, 16) + 1))
    return found


@cache
def drawn_by(family: str) -> frozenset[int]:
    """Characters that a browser finds in a family: the sheet sends it to a file, and the file has the glyph."""
    sheet = SANS / "noto-sans-sc.css"
    found: set[int] = set()
    for face in FACE.findall(sheet.read_text(encoding="utf-8")):
        if re.search(rf"font-family:\s*[\"']?{re.escape(family)}[\"']?\s*;", face) is None:
            continue
        file = (sheet.parent / re.search(r"url\([\"']?([^\"')?]+)", face)[1]).resolve()  # type: ignore[index]
        data = file.read_bytes()
        cmap = _cmap_of_woff2(data) if data[:4] == b"wOF2" else _cmap_of_otf(data)
        found |= _characters(cmap) & _ranges(face)
    return frozenset(found)


def missing(text: set[str], *families: str) -> str:
    known = frozenset().union(*(drawn_by(family) for family in families))
    return "".join(sorted(c for c in text if ord(c) not in known and not c.isspace()))


SANS_FAMILY, RARE_FAMILY = "Noto Sans SC Variable", "Anwang Rare"


def test_gb2312_is_whole() -> None:
    assert len(gb2312()) == 7445
    hanzi = {c for c in gb2312() if "\u4e00" <= c <= "\u9fff"}
    assert len(hanzi) == 6763
    assert missing(hanzi, SANS_FAMILY) == ""
    assert missing(gb2312(), SANS_FAMILY, RARE_FAMILY) == ""


def test_every_word_of_the_interface_is_drawn() -> None:
    spoken = set("".join(path.read_text(encoding="utf-8") for path in catalogue_files("zh_CN")))
    invented = set(Path(names.__file__).read_text(encoding="utf-8"))
    assert missing(spoken | invented, SANS_FAMILY) == ""


def test_the_portals_own_words_come_in_one_part() -> None:
    """Else one rare character fetches 60 kB for itself; after new words: `python -m portal.locales.letters`."""
    (part,) = SANS.glob(letters.PARTS)
    faces = FACE.findall((SANS / "noto-sans-sc.css").read_text(encoding="utf-8"))
    own = [face for face in faces if part.name in face]
    assert own == faces[-1:], "the last face of a family is asked first"
    drawn = _characters(_cmap_of_woff2(part.read_bytes()))
    assert drawn == _ranges(own[0])
    latin = _characters(_cmap_of_woff2((SANS / "files" / letters.LATIN).read_bytes()))
    in_the_font = {chr(code) for code in drawn_by(SANS_FAMILY)}
    assert {c for c in letters.characters() & in_the_font if ord(c) not in drawn | latin} == set()
    assert drawn.isdisjoint(latin), "an English page must not fetch it"
    with_a_space = [face for face in faces if ord(" ") in _ranges(face) and "unicode-range" in face]
    assert [letters.LATIN in face for face in with_a_space] == [True], "a space is in one part"


@pytest.mark.parametrize("name", ["喆堃翀昉玥祎", "㛃㭎㸆䥽䦃", "𬭚𬬭𬭳𫟅𬱖", "𠅤𠙶𡐓𣗋𦈡"])
def test_rare_names_are_drawn_by_the_fallback(name: str) -> None:
    """Characters of the General Standard Table's third level, extensions A to E, that parents did choose."""
    assert missing(set(name), SANS_FAMILY, RARE_FAMILY) == ""


def test_the_fallback_is_fetched_only_where_it_is_needed() -> None:
    """It is large: no character that the sans has may send a browser to it."""
    assert drawn_by(RARE_FAMILY).isdisjoint(drawn_by(SANS_FAMILY))
    assert len(drawn_by(RARE_FAMILY)) > 100
