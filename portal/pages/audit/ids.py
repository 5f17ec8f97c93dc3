"""Ids of the audit of bulletins."""

TEXT = "audit-text"
FILE = "audit-file"
RUN = "audit-run"
SNAPSHOT = "audit-snapshot"
SAID = "audit-said"
RESULT = "audit-result"
