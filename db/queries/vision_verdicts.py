"""What cameras' rules found and what people said to it: precision by rule and camera, and refusals to learn from."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.vision_learning import Judged

# A verdict that rang is judged by its alarm's own verdict; a test says nothing about the rule.
_OUTCOME = """
    coalesce(v.outcome, case when a.verdict in ('real_fire', 'real_hazard') then 'confirmed'
                             when a.verdict = 'false' then 'refused' end)
"""
_PRECISION = text(
    f"""
    with first as (
        select distinct on (coalesce(v.alarm_id, -v.id), v.rule) v.device_id, v.rule_id, v.rule, v.score, v.mode,
            {_OUTCOME} as outcome
        from vision_verdicts v left join alarms a on a.id = v.alarm_id
        where v.observed_at >= :since order by coalesce(v.alarm_id, -v.id), v.rule, v.id)
    select f.rule, d.code, f.device_id, f.rule_id, r.mode, r.threshold, r.least_precision, r.muted_at,
        count(*) as found, count(*) filter (where outcome = 'confirmed') as confirmed,
        count(*) filter (where outcome = 'refused') as refused
    from first f join devices d on d.id = f.device_id left join camera_rules r on r.id = f.rule_id
    group by 1, 2, 3, 4, 5, 6, 7, 8 order by f.rule, d.code, f.rule_id
    """
)
_JUDGED = text(
    f"""
    select score, outcome = 'confirmed' as is_right from (
        select distinct on (coalesce(v.alarm_id, -v.id)) v.id, v.score, {_OUTCOME} as outcome
        from vision_verdicts v left join alarms a on a.id = v.alarm_id
        where v.rule_id = :rule order by coalesce(v.alarm_id, -v.id), v.id) each
    where outcome is not null order by id desc limit :most
    """
)
_JUDGED_SO_FAR = text(
    f"""
    select count(*) from (select distinct coalesce(v.alarm_id, -v.id)
        from vision_verdicts v left join alarms a on a.id = v.alarm_id
        where v.rule_id = :rule and {_OUTCOME} is not null) each
    """
)
_REFUSED = text(
    f"""
    select v.id, v.rule, v.score, v.observed_at, v.boxes, v.model, d.code, f.sha256, f.width, f.height,
        coalesce(v.outcome_reason, a.cause) as cause
    from vision_verdicts v join devices d on d.id = v.device_id join camera_frames f on f.id = v.frame_id
    left join alarms a on a.id = v.alarm_id
    where v.observed_at >= :since and {_OUTCOME} = 'refused' order by v.id limit :most
    """
)
_WAITING = text(
    """
    select v.id, v.rule, v.device_id, d.code, v.venue_id, v.observed_at, v.score, v.frame_id
    from vision_verdicts v join devices d on d.id = v.device_id
    where v.mode = 'review' and v.outcome is null and v.rule <> 'flame' order by v.id desc limit :most
    """
)
_WORKERS = text("select * from vision_workers order by name")
_MODELS = text("select * from vision_models order by name")


@dataclass(frozen=True, slots=True)
class RulePrecision:
    """How a rule does on one camera; `precision` None: nobody has judged."""

    rule: str
    camera: str
    device_id: int
    rule_id: int | None
    mode: str | None
    threshold: float | None
    least_precision: float | None
    muted_at: datetime | None
    found: int
    confirmed: int
    refused: int

    @property
    def precision(self) -> float | None:
        judged = self.confirmed + self.refused
        return self.confirmed / judged if judged else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A verdict that people found wrong, with its picture."""

    verdict_id: int
    rule: str
    score: float
    observed_at: datetime
    boxes: list[dict[str, Any]]
    model: str | None
    camera: str
    sha256: bytes
    width: int
    height: int
    cause: str | None


@dataclass(frozen=True, slots=True)
class WaitingVerdict:
    """Found, and not rung: a person is to say whether it is right."""

    id: int
    rule: str
    device_id: int
    camera: str
    venue_id: int
    observed_at: datetime
    score: float
    frame_id: int | None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker, as it told of itself last."""

    name: str
    device: str
    model: str
    started_at: datetime
    seen_at: datetime
    cameras: int
    budget_fps: float
    metrics: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model with its card."""

    name: str
    sha256: bytes
    card: dict[str, Any]
    seen_at: datetime


def precision(session: Session, since: datetime) -> list[RulePrecision]:
    """By rule and camera, since then; an alarm counts once, however often it was seen."""
    return [RulePrecision(*row) for row in session.execute(_PRECISION, {"since": since})]


def judged(session: Session, rule_id: int, most: int) -> list[Judged]:
    """The rule's latest verdicts that people judged, oldest first."""
    rows = session.execute(_JUDGED, {"rule": rule_id, "most": most}).all()
    return [Judged(row.score, row.is_right) for row in reversed(rows)]


def judged_so_far(session: Session, rule_id: int) -> int:
    """How many of the rule's verdicts people have judged."""
    return int(session.execute(_JUDGED_SO_FAR, {"rule": rule_id}).scalar_one())


def refusals(session: Session, since: datetime, most: int = 5000) -> list[Refusal]:
    """What people found wrong, with the pictures that misled."""
    return [
        Refusal(
            *(row.id, row.rule, row.score, row.observed_at, list(row.boxes), row.model, row.code),
            *(bytes(row.sha256), row.width, row.height, row.cause),
        )
        for row in session.execute(_REFUSED, {"since": since, "most": most})
    ]


def waiting(session: Session, most: int = 200) -> list[WaitingVerdict]:
    """What waits for review, newest first."""
    return [WaitingVerdict(*row) for row in session.execute(_WAITING, {"most": most})]


def workers(session: Session) -> list[WorkerRow]:
    """Every worker of the last day."""
    return [WorkerRow(*row) for row in session.execute(_WORKERS)]


def models(session: Session) -> list[ModelRow]:
    """Every model that a worker has used, with its card."""
    return [ModelRow(row.name, bytes(row.sha256), row.card, row.seen_at) for row in session.execute(_MODELS)]
