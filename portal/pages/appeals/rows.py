"""The desk's columns, and an appeal as one of its rows."""

from datetime import date, datetime, timedelta
from typing import Any

from db.queries.appeals import AppealRow
from db.rules.measures import MeasureKey
from portal import appeal_words, hazard_words, measure_words, regions, words
from portal.locale import _, by_language


def columns() -> list[dict[str, Any]]:
    usual = {"sortable": False}
    two_lines = {**usual, "cellClass": "two-lines"}
    return [
        {"field": "what", "headerName": _("What is doubted"), "flex": 7, "minWidth": 190, **two_lines},
        {
            "field": "act_by",
            "headerName": _("Due"),
            "width": 128,
            "minWidth": 110,
            "cellClass": {"function": "params.data && params.data.is_overdue ? 'overdue' : ''"},
            **usual,
        },
        {"field": "who", "headerName": _("Filed by"), "flex": 3, "minWidth": 120, **two_lines},
        {"field": "filed_at", "headerName": _("Filed on"), "width": 112, "minWidth": 105, **usual},
        {"field": "state", "headerName": _("State"), "width": by_language(150, 200), "minWidth": 120, **usual},
    ]


def grid_words() -> dict[str, str]:
    """AG Grid's own words."""
    return {
        "loadingOoo": _("Loading…"),
        "noRowsToShow": _("No appeal fits this choice."),
        "loadingError": _("Not loaded"),
    }


def row(appeal: AppealRow, now: datetime) -> dict[str, Any]:
    return {
        "id": str(appeal.id),
        "what": f"{title(appeal)}\n{detail(appeal)}",
        "who": f"{appeal.filed_by_name}\n{words.role(appeal.filer_role)}",
        "filed_at": words.day(appeal.filed_at),
        "act_by": _due(appeal, now),
        "is_overdue": appeal.is_overdue(now),
        "state": appeal_words.state(appeal.state),
    }


def title(appeal: AppealRow) -> str:
    """The venue, or the region whose figure it is."""
    if appeal.venue_name is not None:
        return appeal.venue_name
    return f"{regions.named(appeal.region_name)} · {measure_words.name(MeasureKey(appeal.measure or ''))}"


def detail(appeal: AppealRow) -> str:
    """What the record should say of which days, or which figure as of which day."""
    if appeal.status is not None:
        return f"{appeal_words.claim(appeal.status, bool(appeal.is_so))} · {days(appeal.since, appeal.until)}"
    shown = (appeal.shown or "").replace("/", " / ")
    return f"{measure_words.category(appeal.category or 'all')} · {_as_of(appeal.as_of)} · {shown}"


def days(since: date | None, until: date | None) -> str:
    """From the first to the last day, both of them in."""
    if since is None:
        return ""
    if until is None:
        return _("since {day}").format(day=since.isoformat())
    return f"{since.isoformat()} – {(until - timedelta(days=1)).isoformat()}"


def _as_of(day: date | None) -> str:
    return _("As of {day}").format(day=day.isoformat() if day else "")


def _due(appeal: AppealRow, now: datetime) -> str:
    if appeal.act_by is None:
        return words.day(appeal.decided_at)
    span = hazard_words.span(appeal.act_by - now)
    return _("late {span}").format(span=span) if appeal.is_overdue(now) else _("{span} left").format(span=span)
