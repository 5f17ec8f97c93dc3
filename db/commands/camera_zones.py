"""What one camera watches, written whole: who began from an older edition is told who was first, and loses nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit, cameras
from db.commands.actor import Actor
from db.commands.cameras import NewRule
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.queries import camera_zones
from db.queries.camera_zones import RuleOnRecord, Watched, ZoneOnRecord
from db.rules.camera_rules import VisionRule, checked_polygon, params_of
from db.rules.role_acts import DRAW_ZONES
from db.rules.timetables import Hours
from db.rules.zone_checks import DrawnRule, DrawnZone, check, check_hours

_LOCK = text("select zones_revision from camera_streams where device_id = :id for update")
_LOCK_VENUE = text("select pg_advisory_xact_lock(hashtextextended('timetable', :venue))")
_IS_VENUE = text("select county from venues where id = :venue")
_PICTURE = text("select sha256 from camera_frames where id = :frame and device_id = :id")
_NEXT = text(
    """
    update camera_streams set zones_revision = zones_revision + 1, zones_changed_at = :now, zones_changed_by_name = :by,
        changed_at = :now where device_id = :id returning zones_revision
    """
)
_ZONE = text(
    "insert into camera_zones (device_id, venue_id, county, name, polygon, drawn_at, drawn_by_name)"
    " values (:id, :venue, :county, :name, cast(:polygon as jsonb), :now, :by) returning id"
)
_MOVE = text(
    "update camera_zones set name = :name, polygon = cast(:polygon as jsonb), drawn_at = :now, drawn_by_name = :by"
    " where id = :zone"
)
_RETIRE_ZONES = text("update camera_zones set retired_at = :now where id = any (:gone)")
_RETIRE_RULES = text("update camera_rules set retired_at = :now, changed_at = :now where id = any (:gone)")
_RULE = text(
    """
    update camera_rules set mode = :mode, periods = cast(:periods as text[]), threshold = coalesce(:threshold,
        threshold), params = cast(:params as jsonb), reference = coalesce(:reference, reference), changed_at = :now
    where id = :rule
    """
)


@dataclass(frozen=True, slots=True)
class NewZones:
    """All zones and rules of a camera, drawn upon `frame` from the edition `revision`."""

    device_id: int
    revision: int
    zones: tuple[DrawnZone, ...]
    whole: tuple[DrawnRule, ...] = ()
    frame: int | None = None
    """The picture that was drawn upon: how equipment looks is taken from it."""


def record(session: Session, new: NewZones, actor: Actor, now: datetime) -> int:
    """Put this in place of what the camera watches; answers the new edition's number.

    `FaultyZones` says where the fault is, `WrongState` that somebody recorded another edition meanwhile.
    """
    if actor.role is not None and actor.role not in DRAW_ZONES:
        raise NotAllowed("Your role may look, not act.")
    if session.scalar(_LOCK, {"id": new.device_id}) is None:
        raise NotFound("There is no such camera here.")
    before = camera_zones.of_camera(session, new.device_id)
    if before.revision != new.revision:
        raise WrongState(
            "{who} recorded other zones at {at}; nothing of yours is lost.",
            who=before.changed_by_name or "–",
            at=before.changed_at,
        )
    check(new.zones, new.whole)
    picture = session.scalar(_PICTURE, {"frame": new.frame, "id": new.device_id}) if new.frame else None
    writing = _Writing(session, before, bytes(picture) if picture is not None else None, actor, now)
    writing.put(new.zones, new.whole)
    revision = int(session.execute(_NEXT, {"id": new.device_id, "now": now, "by": actor.name}).scalar_one())
    _audit(session, before, "camera zones", before.code, actor, writing.told | {"revision": revision})
    return revision


class _Writing:
    """One edition on its way into the record; `told` is what the audit log keeps of it."""

    def __init__(self, session: Session, before: Watched, picture: bytes | None, actor: Actor, now: datetime) -> None:
        self._session, self._before, self._picture, self._actor, self._now = session, before, picture, actor, now
        self._zones = {zone.id: zone for zone in before.zones}
        self._rules = {rule.id: rule for zone in before.zones for rule in zone.rules} | {r.id: r for r in before.whole}
        self._kept_zones: set[int] = set()
        self._kept_rules: set[int] = set()
        self.told: dict[str, Any] = {}

    def put(self, zones: Sequence[DrawnZone], whole: Sequence[DrawnRule]) -> None:
        for zone in zones:
            standing = self._zones.get(zone.id or 0)
            number, is_moved = self._put_zone(zone, standing)
            for rule in zone.rules:
                self._put_rule(rule, number, is_moved)
        for rule in whole:
            self._put_rule(rule, None, False)
        ended = sorted(self._zones.keys() - self._kept_zones)
        ended_rules = sorted(self._rules.keys() - self._kept_rules)
        self._session.execute(_RETIRE_ZONES, {"gone": ended, "now": self._now})
        self._session.execute(_RETIRE_RULES, {"gone": ended_rules, "now": self._now})
        self.told = {
            "zones": [zone.name.strip() for zone in zones],
            "rules": sorted([rule.rule.value for zone in zones for rule in zone.rules] + [r.rule.value for r in whole]),
            "zones_ended": [self._zones[number].name for number in ended],
            "rules_ended": [self._rules[number].rule.value for number in ended_rules],
        }

    def _put_zone(self, zone: DrawnZone, standing: ZoneOnRecord | None) -> tuple[int, bool]:
        """The zone's number, and whether it lies elsewhere than before."""
        polygon = checked_polygon(zone.corners)
        asked = {"name": zone.name.strip(), "polygon": json.dumps(polygon), "now": self._now, "by": self._actor.name}
        if standing is None:
            before = self._before
            place = {"id": before.device_id, "venue": before.venue_id, "county": before.county}
            return int(self._session.execute(_ZONE, asked | place).scalar_one()), True
        self._kept_zones.add(standing.id)
        is_moved = tuple(polygon) != standing.corners
        if is_moved or zone.name.strip() != standing.name:
            self._session.execute(_MOVE, asked | {"zone": standing.id})
        return standing.id, is_moved

    def _put_rule(self, rule: DrawnRule, zone_id: int | None, is_moved: bool) -> None:
        standing = self._rules.get(rule.id or 0)
        if standing is not None and (standing.rule is not rule.rule or standing.zone_id != zone_id):
            standing = None
        look = self._look(rule, standing, is_moved)
        if standing is None:
            new = NewRule(rule.rule, zone_id, rule.mode, rule.periods, rule.threshold, rule.params, look)
            cameras.put_rule(self._session, self._before.device_id, new, self._now)
            return
        self._kept_rules.add(standing.id)
        asked = {
            "rule": standing.id,
            "mode": rule.mode.value,
            "periods": sorted(period.value for period in rule.periods),
            "threshold": rule.threshold,
            "params": json.dumps(params_of(rule.rule, rule.params)),
            "reference": look,
            "now": self._now,
        }
        self._session.execute(_RULE, asked)

    def _look(self, rule: DrawnRule, standing: RuleOnRecord | None, is_moved: bool) -> bytes | None:
        """The picture that shows how equipment looks, where it is to be registered now."""
        if rule.rule is not VisionRule.EQUIPMENT_MISSING:
            return None
        is_due = standing is None or is_moved or rule.registers
        if is_due and self._picture is None and standing is not None:
            raise InvalidInput("There is no picture to register the equipment from; load one first.")
        return self._picture if is_due else None


