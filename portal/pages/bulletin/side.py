"""Beside a bulletin: its state, what may be done, findings, files, and the rows behind a figure."""

import importlib
import importlib.util
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.bulletins import BulletinRow
from db.queries.measures import VenueBehind
from db.queries.snapshots import Snapshot
from db.rules.bulletin_figures import Figures, Reference, rate, unit_of
from portal import regions, words
from portal.components.case import facts
from portal.components.layout import badge, note, panel
from portal.components.ledger import Cell, ledger
from portal.components.moments import field, moment_field
from portal.exports.bulletins.workbook_file import category_name, measure_name
from portal.locale import _
from portal.pages.bulletin import ids
from portal.pages.bulletins.rows import state_badge
from portal.words import HERE

AUDIT = "db.rules.bulletin_audit"
MOST_VENUES = 200


def state_panel(row: BulletinRow, snapshot: Snapshot, is_as_issued: bool | None) -> Component:
    """What it is, who had it in hand, and whether it still says what it said."""
    kept = {
        True: badge(_("word for word as issued"), "good"),
        False: badge(_("differs from what was issued"), "critical"),
    }
    frozen = dcc.Link(_("No. {n}").format(n=snapshot.number), href="/bulletins?show=snapshots", title=snapshot.sha256)
    told = [
        (_("As of"), row.as_of.isoformat()),
        (_("Snapshot"), [frozen, html.Small(f" {snapshot.sha256[:12]}", className="quiet")]),
        (_("Drafted"), _who(row.made_by_name, row.made_at)),
        (_("Checked"), _who(row.checked_by_name, row.checked_at)),
        (_("Issued"), _who(row.issued_by_name, row.issued_at)),
        (_("Text"), kept[is_as_issued] if is_as_issued is not None else None),
        (_("Replaces"), _other(row.replaces_id, row.replaces_number)),
        (_("Replaced by"), _other(row.replaced_by_id, row.replaced_by_number)),
        (_("What was wrong"), row.reason),
    ]
    return panel(row.number or _("Draft"), facts(told), aside=state_badge(row))


def _who(name: str | None, at: datetime | None) -> str | None:
    return f"{name} · {words.moment(at, datetime.now(UTC))}" if name and at else None


def _other(bulletin_id: int | None, number: str) -> Any:
    return dcc.Link(number, href=f"/bulletins/{bulletin_id}") if bulletin_id and number else None


def acts_panel(row: BulletinRow) -> Component:
    """What may be done with it as it stands; only for whoever writes bulletins."""
    if row.is_issued:
        return _correcting(row) if row.replaced_by_id is None else html.Div()
    today = datetime.now(HERE).date()
    issue = [
        moment_field(
            ids.ISSUED_ON,
            "date",
            today.isoformat(),
            _("Dated"),
            lowest=row.as_of.isoformat(),
            highest=today.isoformat(),
        ),
        _button("issue", _("Issue"), "primary wide"),
    ]
    return panel(
        _("Next"),
        html.Div(
            [
                *(issue if row.state == "checked" else [_button("check", _("Mark as checked"), "primary wide")]),
                html.P(
                    _("Issuing gives it the year's next number and freezes its text; nothing of it changes afterwards.")
                    if row.state == "checked"
                    else _("Read it over and look at the findings first; a change of wording makes it a draft again."),
                    className="quiet",
                ),
                html.Div(
                    [
                        _button("refreeze", _("Take the figures anew"), "plain"),
                        _button("discard", _("Throw away"), "plain"),
                    ],
                    className="bulletin-lesser",
                ),
                html.Div(id=ids.ACT_SAID, role="status"),
                *([] if row.state == "checked" else [dcc.Store(id=ids.ISSUED_ON)]),
                dcc.Input(id=ids.REASON, type="hidden"),
            ],
            className="form",
        ),
    )


def _correcting(row: BulletinRow) -> Component:
    return panel(
        _("Correct"),
        html.Div(
            [
                field(_("What was wrong"), dcc.Textarea(id=ids.REASON, maxLength=1000)),
                dcc.Store(id=ids.ISSUED_ON),
                _button("correct", _("Draft a bulletin that replaces it"), "wide"),
                html.P(
                    _("The new one takes today's record as of {day}; this one stays as it was issued.").format(
                        day=row.as_of.isoformat()
                    ),
                    className="quiet",
                ),
                html.Div(id=ids.ACT_SAID, role="status"),
            ],
            className="form",
        ),
    )


