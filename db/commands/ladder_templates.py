"""Changing a ladder: the new version is a row of its own, the old one stays for the alarms that began on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound, WrongState
from db.rules.ladders import Rung, refused

_LOCK = text(
    "select id, name, category, kind, level, nature, version, replaced_at from ladder_templates"
    " where id = :id for update"
)
_REPLACE = text("update ladder_templates set replaced_at = :now where id = :id")
_INSERT = text(
    """
    insert into ladder_templates (name, category, kind, level, nature, version, promise_at_most_seconds, made_at,
        made_by, made_by_name)
    values (:name, :category, :kind, :level, :nature, :version, :promise, :now, :by, :by_name) returning id
    """
)
_RUNG = text(
    """
    insert into ladder_rungs (template_id, number, since, after_seconds, who, asks, duties, letter_within_seconds)
    values (:template, :number, :since, :after, :who, :asks, :duties, :letter)
    """
)
_SAME = text(
    """
    select exists (select from ladder_templates where replaced_at is null
        and category is not distinct from :category and kind is not distinct from :kind
        and level is not distinct from :level and nature is not distinct from :nature)
    """
)


def change(
    session: Session,
    template_id: int,
    rungs: Sequence[Rung],
    promise_at_most: timedelta,
    operator: Operator,
    now: datetime,
) -> int:
    """A new version of a ladder; answers its number. Alarms that began before stay on the version they began on.

    `InvalidInput` where these rungs make no ladder, `WrongState` where somebody else changed it meanwhile.
    """
    before = session.execute(_LOCK, {"id": template_id}).one_or_none()
    if before is None:
        raise NotFound("There is no such ladder.")
    if before.replaced_at is not None:
        raise WrongState("Somebody has changed this ladder meanwhile; look at the new version first.")
    session.execute(_REPLACE, {"id": template_id, "now": now})
    about = {name: getattr(before, name) for name in ("name", "category", "kind", "level", "nature")}
    return _insert(session, about, before.version + 1, rungs, promise_at_most, operator, now)


def add(
    session: Session,
    name: str,
    category: str | None,
    kind: str | None,
    level: int | None,
    rungs: Sequence[Rung],
    promise_at_most: timedelta,
    operator: Operator,
    now: datetime,
) -> int:
    """A ladder for alarms that had none of their own; `WrongState` where there is one."""
    if not name.strip():
        raise InvalidInput("A ladder needs a name.")
    about: dict[str, object] = {"name": name.strip(), "category": category, "kind": kind, "level": level}
    about["nature"] = None
    if session.scalar(_SAME, about):
        raise WrongState("There is a ladder for these alarms already; change that one.")
    return _insert(session, about, 1, rungs, promise_at_most, operator, now)


def _insert(
    session: Session,
    about: dict[str, object],
    version: int,
    rungs: Sequence[Rung],
    promise_at_most: timedelta,
    operator: Operator,
    now: datetime,
) -> int:
    refusal = refused(rungs)
    if refusal is not None:
        raise InvalidInput(refusal.reason)
    if not timedelta(minutes=1) <= promise_at_most <= timedelta(days=30):
        raise InvalidInput("A promise may hold a ladder up for 1 minute to 30 days.")
    facts = {
        **about,
        "version": version,
        "promise": int(promise_at_most.total_seconds()),
        "now": now,
        "by": operator.person_id,
        "by_name": operator.name,
    }
    template_id = int(session.execute(_INSERT, facts).scalar_one())
    for rung in rungs:
        session.execute(_RUNG, {"template": template_id, **_kept(rung)})
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act="ladder changed" if version > 1 else "ladder made",
        subject=f"ladder_templates/{template_id}",
        detail={**about, "version": version, "rungs": [_kept(rung) for rung in rungs]},
    )
    return template_id


def _kept(rung: Rung) -> dict[str, object]:
    return {
        "number": rung.number,
        "since": rung.since.value,
        "after": int(rung.after.total_seconds()),
        "who": rung.who.value,
        "asks": rung.asks,
        "duties": list(rung.duties),
        "letter": None if rung.letter_within is None else int(rung.letter_within.total_seconds()),
    }
