"""What proves that the watch was awake, and for how long: declared duty against verified duty."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Evidence(StrEnum):
    PANEL_KEY = "panel_key"
    """A duty check answered in time with the key at the user transmission device."""
    PORTAL_ANSWER = "portal_answer"
    """The same, answered in the portal."""
    PHONE_KEY = "phone_key"
    """The same, answered with a key of the telephone."""
    LATE_ANSWER = "late_answer"
    ALARM_ACKNOWLEDGED = "alarm_acknowledged"
    """By the venue's or its maintainer's people, in time for its level."""
    DESK_CAMERA = "desk_camera"
    """A camera saw the desk attended."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One kind of evidence: from the question, or the alarm's first signal, to so long after the answer."""

    evidence: Evidence
    holds: timedelta


PROOFS: tuple[Proof, ...] = (
    Proof(Evidence.PANEL_KEY, timedelta(hours=8)),
    Proof(Evidence.PORTAL_ANSWER, timedelta(hours=6)),
    Proof(Evidence.PHONE_KEY, timedelta(hours=4)),
    Proof(Evidence.LATE_ANSWER, timedelta(hours=1)),
    Proof(Evidence.ALARM_ACKNOWLEDGED, timedelta(hours=4)),
    Proof(Evidence.DESK_CAMERA, timedelta(minutes=10)),
)
"""A key at the desk says most, for a shift: the portal and the telephone are answered from a bed, too. A late answer
speaks for little more than its moment. Whatever it is, a check that nobody answers ends it."""
BY_EVIDENCE = {proof.evidence: proof for proof in PROOFS}

IN_TIME: dict[int, timedelta] = {
    1: timedelta(minutes=3),
    2: timedelta(minutes=5),
    3: timedelta(minutes=15),
    4: timedelta(minutes=30),
}
"""By the alarm's level: acknowledged by then, it says that somebody was awake."""
LONGEST_PROOF = max(proof.holds for proof in PROOFS)

DOUBTFUL_AFTER = timedelta(days=7)
"""Duty declared for so long, and no check answered since: doubtful by name."""
AHEAD = timedelta(days=7)
"""Gaps are shown so far ahead."""


class Doubt(StrEnum):
    NO_ACCESS = "no_access"
    """Declared, yet not accessed: nobody can see what is watched."""
    NO_ANSWER = "no_answer"


class GapKind(StrEnum):
    NOBODY_ON_ROSTER = "nobody_on_roster"
    CONTRACT_ENDS = "contract_ends"
