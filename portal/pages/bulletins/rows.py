"""Lines of the list of bulletins, and of the list of snapshots."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.bulletins import BulletinRow
from db.queries.snapshots import Snapshot
from portal import words
from portal.components.layout import badge, note
from portal.locale import _
from portal.pages.bulletins import ids


def state_badge(row: BulletinRow) -> Component:
    if row.replaced_by_number:
        return badge(_("Replaced"), "minor")
    name, kind = {
        "draft": (_("Draft"), ""),
        "checked": (_("Checked"), "notice"),
        "issued": (_("Issued"), "good"),
    }[row.state]
    return badge(name, kind)


def bulletin_table(rows: Sequence[BulletinRow], *, may_write: bool) -> Component:
    if not rows:
        how = _("No bulletin yet. Choose the day its figures stand for, then freeze them and draft.")
        return note(how if may_write else _("No bulletin yet."))
    head = (_("Number"), _("Title"), _("As of"), _("State"), _("Issued"), _("Snapshot"), _("By whom"))
    return _table(head, [_bulletin(row) for row in rows], "bulletin-list")


def _bulletin(row: BulletinRow) -> Component:
    number = row.number or _("Draft {id}").format(id=row.id)
    which = [
        html.Small(_("replaces {number}").format(number=row.replaces_number)) if row.replaces_number else None,
        html.Small(_("replaced by {number}").format(number=row.replaced_by_number)) if row.replaced_by_number else None,
    ]
    return html.Tr(
        [
            html.Td(dcc.Link(number, href=f"/bulletins/{row.id}"), className="bulletin-number"),
            html.Td([html.Span(row.title), *which], className="bulletin-title"),
            html.Td(row.as_of.isoformat(), className="number"),
            html.Td(state_badge(row)),
            html.Td(row.issued_on.isoformat() if row.issued_on else "–", className="number"),
            html.Td(str(row.snapshot_number), className="number"),
            html.Td(row.issued_by_name or row.checked_by_name or row.made_by_name),
        ]
    )


def snapshot_table(rows: Sequence[Snapshot], now: datetime, *, may_write: bool) -> Component:
    if not rows:
        return note(_("Nothing has been frozen yet."))
    head = [_("Number"), _("As of"), _("Frozen"), _("By whom"), _("Figures"), _("Venues"), "SHA-256", _("Bulletins")]
    return _table([*head, ""] if may_write else head, [_snapshot(row, now, may_write=may_write) for row in rows])


def _snapshot(row: Snapshot, now: datetime, *, may_write: bool) -> Component:
    again = html.Button(_("Compute again"), id={"type": ids.AGAIN, "id": row.id}, n_clicks=0)
    return html.Tr(
        [
            html.Td(str(row.number), className="number"),
            html.Td(row.as_of.isoformat(), className="number"),
            html.Td(words.moment(row.made_at, now), className="number"),
            html.Td(row.made_by_name),
            html.Td(words.count(row.figures), className="number"),
            html.Td(words.count(row.venues), className="number"),
            html.Td(html.Code(row.sha256[:16], title=row.sha256)),
            html.Td(str(row.bulletins), className="number"),
            html.Td(again) if may_write else None,
        ]
    )


def _table(head: Sequence[str], rows: Sequence[Any], kind: str = "") -> Component:
    content = [html.Thead(html.Tr([html.Th(name) for name in head])), html.Tbody(rows)]
    return html.Div(html.Table(content, className=f"plain-table {kind}".strip()), className="wide-table")
