"""Ways to tell a person something, and of what kind each is: two channels of one kind are one kind of warning."""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    PORTAL = "portal"
    WEB_PUSH = "web_push"
    SMS = "sms"
    VOICE = "voice"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    EMAIL = "email"
    WEBHOOK = "webhook"


NOBODY = "none"
"""Stands where a channel would: the person has none that could be used."""


class DeliveryState(StrEnum):
    """A delivery's life. `WAITING` is due at a time; the others wait for nothing but a receipt."""

    WAITING = "waiting"
    SENT = "sent"
    """Handed over: the far end has said that it has it."""
    DELIVERED = "delivered"
    """Proven to have arrived at the person's end."""
    FAILED = "failed"
    WITHHELD = "withheld"
    """Not sent on purpose: an invented person is never called over a real gateway."""
    NO_CHANNEL = "no_channel"


class Proof(StrEnum):
    """What shows that a message arrived."""

    RECEIPT = "receipt"
    """The carrier or the telephone says so afterwards."""
    ANSWER = "answer"
    """The far end's own answer to the message."""
    PAGE = "page"
    """A page of that person has fetched it."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel: its kind of warning, whether it rings in a pocket, and what proves arrival."""

    channel: Channel
    kind: str
    is_phone: bool
    proof: Proof
    at_once: int
    """Messages on their way at the same time."""
    per_second: float
    burst: int


CHANNELS: tuple[ChannelRow, ...] = (
    ChannelRow(Channel.PORTAL, "screen", False, Proof.PAGE, 0, 1000, 1000),
    ChannelRow(Channel.WEB_PUSH, "app", True, Proof.RECEIPT, 40, 50, 200),
    ChannelRow(Channel.SMS, "sms", True, Proof.RECEIPT, 40, 20, 100),
    ChannelRow(Channel.VOICE, "call", True, Proof.RECEIPT, 30, 5, 50),
    ChannelRow(Channel.WECOM, "robot", False, Proof.ANSWER, 10, 2, 20),
    ChannelRow(Channel.DINGTALK, "robot", False, Proof.ANSWER, 10, 2, 20),
    ChannelRow(Channel.EMAIL, "mail", False, Proof.NONE, 4, 5, 50),
    ChannelRow(Channel.WEBHOOK, "program", False, Proof.ANSWER, 20, 20, 100),
)
BY_CHANNEL = {row.channel: row for row in CHANNELS}
OUTGOING = tuple(row.channel for row in CHANNELS if row.channel is not Channel.PORTAL)
"""What reaches a person who is not looking at the portal."""
PHONES = tuple(row.channel for row in CHANNELS if row.is_phone)
OF_THE_BOOKS = (Channel.SMS, Channel.VOICE)
"""What a telephone number on the books can be reached by."""
FAILURES_IN_A_ROW = 3
"""After so many an address counts as not working, until one message arrives again."""
KINDS_FOR_FIRE = 2
"""GB/T 45839-2025: a remote platform pushes over at least two kinds of channel."""
