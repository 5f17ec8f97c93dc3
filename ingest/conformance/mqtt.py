"""Messages over MQTT against MESSAGES.md, by the gateway's own decoder."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from db.rules.conformance import Outcome, Protocol, Rule
from ingest.conformance.report import Chunk, Examined, Report, Verdict
from ingest.conformance.said import fields_of
from ingest.messages import DeviceMessage
from ingest.mqtt import payload

TITLE = {"zh": "MQTT 消息", "en": "Message over MQTT"}
REASONS: tuple[tuple[str, Rule], ...] = (
    ("The topic is not", Rule.TOPIC),
    ("There is no signal", Rule.SIGNAL),
    ("The payload is longer", Rule.SIZE),
    ("The payload is not a JSON object", Rule.OBJECT),
    ("The payload is not JSON", Rule.JSON),
    ("There is no field", Rule.FIELD),
    ("The field", Rule.ONCE),
    ("value", Rule.VALUE),
    ("at ", Rule.AT),
    ("alarm", Rule.FLAGS),
    ("test", Rule.FLAGS),
    ("battery_pct", Rule.BATTERY),
    ("rssi_dbm", Rule.RADIO),
    ("text", Rule.WORDS),
)
"""How the decoder's reasons begin, as MESSAGES.md lists them."""
ENVELOPE = (Rule.TOPIC, Rule.SIGNAL, Rule.SIZE, Rule.JSON, Rule.OBJECT, Rule.ONCE, Rule.FIELD)
"""Rules that every message meets, in the order in which they are looked at."""
_SAID = {
    Rule.VALUE: "value",
    Rule.AT: "at",
    Rule.FLAGS: "alarm",
    Rule.BATTERY: "battery_pct",
    Rule.RADIO: "rssi_dbm",
    Rule.WORDS: "text",
}
_LINE = re.compile(rb"(\S+)[ \t]+(.*)", re.DOTALL)


def chunks_of(given: bytes, now: datetime) -> list[Chunk]:
    """One message a line, topic first, as `mosquitto_sub -v` prints them."""
    lines = [line for line in given.splitlines() if line.strip()]
    parts = [_LINE.fullmatch(line.strip()) for line in lines]
    return [
        Chunk(found.group(2), now, found.group(1).decode(errors="replace"))
        if found
        else Chunk(b"", now, line.decode(errors="replace"))
        for line, found in zip(lines, parts, strict=True)
    ]


def examine(chunks: Sequence[Chunk], now: datetime) -> Report:
    return Report(Protocol.MQTT, [_one(chunk, chunk.at or now) for chunk in chunks])


def _one(chunk: Chunk, received_at: datetime) -> Examined:
    message = payload.decode(chunk.peer, chunk.payload, received_at)
    wrong = [(_rule(reason), reason) for reason in payload.faults(chunk.peer, chunk.payload, received_at)]
    fields = fields_of(message) if isinstance(message, DeviceMessage) else {"refused": message.reason}
    raw = f"{chunk.peer} {chunk.payload.decode(errors='replace')}"
    return Examined(TITLE, raw, list(_verdicts(wrong, message)), fields, chunk.at, chunk.peer)


def _rule(reason: str) -> Rule:
    return next((rule for beginning, rule in REASONS if reason.startswith(beginning)), Rule.FIELD)


def _verdicts(wrong: Sequence[tuple[Rule, str]], message: object) -> Iterator[Verdict]:
    """What is wrong fails; what was looked at before it is right; what comes behind was not looked at."""
    failed = {rule for rule, _reason in wrong}
    for rule in ENVELOPE:
        if rule in failed:
            break
        yield Verdict(rule)
    yield from (Verdict(rule, Outcome.FAIL, _found(reason)) for rule, reason in wrong)
    if not isinstance(message, DeviceMessage):
        return
    told = fields_of(message)
    for rule, name in _SAID.items():
        if rule not in failed and name in told:
            yield Verdict(rule)
    if message.observed_at is None and Rule.AT not in failed:
        yield Verdict(Rule.AT, Outcome.NOTE, "–")


def _found(reason: str) -> str:
    """The value in the reason, where it names one."""
    quoted = re.search(r"'([^']*)'", reason)
    if quoted:
        return quoted.group(1)
    named = re.match(r"(?:value|at) (\S+) is", reason)
    return named.group(1) if named else ""
