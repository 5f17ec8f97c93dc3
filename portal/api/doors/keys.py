"""Who may push: secrets compared in constant time, platforms' signatures, addresses. Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import unquote

import orjson

Network = IPv4Network | IPv6Network


def is_same(given: str, secret: str) -> bool:
    """In constant time, whatever characters were given."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode())


def networks(listed: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between, as the settings hold them."""
    return tuple(ip_network(each.strip(), strict=False) for each in listed.split(",") if each.strip())


def is_among(address: str, allowed: Sequence[Network]) -> bool:
    """True where the address lies in one of them; no list allows everybody."""
    if not allowed:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in allowed)


def has_key(headers_key: str, authorization: str, secret: str) -> bool:
    """By X-API-Key, `Bearer <key>`, or Basic with the key as password."""
    if headers_key:
        return is_same(headers_key, secret)
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return is_same(given.strip(), secret)
    if scheme.lower() == "basic":
        try:
            _user, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return is_same(password, secret)
    return False


def onenet_signature(token: str, nonce: str, message: str) -> str:
    """Base64 of the MD5 of token, nonce and message (OneNET, "HTTP push", checking of the address and of data)."""
    digest = hashlib.md5((token + nonce + message).encode(errors="surrogateescape"), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def is_onenet_signature(given: str, token: str, nonce: str, messages: Iterable[str]) -> bool:
    """As given, or as an address carries it: "+" read as a blank, or escaped twice."""
    spellings = {given, given.replace(" ", "+"), unquote(given)}
    expected = [onenet_signature(token, nonce, message) for message in messages]
    return any(is_same(spelling, right) for right in expected for spelling in spellings)


def is_signed_by_onenet(body: bytes, token: str) -> bool:
    """A pushed body's own signature, in both forms that the platform has had.

    Today `msg` is a string, signed as it is. Before, it was an object, signed as its text stands in the body.
    """
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(told, dict):
        return False
    given, nonce, message = told.get("signature", told.get("msg_signature")), told.get("nonce"), told.get("msg")
    if not isinstance(given, str) or not isinstance(nonce, str):
        return False
    if message is None:
        message = told.get("enc_msg")
    if isinstance(message, str):
        return is_onenet_signature(given, token, nonce, (message,))
    text = body.decode(errors="replace")
    return is_onenet_signature(given, token, nonce, (_as_written(text), orjson.dumps(message).decode()))


def _as_written(text: str) -> str:
    """The text of the value of `msg`, cut out between its brackets; empty where it has none."""
    start = text.find('"msg"')
    opened = min((at for at in (text.find("{", start), text.find("[", start)) if at >= 0), default=-1)
    if start < 0 or opened < 0:
        return ""
    depth, is_text, at = 0, False, opened
    while at < len(text):
        each = text[at]
        if is_text and each == "\\":
            at += 1
        elif each == '"':
            is_text = not is_text
        elif not is_text and each in "{[":
            depth += 1
        elif not is_text and each in "}]":
            depth -= 1
            if depth == 0:
                return text[opened : at + 1]
        at += 1
    return ""
