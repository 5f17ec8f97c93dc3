"""The desk's columns, and a hazard as one of its rows."""

from datetime import datetime
from typing import Any

from db.queries.hazards import HazardRow
from portal import hazard_words, regions, words
from portal.locale import _, by_language


def columns() -> list[dict[str, Any]]:
    two_lines = {"sortable": False, "cellClass": "two-lines"}
    return [
        {
            "field": "grade",
            "headerName": "",
            "width": 64,
            "maxWidth": 64,
            "sortable": False,
            "cellClass": {"function": "'level-cell level-' + (params.data ? params.data.grade_class : '')"},
        },
        {"field": "what", "headerName": _("Problem and venue"), "flex": 6, "minWidth": 140, **two_lines},
        {
            "field": "act_by",
            "headerName": _("Due"),
            "width": 152,
            "minWidth": 144,
            "cellClass": {"function": "params.data && params.data.is_overdue ? 'overdue' : ''"},
        },
        {"field": "where", "headerName": _("Spot and source"), "flex": 6, "minWidth": 140, **two_lines},
        {"field": "found_at", "headerName": _("Found on"), "width": 116, "minWidth": 105},
        {"field": "state", "headerName": _("State"), "width": by_language(128, 180), "minWidth": 100, **two_lines},
    ]


def grid_words() -> dict[str, str]:
    """AG Grid's own words."""
    return {
        "loadingOoo": _("Loading…"),
        "noRowsToShow": _("No hazard fits this choice."),
        "loadingError": _("Not loaded"),
    }


def row(hazard: HazardRow, now: datetime) -> dict[str, Any]:
    return {
        "id": str(hazard.id),
        "grade": hazard_words.grade_short(hazard.grade),
        "grade_class": hazard_words.grade_class(hazard.grade),
        "what": f"{hazard.what}\n{hazard.venue_name}",
        "where": f"{regions.named(hazard.county_name)} · {hazard.spot}\n"
        f"{hazard_words.source(hazard.source)} · {hazard_words.kind(hazard.kind)}",
        "found_at": words.day(hazard.found_at),
        "act_by": due_words(hazard, now),
        "is_overdue": hazard.is_overdue(now),
        "state": f"{state_words(hazard)}\n{hazard.responsible or ''}".rstrip(),
    }


def due_words(hazard: HazardRow, now: datetime) -> str:
    """What is left, or how long it has been; the day of closing where nothing is owed."""
    if hazard.act_by is None:
        return words.day(hazard.closed_at) if hazard.closed_at else "–"
    span = hazard_words.span(hazard.act_by - now)
    return _("late {span}").format(span=span) if hazard.is_overdue(now) else _("{span} left").format(span=span)


def state_words(hazard: HazardRow) -> str:
    """A closed major one that owes its look-back says so."""
    if hazard.state == "closed" and hazard.act_by is not None:
        return _("Look-back owed")
    return hazard_words.state(hazard.state)
