"""A gateway described as data: the request for one message, what its answer means, what its receipts say. Pure."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

PLACEHOLDERS = (
    *("address", "text", "title", "key", "secret", "link", "level", "receipt_url", "detail"),
    *("timestamp", "sign", "at"),
)
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class SuccessRule:
    """When an answer means "taken": one of these statuses and, where a field is named, one of these values in it."""

    status: tuple[int, ...] = (200, 201, 202, 204)
    field: str = ""
    equals: tuple[str, ...] = ()
    id: str = ""
    """Where the gateway's own number of the message stands."""
    final: tuple[str, ...] = ()
    """Values of `field` after which another try would be in vain: no such number, blocked."""


@dataclass(frozen=True, slots=True)
class ReceiptRule:
    """How the gateway tells later what became of a message; dots lead into nested fields."""

    items: str = ""
    """Where several receipts stand in one body; empty: the body is one."""
    id: str = ""
    key: str = ""
    state: str = ""
    delivered: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    pressed: str = ""
    acknowledge: tuple[str, ...] = ()
    """Keys of the telephone that mean "I have it"."""
    answer: str = "ok"
    """What the gateway wants to hear."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One channel's far end. `body` is JSON to be filled in, text, or None; `form` is sent as a form."""

    channel: str
    url: str
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    form: tuple[tuple[str, str], ...] = ()
    secret: str = ""
    sign: str = ""
    """"" none, "dingtalk" as its robots want it, "hmac" over time and body."""
    timeout_seconds: float = 8.0
    per_second: float | None = None
    burst: int | None = None
    at_once: int | None = None
    success: SuccessRule = field(default_factory=SuccessRule)
    receipt: ReceiptRule | None = None
    hosts: tuple[str, ...] = ()
    """Where a person's own address is a whole URL: the hosts that it may name."""
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class HttpRequest:
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """The far end has it; `provider_id` is its own number, "" where it gives none."""

    provider_id: str = ""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Why not; `is_final` where trying again would be in vain, `is_gone` where the address itself is no more."""

    reason: str
    is_final: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptSaid:
    """One receipt: which message, and what became of it."""

    key: str
    provider_id: str
    is_delivered: bool
    is_failed: bool
    acknowledges: bool
    state: str


def request_for(gateway: Gateway, values: Mapping[str, str], now: datetime) -> HttpRequest:
    """The request that carries one message. What a person wrote never becomes markup, a header or a part of the URL."""
    told = dict(values) | {"secret": gateway.secret, "at": now.isoformat()}
    told["timestamp"] = str(round(now.timestamp() * 1000))
    secret = told.get("own_secret") or gateway.secret
    told["sign"] = dingtalk_sign(secret, told["timestamp"]) if gateway.sign == "dingtalk" and secret else ""
    url = _filled(gateway.url, told, lambda value: quote(value, safe=""))
    headers = [(name, _filled(text, told, _one_line)) for name, text in gateway.headers]
    known = {name.lower() for name, _ in headers}
    if gateway.form:
        body = urlencode([(name, _filled(text, told, str)) for name, text in gateway.form]).encode()
        kind = "application/x-www-form-urlencoded"
    elif isinstance(gateway.body, str):
        body, kind = _filled(gateway.body, told, str).encode(), "text/plain; charset=utf-8"
    elif gateway.body is not None:
        filled = _tree(gateway.body, told)
        body, kind = json.dumps(filled, ensure_ascii=False).encode(), "application/json; charset=utf-8"
    else:
        body, kind = b"", ""
    if kind and "content-type" not in known:
        headers.append(("Content-Type", kind))
    if "idempotency-key" not in known:
        headers.append(("Idempotency-Key", told["key"]))
    if gateway.sign == "hmac":
        headers += signature_headers(gateway.secret, body, now)
    return HttpRequest(gateway.method, url, tuple(headers), body)


def signature_headers(secret: str, body: bytes, now: datetime) -> list[tuple[str, str]]:
    """HMAC-SHA256 over `<seconds since 1970>.<body>`, in hex."""
    seconds = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return [("X-Anwang-Timestamp", seconds), ("X-Anwang-Signature", f"sha256={digest}")]


def dingtalk_sign(secret: str, timestamp: str) -> str:
    """As DingTalk's robots want it: Base64 of the HMAC-SHA256 of time, newline and secret."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _one_line(value: str) -> str:
    return quote(value.replace("\r", " ").replace("\n", " "), safe=" !#$%&'()*+,-./:;<=>?@[]^_`{|}~")


