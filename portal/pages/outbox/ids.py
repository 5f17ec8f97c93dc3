"""Ids of the outbox page's moving parts."""

SHOWN = "outbox-shown"
CLOCK = "outbox-clock"
CHANGED = "outbox-changed"
RETRY = "outbox-retry"
