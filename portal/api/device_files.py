"""The list of devices as files: exactly what the page shows, in its order."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response, StreamingResponse

from db.errors import InvalidInput
from db.queries import device_list
from db.queries.device_list import DeviceFilters, DeviceOrder, DeviceSort
from db.rules.device_kinds import DeviceKind
from db.rules.online import DeviceState
from portal import asking, words
from portal.api.asked import BIGGEST_INT, InRegion
from portal.exports.csv_file import csv_stream
from portal.exports.workbook import workbook
from portal.pages.devices.rows import head, lines

router = APIRouter(tags=["places"])

MOST_IN_CSV, MOST_IN_XLSX = 1_000_000, 60_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _filters(
    region: InRegion,
    state: DeviceState | None = None,
    kind: DeviceKind | None = None,
    q: Annotated[str | None, Query(max_length=60, description="part of the number or of the venue's name")] = None,
    venue: Annotated[int | None, Query(ge=1, le=BIGGEST_INT)] = None,
) -> DeviceFilters:
    return DeviceFilters(state, kind, q, region, venue, asking.current().scope.venue_ids)


def _sort(sort: DeviceOrder = DeviceOrder.STATE, way: Literal["asc", "desc"] = "asc") -> DeviceSort:
    return DeviceSort(sort, way == "desc")


Filters = Annotated[DeviceFilters, Depends(_filters)]
Sorted = Annotated[DeviceSort, Depends(_sort)]


@router.get("/devices.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def devices_csv(filters: Filters, sort: Sorted) -> Response:
    """The devices in use as CSV (UTF-8 with a byte order mark), written while it is read."""

    def rows() -> Iterator[Sequence[str | int]]:
        yield head()
        with asking.reading() as session:
            yield from lines(device_list.every(session, filters, sort, MOST_IN_CSV))

    return StreamingResponse(csv_stream(rows()), headers=_named("csv"), media_type="text/csv; charset=utf-8")


@router.get("/devices.xlsx", response_class=Response, responses={200: {"content": {XLSX: {}}}})
def devices_xlsx(filters: Filters, sort: Sorted) -> Response:
    """The devices in use as an Excel sheet; a longer list is refused, and comes as CSV."""
    with asking.reading() as session:
        counts = device_list.counts(session, filters)
        total = counts.total if filters.state is None else counts.by_state.get(filters.state, 0)
        if total > MOST_IN_XLSX:
            raise InvalidInput("The list is too long for an Excel sheet; filter it, or take the CSV.")
        made = workbook(head(), lines(device_list.every(session, filters, sort, MOST_IN_XLSX)))
    return Response(made, headers=_named("xlsx"), media_type=XLSX)


def _named(ending: str) -> dict[str, str]:
    stamp = datetime.now(words.HERE).strftime("%Y%m%d-%H%M")
    return {"Content-Disposition": f'attachment; filename="anwang-devices-{stamp}.{ending}"'}
