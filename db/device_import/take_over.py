"""A whole import of devices: read, check, record the new ones in one transaction, give the refused rows back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from openpyxl import Workbook
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.device_import.check import Checked, NewDevice, Refusal, check
from db.device_import.sheet import DeviceSheet, read
from db.errors import InvalidInput, WrongState
from db.rules.access_scope import Scope
from db.rules.device_checks import Area
from db.session import Record
from db.venue_import.refused_rows import NUMBER, REASONS, free_place, harmless

_TURN = text("select pg_try_advisory_xact_lock(hashtext('device import'))")
_AREAS = text("select id, venue_id, kind, floor, name from areas where venue_id = any (:venues)")
_AREA = text(
    "insert into areas (venue_id, county, kind, floor, name) values (:venue, :county, :kind, :floor, :name)"
    " returning id"
)
_DEVICE = text(
    """
    insert into devices (code, venue_id, county, area_id, kind, model, installed_on)
    values (:code, :venue, :county, :area, :kind, :model, :day) returning id
    """
)
_GATEWAY = text(
    "update devices d set gateway_id = g.id from devices g where d.id = :device and g.code = :gateway"
    " and g.retired_on is null"
)
_ADDRESS = text(
    "insert into device_addresses (door, address, device_id, venue_id, county)"
    " values (:door, :address, :device, :venue, :county)"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the rows. Nothing is on record after a dry run."""

    sheet: str
    rows: int
    taken: int
    on_record: int
    areas: int
    refused: tuple[Refusal, ...]
    rejects: Path | None


def take_over(
    into: Record,
    file: Path,
    scope: Scope,
    operator: Operator,
    today: date,
    *,
    rejects: Path | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Import a device list; a sentence of `db.errors` where nothing can be imported, and then nothing is."""
    place = rejects or free_place(file)
    if place.exists() and place.samefile(file):
        raise InvalidInput("The refused rows cannot go into the file that they come from; name another with --rejects.")
    sheet = read(file)
    areas = 0
    with into.scoped(scope) as session:
        if not session.scalar(_TURN):
            raise WrongState("Another import of devices is under way; try again when it has ended.")
        checked = check(session, sheet.rows, today)
        if checked.refused:
            _give_back(place, sheet, checked.refused)
        if checked.new and not dry_run:
            areas = _record(session, checked, file, operator)
    return Outcome(
        sheet.name,
        len(sheet.rows),
        len(checked.new),
        len(checked.on_record),
        areas,
        tuple(checked.refused),
        place if checked.refused else None,
    )


def _record(session: Session, checked: Checked, file: Path, operator: Operator) -> int:
    """Areas first, then devices, then what ties them together; answers how many areas were made."""
    new = checked.new
    areas, made = _areas(session, new)
    ids: dict[str, int] = {}
    try:
        for each in new:
            ids[each.read.code] = _device(session, each, areas)
        for each in new:
            _tie(session, each, ids[each.read.code])
    except IntegrityError as error:
        raise WrongState(
            "A code or an address belongs to a device that you do not see; nothing was imported."
        ) from error
    counties = {each.county for each in new}
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act="devices imported",
        subject="devices",
        county=counties.pop() if len(counties) == 1 else None,
        detail={
            "file": file.name,
            "devices": len(new),
            "areas": made,
            "on_record": len(checked.on_record),
            "refused": len(checked.refused),
        },
    )
    return made


def _areas(session: Session, new: Sequence[NewDevice]) -> tuple[dict[tuple[int, Area], int], int]:
    """Each named area's number, those that were missing made."""
    found = {
        (row.venue_id, row.floor, row.name): row.id
        for row in session.execute(_AREAS, {"venues": sorted({each.venue_id for each in new})})
    }
    made, numbers = 0, dict[tuple[int, Area], int]()
    for each in new:
        area = each.read.area
        if area is None or (each.venue_id, area) in numbers:
            continue
        key = each.venue_id, area.floor, area.name
        if key not in found:
            place = {"venue": each.venue_id, "county": each.county}
            told = {"kind": area.kind.value, "floor": area.floor, "name": area.name}
            found[key] = session.execute(_AREA, place | told).scalar_one()
            made += 1
        numbers[each.venue_id, area] = found[key]
    return numbers, made


def _device(session: Session, each: NewDevice, areas: dict[tuple[int, Area], int]) -> int:
    read = each.read
    return int(
        session.execute(
            _DEVICE,
            {
                "code": read.code,
                "venue": each.venue_id,
                "county": each.county,
                "area": None if read.area is None else areas[each.venue_id, read.area],
                "kind": read.kind.value,
                "model": read.model,
                "day": read.installed_on,
            },
        ).scalar_one()
    )


def _tie(session: Session, each: NewDevice, device: int) -> None:
    if each.read.gateway:
        session.execute(_GATEWAY, {"device": device, "gateway": each.read.gateway})
    for door, address in each.read.addresses:
        session.execute(
            _ADDRESS,
            {"door": door, "address": address, "device": device, "venue": each.venue_id, "county": each.county},
        )


def _give_back(place: Path, sheet: DeviceSheet, refused: Sequence[Refusal]) -> None:
    """The refused rows as they were, each with its number and reasons, under their name only once they are whole."""
    book = Workbook(write_only=True)
    page: Any = book.create_sheet("待更正")
    page.freeze_panes = "A2"
    page.column_dimensions["B"].width = 60
    kept = [at for at, header in enumerate(sheet.header) if header not in (NUMBER, REASONS)]
    page.append([NUMBER, REASONS, *(harmless(sheet.header[at]) for at in kept)])
    for each in refused:
        cells = [*each.row.cells, *[None] * len(sheet.header)]
        page.append([each.row.number, "；".join(each.reasons), *(harmless(cells[at]) for at in kept)])
    try:
        with NamedTemporaryFile(dir=place.parent, prefix=".", suffix=".xlsx", delete=False) as file:
            book.save(file)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(place)
    except OSError as error:
        raise InvalidInput(f"{place} cannot be written: {error.strerror or error}; nothing was imported.") from error