def record_hours(
    session: Session, venue_id: int, before: Sequence[Hours], after: Sequence[Hours], actor: Actor, _now: datetime
) -> None:
    """Put these hours in place of the venue's; `WrongState` where they are no more those that somebody began from."""
    if actor.role is not None and actor.role not in DRAW_ZONES:
        raise NotAllowed("Your role may look, not act.")
    if session.scalar(_IS_VENUE, {"venue": venue_id}) is None:
        raise NotFound("There is no such venue within your scope.")
    session.execute(_LOCK_VENUE, {"venue": venue_id})
    if _plain(camera_zones.timetable(session, venue_id)) != _plain(before):
        raise WrongState("Somebody has changed these hours meanwhile; nothing of yours is lost.")
    check_hours(after)
    cameras.set_timetable(session, venue_id, after, actor)


def _plain(timetable: Sequence[Hours]) -> list[Hours]:
    """Without seconds, which no form sends."""
    return [
        replace(hours, since=hours.since.replace(second=0), until=hours.until.replace(second=0)) for hours in timetable
    ]


def _audit(session: Session, camera: Watched, act: str, subject: str, actor: Actor, detail: dict[str, Any]) -> None:
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act=act,
        subject=subject,
        venue_id=camera.venue_id,
        county=camera.county,
        detail=detail,
    )
