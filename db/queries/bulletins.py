"""Bulletins, read: the list, one with its wording, what was frozen of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.bulletin import Bulletin, number, of_data


@dataclass(frozen=True, slots=True)
class BulletinRow:
    """A bulletin; its number is empty until it is issued."""

    id: int
    state: str
    region: int
    as_of: date
    snapshot_id: int
    snapshot_number: int
    title: str
    addressed_to: str
    issuer: str
    sections: list[dict[str, Any]]
    version: int
    replaces_id: int | None
    replaces_number: str
    replaced_by_id: int | None
    replaced_by_number: str
    reason: str
    made_at: datetime
    made_by_name: str
    checked_at: datetime | None
    checked_by_name: str | None
    number: str
    issued_on: date | None
    issued_at: datetime | None
    issued_by_name: str | None
    sha256: str | None

    @property
    def is_issued(self) -> bool:
        return self.state == "issued"

    def bulletin(self) -> Bulletin:
        """The document, for the whole region."""
        return Bulletin(
            self.title,
            self.addressed_to,
            self.issuer,
            self.as_of,
            self.region,
            of_data(self.sections),
            self.number,
            self.issued_on,
            self.replaces_number,
        )


_ROWS = """
    select b.id, b.state, b.region, b.as_of, b.snapshot_id, s.number as snapshot_number, b.title, b.addressed_to,
        b.issuer, {sections} as sections, b.version, b.replaces_id, b.reason, b.made_at, b.made_by_name, b.checked_at,
        b.checked_by_name, b.year, b.serial, b.issued_on, b.issued_at, b.issued_by_name, b.sha256,
        old.year as old_year, old.serial as old_serial,
        new.id as replaced_by_id, new.year as new_year, new.serial as new_serial
    from bulletins b join snapshots s on s.id = b.snapshot_id left join bulletins old on old.id = b.replaces_id
    left join bulletins new on new.replaces_id = b.id and new.state = 'issued'
"""
_LATEST = text(
    f"{_ROWS.format(sections='jsonb_build_array()')} order by b.made_at desc, b.id desc limit :limit offset :offset"
)
_ONE = text(f"{_ROWS.format(sections='b.sections')} where b.id = :id")
_AS_OF = text(
    f"{_ROWS.format(sections='b.sections')} where b.as_of = :day and b.region = :region and new.id is null"
    " order by b.state = 'issued' desc, b.id desc limit 1"
)
_COPY = text("select text, sha256 from bulletin_copies where bulletin_id = :id and region = :region")


def latest(session: Session, limit: int, offset: int = 0) -> list[BulletinRow]:
    """Newest first, without their wording; drafts only for whoever answers for the whole region."""
    return [_row(row) for row in session.execute(_LATEST, {"limit": limit, "offset": offset}).mappings()]


def one(session: Session, bulletin_id: int) -> BulletinRow:
    row = session.execute(_ONE, {"id": bulletin_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such bulletin within your scope.")
    return _row(row)


def newest_as_of(session: Session, day: date, region: int) -> BulletinRow | None:
    """The last one as of a day that no other has replaced, issued rather than draft."""
    row = session.execute(_AS_OF, {"day": day, "region": region}).mappings().one_or_none()
    return None if row is None else _row(row)


def frozen_text(session: Session, bulletin_id: int, region: int) -> str | None:
    """What an issued bulletin says for a region, as it was issued; None before, or where it has no copy."""
    row = session.execute(_COPY, {"id": bulletin_id, "region": region}).one_or_none()
    return None if row is None else str(row.text)


def _row(row: Any) -> BulletinRow:
    facts = dict(row)
    for prefix, name in (("", "number"), ("old_", "replaces_number"), ("new_", "replaced_by_number")):
        year, serial = facts.pop(f"{prefix}year"), facts.pop(f"{prefix}serial")
        facts[name] = number(year, serial) if year is not None else ""
    return BulletinRow(**facts)
