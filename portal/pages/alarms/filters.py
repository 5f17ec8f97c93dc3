"""The filters of the desk, held by the address bar."""

from dash import dcc
from dash.development.base_component import Component

from db.queries.alarms import AlarmFilters, AlarmSummary
from db.rules.alarm_kinds import AlarmState
from portal.locale import _

OPEN = (AlarmState.RAISED, AlarmState.ACKNOWLEDGED, AlarmState.VERIFIED, AlarmState.HANDLED)

FILTERS: dict[str, AlarmFilters] = {
    "open": AlarmFilters(states=OPEN),
    "waiting": AlarmFilters(states=(AlarmState.RAISED,)),
    "urgent": AlarmFilters(states=OPEN, levels=(1, 2)),
    "working": AlarmFilters(states=(AlarmState.ACKNOWLEDGED, AlarmState.VERIFIED, AlarmState.HANDLED)),
    "closed": AlarmFilters(states=(AlarmState.CLOSED,)),
}


def filters_of(query: dict[str, str]) -> AlarmFilters:
    """The filter named in the address; open alarms where it names none."""
    return FILTERS.get(query.get("show", "open"), FILTERS["open"])


def chips(query: dict[str, str], figures: AlarmSummary) -> list[Component]:
    """One link a filter, with its count where the desk knows it."""
    chosen = query.get("show", "open")
    counts = {"open": figures.open_total, "waiting": figures.waiting, "urgent": figures.urgent}
    names = {
        "open": _("All open"),
        "waiting": _("Waiting for acknowledgement"),
        "urgent": _("Red and orange"),
        "working": _("Being handled"),
        "closed": _("Closed"),
    }
    return [
        dcc.Link(
            f"{names[key]} {counts[key]:,}" if key in counts else names[key],
            href="/alarms" if key == "open" else f"/alarms?show={key}",
            className="chip here" if key == chosen else "chip",
        )
        for key in FILTERS
    ]
