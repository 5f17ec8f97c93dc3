"""Alarms as lines on other pages, each leading to its place on the desk."""

from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from db.queries.alarms import AlarmRow
from portal import words
from portal.components.layout import badge, note
from portal.locale import _


def alarm_list(listed: Sequence[AlarmRow], now: datetime) -> Component:
    if not listed:
        return note(_("No alarm on record."))
    return html.Ul([_alarm(alarm, now) for alarm in listed], className="alarm-list")


def _alarm(alarm: AlarmRow, now: datetime) -> Component:
    ended = words.verdict(alarm.verdict) if alarm.verdict else words.alarm_state(alarm.state)
    return html.Li(
        dcc.Link(
            [
                badge(words.level_colour(alarm.level), words.level_class(alarm.level)),
                html.Span([words.alarm_kind(alarm.kind), html.Small(f" ×{alarm.signal_count}")]),
                html.Span(alarm.area_name or "", className="quiet"),
                html.Span(ended if alarm.window_id is None else _("Drill or maintenance"), className="quiet"),
                html.Time(words.moment(alarm.raised_at, now), className="number quiet"),
            ],
            href=f"/alarms?alarm={alarm.id}",
        )
    )
