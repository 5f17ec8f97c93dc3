"""Our own bulletins: nothing is found in them, and whatever is altered in one is."""

import random

import pytest

from db.rules.bulletin_audit import Rule, audit
from portal.bench.audit import measure
from portal.bench.made_bulletins import altered, made
from portal.cli.audit import known_places


def test_made_bulletins_contradict_nothing_and_an_altered_figure_does() -> None:
    done = measure(12, 2, lambda _step: None)
    assert done["false_findings"] == 0
    assert done["with_snapshot"] == {"found": 12, "false_findings": 0}
    assert done["found"] >= 11, done["missed"]


def test_the_snapshot_says_which_figure_is_wrong() -> None:
    rng, places = random.Random(5), known_places()
    bulletin = made(rng, places)
    wrong = altered(rng, bulletin)
    found = audit(wrong.text, bulletin.figures, places, bulletin.as_of).findings
    assert any(f.rule is Rule.SNAPSHOT and f.start <= wrong.at < f.end for f in found)


@pytest.mark.broad
def test_two_hundred() -> None:
    done = measure(200, 1, lambda _step: None)
    assert [done["false_findings"], done["with_snapshot"]["false_findings"]] == [0, 0]
    assert done["found"] >= 195, done["missed"]
    assert done["with_snapshot"]["found"] >= 199
