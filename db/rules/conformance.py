"""What the bench looks at: protocols, the rules of each with their clause, and how verdicts add up to a result."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Protocol(StrEnum):
    GB26875 = "gb26875"
    MQTT = "mqtt"
    CTWING = "ctwing"
    ONENET = "onenet"
    GBT45839_INSTALL = "gbt45839-install"
    GBT45839_STATUS = "gbt45839-status"
    GBT28181 = "gbt28181"


PUSHED = frozenset(Protocol) - {Protocol.GB26875, Protocol.MQTT}
"""Those that come over HTTP."""


class Outcome(StrEnum):
    """Of one rule, worst last but for the first."""

    UNTRIED = "untried"
    """Nothing came that the rule speaks of."""
    PASS = "pass"  # noqa: S105 - a verdict
    NOTE = "note"
    """Allowed, and worth knowing."""
    DIALECT = "dialect"
    """Another reading of the standard, which the platform knows."""
    FAIL = "fail"


class Overall(StrEnum):
    NOTHING = "nothing"
    """No frame and no message was found."""
    CONFORMS = "conforms"
    DIALECT = "dialect"
    FAILS = "fails"


WORST = (Outcome.UNTRIED, Outcome.PASS, Outcome.NOTE, Outcome.DIALECT, Outcome.FAIL)


class Rule(StrEnum):
    """What is asked of frames and messages."""

    START = "start"
    END = "end"
    LENGTH = "length"
    CHECKSUM = "checksum"
    VERSION = "version"
    TIME = "time"
    SERIAL = "serial"
    COMMAND = "command"
    TYPE_FLAG = "type_flag"
    COUNT = "count"
    OBJECTS = "objects"
    CODES = "codes"
    TEXT = "text"
    OBJECT_TIME = "object_time"
    STATE_BITS = "state_bits"
    TEST_BIT = "test_bit"
    CONFIRM = "confirm"
    HEARTBEAT = "heartbeat"
    TOPIC = "topic"
    SIGNAL = "signal"
    SIZE = "size"
    JSON = "json"
    OBJECT = "object"
    ONCE = "once"
    FIELD = "field"
    VALUE = "value"
    AT = "at"
    FLAGS = "flags"
    BATTERY = "battery"
    RADIO = "radio"
    WORDS = "words"
    KIND = "kind"
    WHO = "who"
    STATUS = "status"
    CODE = "code"
    IDENTITY = "identity"


_FRAME, _UNIT = "GB/T 26875.3-2011 6", "GB/T 26875.3-2011 8"
_MESSAGES, _PUSH = "MESSAGES.md", "PLATFORMS.md"
_ANNEX_D, _NOTICE = "GB/T 45839-2025 D", "GB/T 28181-2022 A.2.5.3"

CLAUSES: dict[Protocol, dict[Rule, str]] = {
    Protocol.GB26875: {
        Rule.START: _FRAME,
        Rule.END: _FRAME,
        Rule.LENGTH: _FRAME,
        Rule.CHECKSUM: _FRAME,
        Rule.VERSION: _FRAME,
        Rule.TIME: _FRAME,
        Rule.SERIAL: _FRAME,
        Rule.COMMAND: _FRAME,
        Rule.CONFIRM: "GB/T 26875.3-2011 6, GB/T 26875.1",
        Rule.TYPE_FLAG: _UNIT,
        Rule.COUNT: _UNIT,
        Rule.OBJECTS: _UNIT,
        Rule.CODES: _UNIT,
        Rule.TEXT: _UNIT,
        Rule.OBJECT_TIME: _UNIT,
        Rule.STATE_BITS: _UNIT,
        Rule.TEST_BIT: _UNIT,
        Rule.HEARTBEAT: "FRAMES.md",
    },
    Protocol.MQTT: dict.fromkeys(
        (
            *(Rule.TOPIC, Rule.SIGNAL, Rule.SIZE, Rule.JSON, Rule.OBJECT, Rule.ONCE, Rule.FIELD, Rule.VALUE),
            *(Rule.AT, Rule.FLAGS, Rule.BATTERY, Rule.RADIO, Rule.WORDS),
        ),
        _MESSAGES,
    ),
    **{
        protocol: dict.fromkeys(
            (
                Rule.SIZE,
                Rule.JSON,
                Rule.OBJECT,
                Rule.ONCE,
                Rule.KIND,
                Rule.WHO,
                Rule.STATUS,
                Rule.CODE,
                Rule.VALUE,
                Rule.AT,
            ),
            _PUSH,
        )
        for protocol in (Protocol.CTWING, Protocol.ONENET)
    },
    Protocol.GBT45839_INSTALL: dict.fromkeys(
        (Rule.SIZE, Rule.JSON, Rule.OBJECT, Rule.ONCE, Rule.WHO, Rule.FIELD, Rule.IDENTITY), _ANNEX_D
    ),
    Protocol.GBT45839_STATUS: dict.fromkeys(
        (
            *(Rule.SIZE, Rule.JSON, Rule.OBJECT, Rule.ONCE, Rule.WHO, Rule.STATUS, Rule.BATTERY, Rule.RADIO, Rule.AT),
            Rule.IDENTITY,
        ),
        _ANNEX_D,
    ),
    Protocol.GBT28181: dict.fromkeys(
        (Rule.SIZE, Rule.JSON, Rule.OBJECT, Rule.ONCE, Rule.WHO, Rule.KIND, Rule.STATUS, Rule.AT), _NOTICE
    ),
}
"""The rules of each protocol, in the order in which they are told, and where they stand."""

KEY = re.compile(r"bench-[0-9a-z]{16}")
"""By which a live trial is known at the doors: not to be guessed, and no device's number."""
MOST_GIVEN = 1 << 20
MOST_FRAMES = 2000
MINUTES = (10, 30, 60)


@dataclass(frozen=True, slots=True)
class Told:
    """How one rule fared over everything that came."""

    rule: Rule
    outcome: Outcome
    clause: str
    right: int
    wrong: int
    found: str
    """What was found where it was not right, the first time; the same in every language."""


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    return max(outcomes, key=WORST.index, default=Outcome.UNTRIED)


def overall(outcomes: Iterable[Outcome], has_any: bool) -> Overall:
    """The result; nothing is proven by nothing."""
    if not has_any:
        return Overall.NOTHING
    match worst(outcomes):
        case Outcome.FAIL:
            return Overall.FAILS
        case Outcome.DIALECT:
            return Overall.DIALECT
        case Outcome.UNTRIED:
            return Overall.NOTHING
    return Overall.CONFORMS
