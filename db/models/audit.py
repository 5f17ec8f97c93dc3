from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class AuditEntry(Base):
    """One act, appended and never changed; each row's hash covers the row before it.

    The database numbers, stamps and hashes rows itself (trigger `audit_log_chain`), so no caller can skip it.
    """

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    address: Mapped[str | None]
    act: Mapped[str]
    subject: Mapped[str]
    """Table and key of what was acted on, like `alarms/17`."""
    venue_id: Mapped[int | None]
    county: Mapped[int | None]
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
