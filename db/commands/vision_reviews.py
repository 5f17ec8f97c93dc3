"""People's word on what cameras found, and what it teaches: thresholds within limits, muting below a set precision."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.actor import Actor
from db.errors import NotFound, WrongState
from db.queries import vision_verdicts
from db.rules.camera_rules import VisionRule
from db.rules.vision_learning import LATEST, learn

_SETTLE = text(
    """
    update vision_verdicts set outcome = :outcome, outcome_at = :now, outcome_by = :by
    where id = :id and outcome is null and alarm_id is null returning venue_id, county, rule, device_id
    """
)
_IS_THERE = text("select alarm_id from vision_verdicts where id = :id")
_RULES = text(
    """
    select r.id, r.device_id, r.venue_id, r.county, r.rule, r.threshold, r.least_precision, r.muted_at, r.judged, d.code
    from camera_rules r join devices d on d.id = r.device_id
    where r.retired_at is null and r.mode <> 'off' order by r.id for update of r
    """
)
_LEARN = text(
    """
    update camera_rules set threshold = :threshold, changed_at = :now, judged = :judged,
        muted_at = case when :muted then coalesce(muted_at, :now) end
    where id = :id
    """
)
_ALONE = text("select pg_try_advisory_xact_lock(hashtextextended('vision learning', 0))")
NEW_AT_LEAST = 3
"""So many new verdicts before a rule learns again."""
_TOUCH = text("update camera_streams set changed_at = :now where device_id = any (:cameras)")


def settle(session: Session, verdict_id: int, is_right: bool, actor: Actor, now: datetime) -> None:
    """Say whether a verdict that waits for review is right; one that rang is settled by its alarm's verdict."""
    asked = {"id": verdict_id, "outcome": "confirmed" if is_right else "refused", "now": now, "by": actor.person_id}
    row = session.execute(_SETTLE, asked).one_or_none()
    if row is None:
        there = session.execute(_IS_THERE, {"id": verdict_id}).one_or_none()
        if there is None:
            raise NotFound("There is no such verdict within your scope.")
        if there.alarm_id is not None:
            raise WrongState("It rang: say so at its alarm.")
        raise WrongState("Somebody has judged it already.")
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="vision review",
        subject=f"verdict {verdict_id}",
        venue_id=row.venue_id,
        county=row.county,
        detail={"rule": row.rule, "outcome": asked["outcome"]},
    )


def learn_from_verdicts(session: Session, now: datetime) -> int:
    """Move thresholds and mute or unmute rules by people's new verdicts; answers how many rules changed.

    Every worker asks for it now and then; one at a time does it.
    """
    if not session.scalar(_ALONE):
        return 0
    changed: list[tuple[Any, dict[str, Any]]] = []
    for row in session.execute(_RULES).all():
        total = vision_verdicts.judged_so_far(session, row.id)
        if total < row.judged + NEW_AT_LEAST:
            continue
        latest = vision_verdicts.judged(session, row.id, LATEST)
        lesson = learn(VisionRule(row.rule), row.threshold, row.least_precision, latest)
        if lesson is None:
            continue
        session.execute(
            _LEARN,
            {"id": row.id, "threshold": lesson.threshold, "muted": lesson.is_muted, "judged": total, "now": now},
        )
        if abs(lesson.threshold - row.threshold) > 1e-4 or lesson.is_muted != (row.muted_at is not None):
            changed.append((row, {"rule": row.rule, "threshold": lesson.threshold, "is_muted": lesson.is_muted}))
    if changed:
        session.execute(_TOUCH, {"cameras": [row.device_id for row, _detail in changed], "now": now})
    _audit(session, changed)
    return len(changed)


def _audit(session: Session, changed: Iterable[tuple[Any, dict[str, Any]]]) -> None:
    for row, detail in changed:
        audit.write(
            session,
            actor_id=None,
            actor_name="vision",
            act="camera rule learns",
            subject=row.code,
            venue_id=row.venue_id,
            county=row.county,
            detail=detail,
        )
