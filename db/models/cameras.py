from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    Time,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, key, venue_ref


class TimetablePeriod(Base):
    """Hours of a venue that rules go by; a period past midnight ends on the next day."""

    __tablename__ = "timetable_periods"
    __table_args__ = (
        CheckConstraint("period in ('teaching', 'dormitory_night', 'exam', 'holiday')", "period"),
        CheckConstraint("first_on is null or last_on is null or last_on >= first_on", "order"),
    )

    id: Mapped[key]
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    period: Mapped[str]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    """Monday is 1."""
    from_time: Mapped[time] = mapped_column(Time)
    until_time: Mapped[time] = mapped_column(Time)
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]


class CameraStream(Base):
    """Where a camera's pictures come from, and how closely it is watched."""

    __tablename__ = "camera_streams"
    __table_args__ = (
        CheckConstraint("kind in ('file', 'rtsp', 'hls', 'gb28181')", "kind"),
        CheckConstraint("decode in ('every', 'low_fps', 'key_frames')", "decode"),
        CheckConstraint("target_fps > 0 and target_fps <= 25", "target_fps"),
    )

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    kind: Mapped[str]
    address: Mapped[str]
    """A URL, which may hold the camera's password, or a file's path."""
    decode: Mapped[str] = mapped_column(server_default="low_fps")
    target_fps: Mapped[float] = mapped_column(REAL, server_default="5")
    is_watched: Mapped[bool] = mapped_column(server_default="true")
    is_repeating: Mapped[bool] = mapped_column(server_default="false")
    """A file that is played over and over in place of a camera: that it repeats itself is no fault."""
    reference: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The view as it should be, by the hash of its picture."""
    reference_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    zones_revision: Mapped[int] = mapped_column(server_default="0")
    """Edition of its zones and rules; who began from an older one is told who was first."""
    zones_changed_at: Mapped[datetime | None]
    zones_changed_by_name: Mapped[str | None]


class CameraWatch(Base):
    """Who looks through a camera now, how often, and whether its pictures can be trusted."""

    __tablename__ = "camera_watches"
    __table_args__ = (
        CheckConstraint(
            "fitness in ('unknown', 'fit', 'lost', 'corrupt', 'dark', 'covered', 'blurred', 'shifted', 'frozen',"
            " 'old_pictures', 'wrong_clock')",
            "fitness",
        ),
    )

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None] = mapped_column(index=True)
    """A worker that dies renews nothing: after this moment the camera is anybody's."""
    fitness: Mapped[str] = mapped_column(server_default="unknown")
    fitness_since: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    """When its last picture came."""
    proven_at: Mapped[datetime | None]
    """When a picture last proved it to be online."""
    decoded_fps: Mapped[float | None] = mapped_column(REAL)
    analysed_fps: Mapped[float | None] = mapped_column(REAL)
    is_degraded: Mapped[bool] = mapped_column(server_default="false")
    """Looked at less often than asked for: its worker has too much to do."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    trouble: Mapped[str | None]


class CameraZone(Base):
    """A part of the picture, as corners from (0, 0) at the top left to (1, 1)."""

    __tablename__ = "camera_zones"

    id: Mapped[key]
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), index=True)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    name: Mapped[str]
    polygon: Mapped[dict[str, Any]]
    drawn_at: Mapped[datetime]
    drawn_by_name: Mapped[str]
    retired_at: Mapped[datetime | None]


class CameraRule(Base):
    """What is judged in a zone, when, and from which score on."""

    __tablename__ = "camera_rules"
    __table_args__ = (
        CheckConstraint(
            "rule in ('crowding', 'route_blocked', 'equipment_missing', 'desk_unattended', 'smoking', 'flame')", "rule"
        ),
        CheckConstraint("mode in ('ring', 'review', 'off')", "mode"),
        CheckConstraint("threshold > 0 and threshold < 1", "threshold"),
    )

    id: Mapped[key]
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), index=True)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    zone_id: Mapped[int | None] = mapped_column(ForeignKey("camera_zones.id"))
    rule: Mapped[str]
    mode: Mapped[str]
    periods: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Judged in these hours alone; none: at any time."""
    threshold: Mapped[float] = mapped_column(REAL)
    params: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    reference: Mapped[bytes | None] = mapped_column(LargeBinary)
    """How the equipment in the zone looks, by the hash of the picture it was registered with."""
    least_precision: Mapped[float] = mapped_column(REAL)
    muted_at: Mapped[datetime | None]
    """It was wrong too often: what it finds waits for review instead of ringing."""
    judged: Mapped[int] = mapped_column(server_default="0")
    """So many verdicts of people it has learnt from; nothing is learnt twice."""
    changed_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class CameraFrame(Base):
    """A picture kept as evidence, with a clip around it; the bytes lie in the evidence folder by hash."""

    __tablename__ = "camera_frames"
    __table_args__ = (
        Index("ix_camera_frames_alarm_id", "alarm_id", postgresql_where=text("alarm_id is not null")),
        Index("ix_camera_frames_taken_at", "device_id", "taken_at"),
        Index("ix_camera_frames_headless", "device_id", "id", postgresql_where=text("heads is null")),
    )

    id: Mapped[big_key]
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    alarm_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("alarms.id"))
    taken_at: Mapped[datetime]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    clip: Mapped[bytes | None] = mapped_column(LargeBinary)
    clip_from: Mapped[datetime | None]
    clip_until: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    heads: Mapped[dict[str, Any] | None]
    """Corners of every head, from 0 to 1; None: nobody has looked for them, and the picture is masked as a whole."""


