"""Decoded fields as lines of name and words: what the decoders tell is nested, a page is not."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal import words
from portal.locale import _, language
from portal.pages.conformance import words as bench_words

MOST_LINES = 80


def lines(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and words of each field, in the reader's language."""
    found: list[tuple[str, str]] = []
    for line in _lines(fields, ""):
        if len(found) == MOST_LINES:
            found.append(("…", ""))
            break
        found.append(line)
    return found


def _lines(fields: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        if value is None:
            continue
        called = f"{before}{bench_words.field(name)}"
        if name == "signal" and isinstance(value, str):
            yield called, words.signal(value)
        elif isinstance(value, Mapping):
            yield from _nested(called, name, value, before)
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            for number, each in enumerate(value, 1):
                yield from _lines(each, f"{before}{number} · ")
        else:
            yield called, _plain(value)


def _nested(called: str, name: str, value: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    if {"code", "zh", "en"} <= set(value):
        yield called, f"{value['zh'] if language() == 'zh_CN' else value['en']} ({value['code']})"
    elif "words" in value:
        yield called, f"{'、'.join(value['words'])} ({value['value']:#06x})"
    elif name == "reading":
        yield called, f"{value.get('name', value['type'])} {value.get('value', value['raw'])} {value.get('unit', '')}"
    else:
        yield from _lines(value, before)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
