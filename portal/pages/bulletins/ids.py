"""Ids of the moving parts of the list of bulletins."""

CHANGED = "bulletins-changed"
SHOWN = "bulletins-shown"
DAY = "bulletins-day"
DRAFT = "bulletins-draft"
SAID = "bulletins-said"
AGAIN = "bulletins-again"
DIFFERENCE = "bulletins-difference"
