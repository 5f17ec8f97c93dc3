"""Checking a ledger against the record: each row is new, on record already, or refused with every reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.hazard_import.sheet import LedgerRow
from db.rules.hazard_checks import ReadHazard, read_hazard
from db.rules.hazard_kinds import spot_key
from db.rules.hazard_lifecycle import HazardState
from db.rules.written_values import folded

_VENUES = text("select id, code, name, county, is_demo from venues")
_AREAS = text("select id, venue_id, name from areas where venue_id = any (:venues)")
_KNOWN = text(
    """
    select id, venue_id, spot_key, what, state <> 'closed' as is_open,
        (found_at at time zone 'Asia/Shanghai')::date as found_on
    from hazards where venue_id = any (:venues)
    """
)


@dataclass(frozen=True, slots=True)
class LedgerRefusal:
    """A row with every reason against it."""

    row: LedgerRow
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewHazard:
    """A hazard that will be recorded, in its venue, at its spot."""

    row: LedgerRow
    read: ReadHazard
    venue_id: int
    county: int
    is_demo: bool
    area_id: int | None
    key: str


@dataclass(slots=True)
class Checked:
    """Rows by what becomes of them."""

    new: list[NewHazard] = field(default_factory=list)
    on_record: list[LedgerRow] = field(default_factory=list)
    refused: list[LedgerRefusal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Venue:
    id: int
    county: int
    is_demo: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What the record has that the rows may meet, within the importer's scope."""

    areas: Mapping[tuple[int, str], int]
    hazards: frozenset[tuple[int, str, date]]
    open: Mapping[tuple[int, str], int]


def check(session: Session, rows: Sequence[LedgerRow], today: date) -> Checked:
    """What becomes of each row."""
    by_code, by_name = _venues(session)
    done, placed = Checked(), list[tuple[LedgerRow, ReadHazard, _Venue]]()
    for row in rows:
        read = read_hazard(row.written, today)
        venue, reasons = _place(row, by_code, by_name)
        if isinstance(read, ReadHazard) and venue is not None:
            placed.append((row, read, venue))
        else:
            said = () if isinstance(read, ReadHazard) else read
            done.refused.append(LedgerRefusal(row, (*said, *reasons)))
    known, in_file = _known(session, {venue.id for _row, _read, venue in placed}), dict[tuple[int, str], int]()
    for row, read, venue in placed:
        _judge(done, known, in_file, row, read, venue)
    done.refused.sort(key=lambda refusal: refusal.row.number)
    return done


def _judge(
    done: Checked,
    known: _Known,
    in_file: dict[tuple[int, str], int],
    row: LedgerRow,
    read: ReadHazard,
    venue: _Venue,
) -> None:
    area = known.areas.get((venue.id, folded(read.spot)))
    key = spot_key(read.kind, area, read.spot, read.what)
    if (venue.id, key, read.found_on) in known.hazards:
        done.on_record.append(row)
        return
    if read.state is not HazardState.CLOSED:
        before, holder = in_file.get((venue.id, key)), known.open.get((venue.id, key))
        if before is not None:
            said = f"与第 {before} 行是同一场所、同一部位、同一类别的未销号隐患"
            done.refused.append(LedgerRefusal(row, (said,)))
            return
        if holder is not None:
            said = f"库中已有同一场所、同一部位、同一类别的未销号隐患（编号 {holder}）"
            done.refused.append(LedgerRefusal(row, (said,)))
            return
        in_file[venue.id, key] = row.number
    done.new.append(NewHazard(row, read, venue.id, venue.county, venue.is_demo, area, key))


def _venues(session: Session) -> tuple[dict[str, _Venue], dict[str, list[_Venue]]]:
    by_code: dict[str, _Venue] = {}
    by_name: dict[str, list[_Venue]] = {}
    for row in session.execute(_VENUES):
        venue = by_code[row.code] = _Venue(row.id, row.county, row.is_demo)
        by_name.setdefault(folded(row.name), []).append(venue)
    return by_code, by_name


def _place(
    row: LedgerRow, by_code: Mapping[str, _Venue], by_name: Mapping[str, list[_Venue]]
) -> tuple[_Venue | None, tuple[str, ...]]:
    """The venue, by its code or else by a name that is one venue's alone."""
    written = row.written
    if written.venue_code:
        found = by_code.get(written.venue_code)
        return found, () if found else (f"没有编码为“{written.venue_code}”的场所，或不在您的管理范围内",)
    called = by_name.get(folded(written.venue), []) if written.venue else []
    if len(called) == 1:
        return called[0], ()
    if called:
        return None, (f"有 {len(called)} 个场所叫“{written.venue}”，请填写场所编码",)
    return None, (f"没有名为“{written.venue}”的场所，或不在您的管理范围内",) if written.venue else ()


def _known(session: Session, venues: set[int]) -> _Known:
    asked = {"venues": sorted(venues)}
    rows = session.execute(_KNOWN, asked).all()
    return _Known(
        {(area.venue_id, folded(area.name)): area.id for area in session.execute(_AREAS, asked)},
        frozenset((row.venue_id, row.spot_key, row.found_on) for row in rows),
        {(row.venue_id, row.spot_key): row.id for row in rows if row.is_open},
    )
