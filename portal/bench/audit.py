"""The audit measured: one figure altered in each of many bulletins, found or not; and whether it cries wolf."""

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from db.rules.bulletin_audit import audit
from portal.bench.machine import machine
from portal.bench.made_bulletins import altered, made
from portal.cli.audit import known_places

LIMITS = {"found": 195, "of": 200, "false_findings": 0}


def measure(bulletins: int, seed: int, report: Callable[[str], None]) -> dict[str, Any]:
    """By the text alone, and beside the snapshot that it was written from."""
    places = known_places()
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    alone, beside, false, false_beside, claims, missed = 0, 0, 0, 0, 0, []
    rules: Counter[str] = Counter()
    began = time.perf_counter()
    for turn in range(bulletins):
        bulletin = made(rng, places)
        clean = audit(bulletin.text, places=places)
        claims += len(clean.claims)
        false += len(clean.findings)
        false_beside += len(audit(bulletin.text, bulletin.figures, places, bulletin.as_of).findings)
        wrong = altered(rng, bulletin)
        found = audit(wrong.text, places=places).findings
        alone += bool(found)
        rules.update(finding.rule for finding in found)
        beside += bool(audit(wrong.text, bulletin.figures, places, bulletin.as_of).findings)
        if not found:
            missed.append(f"{wrong.was}→{wrong.became}：…{wrong.text[max(0, wrong.at - 30) : wrong.at + 12]}…")
        if turn % 20 == 19:
            report(f"{turn + 1} bulletins: {alone} found by the text alone, {beside} beside the snapshot")
    return {
        "claims": claims,
        "altered": bulletins,
        "found": alone,
        "false_findings": false,
        "with_snapshot": {"found": beside, "false_findings": false_beside},
        "rules": dict(rules.most_common()),
        "missed": missed,
        "seconds": round(time.perf_counter() - began, 1),
        "limits": LIMITS,
        "ran_on": machine(),
    }
