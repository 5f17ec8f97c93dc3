"""Ladders, read: the templates in force and their earlier versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.ladders import Clock, Party, Rung


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a ladder: for which alarms, how long a promise may hold it up, and its rungs by number."""

    id: int
    name: str
    category: str | None
    kind: str | None
    level: int | None
    nature: str | None
    version: int
    promise_at_most: timedelta
    made_at: datetime
    made_by_name: str
    replaced_at: datetime | None
    rungs: tuple[Rung, ...]


_TEMPLATES = """
    select id, name, category, kind, level, nature, version, promise_at_most_seconds, made_at, made_by_name, replaced_at
    from ladder_templates
"""
_IN_FORCE = text(
    f"{_TEMPLATES} where replaced_at is null order by nature nulls first, kind = 'fire' desc nulls last,"
    " kind nulls last, level nulls first, category nulls first, id"
)
_BY_ID = text(f"{_TEMPLATES} where id = any (:ids)")
_VERSIONS = text(
    f"{_TEMPLATES} t where (coalesce(category, ''), coalesce(kind, ''), coalesce(level, 0), coalesce(nature, ''))"
    " = (select coalesce(category, ''), coalesce(kind, ''), coalesce(level, 0), coalesce(nature, '')"
    " from ladder_templates where id = :id) order by version desc"
)
_RUNGS = text(
    """
    select template_id, number, since, after_seconds, who, asks, duties, letter_within_seconds
    from ladder_rungs where template_id = any (:ids) order by template_id, number
    """
)
_FITTING = text("select ladder_template_for(:category, :kind, :level, :nature)")


def in_force(session: Session) -> list[Template]:
    """Every ladder that alarms begin on today."""
    return _with_rungs(session, session.execute(_IN_FORCE).all())


def by_id(session: Session, ids: Sequence[int]) -> dict[int, Template]:
    return {row.id: row for row in _with_rungs(session, session.execute(_BY_ID, {"ids": list(ids)}).all())}


def one(session: Session, template_id: int) -> Template:
    found = by_id(session, [template_id])
    if template_id not in found:
        raise NotFound("There is no such ladder.")
    return found[template_id]


def versions(session: Session, template_id: int) -> list[Template]:
    """This ladder through time, newest first."""
    return _with_rungs(session, session.execute(_VERSIONS, {"id": template_id}).all())


def fitting(session: Session, category: str, kind: str, level: int, nature: str | None = None) -> Template:
    """The narrowest ladder for such an alarm, by the same function that alarms begin with."""
    asked = {"category": category, "kind": kind, "level": level, "nature": nature}
    found = session.scalar(_FITTING, asked)
    if found is None:
        raise NotFound("No ladder fits this alarm.")
    return one(session, found)


def _with_rungs(session: Session, rows: Sequence[Any]) -> list[Template]:
    rungs: dict[int, list[Rung]] = {}
    for rung in session.execute(_RUNGS, {"ids": [row.id for row in rows]}):
        letter = None if rung.letter_within_seconds is None else timedelta(seconds=rung.letter_within_seconds)
        rungs.setdefault(rung.template_id, []).append(
            Rung(
                rung.number,
                Clock(rung.since),
                timedelta(seconds=rung.after_seconds),
                Party(rung.who),
                rung.asks,
                tuple(rung.duties),
                letter,
            )
        )
    return [
        Template(
            row.id,
            row.name,
            row.category,
            row.kind,
            row.level,
            row.nature,
            row.version,
            timedelta(seconds=row.promise_at_most_seconds),
            row.made_at,
            row.made_by_name,
            row.replaced_at,
            tuple(rungs.get(row.id, ())),
        )
        for row in rows
    ]
