"""Bulletins from draft to issue: wording without typed figures, one snapshot, a number that no other has."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit, notices, snapshots
from db.commands.acting import Acting
from db.commands.notices import NewNotice
from db.errors import InvalidInput, NotAllowed, WrongState
from db.queries import bulletins, regions
from db.queries import snapshots as snapshot_queries
from db.queries.bulletins import BulletinRow
from db.rules.access_scope import region_range
from db.rules.bulletin import BlockKind, Bulletin, Section, as_data, number, of_data, plain_text
from db.rules.bulletin_figures import Figures
from db.rules.bulletin_template import template
from db.rules.bulletin_wording import MOST, typed_figures, unknown_references

HERE = ZoneInfo("Asia/Shanghai")
LEVEL = 4
"""Of the notice: nothing burns."""

_NUMBERS = text("select pg_advisory_xact_lock(hashtext('bulletins'))")
_LAST = text("select coalesce(max(serial), 0) from bulletins where year = :year")
_DRAFT = text(
    """
    insert into bulletins (state, region, as_of, snapshot_id, title, addressed_to, issuer, sections, replaces_id,
        reason, made_at, made_by, made_by_name)
    values ('draft', :region, :as_of, :snapshot, :title, :addressed_to, :issuer, cast(:sections as jsonb), :replaces,
        :reason, :now, :by, :by_name)
    returning id
    """
)
_HOLD = text("select state, version from bulletins where id = :id for update")
_EDIT = text(
    """
    update bulletins set state = 'draft', checked_at = null, checked_by = null, checked_by_name = null,
        version = version + 1, title = :title, addressed_to = :addressed_to, sections = cast(:sections as jsonb),
        snapshot_id = :snapshot
    where id = :id
    """
)
_CHECK = text(
    """
    update bulletins set state = 'checked', version = version + 1, checked_at = :now, checked_by = :by,
        checked_by_name = :by_name where id = :id
    """
)
_ISSUE = text(
    """
    update bulletins set state = 'issued', version = version + 1, year = :year, serial = :serial, issued_on = :day,
        issued_at = :now, issued_by = :by, issued_by_name = :by_name, sha256 = :sha256 where id = :id
    """
)
_COPY = text("insert into bulletin_copies (bulletin_id, region, text, sha256) values (:id, :region, :text, :sha256)")
_DISCARD = text("delete from bulletins where id = :id")
_READERS = text("select person_id, adcode from bulletin_readers(:lo, :hi) order by person_id")


def draft(session: Session, as_of: date, actor: Acting, now: datetime, region: int = 360_000) -> BulletinRow:
    """A draft of the usual wording over a snapshot frozen now."""
    snapshot = snapshots.freeze(session, as_of, actor, now, region)
    issuer = f"{regions.tree(session).one(region).name}教育厅"
    return _draft(session, template(as_of, region, issuer), snapshot.id, actor, now)


def correct(session: Session, bulletin_id: int, reason: str, actor: Acting, now: datetime) -> BulletinRow:
    """A draft that will replace an issued bulletin: its wording, over figures frozen now as of the same day."""
    _check_may(actor)
    old = bulletins.one(session, bulletin_id)
    if not old.is_issued:
        raise WrongState("Only an issued bulletin is corrected; a draft is edited.")
    if old.replaced_by_id is not None:
        raise WrongState("It was replaced by {number} already; correct that one.", number=old.replaced_by_number)
    if not reason.strip():
        raise InvalidInput("Say what was wrong.")
    if len(reason) > MOST:
        raise InvalidInput("The text is too long.")
    snapshot = snapshots.freeze(session, old.as_of, actor, now, old.region)
    document = replace(old.bulletin(), number="", issued_on=None)
    return _draft(session, document, snapshot.id, actor, now, old.id, reason.strip())


def _draft(
    session: Session,
    document: Bulletin,
    snapshot_id: int,
    actor: Acting,
    now: datetime,
    replaces_id: int | None = None,
    reason: str = "",
) -> BulletinRow:
    bulletin_id = session.scalar(
        _DRAFT,
        {
            "region": document.region,
            "as_of": document.as_of,
            "snapshot": snapshot_id,
            "title": document.title,
            "addressed_to": document.addressed_to,
            "issuer": document.issuer,
            "sections": json.dumps(as_data(document.sections), ensure_ascii=False),
            "replaces": replaces_id,
            "reason": reason,
            "now": now,
            "by": actor.person_id,
            "by_name": actor.name,
        },
    )
    row = bulletins.one(session, int(bulletin_id or 0))
    _audit(session, row, "draft_bulletin", actor, {"as_of": row.as_of.isoformat(), "snapshot": row.snapshot_number})
    return row


def edit(session: Session, bulletin_id: int, version: int, texts: Mapping[str, str], actor: Acting) -> BulletinRow:
    """Change paragraphs by their block's id, and `title` and `addressed_to`; a typed figure is refused."""
    row = _held(session, bulletin_id, version, actor)
    figures = Figures.of(snapshot_queries.figures(session, row.snapshot_id))
    for written in texts.values():
        check_wording(written, figures, row.region)
    if not texts.get("title", row.title).strip():
        raise InvalidInput("A bulletin needs a title.")
    sections = [_edited(section, texts) for section in of_data(row.sections)]
    _save(session, row, texts, sections, row.snapshot_id)
    changed = bulletins.one(session, bulletin_id)
    _audit(session, changed, "edit_bulletin", actor, {"blocks": sorted(texts), "version": changed.version})
    return changed


