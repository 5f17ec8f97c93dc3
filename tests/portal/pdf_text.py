"""The words of a PDF, read from its own tables: each glyph by the font's ToUnicode map, page by page.

Enough for what typst writes: Identity-H fonts, hexadecimal or literal strings, flate streams, object streams.
"""

import re
import zlib

_STREAM = re.compile(rb"(\d+) 0 obj\s*<<(.*?)>>\s*stream\r?\n", re.S)
_TOKEN = re.compile(rb"<<.*?>>|/(\w+) [\d.]+ Tf|<([0-9a-fA-F]*)>|(\()|\bBT\b", re.S)
_IN_LITERAL = re.compile(rb"\\.|[()]", re.S)
_ESCAPED = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.S)
_SINGLE = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def objects(pdf: bytes) -> dict[int, bytes]:
    """Every object by its number: its dictionary, and its stream inflated."""
    found: dict[int, bytes] = {}
    for match in re.finditer(rb"(\d+) 0 obj(.*?)endobj", pdf, re.S):
        body = match[2]
        head, mark, stream = body.partition(b"stream\n")
        if not mark:
            head, mark, stream = body.partition(b"stream\r\n")
        if mark and b"FlateDecode" in head:
            stream = zlib.decompressobj().decompress(stream)
        found[int(match[1])] = head + (b"\nstream\n" + stream if mark else b"")
    for body in list(found.values()):
        if b"/ObjStm" in body:
            found |= _packed(body)
    return found


def _packed(body: bytes) -> dict[int, bytes]:
    head, _mark, stream = body.partition(b"\nstream\n")
    first = int(re.search(rb"/First (\d+)", head)[1])  # type: ignore[index]
    numbers = [int(n) for n in stream[:first].split()]
    places = [*numbers[1::2], len(stream) - first]
    return {number: stream[first + places[i] : first + places[i + 1]] for i, number in enumerate(numbers[::2])}


def _map(cmap: bytes) -> dict[int, str]:
    """Glyph to characters."""
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.S):
        for glyph, text in re.findall(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            found[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.S):
        for lo, hi, text in re.findall(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            start = int(text, 16)
            for glyph in range(int(lo, 16), int(hi, 16) + 1):
                found[glyph] = chr(start + glyph - int(lo, 16))
    return found


def _plain(literal: bytes) -> bytes:
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 8)]) if m[1] else _SINGLE.get(m[2], m[2]), literal)


def pages(pdf: bytes) -> list[str]:
    """The text of each page in the order in which it is drawn, without spaces between glyphs."""
    known = objects(pdf)
    fonts = {
        number: _map(known[int(at[1])].partition(b"\nstream\n")[2])
        for number, body in known.items()
        if (at := re.search(rb"/ToUnicode (\d+) 0 R", body))
    }
    texts = []
    for body in known.values():
        if not re.search(rb"/Type\s*/Page\b", body):
            continue
        names = {
            name: fonts.get(int(number), {})
            for name, number in re.findall(rb"/(\w+) (\d+) 0 R", _resources(body, known))
        }
        contents = [int(n) for n in re.findall(rb"(\d+) 0 R", re.search(rb"/Contents\s*(\[.*?\]|\d+ 0 R)", body)[1])]  # type: ignore[index]
        drawn = b"\n".join(known[number].partition(b"\nstream\n")[2] for number in contents)
        texts.append(_drawn(drawn, names))
    return texts


def _resources(page: bytes, known: dict[int, bytes]) -> bytes:
    """Names of fonts, whether they stand in the page itself or in an object of their own."""
    named = page
    for number in re.findall(rb"/(?:Resources|Font) (\d+) 0 R", page):
        named += known[int(number)]
        for inner in re.findall(rb"/Font (\d+) 0 R", known[int(number)]):
            named += known[int(inner)]
    return named


def _drawn(drawn: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    said: list[str] = []
    font: dict[int, str] = {}
    at = 0
    while token := _TOKEN.search(drawn, at):
        at = token.end()
        if token[1]:
            font = fonts.get(token[1], {})
            continue
        if token[0] == b"BT":
            said.append("\n")
            continue
        if token[0].startswith(b"<<"):
            continue
        raw = bytes.fromhex((token[2] or b"").decode())
        if token[3]:
            end = _end_of_literal(drawn, at)
            raw, at = _plain(drawn[at : end - 1]), end
        said += [font.get(int.from_bytes(raw[i : i + 2]), "�") for i in range(0, len(raw), 2)]
    return "".join(said)


def _end_of_literal(drawn: bytes, at: int) -> int:
    """Behind the bracket that closes a string; brackets in pairs belong to it."""
    depth = 1
    for mark in _IN_LITERAL.finditer(drawn, at):
        depth += {b"(": 1, b")": -1}.get(mark[0], 0)
        if depth == 0:
            return mark.end()
    raise ValueError("a string without an end")
