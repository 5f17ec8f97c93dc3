"""The tabs of a venue's page: each takes the same facts and shows a part of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import dash_leaflet as dl
from dash import dcc, html
from dash.development.base_component import Component

from db.queries.alarms import AlarmRow
from db.queries.hazards import HazardRow
from db.queries.venues import DeviceSeen, Stretch, VenueDetail
from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from portal import words
from portal.api.boundaries import address
from portal.components.identity import identity_line
from portal.components.layout import badge, figure, note, panel
from portal.locale import _
from portal.pages.alarms.lines import alarm_list
from portal.pages.hazards.lines import hazard_list
from portal.words import HERE

SILENT_AFTER = timedelta(hours=24)
"""GB/T 45839-2025: loss of communication is shown within 24 h."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the venue now."""

    venue: VenueDetail
    devices: tuple[DeviceSeen, ...]
    alarms: tuple[AlarmRow, ...]
    now: datetime
    hazards: tuple[HazardRow, ...] = ()

    @property
    def silent(self) -> list[DeviceSeen]:
        """Devices never heard, or not for a day."""
        return [d for d in self.devices if d.heard_at is None or self.now - d.heard_at > SILENT_AFTER]


def overview(facts: Facts) -> list[Component]:
    venue, today = facts.venue, facts.now.astimezone(HERE).date()
    open_alarms = [alarm for alarm in facts.alarms if alarm.closed_at is None and alarm.window_id is None]
    watch = next((s.about for s in venue.duty if s.since <= today and (s.until is None or today < s.until)), None)
    return [
        html.Div(
            [
                figure(_("Access"), _("Yes") if venue.accessed_on(today) else _("No"), detail=_since(venue.access)),
                figure(
                    _("24-hour duty"),
                    _("Declared") if venue.on_duty_on(today) else _("None"),
                    detail=watch or _since(venue.duty),
                ),
                figure(
                    _("Devices heard within a day"),
                    f"{len(facts.devices) - len(facts.silent)}/{len(facts.devices)}",
                    kind="warn" if facts.silent else "",
                ),
                figure(_("Open alarms"), str(len(open_alarms)), kind="alarmed" if open_alarms else ""),
            ],
            className="figures four",
        ),
        html.Div(
            [
                panel(_("Where"), html.P(venue.address, className="address"), _small_map(venue)),
                html.Div(
                    [
                        panel(_("Responsible people"), _people(venue)),
                        panel(_("Programme"), _programme(venue)),
                        panel(_("Latest alarms"), alarm_list(facts.alarms[:5], facts.now)),
                    ],
                    className="stack",
                ),
            ],
            className="two",
        ),
    ]


def _since(stretches: tuple[Stretch, ...]) -> str:
    running = next((s for s in stretches if s.until is None), None)
    return _("since {day}").format(day=running.since.isoformat()) if running else ""


def _small_map(venue: VenueDetail) -> Component:
    return dl.Map(
        [
            dl.GeoJSON(
                url=address("county"),
                interactive=False,
                style={"color": "#8494ae", "weight": 1.2, "fillColor": "#7fa3cf", "fillOpacity": 0.12},
            ),
            dl.CircleMarker(
                center=[venue.lat, venue.lng], radius=9, color="#ffffff", weight=2, fillColor="#1d56b3", fillOpacity=1
            ),
        ],
        center=[venue.lat, venue.lng],
        zoom=11,
        attributionControl=False,
        className="small-map",
    )


def _people(venue: VenueDetail) -> Component:
    if not venue.people:
        return note(_("Nobody is on record."))
    rows = [
        html.Tr(
            [
                html.Td(words.person_duty(person.duty), className="quiet"),
                html.Td(person.name),
                html.Td(html.A(person.phone, href=f"tel:{person.phone}"), className="number"),
            ]
        )
        for person in venue.people
    ]
    return html.Table(html.Tbody(rows), className="compact")


def _programme(venue: VenueDetail) -> Component:
    first = min((s.since for s in venue.access), default=None)
    met: Component | None = None
    if venue.due_on:
        if first is None:
            met = badge(_("never accessed"), "major")
        elif first <= venue.due_on:
            met = badge(_("in time"), "good")
        else:
            met = badge(_("{n} days late").format(n=(first - venue.due_on).days), "minor")
    rows = [
        (_("Milestone"), html.Span([venue.due_on.isoformat() if venue.due_on else "–", " ", met])),
        (_("First accessed"), first.isoformat() if first else "–"),
        (_("Students"), words.count(venue.students) if venue.students is not None else "–"),
    ]
    return html.Table(
        html.Tbody([html.Tr([html.Td(name, className="quiet"), html.Td(value)]) for name, value in rows]),
        className="compact",
    )


