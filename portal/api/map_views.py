"""What the map asks for beside its pages: a layer's months, and lists of what was chosen or answered as files."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from db.errors import InvalidInput
from db.queries import map_figures, map_selection, spatial
from db.queries.map_selection import SelectedVenue
from db.rules.map_layers import Layer
from db.rules.map_shapes import Shape, circle_of, lasso_of
from db.rules.station_reach import ENGINES, straight_reach_m
from db.rules.venue_categories import Category
from portal import asking, regions, words
from portal.api.asked import AsOf, InRegion
from portal.exports.csv_file import csv_stream
from portal.exports.workbook import workbook
from portal.locale import _
from portal.pages.map.layers import Scale, shown_value
from portal.remembered import Remembered

router = APIRouter(tags=["map"], prefix="/map")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 60_000
_months = Remembered(60)


@router.get("/months")
def months(layer: Layer = Layer.ACCESS, category: Category | None = None) -> dict[str, Any]:
    """A layer at the end of each month since January 2024: by area its colour and its words, on one scale for all."""
    today = datetime.now(UTC).astimezone(words.HERE).date()
    if layer not in map_figures.PLAYED:
        raise InvalidInput("This layer is not kept month by month.")

    def made() -> map_figures.Months:
        with asking.reading() as session:
            return map_figures.months(session, layer, category or "all", today)

    found: map_figures.Months = _months.get((asking.current().scope, layer, category, today), made)
    counties = {region.adcode for region in regions.tree().level("county")}
    scale = Scale.of(
        layer,
        [
            map_figures.AreaFigure(adcode, 0, 0, value)
            for adcode, row in found.values.items()
            if adcode in counties
            for value in row
        ],
    )
    return {
        "days": [day.isoformat() for day in found.days],
        "scale": list(scale.ends),
        "colours": {
            adcode: [scale.colour_of(value) for value in row]
            for adcode, row in found.values.items()
            if adcode in counties
        },
        "texts": {adcode: [_text(layer, value) for value in row] for adcode, row in found.values.items()},
    }


def _text(layer: Layer, value: float | None) -> str:
    if layer in (Layer.ALARMS, Layer.HAZARDS):
        return "–" if value is None else f"{value:.1f}"
    return shown_value(layer, map_figures.AreaFigure(0, 0, 0, value))


def _shape(near: str, lasso: str) -> Shape:
    shape = circle_of(near) or lasso_of(lasso)
    if shape is None:
        raise InvalidInput("near: lng,lat,metres; or lasso: three to a hundred corners as lng,lat;lng,lat;…")
    return shape


Near = Annotated[str, Query(max_length=80, description="lng,lat,metres")]
Drawn = Annotated[str, Query(max_length=3000, description="corners, lng,lat;lng,lat;…")]


@router.get("/selection.{ending}", response_class=Response)
def selection(
    ending: Literal["csv", "xlsx"], as_of: AsOf, near: Near = "", lasso: Drawn = "", category: Category | None = None
) -> Response:
    """The venues within a circle or a drawn line, as CSV or Excel."""
    shape = _shape(near, lasso)

    def rows() -> Iterator[Sequence[str | int | float]]:
        with asking.reading() as session:
            for venue in map_selection.every(session, shape, as_of, category or "all", MOST):
                yield _row(venue)

    return _file("venues", ending, _head(), rows())


def _head() -> list[str]:
    return [
        *(_("Code"), _("Name"), _("Category"), _("County"), _("Address"), _("Students")),
        *(_("Longitude"), _("Latitude"), _("Accessed"), _("On duty"), _("Open alarms"), _("Open hazards")),
    ]


def _row(venue: SelectedVenue) -> list[str | int | float]:
    return [
        *(venue.code, venue.name, words.category(venue.category), venue.county_name, venue.address),
        *(venue.students if venue.students is not None else "", round(venue.lng, 6), round(venue.lat, 6)),
        *(_("yes") if venue.accessed else _("no"), _("yes") if venue.on_duty else _("no")),
        *(venue.open_alarms, venue.open_hazards),
    ]


@router.get("/answers/{ask}.csv", response_class=Response)
def answer(ask: Literal["smoke", "stations"], region: InRegion, category: Category | None = None) -> Response:
    """Venues without a working smoke detector, or beyond every fire station's reach, as CSV."""
    area = region or asking.current().home
    with asking.reading() as session:
        if ask == "smoke":
            found = spatial.without_working_smoke(session, area, category)
        else:
            found = list(spatial.reach(session, area, category, ENGINES, straight_reach_m()).beyond)
    figure = _("Smoke detectors hung") if ask == "smoke" else _("Metres to the nearest station")
    head = [_("Name"), _("County"), _("Longitude"), _("Latitude"), figure, _("Station")]

    def rows() -> Iterator[Sequence[str | int | float]]:
        for v in found:
            yield [v.name, v.county_name, round(v.lng, 6), round(v.lat, 6), round(v.figure), v.about]

    return _file(ask, "csv", head, rows())


def _file(name: str, ending: str, head: list[str], rows: Iterator[Sequence[str | int | float]]) -> Response:
    stamp = datetime.now(words.HERE).strftime("%Y%m%d-%H%M")
    headers = {"Content-Disposition": f'attachment; filename="anwang-{name}-{stamp}.{ending}"'}
    if ending == "xlsx":
        return Response(workbook(head, rows), headers=headers, media_type=XLSX)

    def lines() -> Iterator[Sequence[str | int | float]]:
        yield head
        yield from rows

    return StreamingResponse(csv_stream(lines()), headers=headers, media_type="text/csv; charset=utf-8")
