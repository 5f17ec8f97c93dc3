"""Requests to excuse a venue, as cards."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.excused_venues import ExcuseRow
from db.rules.access_scope import Role
from db.rules.excusing import MAY_APPROVE
from db.rules.measures import MeasureKey
from portal import measure_words, regions, words
from portal.components.layout import badge, note
from portal.components.press import press
from portal.locale import _
from portal.pages.excused import ids


def measure_name(value: str | None) -> str:
    return _("All measures") if value is None else measure_words.name(MeasureKey(value))


def state_badge(state: str) -> Component:
    name, kind = {
        "asked": (_("Waiting for a decision"), "minor"),
        "approved": (_("Approved"), "notice"),
        "refused": (_("Not approved"), ""),
        "withdrawn": (_("Withdrawn"), ""),
    }[state]
    return badge(name, kind)


def cards(rows: Sequence[ExcuseRow], now: datetime, today: date, role: Role, person: int) -> Component:
    """`person` and `role` decide which buttons stand on a card."""
    if not rows:
        return note(_("No request here."))
    return html.Ul([_card(row, now, today, role, person) for row in rows], className="window-list")


def _card(row: ExcuseRow, now: datetime, today: date, role: Role, person: int) -> Component:
    last = row.until - timedelta(days=1)
    decided = None
    if row.decided_by_name and row.decided_at:
        said = f" · {row.decision}" if row.decision else ""
        decided = html.Span(f"{row.decided_by_name} · {words.moment(row.decided_at, now)}{said}", className="quiet")
    return html.Li(
        [
            html.Div(
                [
                    state_badge(row.state),
                    dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}"),
                    html.Span(
                        f"{regions.named(row.county_name)} · {words.category_short(row.category)}",
                        className="quiet",
                    ),
                ],
                className="window-head",
            ),
            html.Div(
                [html.B(measure_name(row.measure)), " ", html.Span(f"{row.since} – {last}", className="window-when")]
            ),
            html.P(row.reason, className="excuse-reason"),
            html.Div(
                [
                    html.Span(
                        _("Asked for by {who}, {at}").format(who=row.asked_by_name, at=words.moment(row.asked_at, now)),
                        className="quiet",
                    ),
                    decided,
                ],
                className="window-foot",
            ),
            _acts(row, today, role, person),
        ],
        className=f"window-card {'now' if row.state == 'asked' else ''}".strip(),
    )


def _acts(row: ExcuseRow, today: date, role: Role, person: int) -> Component | None:
    """Deciding for a colleague of whoever asked; taking back, or ending early."""
    parts: list[Component] = []
    if row.state == "asked" and role in MAY_APPROVE and row.asked_by != person:
        words_id = {"type": ids.WORDS, "id": row.id}
        parts = [
            dcc.Input(id=words_id, placeholder=_("In your words; a refusal needs them"), maxLength=200),
            _button(row.id, "approve", _("Approve"), "primary"),
            _button(row.id, "refuse", _("Turn down")),
        ]
    elif row.state == "asked" and row.asked_by == person:
        parts = [_button(row.id, "end", _("Take back")), html.Span(_("A colleague decides."), className="quiet")]
    elif row.state == "approved" and role in MAY_APPROVE and row.since < today < row.until:
        parts = [_button(row.id, "end", _("End today"))]
    return html.Div(parts, className="excuse-acts") if parts else None


def _button(number: int, act: str, name: str, kind: str = "") -> Component:
    return press(name, ids.PRESSED, {"act": act, "id": number}, className=kind)
