"""The desk's columns, and an alarm as one of its rows. How a cell looks stands in assets/pages/alarms.js."""

from datetime import datetime
from typing import Any

from db.queries.alarm_desk import SORTS, Sort
from db.queries.alarms import AlarmRow
from portal import alarm_words, regions, words
from portal.locale import _, by_language
from portal.words import HERE


def COLUMNS() -> list[dict[str, Any]]:  # noqa: N802 - a table of descriptions, in the reader's language
    level = by_language(62, 92)
    return [
        {"field": "level", "headerName": "", "width": level, "minWidth": level, "cellRenderer": "DeskLevel"},
        {"field": "what", "headerName": _("What"), "flex": 3, "minWidth": 126, "cellRenderer": "DeskWhat"},
        {"field": "where", "headerName": _("Venue and area"), "flex": 5, "minWidth": 136, "cellRenderer": "DeskWhere"},
        {"field": "county", "headerName": _("County"), "flex": 2, "minWidth": 84, "cellRenderer": "DeskCounty"},
        {"field": "raised_at", "headerName": _("First signal"), "width": 102, "minWidth": 96},
        {"field": "lasted", "headerName": _("Lasted"), "width": 90, "minWidth": 84, "cellRenderer": "DeskLasted"},
        {
            "field": "state",
            "headerName": _("State"),
            "flex": by_language(3, 4),
            "minWidth": 112,
            "cellRenderer": "DeskState",
        },
    ]


def grid_words() -> dict[str, str]:
    """AG Grid's own words."""
    return {
        "loadingOoo": _("Loading…"),
        "noRowsToShow": _("No alarm fits this filter."),
        "loadingError": _("Not loaded"),
    }


def sort_of(model: list[dict[str, Any]] | None) -> Sort | None:
    """What the grid's heads ask for, as far as the desk can be sorted so."""
    wanted = next((each for each in model or [] if each.get("colId") in SORTS), None)
    return Sort(wanted["colId"], wanted.get("sort") == "desc") if wanted else None


def row(alarm: AlarmRow, now: datetime) -> dict[str, Any]:
    ended = alarm.closed_at or now
    is_overdue = alarm.closed_at is None and alarm.promised_for is not None and alarm.promised_for < now
    return {
        "id": str(alarm.id),
        "level": words.level_colour(alarm.level),
        "level_class": words.level_class(alarm.level),
        "what": words.alarm_kind(alarm.kind),
        "count": alarm.signal_count,
        "drill": _("Drill") if alarm.window_id is not None else "",
        "where": alarm.venue_name,
        "area": alarm.area_name or "",
        "county": regions.named(alarm.county_name),
        "city": regions.named(alarm.city_name),
        "raised_at": _first_signal(alarm.raised_at, now),
        "since": None if alarm.closed_at else alarm.raised_at.isoformat(),
        "lasted": words.lasting(ended - alarm.raised_at),
        "urgent": alarm.state == "raised" and alarm.level <= 2,
        "state": _state(alarm),
        "state_class": alarm.state,
        "holder": _holder(alarm, now, is_overdue=is_overdue),
        "overdue": is_overdue,
    }


def _first_signal(at: datetime, now: datetime) -> str:
    """As short as it is plain: time of day, day and time of this year, or the day."""
    here, today = at.astimezone(HERE), now.astimezone(HERE)
    if here.date() == today.date():
        return here.strftime("%H:%M:%S")
    return here.strftime("%m-%d %H:%M" if here.year == today.year else "%Y-%m-%d")


def _state(alarm: AlarmRow) -> str:
    """The verdict once there is one; it says more than the state."""
    if alarm.verdict is None:
        return words.alarm_state(alarm.state)
    return alarm_words.ending(alarm.verdict, alarm.cause)


def _holder(alarm: AlarmRow, now: datetime, *, is_overdue: bool) -> str:
    """Who has it in hand, and until when."""
    if alarm.closed_at is not None:
        return words.alarm_state("closed")
    parts = [alarm.owner_name or ""]
    if alarm.promised_for is not None:
        at = words.minute(alarm.promised_for, now)
        parts.append(_("promised {at}").format(at=at) if is_overdue else _("by {at}").format(at=at))
    return " · ".join(part for part in parts if part)
