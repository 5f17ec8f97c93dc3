"""The desk's columns, and an order as one of its rows."""

from datetime import datetime
from typing import Any

from db.queries.work_orders import OrderRow
from portal import hazard_words, regions, words
from portal.locale import _, by_language


def columns() -> list[dict[str, Any]]:
    usual = {"sortable": False}
    two_lines = {**usual, "cellClass": "two-lines"}
    return [
        {
            "field": "urgency",
            "headerName": "",
            "width": 76,
            "maxWidth": 76,
            "cellClass": {"function": "'level-cell level-' + (params.data ? params.data.urgency_class : '')"},
            **usual,
        },
        {
            "field": "what",
            "headerName": _("Work and venue"),
            "flex": 6,
            "minWidth": 140,
            **usual,
            "cellClass": "two-lines",
        },
        {
            "field": "act_by",
            "headerName": _("Due"),
            "width": 152,
            "minWidth": 144,
            "cellClass": {"function": "params.data && params.data.is_overdue ? 'overdue' : ''"},
            **usual,
        },
        {"field": "doer", "headerName": _("Who does it"), "flex": 6, "minWidth": 140, **two_lines},
        {"field": "given_at", "headerName": _("Given on"), "width": 112, "minWidth": 105, **usual},
        {"field": "state", "headerName": _("State"), "width": by_language(150, 200), "minWidth": 120, **usual},
    ]


def grid_words() -> dict[str, str]:
    """AG Grid's own words."""
    return {
        "loadingOoo": _("Loading…"),
        "noRowsToShow": _("No work order fits this choice."),
        "loadingError": _("Not loaded"),
    }


def row(order: OrderRow, now: datetime) -> dict[str, Any]:
    return {
        "id": str(order.id),
        "urgency": hazard_words.urgency(order.urgency),
        "urgency_class": "major" if order.urgency == "urgent" else "notice",
        "what": f"{order.what}\n{order.venue_name}",
        "doer": f"{doer(order)}\n{regions.named(order.county_name)} · {_about(order)}".rstrip(" ·"),
        "given_at": words.day(order.given_at),
        "act_by": _due(order, now),
        "is_overdue": order.is_overdue(now),
        "state": hazard_words.order_state(order.state),
    }


def doer(order: OrderRow) -> str:
    """The unit, or the venue itself."""
    return order.unit or _("The venue")


def _about(order: OrderRow) -> str:
    if order.hazard_id is not None:
        return f"{_('Hazard')} #{order.hazard_id}"
    if order.alarm_id is not None:
        return f"{_('Alarm')} #{order.alarm_id}"
    return order.device_code or ""


def _due(order: OrderRow, now: datetime) -> str:
    if order.act_by is None:
        return words.day(order.ended_at)
    span = hazard_words.span(order.act_by - now)
    return _("late {span}").format(span=span) if order.is_overdue(now) else _("{span} left").format(span=span)