class VisionVerdict(Base):
    """What a rule found, by which model, and what people said to it."""

    __tablename__ = "vision_verdicts"
    __table_args__ = (
        CheckConstraint("mode in ('ring', 'review')", "mode"),
        CheckConstraint("outcome in ('confirmed', 'refused')", "outcome"),
        Index("ix_vision_verdicts_device_id", "device_id", "observed_at"),
        Index("ix_vision_verdicts_rule_id", "rule_id", "observed_at"),
        Index("ix_vision_verdicts_alarm_id", "alarm_id", postgresql_where=text("alarm_id is not null")),
        Index(
            "ix_vision_verdicts_waiting",
            "id",
            postgresql_where=text("mode = 'review' and outcome is null and alarm_id is null and rule <> 'flame'"),
        ),
    )

    id: Mapped[big_key]
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("camera_rules.id"))
    """None: the camera's own fitness."""
    rule: Mapped[str]
    observed_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    score: Mapped[float] = mapped_column(REAL)
    threshold: Mapped[float] = mapped_column(REAL)
    value: Mapped[float | None]
    mode: Mapped[str]
    model: Mapped[str | None]
    boxes: Mapped[dict[str, Any]] = mapped_column(server_default="[]")
    """What was seen: name, score and corners from 0 to 1, for people to look at and models to learn from."""
    frame_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("camera_frames.id"))
    alarm_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("alarms.id"))
    outcome: Mapped[str | None]
    """Of a verdict that did not ring; of an alarm, the alarm's own verdict counts."""
    outcome_at: Mapped[datetime | None]
    outcome_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    outcome_reason: Mapped[str | None]
    """Why it was refused, in a word of `vision_review` or a person's own."""


class VisionModel(Base):
    """A model that workers use, as its card tells it."""

    __tablename__ = "vision_models"

    name: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    card: Mapped[dict[str, Any]]
    seen_at: Mapped[datetime]


class VisionWorker(Base):
    """A process that looks, and how it does."""

    __tablename__ = "vision_workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str]
    model: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    cameras: Mapped[int] = mapped_column(server_default="0")
    budget_fps: Mapped[float] = mapped_column(REAL)
    metrics: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
