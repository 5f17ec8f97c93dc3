"""Ids of the alarm desk's moving parts."""

GRID = "alarm-grid"
CHIPS = "alarm-chips"
SUMMARY = "alarm-summary"
SIDE = "alarm-side"
ACKNOWLEDGE = "acknowledge"
CHOSEN = "alarm-chosen"
ACTED = "alarm-acted"
