"""The declarative base, and the columns that many tables share."""

from datetime import datetime
from typing import Annotated, Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

SRID = 4490
"""CGCS2000, in which every coordinate is stored."""

Point = Geometry("POINT", srid=SRID, spatial_index=False)
MultiPolygon = Geometry("MULTIPOLYGON", srid=SRID, spatial_index=False)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
    }


key = Annotated[int, mapped_column(Integer, Identity(), primary_key=True)]
big_key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
small = Annotated[int, mapped_column(SmallInteger)]
venue_ref = Annotated[int, mapped_column(ForeignKey("venues.id"), index=True)]
county_ref = Annotated[int, mapped_column(ForeignKey("regions.adcode"))]


def of_a_venue(table: str) -> ForeignKeyConstraint:
    """County and category repeated from the venue, kept the same by the database: counts need no join."""
    return ForeignKeyConstraint(
        ["venue_id", "county", "category"],
        ["venues.id", "venues.county", "venues.category"],
        name=f"fk_{table}_venue",
        onupdate="CASCADE",
    )


recorded_at = Annotated[datetime, mapped_column(server_default=func.now())]
