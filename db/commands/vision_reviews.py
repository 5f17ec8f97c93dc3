"""People's word on what cameras found, and what it teaches: thresholds within limits, muting below a set precision."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import alarms, audit
from db.commands.actor import Actor
from db.errors import NotAllowed, NotFound, WrongState
from db.queries import vision_verdicts
from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import Verdict
from db.rules.camera_rules import VisionRule, checked_threshold
from db.rules.role_acts import DRAW_ZONES, EXPORT_REFUSALS, REVIEW_VISION
from db.rules.vision_learning import LATEST, learn
from db.rules.vision_review import Refused

_SETTLE = text(
    """
    update vision_verdicts set outcome = :outcome, outcome_at = :now, outcome_by = :by, outcome_reason = :reason
    where id = :id and outcome is null and alarm_id is null returning venue_id, county, rule, device_id
    """
)
_IS_THERE = text("select alarm_id from vision_verdicts where id = :id")
_ALARM = text("select alarm_id from vision_verdicts where id = :id for update")
_WHY = text("update vision_verdicts set outcome_reason = :reason where alarm_id = :alarm")
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
_ONE_RULE = text(
    "select r.rule, r.threshold, r.device_id, r.venue_id, r.county, d.code from camera_rules r"
    " join devices d on d.id = r.device_id where r.id = :id and r.retired_at is null for update of r"
)
_THRESHOLD = text("update camera_rules set threshold = :threshold, changed_at = :now where id = :id")
_ALONE = text("select pg_try_advisory_xact_lock(hashtextextended('vision learning', 0))")
NEW_AT_LEAST = 3
"""So many new verdicts before a rule learns again."""
_TOUCH = text("update camera_streams set changed_at = :now where device_id = any (:cameras)")


def judge(
    session: Session,
    verdict_id: int,
    refused: Refused | None,
    actor: Actor,
    now: datetime,
    said: str = "",
) -> None:
    """A person's word, whichever way it was found: `refused` None confirms. One that rang is its alarm's verdict.

    `said` is the reason as the alarm's readers are to see it.
    """
    if actor.role is not None and actor.role not in REVIEW_VISION:
        raise NotAllowed("Your role may look, not act.")
    row = session.execute(_ALARM, {"id": verdict_id}).one_or_none()
    if row is None or row.alarm_id is None:
        settle(session, verdict_id, refused is None, actor, now, refused)
        return
    if refused is not None:
        session.execute(_WHY, {"alarm": row.alarm_id, "reason": refused.as_record})
    verdict, cause = (Verdict.REAL_HAZARD, None) if refused is None else (Verdict.FALSE, Cause.OTHER)
    alarms.verify(session, row.alarm_id, verdict, actor, now, said or None, cause)


def settle(
    session: Session, verdict_id: int, is_right: bool, actor: Actor, now: datetime, refused: Refused | None = None
) -> None:
    """Say whether a verdict that waits for review is right; one that rang is settled by its alarm's verdict."""
    asked = {"id": verdict_id, "outcome": "confirmed" if is_right else "refused", "now": now, "by": actor.person_id}
    why = {"reason": refused.as_record} if refused is not None else {}
    row = session.execute(_SETTLE, asked | {"reason": why.get("reason")}).one_or_none()
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
        detail={"rule": row.rule, "outcome": asked["outcome"], **why},
    )


def set_threshold(session: Session, rule_id: int, threshold: float, actor: Actor, now: datetime) -> None:
    """Another threshold by hand, within the rule's limits; the worker takes it within seconds."""
    if actor.role is not None and actor.role not in DRAW_ZONES:
        raise NotAllowed("Your role may look, not act.")
    row = session.execute(_ONE_RULE, {"id": rule_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such rule within your scope.")
    checked_threshold(VisionRule(row.rule), threshold)
    session.execute(_THRESHOLD, {"id": rule_id, "threshold": threshold, "now": now})
    session.execute(_TOUCH, {"cameras": [row.device_id], "now": now})
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="camera rule threshold",
        subject=row.code,
        venue_id=row.venue_id,
        county=row.county,
        detail={"rule": row.rule, "before": round(row.threshold, 4), "after": threshold},
    )


def note_export(session: Session, pictures: int, actor: Actor) -> None:
    """That pictures with faces left the portal as training data is logged."""
    if actor.role is not None and actor.role not in EXPORT_REFUSALS:
        raise NotAllowed("Your role may not take these pictures away.")
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="vision refusals exported",
        subject="vision refusals",
        detail={"pictures": pictures},
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
