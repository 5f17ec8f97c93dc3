"""Addresses under which a camera's pictures are played: signed, for one session, for a while.

An address says which camera, in which form, for whose session and until when, and carries a signature over all of it
(HMAC-SHA256). Whoever copies it cannot play it: the session must be their own, and its scope is asked at every piece.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from db.rules.access_scope import Role

LASTING = timedelta(minutes=10)
"""An open player asks for the next address before this is over."""


MASK_POINTS = 56
"""Whole pictures are masked to so many points across: how many people and how they move is seen, no face."""


class Form(StrEnum):
    """How pictures are shown."""

    PLAIN = "plain"
    MASKED = "masked"
    """Heads are blurred; the whole picture where they cannot be found."""
    WHOLE = "whole"
    """All of it is blurred."""


class Purpose(StrEnum):
    """What is played."""

    LIVE = "live"
    STILL = "still"
    """One picture every few seconds, for a mosaic's tiles that nobody looks at."""


class BadAddress(ValueError):
    """Not signed by this installation, expired, or another session's; says nothing of which."""


@dataclass(frozen=True, slots=True)
class PlayAddress:
    """What an address grants."""

    camera_id: int
    form: Form
    purpose: Purpose
    session_hash: bytes
    until: datetime


def forms_of(role: Role) -> tuple[Form, ...]:
    """Forms in which this role may see pictures, the first of them unasked; the other is opened with a reason, logged.

    Those who work at the venue see their own corridors as they are; offices above see no faces unless they say why.
    Displays in halls, and who has no business with single people, never see more than that somebody is there.
    """
    if role in (Role.VENUE, Role.MAINTAINER):
        return (Form.PLAIN,)
    if role in (Role.COUNTY, Role.CITY, Role.PROVINCE):
        return (Form.MASKED, Form.PLAIN)
    return (Form.WHOLE,)


def signed(address: PlayAddress, secret: str) -> str:
    """The address as one word of letters, digits, `-`, `_` and `.`."""
    body = _body(address)
    return f"{body}.{_signature(body, address.session_hash, secret)}"


def opened(word: str, session_hash: bytes, secret: str, now: datetime) -> PlayAddress:
    """What `word` grants to this session now; `BadAddress` where it grants nothing."""
    body, _, signature = word.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body, session_hash, secret).encode()):
        raise BadAddress
    try:
        camera, form, purpose, until = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode().split("/")
        address = PlayAddress(
            int(camera), Form(form), Purpose(purpose), session_hash, datetime.fromtimestamp(int(until), UTC)
        )
    except (ValueError, binascii.Error) as error:
        raise BadAddress from error
    if now >= address.until:
        raise BadAddress
    return address


def _body(address: PlayAddress) -> str:
    told = f"{address.camera_id}/{address.form}/{address.purpose}/{int(address.until.timestamp())}"
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _signature(body: str, session_hash: bytes, secret: str) -> str:
    digest = hmac.new(secret.encode(), body.encode() + b"\0" + session_hash, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
