from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class Appearance(Base):
    """Whether a person reads light or dark, wherever they log in; without a row it is as their system says."""

    __tablename__ = "appearances"
    __table_args__ = (CheckConstraint("scheme in ('light', 'dark')", name="scheme"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    scheme: Mapped[str]
    chosen_at: Mapped[datetime]
