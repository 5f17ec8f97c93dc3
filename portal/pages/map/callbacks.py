from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import dash
from dash import ClientsideFunction, Dash, Input, Output, State

from db.queries import alarms as alarm_queries
from db.queries import coverage, venues
from db.queries.regions import RegionRow
from db.rules.access_scope import region_range
from portal import asking, regions
from portal.address import address_parts
from portal.pages.map import ids, side
from portal.pages.map.controls import controls, crumbs, legend
from portal.pages.map.view import Address, map_data, today_in_shanghai
from portal.remembered import Remembered


def register(app: Dash) -> None:
    @app.callback(
        Output(ids.VIEW, "data"),
        Output(ids.CRUMBS, "children"),
        Output(ids.CONTROLS, "children"),
        Output(ids.LEGEND, "children"),
        Output(ids.SIDE, "children"),
        Input("address", "search"),
        State("address", "pathname"),
    )
    def show(search: str | None, path: str) -> Any:
        if path != "/":
            return dash.no_update
        today = today_in_shanghai(datetime.now(UTC))
        return show_area(Address.parse(today, **_known(address_parts(search))), today)

    app.clientside_callback(
        ClientsideFunction("map", "draw"), Output(ids.DRAWN, "data"), Input(ids.VIEW, "data"), State(ids.CANVAS, "id")
    )


def _known(query: dict[str, str]) -> dict[str, str]:
    return {name: query[name] for name in ("area", "layer", "category", "as_of") if name in query}


@dataclass(frozen=True, slots=True)
class History:
    """What an address shows beside its alarms: it changes by the day."""

    figures: list[coverage.CoverageRow]
    trend: list[coverage.Standing]
    behind: list[coverage.BehindRow]
    doubtful: list[coverage.BehindRow]
    letters: str


_history = Remembered(30)
_figures = Remembered(30)


def show_area(address: Address, today: date) -> tuple[Any, ...]:
    """Everything the page shows for one address."""
    area = regions.tree().one(address.area)
    lo, hi = region_range(area.adcode)
    history = _history.get((asking.current().scope, address), lambda: _read_history(address, area))
    with asking.reading() as session:
        alarms = alarm_queries.open_alarms(session, limit=500)
    inside = [alarm for alarm in alarms if lo <= alarm.county <= hi and alarm.window_id is None]
    shown = [_plain(alarm) for alarm in alarms]
    data, bounds = map_data(address, area, history.figures, shown, history.letters, today)
    return (
        data,
        crumbs(address, today),
        controls(address, today),
        legend(address, bounds),
        side.panel(address, area, history.figures, history.trend, history.behind, history.doubtful, inside, today),
    )


def _read_history(address: Address, area: RegionRow) -> History:
    missing = "not_accessed" if address.layer == "access" else "not_on_duty"
    with asking.reading() as session:
        return History(
            figures=_figures.get(
                (asking.current().scope, address.as_of),
                lambda: coverage.ranking(session, address.as_of, levels=("province", "city", "county")),
            ),
            trend=coverage.trend(session, area.adcode, address.category, address.as_of),
            behind=coverage.behind(session, address.as_of, area.adcode, address.category, missing, limit=8),
            doubtful=coverage.doubtful(session, address.as_of, area.adcode, limit=6),
            letters=venues.letters(session, area.adcode) if area.level == "county" else "",
        )


def _plain(card: Any) -> dict[str, Any]:
    """An alarm card as the browser's map takes it."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(card).items()}