def _filled(template: str, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    """Each `{name}` replaced once; what a value holds is never read as a placeholder."""
    parts, rest = [], template
    while True:
        before, brace, after = rest.partition("{")
        parts.append(before)
        if not brace:
            return "".join(parts)
        name, end, rest = after.partition("}")
        if end and name in values:
            parts.append(written(values[name]))
        else:
            parts.append("{")
            rest = after


def _tree(node: Any, values: Mapping[str, str]) -> Any:
    if isinstance(node, str):
        return _filled(node, values, str)
    if isinstance(node, Mapping):
        return {name: _tree(each, values) for name, each in node.items()}
    if isinstance(node, Sequence):
        return [_tree(each, values) for each in node]
    return node


def judged(rule: SuccessRule, status: int, body: bytes) -> Taken | NotTaken:
    """What the gateway's answer means; an answer that cannot be read where a field is asked for is no yes."""
    if status not in rule.status:
        return NotTaken(f"HTTP {status}{_excerpt(body)}")
    if not rule.field and not rule.id:
        return Taken()
    told = _parsed(body)
    if rule.field:
        value = value_at(told, rule.field)
        if value is None:
            return NotTaken(f"no {rule.field} in the answer{_excerpt(body)}")
        if value not in rule.equals:
            return NotTaken(f"{rule.field} {value}{_excerpt(body)}", is_final=value in rule.final)
    return Taken(value_at(told, rule.id) or "") if rule.id else Taken()


def read_receipts(rule: ReceiptRule, told: Any) -> list[ReceiptSaid]:
    """The receipts in a body; those that name no message are left out."""
    items = nested(told, rule.items) if rule.items else told
    found = []
    for item in items if isinstance(items, list) else [items]:
        key = (value_at(item, rule.key) or "") if rule.key else ""
        provider_id = (value_at(item, rule.id) or "") if rule.id else ""
        if not key and not provider_id:
            continue
        state = (value_at(item, rule.state) or "") if rule.state else ""
        pressed = value_at(item, rule.pressed) if rule.pressed else None
        acknowledges = pressed is not None and pressed in rule.acknowledge
        found.append(
            ReceiptSaid(
                key,
                provider_id,
                is_delivered=state in rule.delivered or acknowledges or (not rule.state and not pressed),
                is_failed=state in rule.failed,
                acknowledges=acknowledges,
                state=f"{state}#{pressed}" if pressed else state,
            )
        )
    return found


def nested(told: Any, path: str) -> Any:
    """What stands at `a.b.0` of a JSON value, or None."""
    for part in path.split("."):
        if isinstance(told, Mapping):
            told = told.get(part)
        elif isinstance(told, list) and part.isdigit() and int(part) < len(told):
            told = told[int(part)]
        else:
            return None
    return told


def value_at(told: Any, path: str) -> str | None:
    """The same as text: true, 0 and "0" compare as they are written; None where there is nothing."""
    value = nested(told, path)
    if value is None or isinstance(value, (Mapping, list)):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, UnicodeDecodeError, RecursionError):
        return None


def _excerpt(body: bytes) -> str:
    text = " ".join(body[: LONGEST_REASON * 4].decode("utf-8", "replace").replace("\x00", "").split())[:LONGEST_REASON]
    return f": {text}" if text else ""
