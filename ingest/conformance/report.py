"""A report: verdicts by frame and by rule, as plain values that a row can hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from db.rules.conformance import CLAUSES, Outcome, Protocol, Rule, Told, overall, worst

MOST_SHOWN = 200
LONGEST_SHOWN = 600


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes as they came; `at` is None for those that were given."""

    payload: bytes
    at: datetime | None = None
    peer: str = ""
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule on one frame or message; `found` is what was there, in no language."""

    rule: Rule
    outcome: Outcome = Outcome.PASS
    found: str = ""


@dataclass(slots=True)
class Examined:
    """One frame or message, or bytes that are none."""

    title: dict[str, str]
    """What it is, in Chinese and English."""
    raw: str
    verdicts: list[Verdict] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    peer: str = ""
    is_ours: bool = False

    @property
    def outcome(self) -> Outcome:
        return worst(verdict.outcome for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found."""

    protocol: Protocol
    examined: Sequence[Examined]
    beside: Sequence[Verdict] = ()
    """Verdicts on the whole: order, intervals, answers."""
    dialect: str | None = None
    dialects: Sequence[tuple[str, int, int]] = ()
    """Each dialect tried, with how many frames it reads and how many it does not."""

    def told(self) -> list[Told]:
        """Each rule of the protocol, over everything."""
        verdicts = [verdict for each in self.examined for verdict in each.verdicts] + list(self.beside)
        return [_told(rule, clause, verdicts) for rule, clause in CLAUSES[self.protocol].items()]

    def as_json(self) -> dict[str, Any]:
        told = self.told()
        theirs = [each for each in self.examined if not each.is_ours]
        return {
            "protocol": self.protocol.value,
            "overall": overall((each.outcome for each in told), bool(theirs)).value,
            "dialect": self.dialect,
            "dialects": [list(each) for each in self.dialects],
            "total": len(theirs),
            "right": sum(each.outcome is not Outcome.FAIL for each in theirs),
            "rules": [
                {
                    "rule": each.rule.value,
                    "outcome": each.outcome.value,
                    "clause": each.clause,
                    "right": each.right,
                    "wrong": each.wrong,
                    "found": each.found,
                }
                for each in told
            ],
            "frames": [_frame(each) for each in _shown(self.examined)],
        }


def _told(rule: Rule, clause: str, verdicts: Sequence[Verdict]) -> Told:
    mine = [verdict for verdict in verdicts if verdict.rule is rule and verdict.outcome is not Outcome.UNTRIED]
    outcome = worst(verdict.outcome for verdict in mine)
    wrong = [verdict for verdict in mine if verdict.outcome is outcome and outcome is not Outcome.PASS]
    found = next((verdict.found for verdict in wrong if verdict.found), "")
    return Told(rule, outcome, clause, len(mine) - len(wrong), len(wrong), found)


def _shown(examined: Sequence[Examined]) -> Sequence[Examined]:
    """The first of them, and of the others those that are wrong."""
    if len(examined) <= MOST_SHOWN:
        return examined
    half = MOST_SHOWN // 2
    return [*examined[:half], *[each for each in examined[half:] if each.outcome is Outcome.FAIL][:half]]


def _frame(each: Examined) -> dict[str, Any]:
    return {
        "title": each.title,
        "raw": each.raw[:LONGEST_SHOWN] + ("…" if len(each.raw) > LONGEST_SHOWN else ""),
        "at": each.at.isoformat() if each.at else None,
        "peer": each.peer,
        "is_ours": each.is_ours,
        "outcome": each.outcome.value,
        "fields": each.fields,
        "verdicts": [
            {"rule": verdict.rule.value, "outcome": verdict.outcome.value, "found": verdict.found}
            for verdict in each.verdicts
            if verdict.outcome is not Outcome.PASS
        ],
    }
