"""A snapshot computed again beside what was frozen: the same hash, or what changed, row by row."""

from collections.abc import Mapping, Sequence

from dash.development.base_component import Component

from db.commands.snapshots import Recomputed
from db.queries.appeals import CorrectionRow
from db.queries.snapshots import Snapshot
from db.rules.bulletin_problems import Standing
from db.rules.snapshot_form import FigureChange, FigureLine, VenueChange
from portal import words
from portal.components.layout import note, panel
from portal.components.ledger import Cell, ledger, number
from portal.exports.bulletins.workbook_file import category_name, measure_name
from portal.locale import _

SHOWN = 300


def difference_panel(frozen: Snapshot, found: Recomputed, corrections: Sequence[CorrectionRow] = ()) -> Component:
    """`corrections` are those of the snapshot's day made since: a venue they put right names its appeal."""
    title = _("Snapshot {n} computed again").format(n=frozen.number)
    aside = f"{frozen.as_of.isoformat()} · {found.sha256[:16]}"
    if not found.is_kept:
        return panel(title, note(_("What is kept is not what was frozen: its hash differs."), "error"), aside=aside)
    if found.is_same:
        return panel(title, note(_("Same hash: the record gives the same figures and venues today.")), aside=aside)
    changed = found.difference
    return panel(
        title,
        note(
            _("History was corrected since: {figures} figures and {venues} venues read otherwise today.").format(
                figures=words.count(len(changed.figures)), venues=words.count(len({v.venue_id for v in changed.venues}))
            )
        ),
        _definitions(changed.definitions),
        _figures(changed.figures[:SHOWN]),
        _venues(changed.venues[:SHOWN], {each.venue_id: each.appeal_id for each in corrections}),
        _cut(max(len(changed.figures), len(changed.venues))),
        aside=aside,
        kind="bulletin-difference",
    )


def _definitions(changed: Sequence[str]) -> Component | None:
    if not changed:
        return None
    names = "、".join(measure_name(key) for key in changed)
    return note(_("Defined otherwise since: {names}.").format(names=names))


def _figures(changed: Sequence[FigureChange]) -> Component | None:
    if not changed:
        return None
    head = (_("Region"), _("Category"), _("Measure"), _("Frozen"), _("Today"))
    rows = [
        (
            Cell(each.name),
            Cell(category_name(each.category)),
            Cell(measure_name(each.measure)),
            number(_figure(each.before)),
            number(_figure(each.after)),
        )
        for each in changed
    ]
    return ledger(head, rows)


def _figure(line: FigureLine | None) -> str:
    if line is None:
        return "–"
    left_out = _(", {n} left out").format(n=line.excluded) if line.excluded else ""
    return f"{line.numerator:,} / {line.denominator:,}{left_out}"


def _venues(changed: Sequence[VenueChange], appeals: Mapping[int, int]) -> Component | None:
    if not changed:
        return None
    head = (_("Venue"), _("Category"), _("Measure"), _("Frozen"), _("Today"), _("Put right by"))
    rows = [
        (
            Cell(each.name, f"/venues/{each.venue_id}"),
            Cell(category_name(each.category)),
            Cell(measure_name(each.measure)),
            number(_standing(each.before)),
            number(_standing(each.after)),
            _appeal(appeals.get(each.venue_id)),
        )
        for each in changed
    ]
    return ledger(head, rows)


def _appeal(appeal_id: int | None) -> Cell:
    if appeal_id is None:
        return Cell("–")
    return Cell(_("Appeal {n}").format(n=appeal_id), f"/appeals?appeal={appeal_id}")


def _standing(standing: Standing) -> str:
    if standing.excluded and not standing.of:
        return _("left out")
    return f"{standing.counts} / {standing.of}" if standing.of else "–"


def _cut(longest: int) -> Component | None:
    return note(_("The first {n} rows of each are shown.").format(n=SHOWN)) if longest > SHOWN else None