def _edited(section: Section, texts: Mapping[str, str]) -> Section:
    blocks = (
        replace(block, text=texts[block.id].strip()) if block.kind is BlockKind.TEXT and block.id in texts else block
        for block in section.blocks
    )
    return replace(section, blocks=tuple(blocks))


def check_wording(written: str, figures: Figures, region: int) -> None:
    """`InvalidInput` with one sentence where a figure is typed, or a reference names nothing."""
    if len(written) > MOST:
        raise InvalidInput("The text is too long.")
    if unknown := unknown_references(written, figures, region):
        raise InvalidInput("There is no figure “{named}” in this snapshot.", named=unknown[0])
    if typed := typed_figures(written):
        raise InvalidInput(
            "“{typed}” is a figure typed by hand; insert it from the snapshot instead, so that it can be followed.",
            typed=typed[0],
        )


def refreeze(session: Session, bulletin_id: int, version: int, actor: Acting, now: datetime) -> BulletinRow:
    """Take the figures anew, as of the same day: history was corrected since."""
    row = _held(session, bulletin_id, version, actor)
    snapshot = snapshots.freeze(session, row.as_of, actor, now, row.region)
    _save(session, row, {}, of_data(row.sections), snapshot.id)
    changed = bulletins.one(session, bulletin_id)
    _audit(session, changed, "refreeze_bulletin", actor, {"snapshot": changed.snapshot_number})
    return changed


def _save(
    session: Session, row: BulletinRow, texts: Mapping[str, str], sections: Sequence[Section], snapshot_id: int
) -> None:
    session.execute(
        _EDIT,
        {
            "id": row.id,
            "title": texts.get("title", row.title).strip(),
            "addressed_to": texts.get("addressed_to", row.addressed_to).strip(),
            "sections": json.dumps(as_data(sections), ensure_ascii=False),
            "snapshot": snapshot_id,
        },
    )


def check(session: Session, bulletin_id: int, version: int, actor: Acting, now: datetime) -> BulletinRow:
    """Somebody has read it over: it may be issued as it stands."""
    row = _held(session, bulletin_id, version, actor)
    if row.state == "checked":
        raise WrongState("It is checked already.")
    session.execute(_CHECK, {"id": row.id, "now": now, "by": actor.person_id, "by_name": actor.name})
    checked = bulletins.one(session, bulletin_id)
    _audit(session, checked, "check_bulletin", actor, {"version": checked.version})
    return checked


