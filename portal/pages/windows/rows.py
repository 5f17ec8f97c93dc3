"""Windows as cards."""

from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.windows import WindowRow
from db.rules.windows import WindowKind, WindowPhase
from portal import regions, words
from portal.components.layout import badge, note
from portal.components.press import press
from portal.locale import _
from portal.pages.windows import ids
from portal.words import HERE


def kind_name(kind: str) -> str:
    return {WindowKind.DRILL: _("Drill"), WindowKind.MAINTENANCE: _("Maintenance")}[WindowKind(kind)]


def phase_badge(phase: WindowPhase) -> Component:
    name, kind = {
        WindowPhase.NOW: (_("Under way"), "minor"),
        WindowPhase.COMING: (_("Coming"), "notice"),
        WindowPhase.OVER: (_("Over"), ""),
        WindowPhase.CALLED_OFF: (_("Called off"), ""),
    }[phase]
    return badge(name, kind)


def cards(rows: Sequence[WindowRow], now: datetime, chosen: int | None, *, may_end: bool) -> Component:
    if not rows:
        return note(_("No window here."))
    return html.Ul([_card(row, now, row.id == chosen, may_end=may_end) for row in rows], className="window-list")


def _card(row: WindowRow, now: datetime, is_chosen: bool, *, may_end: bool) -> Component:
    phase = row.phase(now)
    more = _(" and {n} more venues").format(n=row.venues - 1) if row.venues > 1 else ""
    return html.Li(
        [
            html.Div(
                [
                    badge(kind_name(row.kind), "place"),
                    phase_badge(phase),
                    html.Span(span_of(row.starts_at, row.over_at), className="window-when"),
                    _left(row, phase),
                ],
                className="window-head",
            ),
            html.Div(
                [
                    html.B([dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}"), more]),
                    html.Span(
                        f" · {regions.named(row.county_name)} · {row.area_name or _('the whole venue')}",
                        className="quiet",
                    ),
                ]
            ),
            html.Div(row.reason),
            html.Div(
                [html.Span(_("Covered:"), className="quiet"), *[badge(words.device_kind(k)) for k in row.device_kinds]],
                className="window-kinds",
            ),
            html.Div(
                [
                    html.Span(_announced(row, now), className="quiet"),
                    html.Span(_("{n} alarms watermarked").format(n=row.alarms), className="quiet"),
                    _end(row, phase) if may_end and phase in (WindowPhase.NOW, WindowPhase.COMING) else None,
                ],
                className="window-foot",
            ),
        ],
        className=f"window-card {phase.value}" + (" here" if is_chosen else ""),
    )


def _left(row: WindowRow, phase: WindowPhase) -> Component | None:
    """A clock that runs while it is under way."""
    if phase is not WindowPhase.NOW:
        return None
    return html.Span(row.starts_at.isoformat(), className="number quiet", **{"data-since": row.starts_at.isoformat()})


def _announced(row: WindowRow, now: datetime) -> str:
    who = row.announced_by_name + (f" · {row.maintainer_name}" if row.maintainer_name else "")
    said = _("Announced by {who}, {at}.").format(who=who, at=words.moment(row.announced_at, now))
    if row.ended_at is not None:
        said += " " + _("Ended early by {who}, {at}.").format(
            who=row.ended_by_name or "", at=words.moment(row.ended_at, now)
        )
    return said


def _end(row: WindowRow, phase: WindowPhase) -> Component:
    """Two steps: what ends cannot be opened again."""
    question, act = (
        (_("End early …"), _("End it now: what is open rings anew"))
        if phase is WindowPhase.NOW
        else (_("Call off …"), _("Call it off"))
    )
    return html.Details(
        [html.Summary(question), press(act, ids.END, {"id": row.id}, className="primary")],
        className="window-end",
    )


def span_of(since: datetime, until: datetime) -> str:
    """2026-03-01 08:00–10:00; the second day only where it is another."""
    first, last = since.astimezone(HERE), until.astimezone(HERE)
    end = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%m-%d %H:%M}"
    return f"{first:%Y-%m-%d %H:%M}–{end}"
