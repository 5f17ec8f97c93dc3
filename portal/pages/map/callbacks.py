from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import dash
from dash import ClientsideFunction, Dash, Input, Output, State

from db.queries import alarms as alarm_queries
from db.queries import coverage, venues
from db.rules.access_scope import region_range
from portal import asking, regions
from portal.address import address_parts
from portal.pages.map import ids, side
from portal.pages.map.controls import controls, crumbs, legend
from portal.pages.map.view import Address, map_data, today_in_shanghai


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


def show_area(address: Address, today: date) -> tuple[Any, ...]:
    """Everything the page shows for one address, from one transaction."""
    area = regions.tree().one(address.area)
    lo, hi = region_range(area.adcode)
    with asking.reading() as session:
        figures = coverage.ranking(session, address.as_of, levels=("province", "city", "county"))
        trend = coverage.trend(session, area.adcode, address.category, address.as_of)
        behind = coverage.behind(
            session,
            address.as_of,
            area.adcode,
            address.category,
            "not_accessed" if address.layer == "access" else "not_on_duty",
            limit=8,
            offset=0,
        )
        doubtful = coverage.doubtful(session, address.as_of, area.adcode, limit=6)
        alarms = alarm_queries.open_alarms(session, limit=500)
        letters = venues.letters(session, area.adcode) if area.level == "county" else ""
    inside = [alarm for alarm in alarms if lo <= alarm.county <= hi]
    data, bounds = map_data(address, area, figures, [_plain(alarm) for alarm in alarms], letters, today)
    return (
        data,
        crumbs(address, today),
        controls(address, today),
        legend(address, bounds),
        side.panel(address, area, figures, trend, behind, doubtful, inside, today),
    )


def _plain(card: Any) -> dict[str, Any]:
    """An alarm card as the browser's map takes it."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(card).items()}
