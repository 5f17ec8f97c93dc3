"""JSON as platforms push it: read carefully, and the values in it by their kind. Wrong ones raise `Unreadable`."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from json import JSONDecodeError, JSONDecoder
from typing import Any, NoReturn

LONGEST = 256 * 1024
DEEPEST = 12
LONGEST_TEXT = 500
AHEAD, BEHIND = timedelta(minutes=5), timedelta(days=365)


class Unreadable(Exception):
    """Something that cannot be used; the message is the reason in one sentence."""


def json_of(body: bytes) -> Any:
    """Whatever the body holds: numbers finite, fields given once unless they say the same twice."""
    if len(body) > LONGEST:
        raise Unreadable(f"The body is longer than {LONGEST} bytes.")
    try:
        told = _JSON.decode(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("The body is not JSON: it is not UTF-8.") from error
    except JSONDecodeError as error:
        raise Unreadable(f"The body is not JSON: {error}.") from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number of thousands of digits
        raise Unreadable("The body is not JSON that anybody needs.") from error
    if _depth(told) > DEEPEST:
        raise Unreadable(f"The body is nested more than {DEEPEST} deep.")
    return told


def object_of(body: bytes) -> dict[str, Any]:
    """The body as an object."""
    told = json_of(body)
    if not isinstance(told, dict):
        raise Unreadable("The body is not a JSON object.")
    return told


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in pairs:
        if name in told and told[name] != value:
            raise Unreadable(f"The field {name[:40]!r} is given twice, and differently.")
        told[name] = value
    return told


def _not_json(constant: str) -> NoReturn:
    raise Unreadable(f"The body is not JSON: it says {constant}.")


_JSON = JSONDecoder(object_pairs_hook=_once, parse_constant=_not_json)


def _depth(told: Any) -> int:
    """Without recursion: how many objects and lists lie in one another."""
    depth, level = 0, [told]
    while level:
        inner = [each for each in level if isinstance(each, dict | list)]
        if not inner:
            break
        depth += 1
        level = [value for each in inner for value in (each.values() if isinstance(each, dict) else each)]
    return depth


def text(value: Any) -> str:
    """One line that can be printed; empty for what is absent or says that it is ("undefined", "null")."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    line = " ".join("".join(each if each.isprintable() else " " for each in str(value)).split())
    return "" if line.lower() in ("undefined", "null", "none") else line[:LONGEST_TEXT]


def number(value: Any) -> float | None:
    """A finite number, also where it is written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: Any) -> int | None:
    """The number where it is a whole one."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def moment(milliseconds: Any, received_at: datetime) -> tuple[datetime | None, str]:
    """A time in milliseconds since 1970 and nothing to say, or no time and what the clock claimed.

    A clock that is wrong (more than five minutes ahead, more than a year behind) is not believed and not forgotten.
    """
    if milliseconds is None or milliseconds == "":
        return None, ""
    return _believed(lambda: _since_epoch(milliseconds), text(milliseconds), received_at)


def written_moment(given: Any, read: Callable[[str], datetime], received_at: datetime) -> tuple[datetime | None, str]:
    """The same for a time that is written out; `read` raises ValueError where it cannot."""
    words = text(given)
    return _believed(lambda: read(words), words, received_at) if words else (None, "")


def _since_epoch(milliseconds: Any) -> datetime:
    found = number(milliseconds)
    if found is None:
        raise ValueError("no number")
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=found)


def _believed(read: Callable[[], datetime], words: str, received_at: datetime) -> tuple[datetime | None, str]:
    try:
        at = read()
        if at.tzinfo is not None and received_at - BEHIND <= at <= received_at + AHEAD:
            return at, ""
    except (ValueError, OverflowError):
        pass
    return None, f"设备或平台所报时间 {words[:40]} 不可信"
