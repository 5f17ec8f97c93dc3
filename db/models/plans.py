"""A venue's buildings as they stand: one plan a venue, written whole."""

from datetime import datetime

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, key, venue_ref

Outline = Geometry("POLYGON", srid=-1, spatial_index=False)
"""In metres east and north of the venue's point."""
Line = Geometry("LINESTRING", srid=-1, spatial_index=False)


class PlanEdition(Base):
    """Which edition of its plan a venue has, and who made it: the row that holds two writers apart."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint("source in ('drawn', 'geojson', 'ifc', 'sketch')", name="source"),
        CheckConstraint("revision > 0", name="revision"),
    )

    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"), primary_key=True, autoincrement=False)
    county: Mapped[county_ref]
    revision: Mapped[int]
    source: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    changed_by_name: Mapped[str]


class PlanBuilding(Base):
    """A building, or a piece of ground outdoors."""

    __tablename__ = "buildings"
    __table_args__ = (CheckConstraint("st_isvalid(outline)", name="outline"),)

    id: Mapped[big_key]
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    position: Mapped[int]
    """Its place among the venue's buildings."""
    name: Mapped[str]
    is_outdoors: Mapped[bool]
    outline: Mapped[WKBElement] = mapped_column(Outline)


class PlanFloor(Base):
    """A storey; without an outline it has its building's."""

    __tablename__ = "floors"
    __table_args__ = (
        UniqueConstraint("building_id", "level"),
        CheckConstraint("level <> 0", name="level"),
        CheckConstraint("outline is null or st_isvalid(outline)", name="outline"),
    )

    id: Mapped[big_key]
    building_id: Mapped[int] = mapped_column(ForeignKey("buildings.id", ondelete="CASCADE"))
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    level: Mapped[int]
    height: Mapped[float]
    """Metres from this floor to the next."""
    outline: Mapped[WKBElement | None] = mapped_column(
        Geometry("POLYGON", srid=-1, spatial_index=False, nullable=True), nullable=True
    )


class PlanArea(Base):
    """A part of a floor; a controlled area is drawn once."""

    __tablename__ = "floor_areas"
    __table_args__ = (
        UniqueConstraint("area_id"),
        CheckConstraint("st_isvalid(outline)", name="outline"),
        CheckConstraint("area_id is not null or name <> ''", name="named"),
    )

    id: Mapped[big_key]
    floor_id: Mapped[int] = mapped_column(ForeignKey("floors.id", ondelete="CASCADE"), index=True)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    name: Mapped[str]
    outline: Mapped[WKBElement] = mapped_column(Outline)


class PlanRoute(Base):
    """An escape route, drawn in the direction in which people leave."""

    __tablename__ = "escape_routes"

    id: Mapped[big_key]
    floor_id: Mapped[int] = mapped_column(ForeignKey("floors.id", ondelete="CASCADE"), index=True)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    line: Mapped[WKBElement] = mapped_column(Line)


class PlanDevice(Base):
    """Where a device hangs, and what a camera sees from there.

    A device that has moved to another venue leaves its old place behind: it counts no longer, and may stand anew.
    """

    __tablename__ = "device_places"
    __table_args__ = (
        UniqueConstraint("device_id", "venue_id"),
        CheckConstraint(
            "num_nulls(cone_heading, cone_angle, cone_reach) in (0, 3)",
            name="cone",
        ),
    )

    id: Mapped[big_key]
    floor_id: Mapped[int] = mapped_column(ForeignKey("floors.id", ondelete="CASCADE"), index=True)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    x: Mapped[float]
    y: Mapped[float]
    z: Mapped[float]
    """Metres above the floor."""
    cone_heading: Mapped[float | None]
    cone_angle: Mapped[float | None]
    cone_reach: Mapped[float | None]


class SceneLink(Base):
    """A link that shows one venue's scene to whoever holds it, until it expires or is withdrawn."""

    __tablename__ = "scene_links"
    __table_args__ = (
        CheckConstraint("expires_at > made_at", name="expires_at"),
        Index("ix_scene_links_venue_id", "venue_id", "made_at"),
    )

    id: Mapped[key]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    purpose: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_by_name: Mapped[str]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_name: Mapped[str | None]


class SceneVisit(Base):
    """Somebody opened a link: from where, and with what."""

    __tablename__ = "scene_visits"
    __table_args__ = (Index("ix_scene_visits_link_id", "link_id", "opened_at"),)

    id: Mapped[big_key]
    link_id: Mapped[int] = mapped_column(ForeignKey("scene_links.id"))
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    opened_at: Mapped[datetime]
    address: Mapped[str]
    browser: Mapped[str]
