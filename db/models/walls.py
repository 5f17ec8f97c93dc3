from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, key


class WallScene(Base):
    """One line of a region's playlist: what its walls show, in this order and for so long."""

    __tablename__ = "wall_scenes"
    __table_args__ = (
        UniqueConstraint("region", "position"),
        CheckConstraint("kind in ('access', 'duty', 'behind', 'hour', 'region')", name="kind"),
        CheckConstraint("(kind = 'region') = (area is not null)", name="area"),
        CheckConstraint("seconds between 5 and 600", name="seconds"),
    )

    id: Mapped[key]
    region: Mapped[int] = mapped_column(ForeignKey("regions.adcode"))
    county_lo: Mapped[int]
    county_hi: Mapped[int]
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str]
    area: Mapped[int | None] = mapped_column(ForeignKey("regions.adcode"))
    """The region that a scene of kind `region` is about."""
    seconds: Mapped[int] = mapped_column(SmallInteger)
    is_on: Mapped[bool]
    edited_at: Mapped[datetime]
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
