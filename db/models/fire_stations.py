from geoalchemy2 import WKBElement
from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Point, key, recorded_at


class FireStation(Base):
    """A fire station: public knowledge, the same for every reader."""

    __tablename__ = "fire_stations"
    __table_args__ = (
        CheckConstraint("kind in ('professional', 'government', 'enterprise', 'volunteer', 'micro')", "kind"),
    )

    id: Mapped[key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    county: Mapped[int] = mapped_column(ForeignKey("regions.adcode"), index=True)
    address: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    point: Mapped[WKBElement] = mapped_column(Point)
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    recorded_at: Mapped[recorded_at]
