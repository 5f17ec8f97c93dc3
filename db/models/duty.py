from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, county_ref, key, of_a_venue, recorded_at, venue_ref


class Maintainer(Base):
    """A third-party maintenance and watch unit (第三方维保单位)."""

    __tablename__ = "maintainers"

    id: Mapped[key]
    name: Mapped[str] = mapped_column(unique=True)
    city: Mapped[int] = mapped_column(ForeignKey("regions.adcode"))
    phone: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(server_default="false")


class Contract(Base):
    """A maintainer's contract with a venue, in force from `starts_on` to before `ends_on`."""

    __tablename__ = "contracts"
    __table_args__ = (
        CheckConstraint("ends_on is null or ends_on > starts_on", "order"),
        Index("ix_contracts_maintainer_id", "maintainer_id", "starts_on"),
    )

    id: Mapped[key]
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    maintainer_id: Mapped[int] = mapped_column(ForeignKey("maintainers.id"))
    number: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class Duty(Base):
    """One stretch of days on which a venue's 24-hour duty was declared, with the unit that keeps the watch."""

    __tablename__ = "duty_history"
    __table_args__ = (
        CheckConstraint("declared_until is null or declared_until > declared_from", "order"),
        of_a_venue("duty_history"),
        Index("ix_duty_history_of_venue", "venue_id", "declared_from", "declared_until", "county"),
    )

    id: Mapped[key]
    venue_id: Mapped[int]
    county: Mapped[int]
    category: Mapped[str]
    maintainer_id: Mapped[int | None] = mapped_column(ForeignKey("maintainers.id"))
    declared_from: Mapped[date]
    declared_until: Mapped[date | None]
    recorded_at: Mapped[recorded_at]
