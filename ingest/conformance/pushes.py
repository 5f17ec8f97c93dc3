"""Bodies that platforms push, each against what its door understands, by the door's own decoder."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from db.rules import device_identity
from db.rules.conformance import CLAUSES, Outcome, Protocol, Rule
from db.rules.device_identity import DeviceIdentity
from db.rules.doors import PlatformDoor
from ingest import platforms
from ingest.conformance.report import Chunk, Examined, Report, Verdict
from ingest.conformance.said import fields_of
from ingest.decoded import Decoded
from ingest.gbt45839.reports import FACTS
from ingest.messages import DeviceMessage, Refused
from ingest.nbiot.profiles import Profile

TITLE = {"zh": "平台推送", "en": "A platform's push"}
REASONS: tuple[tuple[str, Rule], ...] = (
    ("The body is longer", Rule.SIZE),
    ("The body is not a JSON object", Rule.OBJECT),
    ("The body is not JSON", Rule.JSON),
    ("The body is nested", Rule.JSON),
    ("The field", Rule.ONCE),
    ("company", Rule.WHO),
    ("Neither", Rule.WHO),
    ("status", Rule.STATUS),
    ("eventType", Rule.STATUS),
)
"""How the decoders' reasons begin; the others speak of the kind of message."""
ENVELOPE = (Rule.SIZE, Rule.JSON, Rule.OBJECT, Rule.ONCE)
BEFORE = (*ENVELOPE, Rule.KIND, Rule.WHO, Rule.STATUS)
WORDS: tuple[tuple[str, Rule], ...] = (("不可信", Rule.AT), ("不可用", Rule.VALUE), ("未知状态码", Rule.CODE))
"""What a decoder says in the signal's text of a value that it did not believe."""


def chunks_of(given: bytes, now: datetime) -> list[Chunk]:
    """The whole as one body; where each line is an object by itself, so many bodies."""
    lines = [line for line in given.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.strip().startswith(b"{") and line.strip().endswith(b"}") for line in lines):
        return [Chunk(line.strip(), now) for line in lines]
    return [Chunk(given.strip(), now)] if given.strip() else []


def examine(protocol: Protocol, chunks: Sequence[Chunk], now: datetime, products: Mapping[str, Profile]) -> Report:
    return Report(protocol, [_one(protocol, chunk, chunk.at or now, products) for chunk in chunks])


def _one(protocol: Protocol, chunk: Chunk, received_at: datetime, products: Mapping[str, Profile]) -> Examined:
    decoded = platforms.decode(PlatformDoor(protocol.value).value, chunk.payload, received_at, products)
    known = CLAUSES[protocol]
    verdicts = [verdict for verdict in _verdicts(decoded) if verdict.rule in known]
    is_read = not any(each.outcome is Outcome.FAIL and each.rule in ENVELOPE for each in verdicts)
    if is_read and protocol in (Protocol.GBT45839_INSTALL, Protocol.GBT45839_STATUS):
        verdicts += _annex_d(protocol, chunk.payload)
    raw = chunk.payload.decode(errors="replace")
    return Examined(TITLE, raw, verdicts, _fields(decoded), chunk.at, chunk.peer)


def _verdicts(decoded: Decoded) -> Iterator[Verdict]:
    wrong = [(_rule(said.reason), said.reason) for said in decoded.said if isinstance(said, Refused)]
    if not (decoded.said or decoded.links or decoded.installed or decoded.note):
        wrong.append((Rule.KIND, "'0'"))  # a list of nothing
    failed = {rule for rule, _reason in wrong}
    for rule in BEFORE:
        if rule in failed:
            break
        yield Verdict(rule)
    yield from (Verdict(rule, Outcome.FAIL, _found(reason)) for rule, reason in wrong)
    for message in decoded.said:
        if isinstance(message, DeviceMessage):
            yield from _of_words(message)


def _rule(reason: str) -> Rule:
    return next((rule for beginning, rule in REASONS if reason.startswith(beginning)), Rule.KIND)


def _of_words(message: DeviceMessage) -> Iterator[Verdict]:
    text = message.text or ""
    doubted = [(rule, part) for part in text.split("；") for mark, rule in WORDS if mark in part]
    yield from (Verdict(rule, Outcome.NOTE, _number_in(part)) for rule, part in doubted)
    rules = {rule for rule, _part in doubted}
    if Rule.AT not in rules:
        yield Verdict(Rule.AT) if message.observed_at else Verdict(Rule.AT, Outcome.NOTE, "–")
    if message.value is not None:
        yield Verdict(Rule.VALUE)
    if message.battery_pct is not None:
        yield Verdict(Rule.BATTERY)
    if message.rssi_dbm is not None:
        yield Verdict(Rule.RADIO)


def _number_in(words: str) -> str:
    """What was given, out of a sentence about it."""
    found = re.search(r"[-\w.:/ ]*[A-Za-z0-9][-\w.:/ ]*?(?=不|$)", words, re.ASCII)
    return found.group().strip() if found else ""


def _found(reason: str) -> str:
    quoted = re.search(r"'([^']*)'", reason)
    return quoted.group(1) if quoted else ""


def _annex_d(protocol: Protocol, body: bytes) -> Iterator[Verdict]:
    """Fields as annex D spells them, and the 27 characters where the serial number is as long as an identity."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    if not isinstance(told, dict):
        return
    if protocol is Protocol.GBT45839_INSTALL:
        strange = sorted(set(told) - {"company", "serial", *FACTS})
        absent = [name for name in FACTS if name not in told]
        if strange:
            yield Verdict(Rule.FIELD, Outcome.FAIL, ", ".join(strange)[:120])
        elif absent:
            yield Verdict(Rule.FIELD, Outcome.NOTE, f"– {', '.join(absent)}"[:160])
        else:
            yield Verdict(Rule.FIELD)
    else:
        yield from _ranges(told)
    serial = told.get("serial")
    if isinstance(serial, str) and len(serial) == device_identity.LENGTH:
        is_right = isinstance(device_identity.parse(serial), DeviceIdentity)
        yield Verdict(Rule.IDENTITY, Outcome.PASS if is_right else Outcome.FAIL, serial)
    elif isinstance(serial, str):
        yield Verdict(Rule.IDENTITY, Outcome.NOTE, f"{serial[:40]} ({len(serial)})")


def _ranges(told: Mapping[str, Any]) -> Iterator[Verdict]:
    battery, radio = told.get("batteryPercentage"), told.get("signalStrength")
    if not (isinstance(battery, int | float) and 0 <= battery <= 100):
        yield Verdict(Rule.BATTERY, Outcome.NOTE if battery is None else Outcome.FAIL, _shown(battery))
    if not (isinstance(radio, int | float) and -200 <= radio <= 0):
        yield Verdict(Rule.RADIO, Outcome.NOTE, _shown(radio))


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)[:40]


def _fields(decoded: Decoded) -> dict[str, Any]:
    said = [fields_of(each) if isinstance(each, DeviceMessage) else {"refused": each.reason} for each in decoded.said]
    told: dict[str, Any] = {"said": said[:20]} if said else {}
    if decoded.installed is not None:
        told |= {"company": decoded.installed.company, "serial": decoded.installed.serial, **decoded.installed.facts}
    if decoded.links:
        told["links"] = [{"device": link.device, "is_online": link.is_online} for link in decoded.links]
    if decoded.note:
        told["note"] = decoded.note
    return told
