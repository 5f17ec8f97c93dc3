"""A snapshot computed again: the venue that reads otherwise names the appeal that put its history right."""

from datetime import UTC, date, datetime

from plotly.utils import PlotlyJSONEncoder

from db.commands.snapshots import Recomputed
from db.queries.appeals import CorrectionRow
from db.queries.snapshots import Snapshot
from db.rules.bulletin_problems import Standing
from db.rules.snapshot_form import Difference, VenueChange
from portal.pages.bulletins.difference import difference_panel

DAY, MADE = date(2024, 9, 2), datetime(2024, 9, 3, tzinfo=UTC)
FROZEN = Snapshot(1, 4, DAY, 360000, MADE, "分析员", {}, 10, 2, "a" * 64, 1)


def test_the_appeal_behind_a_change_is_named() -> None:
    before, after = Standing(counts=0, of=1), Standing(counts=1, of=1)
    changed = Difference(
        (), tuple(VenueChange(n, f"园{n}", 360702, "kindergarten", "access", before, after) for n in (8, 9)), ()
    )
    found = Recomputed("a" * 64, "a" * 64, "b" * 64, changed)
    put_right = CorrectionRow(31, 8, "园8", "access", True, DAY, None, MADE, "省级人员")
    shown = PlotlyJSONEncoder().encode(difference_panel(FROZEN, found, [put_right]))
    assert "/appeals?appeal=31" in shown
    assert shown.count("/appeals?appeal=") == 1
