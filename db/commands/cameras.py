"""Cameras on the books: where their pictures come from, zones, rules, and the venue's hours."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.actor import Actor
from db.errors import InvalidInput, NotFound
from db.rules.camera_rules import BY_RULE, Mode, VisionRule, checked_polygon, checked_threshold, params_of
from db.rules.device_kinds import DeviceKind
from db.rules.timetables import Hours, Period

KINDS = ("file", "rtsp", "hls", "gb28181")
PLATFORM_ADDRESS = re.compile(r"\d{20}/\d{20}", re.ASCII)
"""Device and channel behind a video platform (GB/T 28181 numbers)."""
DECODINGS = ("every", "low_fps", "key_frames")
_BEGINNINGS = {"rtsp": ("rtsp://", "rtsps://"), "hls": ("http://", "https://")}
_CAMERA = text(
    "select id, code, venue_id, county, kind, is_demo from devices where id = :id and retired_on is null for share"
)
_STREAM = text(
    """
    insert into camera_streams (device_id, venue_id, county, kind, address, decode, target_fps, is_watched,
        is_repeating, changed_at, is_demo)
    values (:id, :venue, :county, :kind, :address, :decode, :fps, :watched, :repeating, :now, :demo)
    on conflict (device_id) do update set kind = excluded.kind, address = excluded.address, decode = excluded.decode,
        target_fps = excluded.target_fps, is_watched = excluded.is_watched, is_repeating = excluded.is_repeating,
        venue_id = excluded.venue_id, county = excluded.county, changed_at = excluded.changed_at,
        reference = case when camera_streams.address = excluded.address then camera_streams.reference end
    """
)
_WATCH = text(
    "insert into camera_watches (device_id, venue_id, county) values (:id, :venue, :county)"
    " on conflict (device_id) do update set venue_id = excluded.venue_id, county = excluded.county"
)
_REFERENCE = text(
    "update camera_streams set reference = :sha256, reference_at = :now where device_id = :id and reference is null"
)
_EQUIPMENT = text("update camera_rules set reference = :sha256 where id = :rule and reference is null")
_ZONE = text(
    "insert into camera_zones (device_id, venue_id, county, name, polygon, drawn_at, drawn_by_name)"
    " values (:id, :venue, :county, :name, cast(:polygon as jsonb), :now, :by) returning id"
)
_ITS_ZONE = text("select 1 from camera_zones where id = :zone and device_id = :id and retired_at is null")
_RULE = text(
    """
    insert into camera_rules (device_id, venue_id, county, zone_id, rule, mode, periods, threshold, params, reference,
        least_precision, changed_at)
    values (:id, :venue, :county, :zone, :rule, :mode, cast(:periods as text[]), :threshold, cast(:params as jsonb),
        :reference, :least, :now) returning id
    """
)
_RETIRE_RULE = text(
    "update camera_rules set retired_at = :now, changed_at = :now where id = :rule and retired_at is null"
    " returning device_id, venue_id, county, rule"
)
_TOUCH = text("update camera_streams set changed_at = :now where device_id = :id")
_COUNTY = text("select county from venues where id = :venue")
_FORGET_HOURS = text("delete from timetable_periods where venue_id = :venue")
_HOURS = text(
    """
    insert into timetable_periods (venue_id, county, period, weekdays, from_time, until_time, first_on, last_on)
    select id, county, :period, cast(:weekdays as smallint[]), :since, :until, :first, :last
    from venues where id = :venue
    """
)


@dataclass(frozen=True, slots=True)
class NewStream:
    """Where pictures come from; `kind` is one of `KINDS`, `decode` one of `DECODINGS`."""

    kind: str
    address: str
    decode: str = "low_fps"
    target_fps: float = 5.0
    is_watched: bool = True
    is_repeating: bool = False


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule in a zone, as its row describes it but for what is said here."""

    rule: VisionRule
    zone_id: int | None = None
    mode: Mode | None = None
    periods: frozenset[Period] = frozenset()
    threshold: float | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    reference: bytes | None = None


def kind_of(address: str) -> str:
    """What kind of stream an address is."""
    if PLATFORM_ADDRESS.fullmatch(address):
        return "gb28181"
    return next((kind for kind, begins in _BEGINNINGS.items() if address.startswith(begins)), "file")


def _fits(kind: str, address: str) -> bool:
    if kind == "gb28181":
        return PLATFORM_ADDRESS.fullmatch(address) is not None
    return bool(address) and address.isprintable() and address.startswith(_BEGINNINGS.get(kind, ("/",)))


def connect(session: Session, device_id: int, new: NewStream, actor: Actor, now: datetime) -> None:
    """Take a camera's pictures from this address from now on."""
    if new.kind not in KINDS or new.decode not in DECODINGS:
        raise InvalidInput("There is no such kind of stream.")
    if not _fits(new.kind, new.address.strip()):
        raise InvalidInput("The address does not fit the kind of stream.")
    if not 0 < new.target_fps <= 25:
        raise InvalidInput("Pictures a second must lie between 0 and 25.")
    camera = _camera(session, device_id)
    about = {"id": device_id, "venue": camera.venue_id, "county": camera.county}
    stream = {
        "kind": new.kind,
        "address": new.address.strip(),
        "decode": new.decode,
        "fps": new.target_fps,
        "watched": new.is_watched and new.kind != "gb28181",  # what a platform plays is not held open for a worker
        "repeating": new.is_repeating,
        "now": now,
        "demo": camera.is_demo,
    }
    session.execute(_STREAM, about | stream)
    session.execute(_WATCH, about)
    _audit(session, camera, actor, "camera connect", {"kind": new.kind, "decode": new.decode, "fps": new.target_fps})


