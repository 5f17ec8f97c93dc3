from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import dash
import flask
from dash import Dash, Input, Output, State

from db.queries import alarms as alarm_queries
from db.queries import coverage, map_figures, tiles, venues
from db.queries.map_figures import AreaFigure
from db.queries.regions import RegionRow
from db.rules.access_scope import region_range
from db.rules.map_layers import FROM_HISTORY, Layer
from portal import asking, regions
from portal.address import address_parts, unusable
from portal.base_map import base_map
from portal.components.layout import address_note
from portal.components.still import still
from portal.locale import language
from portal.pages.map import chosen, ids, side
from portal.pages.map.answers import Answer, answer
from portal.pages.map.controls import controls, crumbs, legend, months
from portal.pages.map.layers import Scale
from portal.pages.map.view import Address, Drawn, map_data, today_in_shanghai
from portal.remembered import Remembered

PARTS = ("area", "layer", "category", "as_of", "ask", "near", "lasso", "at")


def register(app: Dash) -> None:
    @app.callback(
        Output(ids.CANVAS, "view"),
        Output(ids.CRUMBS, "children"),
        Output(ids.CONTROLS, "children"),
        Output(ids.LEGEND, "children"),
        Output(ids.MONTHS, "children"),
        Output(ids.SIDE, "children"),
        Input("address", "search"),
        State("address", "pathname"),
        prevent_initial_call=True,  # the page comes with its parts
    )
    def show(search: str | None, path: str) -> Any:
        return show_asked(address_parts(search)) if path == "/" else dash.no_update

    @app.callback(
        Output(ids.CANVAS, "view", allow_duplicate=True),
        Output(ids.SIDE, "children", allow_duplicate=True),
        Input(ids.AGAIN, "data"),
        State("address", "search"),
        State("address", "pathname"),
        prevent_initial_call=True,
    )
    def show_again(_asked: Any, search: str | None, path: str) -> Any:
        """The stream lost its thread: alarms anew, and what somebody is choosing stays."""
        if path != "/":
            return dash.no_update
        view, *_around, side = show_asked(address_parts(search))
        return view, side


def show_asked(query: dict[str, str]) -> tuple[Any, ...]:
    """The parts of the page for what its address asks: view, crumbs, controls, legend, months, side."""
    today = today_in_shanghai(datetime.now(UTC))
    asked = {name: query[name] for name in PARTS if name in query}
    address = Address.parse(today, **asked)
    view, crumbs, controls, *parts = show_area(address, today)
    return view, *map(still, (crumbs, [*controls, address_note(unusable(asked, address))], *parts))


@dataclass(frozen=True, slots=True)
class History:
    """What an address shows beside its alarms: it changes by the day."""

    counted: list[coverage.CoverageRow]
    figures: dict[int, AreaFigure]
    trend: list[coverage.Standing]
    behind: list[coverage.BehindRow]
    doubtful: list[coverage.BehindRow]
    letters: str
    version: int


_history = Remembered(30)
_coverage = Remembered(30)
_figures = Remembered(30)
_answers = Remembered(60)


def show_area(address: Address, today: date) -> tuple[Any, ...]:
    """Everything the page shows for one address."""
    area = regions.tree().one(address.area)
    lo, hi = region_range(area.adcode)
    scope = asking.current().scope
    shown = (address.area, address.layer, address.category, address.as_of)
    history = _history.get((scope, shown), lambda: _read_history(address, area))
    alarms_at = datetime.now(UTC)
    with asking.reading() as session:
        alarms = alarm_queries.open_alarms(session, limit=500)
    inside = [alarm for alarm in alarms if lo <= alarm.county <= hi and alarm.window_id is None]
    answered = _answer(address) if address.ask else Answer({}, [])
    scale = Scale.of(address.layer, _counties(history.figures))
    drawn = Drawn(
        history.figures,
        scale,
        [_plain(alarm) for alarm in alarms],
        alarms_at,
        history.letters,
        history.version,
        answered.overlay or None,
    )
    told = side.Told(history.counted, history.figures, history.trend, history.behind, history.doubtful, inside)
    return (
        map_data(address, area, drawn, today) | {"baseMap": base_map(flask.current_app.config["ANWANG"])},
        crumbs(address, today),
        controls(address, today),
        legend(address, scale, answered.legend),
        months(address, today),
        side.panel(address, area, told, chosen.card_of(address, today), answered.side, today),
    )


def _answer(address: Address) -> Answer:
    if address.ask == "stations":  # whoever just took stations over wants to see them
        return answer(address)
    asked = (asking.current().scope, address.ask, address.area, address.category, address.as_of, language())
    found: Answer = _answers.get(asked, lambda: answer(address))
    return found


def _counties(figures: dict[int, AreaFigure]) -> list[AreaFigure]:
    return [found for county in regions.tree().level("county") if (found := figures.get(county.adcode))]


def _read_history(address: Address, area: RegionRow) -> History:
    missing = "not_on_duty" if address.layer is Layer.DUTY else "not_accessed"
    scope, now = asking.current().scope, datetime.now(UTC)
    rates = address.layer in FROM_HISTORY
    with asking.reading() as session:
        counted = _coverage.get(
            (scope, address.as_of),
            lambda: coverage.ranking(session, address.as_of, levels=("province", "city", "county")),
        )
        return History(
            counted=counted,
            figures=_figures.get(
                (scope, address.layer, address.category, address.as_of),
                lambda: map_figures.figures(session, address.layer, address.as_of, address.category, counted, now),
            ),
            trend=coverage.trend(session, area.adcode, address.category, address.as_of) if rates else [],
            behind=coverage.behind(session, address.as_of, area.adcode, address.category, missing, limit=8)
            if rates
            else [],
            doubtful=coverage.doubtful(session, address.as_of, area.adcode, limit=6),
            letters=venues.letters(session, area.adcode) if area.level == "county" else "",
            version=tiles.version(session),
        )


_OF_AN_ALARM = ("id", "level", "state", "lng", "lat", "raised_at", "venue_id", "venue_name", "window_id")


def _plain(card: Any) -> dict[str, Any]:
    """What the browser's map draws of an alarm."""
    shown = {name: getattr(card, name) for name in _OF_AN_ALARM}
    return shown | {"raised_at": card.raised_at.isoformat()}
