"""The bench, read: whoever made a trial sees it, and the province."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound


@dataclass(frozen=True, slots=True)
class TrialLine:
    """A trial in the list."""

    id: int
    protocol: str
    label: str
    state: str
    made_at: datetime
    ends_at: datetime | None
    frames: int
    overall: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial with its report so far."""

    id: int
    key: str
    protocol: str
    label: str
    state: str
    made_at: datetime
    ends_at: datetime | None
    source: int | None
    dialect: str | None
    frames: int
    examined_frames: int | None
    examined_at: datetime | None
    report: dict[str, Any] | None

    def is_open(self, now: datetime) -> bool:
        """Still taking what comes."""
        return self.state == "open" and self.ends_at is not None and self.ends_at > now

    def is_examined(self, now: datetime) -> bool:
        """True where the report is the last word."""
        return self.state in ("done", "failed") and not self.is_open(now)


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A source address of GB/T 26875.3 that is on the bench now."""

    key: str
    source: int
    dialect: str | None


_AS = text("select set_config('anwang.bench_person', :person, true)")
_MINE = text(
    """
    select id, protocol, label, state, made_at, ends_at, frames, report->>'overall' as overall
    from bench_trials where person_id = :person order by made_at desc, id desc limit :limit
    """
)
_ONE = text(
    """
    select id, key, protocol, label, state, made_at, ends_at, source, dialect, frames, examined_frames, examined_at,
           report
    from bench_trials where id = :id
    """
)
_SOURCES = text(
    "select key, source, dialect from bench_trials where state = 'open' and ends_at > :now and source is not null"
)
_LOGINS = text(
    "select key, login_hash from bench_trials where state = 'open' and ends_at > now() and login_hash is not null"
    " order by key"
)


def mine(session: Session, person: int, limit: int = 20) -> list[TrialLine]:
    """The person's own trials, newest first."""
    session.execute(_AS, {"person": str(person)})
    return [TrialLine(**row) for row in session.execute(_MINE, {"person": person, "limit": limit}).mappings()]


def trial(session: Session, person: int, trial_id: int) -> Trial:
    """One trial; `NotFound` where it is somebody else's."""
    session.execute(_AS, {"person": str(person)})
    row = session.execute(_ONE, {"id": trial_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such trial of yours.")
    return Trial(**row)


def open_sources(session: Session, now: datetime) -> list[OpenSource]:
    """For the door of GB/T 26875.3. The session must see everything."""
    return [OpenSource(**row) for row in session.execute(_SOURCES, {"now": now}).mappings()]


def login_lines(session: Session) -> str:
    """Throw-away logins that are valid now, as mosquitto's password file holds them."""
    return "".join(f"{row.key}:{row.login_hash}\n" for row in session.execute(_LOGINS))
