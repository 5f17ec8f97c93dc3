"""What goes to the fire service's platforms: kept until the far end has acknowledged it."""

from datetime import datetime

from sqlalchemy.orm import Session


def put_confirmed_fire(session: Session, alarm_id: int, now: datetime) -> None:
    """Let a confirmed fire be forwarded (GB 50440: within 3 s), in the transaction that confirms it."""
