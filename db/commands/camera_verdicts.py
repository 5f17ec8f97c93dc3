"""What cameras found goes on record: the frame, the signal, the verdict, and the alarm where it rings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.alarm_raising import AlarmSignal, Near, hear_witnesses, raise_alarm
from db.evidence.store import Stored
from db.queries.camera_frames import Headless
from db.rules.alarm_folding import Folding
from db.rules.alarm_kinds import AlarmKind
from db.rules.camera_rules import BY_RULE, CAMERA_UNFIT, Fitness, Mode, SeenBox, VisionRule
from db.rules.signal_kinds import SignalKind

_CAMERA = text("select id, code, venue_id, county, area_id, is_demo from devices where id = :id")
_SIGNAL = text(
    """
    insert into signals (device_id, signal, observed_at, venue_id, county, received_at, value, alarm, text)
    values (:device, :signal, :at, :venue, :county, :now, :value, :alarm, :text) on conflict do nothing
    """
)
_LATEST = text(
    """
    insert into device_latest as l (device_id, venue_id, county, heard_at, observed_at, signal, value, proven_at)
    values (:device, :venue, :county, :now, :at, :signal, :value, :proven)
    on conflict (device_id) do update set venue_id = excluded.venue_id, county = excluded.county,
        heard_at = greatest(l.heard_at, excluded.heard_at),
        signal = case when excluded.observed_at >= l.observed_at then excluded.signal else l.signal end,
        value = case when excluded.observed_at >= l.observed_at then excluded.value else l.value end,
        observed_at = greatest(l.observed_at, excluded.observed_at),
        proven_at = greatest(l.proven_at, excluded.proven_at)
    """
)
_PROVEN = text("update camera_watches set proven_at = :now where device_id = :device")
_FRAME = text(
    """
    insert into camera_frames (device_id, venue_id, county, alarm_id, taken_at, sha256, width, height, heads, is_demo)
    values (:device, :venue, :county, :alarm, :at, :sha256, :width, :height, cast(:heads as jsonb), :demo) returning id
    """
)
_CLIP = text("update camera_frames set clip = :sha256, clip_from = :since, clip_until = :until where id = :id")
_HEADS = text("update camera_frames set heads = cast(:heads as jsonb) where id = :id and heads is null")
_HEADS_OF_CAPTURE = text("update patrol_captures set heads = cast(:heads as jsonb) where id = :id and heads is null")
_VERDICT = text(
    """
    insert into vision_verdicts (device_id, venue_id, county, area_id, rule_id, rule, observed_at, recorded_at, score,
        threshold, value, mode, model, boxes, frame_id, alarm_id, is_demo)
    values (:device, :venue, :county, :area, :rule_id, :rule, :at, :now, :score, :threshold, :value, :mode, :model,
        cast(:boxes as jsonb), :frame, :alarm, :demo) returning id
    """
)


Box = tuple[float, float, float, float]
Boxes = Sequence[Box] | None
"""Where heads are, from 0 to 1; None: it is not known, and whoever may see no face sees the whole picture masked."""


@dataclass(frozen=True, slots=True)
class NewVerdict:
    """What a rule found. `rule` None: the camera itself is unfit, for the reason `fitness`."""

    device_id: int
    rule: VisionRule | None
    rule_id: int | None
    mode: Mode
    observed_at: datetime
    score: float
    threshold: float
    value: float | None = None
    fitness: Fitness | None = None
    model: str | None = None
    boxes: Sequence[SeenBox] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """Where a verdict stands now; `alarm_id` None: it did not ring."""

    verdict_id: int
    frame_id: int | None
    alarm_id: int | None
    is_new: bool


def give(session: Session, new: NewVerdict, frame: Stored | None, now: datetime, heads: Boxes = None) -> Given:
    """Write a verdict with its picture; one that rings folds into the open alarm of its place, or raises one."""
    camera = session.execute(_CAMERA, {"id": new.device_id}).one()
    signal, kind = _speaks(new)
    said = new.fitness.value if new.fitness is not None else None
    _say(session, camera, signal, new.observed_at, now, new.value, bool(kind) and new.mode is Mode.RING, said)
    alarm_id, is_new = None, False
    if kind is not None and new.mode is Mode.RING:
        raised = raise_alarm(session, _ring(camera, new, signal, kind), now)
        alarm_id, is_new = raised.alarm_id, raised.folding is Folding.NEW
    elif new.rule is VisionRule.FLAME:
        hear_witnesses(session, [Near(camera.venue_id, new.observed_at)], now)
    frame_id = _keep(session, camera, frame, alarm_id, new.observed_at, heads) if frame is not None else None
    verdict = session.execute(_VERDICT, _row(camera, new, frame_id, alarm_id, now)).scalar_one()
    return Given(int(verdict), frame_id, alarm_id, is_new)


def say_again(session: Session, new: NewVerdict, now: datetime) -> int | None:
    """What was found lasts: the alarm counts one signal more. Answers the alarm, None where it does not ring."""
    camera = session.execute(_CAMERA, {"id": new.device_id}).one()
    signal, kind = _speaks(new)
    if kind is None or new.mode is not Mode.RING:
        return None
    said = new.fitness.value if new.fitness is not None else None
    _say(session, camera, signal, new.observed_at, now, new.value, True, said)
    return raise_alarm(session, _ring(camera, new, signal, kind), now).alarm_id


def prove(session: Session, device_id: int, at: datetime, now: datetime) -> None:
    """A decoded picture that moves proves the camera to be online."""
    camera = session.execute(_CAMERA, {"id": device_id}).one()
    _say(session, camera, SignalKind.PICTURE, at, now, 1.0, None, None, is_proof=True)
    session.execute(_PROVEN, {"device": device_id, "now": now})


def keep_frame(
    session: Session,
    device_id: int,
    frame: Stored,
    taken_at: datetime,
    alarm_id: int | None,
    heads: Boxes = None,
) -> int:
    """A picture around an alarm that something else raised; answers its number."""
    return _keep(session, session.execute(_CAMERA, {"id": device_id}).one(), frame, alarm_id, taken_at, heads)


def keep_heads(session: Session, frame: Headless, heads: Sequence[Box]) -> None:
    """Where heads are in a picture that was kept before anybody had looked for them."""
    told = _HEADS_OF_CAPTURE if frame.is_capture else _HEADS
    session.execute(told, {"id": frame.id, "heads": json.dumps(list(heads))})


def keep_clip(session: Session, frame_id: int, sha256: bytes, since: datetime, until: datetime) -> None:
    """The clip around a frame, which comes some seconds later."""
    session.execute(_CLIP, {"id": frame_id, "sha256": sha256, "since": since, "until": until})


def _speaks(new: NewVerdict) -> tuple[SignalKind, AlarmKind | None]:
    if new.rule is None:
        return SignalKind.PICTURE, AlarmKind.CAMERA_UNFIT
    row = BY_RULE[new.rule]
    return row.signal, row.alarm_kind


def _ring(camera: Any, new: NewVerdict, signal: SignalKind, kind: AlarmKind) -> AlarmSignal:
    place = (camera.venue_id, camera.county, camera.area_id, camera.id, camera.code)
    return AlarmSignal(*place, kind, signal.value, new.value, new.observed_at, camera.is_demo)


def _say(
    session: Session,
    camera: Any,
    signal: SignalKind,
    at: datetime,
    now: datetime,
    value: float | None,
    alarm: bool | None,
    words: str | None,
    is_proof: bool = False,
) -> None:
    """As every device's word: the signal on record, and the device's last word moved forward."""
    about = {"device": camera.id, "venue": camera.venue_id, "county": camera.county, "signal": signal.value}
    asked = about | {"at": at, "now": now, "value": value}
    session.execute(_SIGNAL, asked | {"alarm": alarm, "text": words})
    session.execute(_LATEST, asked | {"proven": now if is_proof else None})


def _keep(session: Session, camera: Any, frame: Stored, alarm_id: int | None, at: datetime, heads: Boxes = None) -> int:
    picture = frame.picture
    asked = {
        "device": camera.id,
        "venue": camera.venue_id,
        "county": camera.county,
        "alarm": alarm_id,
        "at": at,
        "sha256": frame.sha256,
        "heads": None if heads is None else json.dumps(list(heads)),
        "demo": camera.is_demo,
        "width": picture.width if picture else 0,
        "height": picture.height if picture else 0,
    }
    return int(session.execute(_FRAME, asked).scalar_one())


def _row(camera: Any, new: NewVerdict, frame_id: int | None, alarm_id: int | None, now: datetime) -> dict[str, Any]:
    boxes = [{"name": seen.name, "score": round(seen.score, 3), "box": seen.box} for seen in new.boxes]
    return {
        "device": camera.id,
        "venue": camera.venue_id,
        "county": camera.county,
        "area": camera.area_id,
        "rule_id": new.rule_id,
        "rule": new.rule.value if new.rule else CAMERA_UNFIT,
        "mode": new.mode.value,
        "at": new.observed_at,
        "now": now,
        "score": new.score,
        "threshold": new.threshold,
        "value": new.value,
        "model": new.model,
        "boxes": json.dumps(boxes),
        "frame": frame_id,
        "alarm": alarm_id,
        "demo": camera.is_demo,
    }
