"""The list's columns, and a device as one of its rows, on the screen and in a file."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from db.queries.device_list import DeviceListed
from portal import words
from portal.locale import _, by_language


def COLUMNS() -> list[dict[str, Any]]:  # noqa: N802 - a table of descriptions, in the reader's language
    return [
        {
            "field": "code",
            "headerName": _("Device number"),
            "cellRenderer": "DeviceLink",
            "flex": 1,
            "minWidth": 164,
        },
        {
            "field": "kind",
            "headerName": _("Kind and model"),
            "cellRenderer": "DeviceKind",
            "width": by_language(136, 170),
        },
        {"field": "venue", "headerName": _("Venue"), "flex": 4, "minWidth": 150},
        {"field": "area", "headerName": _("Floor and area"), "flex": 3, "minWidth": 130},
        {"field": "state", "headerName": _("State"), "cellRenderer": "DeviceState", "width": 128, "minWidth": 116},
        {"field": "since", "hide": True},
        {"field": "model", "hide": True},
        {"field": "heard_at", "headerName": _("Since last heard"), "width": 124},
        {"field": "proven_at", "headerName": _("Since last evidence"), "width": 124},
        {"field": "battery_pct", "headerName": _("Battery"), "width": 84, "type": "rightAligned"},
        {"field": "rssi_dbm", "headerName": _("Radio signal"), "width": 104, "type": "rightAligned"},
    ]


def grid_words() -> dict[str, str]:
    """AG Grid's own words."""
    return {
        "loadingOoo": _("Loading…"),
        "noRowsToShow": _("No device fits these filters."),
        "loadingError": _("Not loaded"),
    }


def row(device: DeviceListed, now: datetime) -> dict[str, Any]:
    return {
        "id": str(device.id),
        "code": device.code,
        "kind": words.device_kind(device.kind),
        "model": device.model,
        "venue": device.venue_name,
        "area": _area(device),
        "state": _state(device),
        "state_class": device.state,
        "since": words.lasting(now - device.since) if device.since else "–",
        "heard_at": _lasted(device.heard_at, now),
        "proven_at": _lasted(device.proven_at, now),
        "battery_pct": "–" if device.battery_pct is None else f"{device.battery_pct} %",
        "rssi_dbm": "–" if device.rssi_dbm is None else f"{device.rssi_dbm} dBm",
    }


def _lasted(at: datetime | None, now: datetime) -> str:
    return _("never") if at is None else words.lasting(now - at)


def _state(device: DeviceListed) -> str:
    return _("Silent with its gateway") if device.by_gateway else words.device_state(device.state)


def _area(device: DeviceListed) -> str:
    if device.area_name is None:
        return _("No area")
    return device.area_name if device.floor is None else f"{device.floor}F {device.area_name}"


def head() -> list[str]:
    """The first line of a file."""
    return [
        *(
            _("Device number"),
            _("Kind"),
            _("Model"),
            _("City"),
            _("County"),
            _("Venue"),
            _("Floor"),
            _("Area"),
            _("State"),
        ),
        *(_("In this state since"), _("Last heard"), _("Last evidence"), _("Battery %"), _("Radio signal dBm")),
    ]


def lines(devices: Iterable[DeviceListed]) -> Iterator[list[str | int]]:
    """A file's lines: moments whole, numbers as numbers."""
    for device in devices:
        yield [
            *(device.code, words.device_kind(device.kind), device.model, device.city_name, device.county_name),
            *(device.venue_name, "" if device.floor is None else device.floor, device.area_name or "", _state(device)),
            *(_moment(device.since), _moment(device.heard_at), _moment(device.proven_at)),
            "" if device.battery_pct is None else device.battery_pct,
            "" if device.rssi_dbm is None else device.rssi_dbm,
        ]


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(words.HERE).strftime("%Y-%m-%d %H:%M:%S")
