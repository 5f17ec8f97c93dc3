"""Hazards: found, assigned, rectified, accepted."""

from datetime import datetime

from sqlalchemy.orm import Session

from db.commands.alarms import Actor


def find_from_alarm(
    session: Session, alarm_id: int, actor: Actor, now: datetime, what: str | None = None
) -> int | None:
    """The hazard that a verified alarm stands for, in the transaction of the verdict; answers its number."""
    return None
