from datetime import date

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Point, county_ref, key, of_a_venue, recorded_at, venue_ref


class Venue(Base):
    """A place dense with students, in scope of the programme from `in_scope_from` to before `in_scope_until`."""

    __tablename__ = "venues"
    __table_args__ = (
        CheckConstraint("in_scope_until is null or in_scope_until > in_scope_from", "scope_order"),
        UniqueConstraint("id", "county", "category"),
        Index("ix_venues_mercator", "mercator", postgresql_using="gist"),
        Index("ix_venues_county_category", "county", "category"),
        Index("ix_venues_with_sub_type", "county", postgresql_where=text("sub_type is not null")),
        Index("ix_venues_name", "name"),
    )

    id: Mapped[key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_initials: Mapped[str]
    """Pinyin initials in lower case, for search."""
    category: Mapped[str]
    sub_type: Mapped[str | None]
    county: Mapped[county_ref]
    city: Mapped[int] = mapped_column(Computed("county / 100 * 100", persisted=True))
    address: Mapped[str]
    students: Mapped[int | None]
    point: Mapped[WKBElement] = mapped_column(Point)
    mercator: Mapped[WKBElement] = mapped_column(
        Geometry("POINT", srid=3857, spatial_index=False), Computed("st_transform(point, 3857)", persisted=True)
    )
    """The same point in web mercator, for map tiles."""
    in_scope_from: Mapped[date]
    in_scope_until: Mapped[date | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    recorded_at: Mapped[recorded_at]


class VenuePerson(Base):
    """Somebody responsible at a venue: legal_person, operator or safety_officer."""

    __tablename__ = "venue_people"

    id: Mapped[key]
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    duty: Mapped[str]
    name: Mapped[str]
    phone: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)


class Milestone(Base):
    """The day by which a category of venues had to be connected."""

    __tablename__ = "milestones"

    category: Mapped[str] = mapped_column(primary_key=True)
    due_on: Mapped[date]


class Access(Base):
    """One stretch of days on which a venue was connected: from `accessed_from` to before `accessed_until`."""

    __tablename__ = "access_history"
    __table_args__ = (
        CheckConstraint("accessed_until is null or accessed_until > accessed_from", "order"),
        of_a_venue("access_history"),
        Index("ix_access_history_of_venue", "venue_id", "accessed_from", "accessed_until", "county"),
    )

    id: Mapped[key]
    venue_id: Mapped[int]
    county: Mapped[int]
    category: Mapped[str]
    accessed_from: Mapped[date]
    accessed_until: Mapped[date | None]
    ended_because: Mapped[str | None]
    recorded_at: Mapped[recorded_at]


class VenueArea(Base):
    """A controlled area (管控区域) of a venue."""

    __tablename__ = "areas"

    id: Mapped[key]
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    kind: Mapped[str]
    floor: Mapped[int]
    name: Mapped[str]
