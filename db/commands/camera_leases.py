"""Who looks through which camera: leases that end by themselves, so that a dead worker's cameras are anybody's."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.camera_rules import Fitness

LEASE = timedelta(seconds=20)
RENEW_SECONDS = 5.0
ALIVE = timedelta(seconds=15)
"""A worker that has not been heard of for longer takes no part in sharing."""
_HEARD = text(
    """
    insert into vision_workers (name, device, model, started_at, seen_at, cameras, budget_fps, metrics)
    values (:name, :device, :model, :started, :now, :cameras, :budget, cast(:metrics as jsonb))
    on conflict (name) do update set device = excluded.device, model = excluded.model, seen_at = excluded.seen_at,
        started_at = excluded.started_at, cameras = excluded.cameras, budget_fps = excluded.budget_fps,
        metrics = excluded.metrics
    """
)
_FORGET_WORKERS = text("delete from vision_workers where seen_at < :before")
_GONE = text("delete from vision_workers where name = :name")
_SHARE = text(
    """
    select coalesce(sum(budget_fps) filter (where name = :name), 0) / nullif(sum(budget_fps), 0) as mine,
        (select count(*) from camera_streams where is_watched) as cameras
    from vision_workers where seen_at > :alive
    """
)
_RENEW = text(
    """
    update camera_watches w set leased_until = :until where w.leased_by = :name
        and exists (select from camera_streams s where s.device_id = w.device_id and s.is_watched)
    returning w.device_id
    """
)
# Longest unwatched first; a row that another worker takes at this moment is passed by.
_TAKE = text(
    """
    update camera_watches set leased_by = :name, leased_until = :until where device_id in (
        select w.device_id from camera_watches w join camera_streams s using (device_id)
        where s.is_watched and (w.leased_until is null or w.leased_until < :now)
        order by w.leased_until nulls first, w.device_id limit :room for update of w skip locked)
    returning device_id
    """
)
_LET_GO = text(
    "update camera_watches set leased_by = null, leased_until = null where leased_by = :name"
    " and device_id = any (:cameras)"
)
_TOLD = text(
    """
    update camera_watches w set decoded_fps = t.decoded_fps, analysed_fps = t.analysed_fps,
        is_degraded = t.is_degraded, seen_at = coalesce(t.seen_at, w.seen_at),
        width = coalesce(t.width, w.width), height = coalesce(t.height, w.height), trouble = t.trouble,
        fitness_since = case when w.fitness = t.fitness then coalesce(w.fitness_since, :now) else :now end,
        fitness = t.fitness
    from json_to_recordset(cast(:rows as json)) as t (device_id int, decoded_fps real, analysed_fps real,
        is_degraded boolean, seen_at timestamptz, width int, height int, trouble text, fitness text)
    where w.device_id = t.device_id and w.leased_by = :name
    """
)


@dataclass(frozen=True, slots=True)
class WorkerNews:
    """What a worker says of itself."""

    name: str
    device: str
    model: str
    started_at: datetime
    cameras: int
    budget_fps: float
    metrics: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CameraNews:
    """What a worker says of a camera that it holds."""

    device_id: int
    decoded_fps: float
    analysed_fps: float
    is_degraded: bool
    fitness: Fitness
    seen_at: datetime | None = None
    width: int | None = None
    height: int | None = None
    trouble: str | None = None


def turn(session: Session, news: WorkerNews, now: datetime) -> frozenset[int]:
    """Say that the worker lives, keep what it holds, take or give up what is fair; answers what it holds now.

    Shares go by budgets. What is too much by one camera stays where it is: cameras do not wander for a rounding.
    """
    asked = {
        "name": news.name,
        "device": news.device,
        "model": news.model,
        "started": news.started_at,
        "now": now,
        "cameras": news.cameras,
        "budget": news.budget_fps,
        "metrics": json.dumps(news.metrics),
    }
    session.execute(_HEARD, asked)
    until = now + LEASE
    held = list(session.scalars(_RENEW, {"name": news.name, "until": until}))
    share = session.execute(_SHARE, {"name": news.name, "alive": now - ALIVE}).one()
    fair = -int(-(float(share.mine or 1.0) * share.cameras) // 1)
    if len(held) > fair + 1:
        let_go(session, news.name, sorted(held)[fair:])
        held = sorted(held)[:fair]
    elif len(held) < fair:
        held += session.scalars(_TAKE, {"name": news.name, "until": until, "now": now, "room": fair - len(held)})
    return frozenset(held)


def let_go(session: Session, name: str, cameras: Sequence[int]) -> None:
    """Give these up at once; nobody has to wait for the lease's end."""
    session.execute(_LET_GO, {"name": name, "cameras": list(cameras)})


def leave(session: Session, name: str, cameras: Sequence[int]) -> None:
    """The worker ends."""
    let_go(session, name, cameras)
    session.execute(_GONE, {"name": name})


def forget_workers(session: Session, now: datetime) -> None:
    """Those not heard of for a day."""
    session.execute(_FORGET_WORKERS, {"before": now - timedelta(days=1)})


def tell(session: Session, name: str, news: Sequence[CameraNews], now: datetime) -> None:
    """How the worker's cameras do; of a camera that is another's by now nothing is taken."""
    rows = [
        {
            "device_id": each.device_id,
            "decoded_fps": each.decoded_fps,
            "analysed_fps": each.analysed_fps,
            "is_degraded": each.is_degraded,
            "fitness": each.fitness.value,
            "trouble": each.trouble,
            "width": each.width,
            "height": each.height,
            "seen_at": each.seen_at.isoformat() if each.seen_at else None,
        }
        for each in sorted(news, key=lambda each: each.device_id)
    ]
    if rows:
        session.execute(_TOLD, {"name": name, "rows": json.dumps(rows), "now": now})
