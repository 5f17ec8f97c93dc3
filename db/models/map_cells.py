from datetime import date

from sqlalchemy import ARRAY, BigInteger, Date
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, small

Days = ARRAY(Date)


class MapCell(Base):
    """What the map shows of a square at one zoom, county by county; kept by triggers, never written by hand.

    Each array holds, sorted, the days on which its venues entered or left: how many stand as of a day is two searches.
    """

    __tablename__ = "map_cells"

    level: Mapped[small] = mapped_column(primary_key=True, autoincrement=False)
    """The tiles' zoom; a tile is 64 cells wide."""
    category: Mapped[str] = mapped_column(primary_key=True)
    """A category of venues, or `all`."""
    x: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    y: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    county: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, index=True)
    east: Mapped[float]
    """The middle of its venues, in metres of web mercator."""
    north: Mapped[float]
    entered: Mapped[list[date]] = mapped_column(Days)
    gone: Mapped[list[date] | None] = mapped_column(Days)
    accessed_from: Mapped[list[date] | None] = mapped_column(Days)
    accessed_until: Mapped[list[date] | None] = mapped_column(Days)
    declared_from: Mapped[list[date] | None] = mapped_column(Days)
    declared_until: Mapped[list[date] | None] = mapped_column(Days)


class MapVersion(Base):
    """How often a county's cells changed: tiles made from them carry the sum in their address."""

    __tablename__ = "map_versions"

    county: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