def keep_view(session: Session, device_id: int, sha256: bytes, now: datetime) -> None:
    """The view from the first pictures, which the camera is compared with from now on; a registered one stays."""
    session.execute(_REFERENCE, {"id": device_id, "sha256": sha256, "now": now})


def keep_equipment(session: Session, rule_id: int, sha256: bytes) -> None:
    """How the equipment looks, from the first pictures; one that a person registered stays."""
    session.execute(_EQUIPMENT, {"rule": rule_id, "sha256": sha256})


def draw_zone(session: Session, device_id: int, name: str, corners: Any, actor: Actor, now: datetime) -> int:
    """A part of the picture; answers its number."""
    polygon = checked_polygon(corners)
    camera = _camera(session, device_id)
    asked = {
        "id": device_id,
        "venue": camera.venue_id,
        "county": camera.county,
        "name": name.strip()[:80] or "–",
        "polygon": json.dumps(polygon),
        "now": now,
        "by": actor.name,
    }
    zone = int(session.execute(_ZONE, asked).scalar_one())
    _audit(session, camera, actor, "camera zone", {"zone": zone, "name": name})
    return zone


def add_rule(session: Session, device_id: int, new: NewRule, actor: Actor, now: datetime) -> int:
    """Judge this from now on; answers the rule's number."""
    camera = _camera(session, device_id)
    number = put_rule(session, device_id, new, now)
    session.execute(_TOUCH, {"id": device_id, "now": now})
    detail = {"rule": number, "kind": new.rule.value, "mode": (new.mode or BY_RULE[new.rule].mode).value}
    _audit(session, camera, actor, "camera rule", detail)
    return number


def put_rule(session: Session, device_id: int, new: NewRule, now: datetime) -> int:
    """The rule's row alone, for whoever writes the log's entry of the whole act."""
    row = BY_RULE[new.rule]
    camera = _camera(session, device_id)
    if row.needs_zone and new.zone_id is None:
        raise InvalidInput("This rule needs a zone.")
    if new.zone_id is not None and not session.scalar(_ITS_ZONE, {"zone": new.zone_id, "id": device_id}):
        raise NotFound("There is no such zone in this camera's picture.")
    asked = {
        "id": device_id,
        "venue": camera.venue_id,
        "county": camera.county,
        "zone": new.zone_id,
        "now": now,
        "rule": new.rule.value,
        "mode": (new.mode or row.mode).value,
        "least": row.least_precision,
        "periods": sorted(period.value for period in new.periods),
        "threshold": checked_threshold(new.rule, new.threshold if new.threshold is not None else row.threshold),
        "params": json.dumps(params_of(new.rule, dict(new.params))),
        "reference": new.reference,
    }
    return int(session.execute(_RULE, asked).scalar_one())


def retire_rule(session: Session, rule_id: int, actor: Actor, now: datetime) -> None:
    """It is judged no longer; what it found stays."""
    row = session.execute(_RETIRE_RULE, {"rule": rule_id, "now": now}).one_or_none()
    if row is None:
        raise NotFound("There is no such rule within your scope.")
    session.execute(_TOUCH, {"id": row.device_id, "now": now})
    _audit(session, _camera(session, row.device_id), actor, "camera rule retire", {"rule": rule_id, "kind": row.rule})


def set_timetable(session: Session, venue_id: int, timetable: Sequence[Hours], actor: Actor) -> None:
    """The venue's hours, all of them, in place of those before."""
    if any(hours.period is Period.OUTSIDE_TEACHING for hours in timetable):
        raise InvalidInput("What lies outside teaching follows from the rest.")
    session.execute(_FORGET_HOURS, {"venue": venue_id})
    for hours in timetable:
        asked = {
            "venue": venue_id,
            "period": hours.period.value,
            "weekdays": sorted(hours.weekdays),
            "since": hours.since,
            "until": hours.until,
            "first": hours.first_on,
            "last": hours.last_on,
        }
        if not session.execute(_HOURS, asked).rowcount:  # type: ignore[attr-defined]
            raise NotFound("There is no such venue within your scope.")
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="timetable",
        subject=f"venue {venue_id}",
        venue_id=venue_id,
        county=session.scalar(_COUNTY, {"venue": venue_id}),
        detail={"rows": len(timetable)},
    )


def _camera(session: Session, device_id: int) -> Any:
    row = session.execute(_CAMERA, {"id": device_id}).one_or_none()
    if row is None or row.kind != DeviceKind.CAMERA:
        raise NotFound("There is no such camera within your scope.")
    return row


def _audit(session: Session, camera: Any, actor: Actor, act: str, detail: dict[str, Any]) -> None:
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act=act,
        subject=camera.code,
        venue_id=camera.venue_id,
        county=camera.county,
        detail=detail,
    )
