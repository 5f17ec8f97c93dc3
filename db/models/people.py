from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, key, recorded_at


class Person(Base):
    """Somebody who works with the portal."""

    __tablename__ = "people"

    id: Mapped[key]
    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(index=True)
    is_demo: Mapped[bool] = mapped_column(server_default="false")


class Grant(Base):
    """A role that a person holds, and where: a range of counties, one venue, or one maintainer's contracts.

    The range says whose business the person is; what the person may see follows from the role.
    """

    __tablename__ = "grants"
    __table_args__ = (
        Index("ix_grants_maintainer_id", "maintainer_id", postgresql_where=text("maintainer_id is not null")),
    )

    id: Mapped[key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str]
    county_lo: Mapped[int]
    county_hi: Mapped[int]
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"), index=True)
    maintainer_id: Mapped[int | None] = mapped_column(ForeignKey("maintainers.id"))


class Account(Base):
    """A person's login. Only the front door's role reads this table."""

    __tablename__ = "accounts"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    failures: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    disabled: Mapped[bool] = mapped_column(server_default="false")


class LoginSession(Base):
    """A server-side session; the cookie's token is kept only as its SHA-256."""

    __tablename__ = "login_sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    csrf_token: Mapped[str]
    opened_at: Mapped[recorded_at]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    address: Mapped[str]
    user_agent: Mapped[str]


class WallToken(Base):
    """A wall display's device token (as SHA-256), good for opening a session without a password."""

    __tablename__ = "wall_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id"))
    label: Mapped[str]
    made_at: Mapped[recorded_at]
    revoked_at: Mapped[datetime | None]
