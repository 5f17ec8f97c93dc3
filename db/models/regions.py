from geoalchemy2 import WKBElement
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, MultiPolygon, Point


class Region(Base):
    """A province, city or county with its GB/T 2260 code and its boundary in CGCS2000."""

    __tablename__ = "regions"
    __table_args__ = (Index("ix_regions_boundary", "boundary", postgresql_using="gist"),)

    adcode: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[str]
    parent: Mapped[int | None] = mapped_column(ForeignKey("regions.adcode"))
    name: Mapped[str]
    name_en: Mapped[str]
    label_point: Mapped[WKBElement] = mapped_column(Point)
    boundary: Mapped[WKBElement] = mapped_column(MultiPolygon)
