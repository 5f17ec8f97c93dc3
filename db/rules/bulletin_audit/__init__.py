"""Reads a bulletin's text, extracts what it claims, and says what does not add up.

`claims(text)` and `findings(text, figures)`; nothing is asked of the database, so that any published text can be read.
"""

from db.rules.bulletin_audit.audit import Audit, audit, claims, findings
from db.rules.bulletin_audit.claim import Claim, Quantity, Subject
from db.rules.bulletin_audit.finding import Finding, Rule
from db.rules.bulletin_audit.places import Places

__all__ = ["Audit", "Claim", "Finding", "Places", "Quantity", "Rule", "Subject", "audit", "claims", "findings"]