def devices(facts: Facts) -> list[Component]:
    if not facts.devices:
        return [note(_("No device is on record: the venue is not connected yet."))]
    groups = groupby(facts.devices, key=lambda d: (d.floor, d.area_id, d.area_name, d.area_kind))
    return [
        panel(
            f"{_floor(floor)} {area_name or _('No area')}",
            html.Div([_device(device, facts.now) for device in members], className="device-list"),
            aside=words.area_kind(area_kind) if area_kind else None,
        )
        for (floor, _area, area_name, area_kind), members in groups
    ]


def _floor(floor: int | None) -> str:
    return "" if floor is None else f"{floor}F" if floor > 0 else f"B{-floor}"


def _device(device: DeviceSeen, now: datetime) -> Component:
    heard = (
        _("never heard")
        if device.heard_at is None
        else _("heard {span} ago").format(span=words.lasting(now - device.heard_at))
    )
    weak = device.battery_pct is not None and device.battery_pct < 20
    return html.Div(
        [
            html.Div(
                [
                    dcc.Link(html.B(words.device_kind(device.kind)), href=f"/devices/{device.code}"),
                    html.Span(device.code, className="quiet"),
                ]
            ),
            html.Div([html.Span(_reading(device)), html.Span(device.model, className="quiet")]),
            html.Div(
                [
                    badge(words.device_state(device.state), words.device_state_class(device.state))
                    if device.state
                    else None,
                    html.Span(heard, className="quiet"),
                    badge(_("battery {n}%").format(n=device.battery_pct), "minor" if weak else "")
                    if device.battery_pct is not None
                    else None,
                    html.Span(f"{device.rssi_dbm} dBm", className="quiet") if device.rssi_dbm is not None else None,
                    badge(_("off line, says its platform"), "minor") if device.is_online is False else None,
                ],
                className="device-state",
            ),
            identity_line(device.identity),
        ],
        className="device",
    )


def _reading(device: DeviceSeen) -> str:
    if device.signal is None or device.value is None:
        return words.signal(device.signal) if device.signal else "–"
    return f"{words.signal(device.signal)} {device.value:g} {BY_SIGNAL[SignalKind(device.signal)].unit}"


def alarms(facts: Facts) -> list[Component]:
    return [panel(_("Alarms"), alarm_list(facts.alarms, facts.now))]


def hazards(facts: Facts) -> list[Component]:
    ways = [
        dcc.Link(_("On the desk"), href=f"/hazards?show=all&venue={facts.venue.id}", className="button"),
        dcc.Link(_("New hazard"), href=f"/hazards?new=1&venue={facts.venue.id}", className="button"),
    ]
    return [panel(_("Hazards"), hazard_list(facts.hazards, facts.now), html.Div(ways, className="panel-foot chips"))]


def history(facts: Facts) -> list[Component]:
    return [
        html.Div(
            [
                panel(_("Access"), _stretches(facts.venue.access, _("Never accessed."))),
                panel(_("24-hour duty"), _stretches(facts.venue.duty, _("Duty was never declared."))),
            ],
            className="two",
        )
    ]


def _stretches(stretches: tuple[Stretch, ...], empty: str) -> Component:
    if not stretches:
        return note(empty)
    rows = [
        html.Tr(
            [
                html.Td(stretch.since.isoformat(), className="number"),
                html.Td(stretch.until.isoformat() if stretch.until else _("until today"), className="number"),
                html.Td(stretch.about or "", className="quiet"),
            ]
        )
        for stretch in stretches
    ]
    return html.Table(
        [html.Thead(html.Tr([html.Th(_("From")), html.Th(_("Until")), html.Th("")])), html.Tbody(rows)],
        className="compact",
    )


SHOWN: dict[str, Callable[[Facts], list[Component]]] = {
    "overview": overview,
    "devices": devices,
    "alarms": alarms,
    "hazards": hazards,
    "history": history,
}
