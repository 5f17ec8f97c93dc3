from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, key


class SavedView(Base):
    """A desk as one person likes to see it: a name for the query part of its address. Only its owner reads it."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("person_id", "desk", "name"),)

    id: Mapped[key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    desk: Mapped[str]
    """The page that it is a view of: alarms, hazards, devices …"""
    name: Mapped[str]
    query: Mapped[str]
    saved_at: Mapped[datetime]
