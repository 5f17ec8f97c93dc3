"""Addresses as people type or paste them, put into one form, or the reason why not. Pure."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from db.rules.channels import Channel

CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5
CODE_AGAIN_AFTER = timedelta(seconds=60)
MOST_CODES_AN_HOUR = 6
MOST_POINTS = 12
OWN_CHANNELS = (Channel.SMS, Channel.VOICE, Channel.EMAIL, Channel.WECOM, Channel.DINGTALK, Channel.WEBHOOK)
"""What a person adds by typing; a browser adds itself."""

_PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
_WECOM = re.compile(r"[A-Za-z0-9_-]{16,80}")
_DINGTALK = re.compile(r"[A-Za-z0-9]{32,128}")
_SECRET = re.compile(r"SEC[A-Za-z0-9]{16,128}")


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its one form, with what only sending needs."""

    address: str
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an address cannot be used, in one sentence."""

    reason: str


def read(channel: Channel, typed: str, secret: str = "", hosts: Sequence[str] = ()) -> Address | Refusal:
    """The address, or what is wrong with it; `hosts` are those that a whole URL may name."""
    typed = typed.strip()
    match channel:
        case Channel.SMS | Channel.VOICE:
            number = re.sub(r"[\s\-()]", "", typed).removeprefix("+86")
            return Address(number) if _PHONE.fullmatch(number) else Refusal("This is no telephone number.")
        case Channel.EMAIL:
            return Address(typed.lower()) if _MAIL.fullmatch(typed) else Refusal("This is no mail address.")
        case Channel.WECOM:
            key = _from_url(typed, "key")
            return Address(key) if _WECOM.fullmatch(key) else Refusal("This is no key of a WeCom robot.")
        case Channel.DINGTALK:
            token = _from_url(typed, "access_token")
            if not _DINGTALK.fullmatch(token):
                return Refusal("This is no token of a DingTalk robot.")
            if secret and not _SECRET.fullmatch(secret.strip()):
                return Refusal("The secret of a DingTalk robot begins with SEC.")
            return Address(token, {"own_secret": secret.strip()} if secret.strip() else {})
        case Channel.WEBHOOK:
            return _url(typed, hosts)
        case _:
            return Refusal("This channel cannot be added here.")


def _from_url(typed: str, name: str) -> str:
    """People paste the robot's whole address: its key stands in it."""
    return parse_qs(urlsplit(typed).query).get(name, [""])[0] if "://" in typed else typed


def _url(typed: str, hosts: Sequence[str]) -> Address | Refusal:
    try:
        parts = urlsplit(typed)
        named = parts.hostname or ""
        parts.port  # noqa: B018 - parses the port
    except ValueError:
        return Refusal("This is no web address.")
    if parts.scheme not in ("https", "http") or not named or parts.username is not None:
        return Refusal("This is no web address.")
    if not is_allowed(named, hosts):
        return Refusal("The administrator has not allowed this host.")
    if parts.scheme == "http" and named not in ("127.0.0.1", "localhost"):
        return Refusal("A web address must begin with https://.")
    return Address(typed)


def is_allowed(host: str, hosts: Sequence[str]) -> bool:
    """True where the host is listed, or lies below one that is listed as `*.example.cn`."""
    return any(host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in hosts)


def push_endpoint(endpoint: str, keys: dict[str, str], hosts: Sequence[str]) -> Address | Refusal:
    """What a browser says of its push service: the host must be a known one, since the server will call it."""
    found = _url(endpoint, hosts)
    if isinstance(found, Refusal):
        return found
    if not re.fullmatch(r"[A-Za-z0-9_-]{80,100}=*", keys.get("p256dh", "")):
        return Refusal("The browser gave no usable keys.")
    if not re.fullmatch(r"[A-Za-z0-9_-]{20,30}=*", keys.get("auth", "")):
        return Refusal("The browser gave no usable keys.")
    return Address(endpoint, {"p256dh": keys["p256dh"], "auth": keys["auth"]})


def code_for(secret: str, point_id: int, asked_at: datetime) -> str:
    """Six digits that only this installation can make: nothing of them is stored."""
    told = f"{point_id}/{int(asked_at.timestamp() * 1_000_000)}"
    digest = hmac.new(secret.encode(), told.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def masked(channel: str, address: str) -> str:
    """Enough to recognise one's own, too little for anybody else to use."""
    if channel in (Channel.SMS, Channel.VOICE):
        return f"{address[:3]}****{address[-4:]}" if len(address) >= 9 else "****"
    if channel == Channel.EMAIL:
        name, _, host = address.partition("@")
        return f"{name[:1]}***@{host}"
    if channel in (Channel.WEBHOOK, Channel.WEB_PUSH):
        return urlsplit(address).hostname or "…"
    return f"{address[:4]}…{address[-4:]}"
