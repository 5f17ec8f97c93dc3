"""Supervision letters (督办单): written from the record when an office is reached, drawn once, never changed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import notices
from db.commands.notices import NewNotice
from db.queries import responsible_people
from db.queries.due_ladders import DueAlarm
from db.queries.responsible_people import Responsible
from db.rules import letter_words
from db.rules.ladders import Clock, Party

_NUMBERS = text("select pg_advisory_xact_lock(hashtext('letters'))")
_LAST = text("select coalesce(max(serial), 0) from letters where year = :year")
_WRITE = text(
    """
    insert into letters (year, serial, alarm_id, alarm_ids, venue_id, county, who, made_at, due_at, facts)
    values (:year, :serial, :alarm_id, :alarm_ids, :venue_id, :county, :who, :now, :due_at, cast(:facts as jsonb))
    returning id
    """
)
_STEPS = text(
    """
    select alarm_id, at, step, actor_name, note, actor_id from alarm_steps
    where alarm_id = any (:ids) and at <= :now order by at, id
    """
)
_CONTACTS = text("select name, phone from people where id = any (:ids) order by id")
_OF_VENUE = text("select duty, name, phone from venue_people where venue_id = :id order by id")
_UNDRAWN = text("select id, facts, made_at from letters where pdf is null order by id limit 1 for update skip locked")
_DRAWN = text("update letters set pdf = :pdf, sha256 = :sha256, drawn_at = :now where id = :id")


@dataclass(frozen=True, slots=True)
class Occasion:
    """An office that was reached: over which alarms of one venue (the worst first), and whom it told of its people."""

    who: Party
    alarms: tuple[DueAlarm, ...]
    people: tuple[Responsible, ...]
    within: timedelta


@dataclass(frozen=True, slots=True)
class Undrawn:
    """A letter that has no picture yet, held for whoever draws it."""

    id: int
    facts: dict[str, Any]
    made_at: datetime


def write(session: Session, occasions: Sequence[Occasion], now: datetime) -> int:
    """One letter an occasion, numbered without gaps within its year; its addressees are told. Answers how many."""
    if not occasions:
        return 0
    year = now.astimezone(letter_words.HERE).year
    session.execute(_NUMBERS)
    serial = session.scalar(_LAST, {"year": year}) or 0
    for place, occasion in enumerate(occasions, 1):
        worst = occasion.alarms[0]
        due_at = now + occasion.within
        facts = _facts(session, occasion, letter_words.number(year, serial + place), due_at, now)
        letter_id = session.scalar(
            _WRITE,
            {
                "year": year,
                "serial": serial + place,
                "alarm_id": worst.alarm_id,
                "alarm_ids": [alarm.alarm_id for alarm in occasion.alarms],
                "venue_id": worst.venue_id,
                "county": worst.county,
                "who": occasion.who.value,
                "now": now,
                "due_at": due_at,
                "facts": json.dumps(facts, ensure_ascii=False),
            },
        )
        _tell(session, int(letter_id or 0), occasion, facts, now)
    return len(occasions)


def _tell(session: Session, letter_id: int, occasion: Occasion, facts: dict[str, Any], now: datetime) -> None:
    """Its addressees: the county, the venue and its maintainer."""
    worst = occasion.alarms[0]
    to = {
        person.person_id
        for person in responsible_people.of_venues(session, [worst.venue_id], now)
        if person.who in (Party.COUNTY, Party.VENUE, Party.MAINTAINER)
    }
    told = [
        NewNotice(
            key=f"letter/{letter_id}/{person}",
            subject_kind="letter",
            subject_id=letter_id,
            venue_id=worst.venue_id,
            county=worst.county,
            person_id=person,
            reason="letter",
            level=worst.level,
            facts={
                "title": f"督办单 {facts['number']}",
                "text": f"{facts['issuer']}督办，请于{facts['due_at']}前反馈",
                "link": f"/ladders?tab=letters&letter={letter_id}",
            },
        )
        for person in sorted(to)
    ]
    notices.add(session, told, now)


def _facts(session: Session, occasion: Occasion, number: str, due_at: datetime, now: datetime) -> dict[str, Any]:
    """What the letter says, as it stood at this moment."""
    worst = occasion.alarms[0]
    issuer = letter_words.issuer(occasion.who, worst.place(occasion.who))
    steps = session.execute(_STEPS, {"ids": [alarm.alarm_id for alarm in occasion.alarms], "now": now}).all()
    said = [step for step in steps if step.step in letter_words.STEPS]
    return {
        "number": number,
        "issuer": issuer,
        "is_demo": worst.is_demo,
        "to": [f"{worst.county_name}教育局", worst.venue_name, *([worst.unit_name] if worst.unit_name else [])],
        "venue": worst.venue_name,
        "place": f"{worst.city_name}{worst.county_name}",
        "made_at": letter_words.moment(now),
        "made_on": now.astimezone(letter_words.HERE).strftime("%Y年%-m月%-d日"),
        "due_at": letter_words.moment(due_at),
        "alarms": [_alarm(alarm) for alarm in occasion.alarms],
        "steps": [
            {
                "at": letter_words.moment(step.at),
                "what": letter_words.STEPS[step.step],
                "who": step.actor_name,
                "note": step.note or "",
            }
            for step in said
        ][-40:],
        "not_done": _not_done(worst, said, now),
        "demand": letter_words.demand(worst.kind, occasion.within),
        "contacts": _contacts(session, occasion, issuer),
    }


def _alarm(alarm: DueAlarm) -> dict[str, Any]:
    return {
        "id": alarm.alarm_id,
        "kind": letter_words.kind(alarm.kind),
        "level": letter_words.level(alarm.level),
        "area": alarm.area_name or "未分区",
        "raised_at": letter_words.moment(alarm.raised_at),
        "acknowledged_at": letter_words.moment(alarm.acknowledged_at) if alarm.acknowledged_at else "未确认",
        "promised_for": letter_words.moment(alarm.promised_for) if alarm.promised_for else "",
    }


def _not_done(worst: DueAlarm, steps: Sequence[Any], now: datetime) -> list[dict[str, str]]:
    """Who was told, when, and did not act until now."""
    until = letter_words.moment(now)
    if worst.clock is not Clock.RAISED:
        since = {Clock.PROMISED: worst.promised_for}.get(worst.clock, worst.acknowledged_at)
        told = letter_words.moment(since) if since else ""
        return [
            {"who": worst.owner_name or "", "told_at": told, "what": letter_words.NOT_DONE[worst.clock], "until": until}
        ]
    return [
        {
            "who": f"{step.actor_name}（{step.note}）" if step.note else step.actor_name,
            "told_at": letter_words.moment(step.at),
            "what": letter_words.NOT_DONE[Clock.RAISED],
            "until": until,
        }
        for step in steps
        if step.step in ("told", "escalated")
        and step.actor_id is None
        and step.alarm_id == worst.alarm_id
        and step.at < now
    ]


def _contacts(session: Session, occasion: Occasion, issuer: str) -> list[dict[str, str]]:
    found = [
        {"who": issuer, "name": row.name, "phone": row.phone or ""}
        for row in session.execute(_CONTACTS, {"ids": [person.person_id for person in occasion.people]})
    ]
    found += [
        {"who": letter_words.DUTIES.get(row.duty, row.duty), "name": row.name, "phone": row.phone}
        for row in session.execute(_OF_VENUE, {"id": occasion.alarms[0].venue_id})
    ]
    return found


def take_undrawn(session: Session) -> Undrawn | None:
    """The oldest letter that has no picture yet, held until the transaction ends; None where all have theirs."""
    row = session.execute(_UNDRAWN).one_or_none()
    return None if row is None else Undrawn(row.id, row.facts, row.made_at)


def draw(session: Session, letter_id: int, pdf: bytes, now: datetime) -> None:
    """Keep the picture with its hash, once and for all."""
    facts = {"id": letter_id, "pdf": pdf, "sha256": hashlib.sha256(pdf).hexdigest(), "now": now}
    session.execute(_DRAWN, facts)
