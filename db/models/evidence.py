from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, small


class EvidenceFile(Base):
    """A photograph, frame or document about a hazard, an order or an appeal; its bytes lie in the folder by hash."""

    __tablename__ = "evidence_files"
    __table_args__ = (
        Index("ix_evidence_files_hazard_id", "hazard_id", postgresql_where=text("hazard_id is not null")),
        Index("ix_evidence_files_order_id", "order_id", postgresql_where=text("order_id is not null")),
        Index("ix_evidence_files_appeal_id", "appeal_id", postgresql_where=text("appeal_id is not null")),
        Index("ix_evidence_files_sha256", "sha256"),
        CheckConstraint(
            "num_nonnulls(hazard_id, order_id, appeal_id) = 1 and (venue_id is not null or appeal_id is not null)",
            "of_one_thing",
        ),
    )

    id: Mapped[big_key]
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"), index=True)
    """None beside an appeal about a region's figure."""
    county: Mapped[county_ref]
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazards.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"))
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeals.id"))
    stage: Mapped[str]
    round: Mapped[small] = mapped_column(server_default="1")
    """Of the hazard: evidence of an earlier round proves nothing in a later one."""
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str]
    """Found in the bytes, whatever the sender called them."""
    size_bytes: Mapped[int]
    name: Mapped[str]
    width: Mapped[int | None]
    height: Mapped[int | None]
    look: Mapped[int | None] = mapped_column(BigInteger)
    """64 bits of brightness, by which two pictures of the same view are told to be one."""
    taken_at: Mapped[datetime | None]
    taken_lng: Mapped[float | None]
    taken_lat: Mapped[float | None]
    camera: Mapped[str | None]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    uploaded_by_name: Mapped[str]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
