"""A whole import: read, check, record the new venues in one transaction, give the refused rows back."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import AnwangError, InvalidInput, NotAllowed, WrongState
from db.session import Record
from db.venue_import.check import Checked, RefusedRow, check
from db.venue_import.locate import Terms
from db.venue_import.record import hold, on_record, record
from db.venue_import.refused_rows import free_place, parked
from db.venue_import.sheet import Sheet, read

Report = Callable[[str, int, int | None], None]
"""Hears which step has come how far, and of how much (None: not known)."""

_REFUSALS: dict[str, Callable[[], AnwangError]] = {
    "42501": lambda: NotAllowed("A row lies outside your scope; nothing was imported."),
    "23505": lambda: WrongState("A code belongs to a venue that you do not see; nothing was imported."),
    "42P01": lambda: WrongState("The database is not at this version; run `anwang db upgrade` first."),
    "42703": lambda: WrongState("The database is not at this version; run `anwang db upgrade` first."),
}
"""By PostgreSQL's states: row-level security, a value that is there already, no such table, no such column."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to take over, and how."""

    file: Path
    terms: Terms
    operator: Operator
    sheet: str = ""
    rejects: Path | None = None
    """Where refused rows go; None: beside the file."""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the rows of a sheet. Nothing is on record after a dry run."""

    sheet: str
    rows: int
    taken: int
    on_record: int
    refused: tuple[RefusedRow, ...]
    rejects: Path | None


def take_over(into: Record, order: Order, report: Report = lambda _step, _done, _total: None) -> Outcome:
    """Import a spreadsheet; a sentence of `db.errors` where nothing can be imported, and then nothing is."""
    place = order.rejects or free_place(order.file)
    if place.exists() and place.samefile(order.file):
        raise InvalidInput("The refused rows cannot go into the file that they come from; name another with --rejects.")
    sheet = read(order.file, order.sheet, lambda rows: report("reading", rows, None))
    if order.terms.datum is None and "datum" not in sheet.columns.places:
        raise InvalidInput(f"{order.file.name} has no column 坐标系; name the datum of all rows with --datum.")
    with ExitStack() as undo:
        with _sentences(), into.scoped(order.terms.scope) as session:
            if not order.dry_run:
                hold(session)
            checked = _check(session, order, sheet, report)
            refused = undo.enter_context(parked(place, sheet.columns, checked.refused, order.terms.datum))
            if checked.new and not order.dry_run:
                _record(session, order, sheet, checked, report)
        refused.keep()
    return Outcome(
        sheet=sheet.name,
        rows=len(sheet.rows),
        taken=len(checked.new),
        on_record=len(checked.on_record),
        refused=checked.refused,
        rejects=place if checked.refused else None,
    )


def _check(session: Session, order: Order, sheet: Sheet, report: Report) -> Checked:
    total = len(sheet.rows)
    return check(sheet.rows, on_record(session), order.terms, lambda rows: report("checking", rows, total))


def _record(session: Session, order: Order, sheet: Sheet, checked: Checked, report: Report) -> None:
    venues = checked.new
    record(session, venues, order.terms.today, lambda written: report("recording", written, len(venues)))
    counties = {venue.county for venue in venues}
    with order.file.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    audit.write(
        session,
        actor_id=order.operator.person_id,
        actor_name=order.operator.name,
        address=order.operator.address,
        act="venues imported",
        subject="venues",
        county=counties.pop() if len(counties) == 1 else None,
        detail={
            "file": order.file.name,
            "sheet": sheet.name,
            "sha256": digest,
            "datum": order.terms.datum,
            "venues": len(venues),
            "on_record": len(checked.on_record),
            "refused": len(checked.refused),
        },
    )


@contextmanager
def _sentences() -> Iterator[None]:
    """What the database refuses, in a sentence: the whole transaction is rolled back."""
    try:
        yield
    except DBAPIError as error:
        refusal = _REFUSALS.get(getattr(error.orig, "pgcode", None) or "")
        if refusal is not None:
            raise refusal() from error
        said = str(error.orig).strip().partition("\n")[0]
        raise WrongState(f"The database refused the import: {said}; nothing was imported.") from error
    except SQLAlchemyError as error:
        raise WrongState(f"The import failed: {error}; nothing was imported.") from error
