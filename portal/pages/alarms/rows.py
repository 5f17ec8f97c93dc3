"""The desk's columns, and an alarm as one of its rows."""

from datetime import datetime
from typing import Any

from db.queries.alarms import AlarmRow
from portal import words
from portal.locale import _


def COLUMNS() -> list[dict[str, Any]]:  # noqa: N802 - a table of descriptions, in the reader's language
    return [
        {
            "field": "level",
            "headerName": "",
            "width": 60,
            "maxWidth": 60,
            "cellClass": {"function": "'level-cell level-' + (params.data ? params.data.level_class : '')"},
        },
        {"field": "what", "headerName": _("What"), "flex": 3, "minWidth": 120},
        {"field": "where", "headerName": _("Venue and area"), "flex": 6, "minWidth": 150},
        {"field": "county", "headerName": _("County"), "flex": 3, "minWidth": 110},
        {"field": "raised_at", "headerName": _("First signal"), "width": 100, "minWidth": 100},
        {"field": "lasted", "headerName": _("Lasted"), "width": 112, "minWidth": 90},
        {"field": "state", "headerName": _("State"), "width": 110, "minWidth": 100},
    ]


def grid_words() -> dict[str, str]:
    """AG Grid's own words."""
    return {
        "loadingOoo": _("Loading…"),
        "noRowsToShow": _("No alarm fits this filter."),
        "loadingError": _("Not loaded"),
    }


def row(alarm: AlarmRow, now: datetime) -> dict[str, Any]:
    ended = alarm.closed_at or now
    return {
        "id": str(alarm.id),
        "level": words.level_colour(alarm.level),
        "level_class": words.level_class(alarm.level),
        "what": words.alarm_kind(alarm.kind) + (f" ×{alarm.signal_count}" if alarm.signal_count > 1 else ""),
        "where": f"{alarm.venue_name} · {alarm.area_name}" if alarm.area_name else alarm.venue_name,
        "county": f"{alarm.city_name} {alarm.county_name}",
        "raised_at": words.moment(alarm.raised_at, now),
        "lasted": words.lasting(ended - alarm.raised_at),
        "state": _("Drill or maintenance")
        if alarm.window_id and not alarm.verdict
        else words.verdict(alarm.verdict)
        if alarm.verdict
        else words.alarm_state(alarm.state),
    }