def _button(act: str, name: str, kind: str) -> Component:
    return html.Button(name, id={"type": ids.ACT, "act": act}, className=kind, n_clicks=0)


def files_panel(row: BulletinRow, region: int, home_name: str) -> Component:
    """The copy that stands on the page, as files; and a zip of the copies inside it."""
    base = f"/api/v1/bulletins/{row.id}"
    kinds = (("docx", "Word"), ("pdf", "PDF"), ("xlsx", "Excel"), ("csv", "CSV"))
    links: list[Component] = [
        html.A(name, href=f"{base}.{ending}?region={region}", className="button", download=True)
        for ending, name in kinds
    ]
    content: list[Component] = [html.Div(links, className="bulletin-files")]
    if row.is_issued:
        plain = f"{base}.docx?region={region}&red_head=false"
        content.append(html.A(_("Word without the red head"), href=plain, download=True))
    if region % 100 == 0:
        content.append(
            html.A(_("A copy for every city and county (zip)"), href=f"{base}.zip?region={region}", download=True)
        )
        content.append(html.Small(_("takes some seconds"), className="quiet"))
    return panel(_("Files"), html.Div(content, className="bulletin-downloads"), aside=home_name)


def findings_panel(said: str, figures: Iterable[Any]) -> Component | None:
    """What does not add up; nothing where no audit is installed."""
    if importlib.util.find_spec(AUDIT) is None:
        return None
    found = importlib.import_module(AUDIT).findings(said, list(figures))
    if not found:
        return panel(_("Findings"), note(_("Everything adds up.")), aside="0")
    listed = [
        html.Li([badge(each.rule, "major"), html.P(each.explanation), html.Small(each.sentence, className="quiet")])
        for each in found
    ]
    return panel(_("Findings"), html.Ul(listed, className="bulletin-findings"), aside=str(len(found)), kind="doubtful")


def behind_panel(
    at: Reference, figures: Figures, rows: Sequence[VenueBehind], snapshot: Snapshot, address: str
) -> Component:
    """The venues behind one figure, as they were frozen: those that do not count first."""
    count = figures.get(at.measure, at.adcode, at.category)
    unit = unit_of(at.measure)
    parts = (
        (_("does not count"), "minor", [r for r in rows if not r.counts and not r.is_excluded]),
        (_("counts"), "good", [r for r in rows if r.counts]),
        (_("left out"), "", [r for r in rows if r.is_excluded]),
    )
    listed = [(row, name, kind) for name, kind, some in parts for row in some]
    csv = f"/api/v1/snapshots/{snapshot.id}/behind.csv?measure={at.measure}&region={at.adcode}&category={at.category}"
    head = (_("Venue"), _("County"), _("Category"), _("counts"))
    return panel(
        f"{figures.names.get(at.adcode, '')} · {category_name(at.category)} · {measure_name(at.measure)}",
        html.P(
            [
                html.B(rate(count)),
                f"　{count.numerator:,} / {count.denominator:,} {unit}",
                _(", {n} left out").format(n=count.excluded) if count.excluded else "",
            ],
            className="behind-figure",
        ),
        html.P([html.A(_("All of them as CSV"), href=csv, download=True), "　", dcc.Link(_("Close"), href=address)]),
        ledger(head, [_venue(*each) for each in listed[:MOST_VENUES]]) if listed else note(_("No venue.")),
        note(_("The first {n} are shown.").format(n=MOST_VENUES)) if len(listed) > MOST_VENUES else None,
        aside=_("as frozen in No. {n}").format(n=snapshot.number),
        kind="bulletin-behind",
    )


def _venue(row: VenueBehind, name: str, kind: str) -> tuple[Cell, ...]:
    more = f"× {row.weight}" if row.weight > 1 else ""
    return (
        Cell(row.name, f"/venues/{row.venue_id}"),
        Cell(regions.named(row.county_name)),
        Cell(category_name(row.category)),
        Cell(name, badge=kind, after=more),
    )
