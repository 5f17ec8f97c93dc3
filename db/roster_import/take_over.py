"""A whole import of rosters: read, check, put the new shifts on in one transaction, give the refused rows back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import rosters
from db.commands.people import Operator
from db.commands.rosters import Keeper
from db.roster_import.sheet import RosterLine, read
from db.rules.access_scope import Scope
from db.rules.rosters import HERE, Shift, read_shift
from db.rules.written_values import folded
from db.session import Record
from db.venue_import.refused_rows import RefusedLine, free_place, give_back

_UNITS = text("select id, name from maintainers order by id")
_VENUES = text("select id, code from venues where code = any (:codes)")


@dataclass(frozen=True, slots=True)
class RosterOutcome:
    """What became of the rows. Nothing is on record after a dry run."""

    sheet: str
    rows: int
    taken: int
    on_record: int
    refused: tuple[RefusedLine, ...]
    rejects: Path | None = None


@dataclass(slots=True)
class _Checked:
    new: list[tuple[Keeper, Shift]] = field(default_factory=list)
    on_record: int = 0
    refused: list[RefusedLine] = field(default_factory=list)


def take_over(
    into: Record,
    file: Path,
    scope: Scope,
    operator: Operator,
    now: datetime,
    *,
    rejects: Path | None = None,
    dry_run: bool = False,
) -> RosterOutcome:
    """Import rosters of several units or venues; a sentence of `db.errors` where nothing can be imported."""
    with into.scoped(scope) as session:
        done, header = take_in(session, file, operator, now, dry_run=dry_run)
    if not done.refused:
        return done
    place = rejects or free_place(file)
    give_back(place, header, done.refused)
    return RosterOutcome(done.sheet, done.rows, done.taken, done.on_record, done.refused, place)


def take_in(
    session: Session,
    file: Path,
    operator: Operator,
    now: datetime,
    keeper: Keeper | None = None,
    *,
    dry_run: bool = False,
) -> tuple[RosterOutcome, tuple[str, ...]]:
    """The file's shifts within the session's scope, and its header; all of them one keeper's where one is named."""
    sheet = read(file)
    checked = _check(session, sheet.lines, now, keeper)
    if not dry_run:
        for whose in dict.fromkeys(of for of, _shift in checked.new):
            rosters.add(session, whose, [shift for of, shift in checked.new if of == whose], operator, now)
    outcome = RosterOutcome(sheet.name, len(sheet.lines), len(checked.new), checked.on_record, tuple(checked.refused))
    return outcome, sheet.header


def _check(session: Session, lines: Sequence[RosterLine], now: datetime, keeper: Keeper | None) -> _Checked:
    done, today = _Checked(), now.astimezone(HERE).date()
    units: dict[str, list[int]] = {}
    for row in session.execute(_UNITS):
        units.setdefault(folded(row.name), []).append(row.id)
    codes = sorted({line.venue_code for line in lines if line.venue_code})
    venues = {row.code: row.id for row in session.execute(_VENUES, {"codes": codes})}
    for line in lines:
        read_as = read_shift(line.written, today)
        whose, reasons = (keeper, ()) if keeper else _keeper(line, units, venues)
        if isinstance(read_as, tuple) or whose is None:
            said = read_as if isinstance(read_as, tuple) else ()
            done.refused.append(RefusedLine(line.number, line.cells, (*said, *reasons)))
        elif (whose, read_as) in done.new or rosters.is_known(session, whose, read_as):
            done.on_record += 1
        else:
            done.new.append((whose, read_as))
    return done


def _keeper(
    line: RosterLine, units: dict[str, list[int]], venues: dict[str, int]
) -> tuple[Keeper | None, tuple[str, ...]]:
    """Whose roster the row belongs to: a venue's by its code, or a unit's by its name."""
    if line.venue_code:
        venue = venues.get(line.venue_code)
        if venue is None:
            return None, (f"没有编码为“{line.venue_code}”的场所，或不在您的管理范围内",)
        return Keeper(venue_id=venue), ()
    found = units.get(folded(line.unit), []) if line.unit else []
    if len(found) == 1:
        return Keeper(maintainer_id=found[0]), ()
    if found:
        return None, (f"有 {len(found)} 家单位叫“{line.unit}”，请改填场所编码",)
    return None, (f"没有名为“{line.unit}”的维保单位" if line.unit else "请填写维保单位或场所编码",)