def issue(
    session: Session, bulletin_id: int, version: int, actor: Acting, now: datetime, on: date | None = None
) -> BulletinRow:
    """Give it the next number of the year and its date, freeze what it says for every region, and tell the readers."""
    row = _held(session, bulletin_id, version, actor)
    day = on or now.astimezone(HERE).date()
    if row.state != "checked":
        raise WrongState("Have it checked before it is issued.")
    if not row.as_of <= day <= now.astimezone(HERE).date():
        raise InvalidInput("A bulletin is dated from its as-of day to today.")
    if row.replaces_id is not None and bulletins.one(session, row.replaces_id).replaced_by_id is not None:
        raise WrongState("Another correction of the same bulletin was issued meanwhile.")
    kept = snapshot_queries.whole(session, row.snapshot_id)
    if kept.sha256 != snapshot_queries.one(session, row.snapshot_id).sha256:
        raise WrongState("The snapshot is no longer what was frozen; tell the administrator before anything is issued.")
    session.execute(_NUMBERS)
    serial = int(session.scalar(_LAST, {"year": day.year}) or 0) + 1
    document = replace(row.bulletin(), number=number(day.year, serial), issued_on=day)
    figures = Figures.of(kept.figures)
    texts = {region: plain_text(document.copy_for(region), figures) for region in copies_of(figures, row.region)}
    whole = _sha256(texts[row.region])
    session.execute(
        _ISSUE,
        {
            "id": row.id,
            "year": day.year,
            "serial": serial,
            "day": day,
            "now": now,
            "by": actor.person_id,
            "by_name": actor.name,
            "sha256": whole,
        },
    )
    session.execute(
        _COPY,
        [{"id": row.id, "region": region, "text": said, "sha256": _sha256(said)} for region, said in texts.items()],
    )
    _tell(session, row.id, document, now)
    issued = bulletins.one(session, bulletin_id)
    _audit(session, issued, "issue_bulletin", actor, {"number": issued.number, "sha256": whole})
    return issued


def copies_of(figures: Figures, region: int) -> list[int]:
    """The region itself, and every city and county in it that has a figure."""
    lo, hi = region_range(region)
    return [adcode for adcode in sorted(figures.names) if lo <= adcode <= hi]


def _tell(session: Session, bulletin_id: int, document: Bulletin, now: datetime) -> None:
    """Every office gets its own region's copy, by a link."""
    lo, hi = region_range(document.region)
    said = f"《{document.title}》已印发，数据截至{document.as_of.isoformat()}，请查收本地区分册"
    if document.replaces:
        said = f"{said}；本通报替代{document.replaces}"
    told = [
        NewNotice(
            key=f"bulletin/{bulletin_id}/{row.person_id}",
            subject_kind="bulletin",
            subject_id=bulletin_id,
            venue_id=None,
            county=row.adcode,
            person_id=row.person_id,
            reason="bulletin",
            level=LEVEL,
            facts={"title": f"通报 {document.number}", "text": said, "link": f"/bulletins/{bulletin_id}"},
        )
        for row in session.execute(_READERS, {"lo": lo, "hi": hi})
    ]
    notices.add(session, told, now)


def discard(session: Session, bulletin_id: int, version: int, actor: Acting) -> None:
    """Throw a draft away; its snapshot stays."""
    row = _held(session, bulletin_id, version, actor)
    session.execute(_DISCARD, {"id": row.id})
    _audit(session, row, "discard_bulletin", actor, {"as_of": row.as_of.isoformat()})


def took_away(session: Session, row: BulletinRow, region: int, format: str, actor: Acting) -> None:
    """Somebody downloads a copy: who, whose, in which form."""
    _audit(session, row, "export_bulletin", actor, {"number": row.number, "region": region, "format": format})


def _held(session: Session, bulletin_id: int, version: int, actor: Acting) -> BulletinRow:
    """The bulletin, locked until the end, as the editor last saw it."""
    _check_may(actor)
    held = session.execute(_HOLD, {"id": bulletin_id}).one_or_none()
    row = bulletins.one(session, bulletin_id)
    if held is None:
        raise NotAllowed("Only the province's office and its analysts write bulletins.")
    if held.state == "issued":
        raise WrongState("It is issued and does not change; correct it by a new one.")
    if held.version != version:
        raise WrongState("Somebody else has changed this bulletin meanwhile; look at it again.")
    return row


def _check_may(actor: Acting) -> None:
    if not snapshots.may_write(actor):
        raise NotAllowed("Only the province's office and its analysts write bulletins.")


def _sha256(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


def _audit(session: Session, row: BulletinRow, act: str, actor: Acting, detail: dict[str, Any]) -> None:
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act=act,
        subject=f"bulletins/{row.id}",
        county=row.region,
        detail=detail,
    )
