from datetime import date, datetime, time

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, key


class Roster(Base):
    """Who watches when, as a pattern: on these weekdays, or every so many days, from a time to a time.

    A maintainer's roster is for every venue under contract with it, a venue's for itself.
    """

    __tablename__ = "rosters"
    __table_args__ = (
        CheckConstraint(
            "(maintainer_id is null) <> (venue_id is null) and (venue_id is null) = (county is null)", name="whose"
        ),
        CheckConstraint("ends_on is null or ends_on >= starts_on", name="order"),
        CheckConstraint("cycle_days is null or cycle_days between 1 and 60", name="cycle"),
        CheckConstraint("weekdays <@ '{1,2,3,4,5,6,7}' and cardinality(weekdays) > 0", name="weekdays"),
        Index("ix_rosters_maintainer_id", "maintainer_id", postgresql_where=text("maintainer_id is not null")),
        Index("ix_rosters_venue_id", "venue_id", postgresql_where=text("venue_id is not null")),
    )

    id: Mapped[key]
    maintainer_id: Mapped[int | None] = mapped_column(ForeignKey("maintainers.id"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[int | None] = mapped_column(ForeignKey("regions.adcode"))
    person_name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Where the person has an account: then checks are put to them."""
    phone: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    """The last day on which a shift begins."""
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    """1 Monday … 7 Sunday."""
    cycle_days: Mapped[int | None] = mapped_column(SmallInteger)
    """Every so many days, counted from `starts_on`: 4 is one day on, three off."""
    from_time: Mapped[time]
    until_time: Mapped[time]
    """Not after `from_time`: on the next day; the same: round the clock."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    recorded_by_name: Mapped[str]
    removed_at: Mapped[datetime | None]
    """Shifts that began before then stay on record."""
