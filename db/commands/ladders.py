"""Climbing: due rungs become notices, steps and letters, all in one transaction.

Due times are columns and every row is locked, so workers may die or be many: nobody is told twice, nobody not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit, letters, notices
from db.commands.chain_holes import Hole
from db.commands.chain_holes import note as note_holes
from db.commands.notices import NewNotice
from db.queries import due_ladders, ladder_templates, responsible_people
from db.queries.due_ladders import DueAlarm
from db.queries.responsible_people import Responsible
from db.rules import ladder_words
from db.rules.alarm_kinds import Level
from db.rules.ladders import (
    STORM_QUIET,
    Climb,
    Party,
    Reached,
    Rung,
    chain,
    climb,
    reason_told,
    step_name,
    wait_until,
)

HERE = ZoneInfo("Asia/Shanghai")
AT_A_TIME = 200

_MOVE = text(
    """
    update alarm_ladders l set next_rung = m.rung, next_due_at = m.due_at, climbed = l.climbed + m.climbed,
        climbed_at = case when m.climbed > 0 then cast(:now as timestamptz) else l.climbed_at end,
        state = case when m.rung is null then 'ended' else l.state end
    from unnest(cast(:alarms as bigint[]), cast(:rungs as int2[]), cast(:dues as timestamptz[]),
        cast(:climbed as int2[])) m (alarm, rung, due_at, climbed)
    where l.alarm_id = m.alarm
    """
)
_STEP = text(
    """
    insert into alarm_steps (alarm_id, venue_id, county, at, step, actor_id, actor_name, note)
    select alarm, venue, county, :now, step, null, place, nullif(note, '')
    from unnest(cast(:alarms as bigint[]), cast(:venues as int[]), cast(:counties as int[]), cast(:steps as text[]),
        cast(:places as text[]), cast(:notes as text[])) with ordinality
        s (alarm, venue, county, step, place, note, place_in_line) order by place_in_line
    """
)


@dataclass(frozen=True, slots=True)
class Climbed:
    """How one turn went. `is_more`: there may be others due."""

    alarms: int = 0
    notices: int = 0
    letters: int = 0
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Ascent:
    """One alarm with what is due of its ladder now, and who stands on each rung by its number."""

    alarm: DueAlarm
    climb: Climb
    people: dict[int, tuple[Responsible, ...]]
    waits_until: datetime | None = None

    @property
    def due(self) -> tuple[Reached, ...]:
        return () if self.waits_until else self.climb.due


def climb_due(session: Session, now: datetime, limit: int = AT_A_TIME) -> Climbed:
    """Climb every rung that is due, `limit` alarms at most; the session must see everything."""
    day = now.astimezone(HERE).date()
    alarms = due_ladders.due(session, now, day, limit)
    if not alarms:
        return Climbed()
    ascents = _in_calm(session, _ascents(session, alarms, now), now)
    told = notices.add(session, _notices(ascents), now)
    _move(session, ascents, now)
    _steps(session, ascents, now)
    note_holes(session, _holes(ascents), now)
    written = letters.write(session, _occasions(ascents), now)
    _audited(session, ascents)
    return Climbed(len(alarms), told, written, len(alarms) == limit)


def _ascents(session: Session, alarms: Sequence[DueAlarm], now: datetime) -> list[Ascent]:
    templates = ladder_templates.by_id(session, sorted({alarm.template_id for alarm in alarms}))
    of_venue: dict[int, list[Responsible]] = {}
    for person in responsible_people.of_venues(session, sorted({alarm.venue_id for alarm in alarms}), now):
        of_venue.setdefault(person.venue_id, []).append(person)
    return [
        ascent(alarm, templates[alarm.template_id].rungs, of_venue.get(alarm.venue_id, []), now) for alarm in alarms
    ]


def ascent(alarm: DueAlarm, rungs: Sequence[Rung], people: Sequence[Responsible], now: datetime) -> Ascent:
    """What is due of an alarm's ladder by `now`."""
    line = chain(rungs, alarm.clock, in_window=alarm.in_window)
    standing = {rung.number: responsible_people.on_rung(people, rung, alarm.owner) for rung in line}
    holes = [number for number, found in standing.items() if not found]
    return Ascent(alarm, climb(line, alarm.base_at, alarm.next_rung, holes, now), standing)


def _in_calm(session: Session, ascents: Sequence[Ascent], now: datetime) -> list[Ascent]:
    """In a storm below critical, alarms wait for one another and are told together."""
    people = {person.person_id for one in ascents for each in one.due for person in one.people[each.rung.number]}
    venues = {one.alarm.venue_id for one in ascents}
    told = due_ladders.last_told(session, sorted(venues), sorted(people), now - STORM_QUIET)
    calm = []
    for one in ascents:
        last: list[datetime | None] = []
        for each in one.due:
            for person in one.people[each.rung.number]:
                as_bad = told.get((one.alarm.venue_id, person.person_id), [])
                last.append(max((at for level, at in as_bad if level <= one.alarm.level), default=None))
        due_at = one.alarm.next_due_at
        calm.append(replace(one, waits_until=wait_until(Level(one.alarm.level), due_at, last, now)))
    return calm


def notice_key(alarm: DueAlarm, rung: Rung, person_id: int) -> str:
    """A ladder that began anew tells anew."""
    again = f"round/{alarm.round}/" if alarm.round > 1 else ""
    return f"alarm/{alarm.alarm_id}/{again}rung/{rung.number}/{person_id}"


def _notices(ascents: Iterable[Ascent]) -> list[NewNotice]:
    """One for each person; below critical, one for all alarms of a venue that are told together."""
    together: dict[tuple[int, ...], list[tuple[DueAlarm, Rung, Responsible]]] = {}
    for one in ascents:
        for each in one.due:
            for person in one.people[each.rung.number]:
                alarm = one.alarm
                alone = alarm.alarm_id if alarm.level == Level.CRITICAL else 0
                rung = each.rung.number if alone else 0
                place = (alarm.venue_id, person.person_id, alone, rung)
                together.setdefault(place, []).append((alarm, each.rung, person))
    return [_notice(told) for told in together.values()]


def _notice(told: Sequence[tuple[DueAlarm, Rung, Responsible]]) -> NewNotice:
    alarm, rung, person = min(told, key=lambda one: (one[0].level, not one[1].asks, one[0].alarm_id))
    alarms = sorted({one.alarm_id for one, _rung, _person in told})
    reason = reason_told(alarm.clock, rung, alarm.reason)
    return NewNotice(
        key=notice_key(alarm, rung, person.person_id),
        subject_kind="alarm",
        subject_id=alarm.alarm_id,
        venue_id=alarm.venue_id,
        county=alarm.county,
        person_id=person.person_id,
        reason=reason,
        level=alarm.level,
        rung=rung.number,
        facts={
            "who": rung.who.value,
            "asks": rung.asks,
            "kind": alarm.kind,
            "venue": alarm.venue_name,
            "area": alarm.area_name,
            "place": f"{alarm.city_name}{alarm.county_name}",
            "raised_at": alarm.raised_at.isoformat(),
            "alarms": alarms,
            "text": ladder_words.sentence(reason, rung.who, asks=rung.asks, alarms=len(alarms)),
        },
    )


def _move(session: Session, ascents: Sequence[Ascent], now: datetime) -> None:
    session.execute(
        _MOVE,
        {
            "now": now,
            "alarms": [one.alarm.alarm_id for one in ascents],
            "rungs": [one.alarm.next_rung if one.waits_until else one.climb.next_rung for one in ascents],
            "dues": [one.waits_until or one.climb.next_due_at for one in ascents],
            "climbed": [len(one.due) for one in ascents],
        },
    )


def _steps(session: Session, ascents: Iterable[Ascent], now: datetime) -> None:
    lines = [(one, each) for one in ascents for each in one.due]
    names = [[person.name for person in one.people[each.rung.number]] for one, each in lines]
    facts = {
        "now": now,
        "alarms": [one.alarm.alarm_id for one, _each in lines],
        "venues": [one.alarm.venue_id for one, _each in lines],
        "counties": [one.alarm.county for one, _each in lines],
        "steps": [step_name(one.alarm.clock, each) for one, each in lines],
        "places": [one.alarm.place(each.rung.who) or "–" for one, each in lines],
        "notes": [
            "" if each.rung.who is Party.OWNER else "、".join(n) for (_one, each), n in zip(lines, names, strict=True)
        ],
    }
    if lines:
        session.execute(_STEP, facts)


def _holes(ascents: Iterable[Ascent]) -> list[Hole]:
    return [
        Hole(one.alarm.venue_id, one.alarm.county, each.rung.who)
        for one in ascents
        for each in one.due
        if each.is_hole and each.rung.who is not Party.OWNER
    ]


def _occasions(ascents: Iterable[Ascent]) -> list[letters.Occasion]:
    """A letter for each office that was reached over a venue, about all its alarms at once."""
    reached: dict[tuple[int, Party], list[tuple[DueAlarm, Rung, tuple[Responsible, ...]]]] = {}
    for one in ascents:
        for each in one.due:
            if each.rung.letter_within is not None and not each.is_hole:
                place = (one.alarm.venue_id, each.rung.who)
                reached.setdefault(place, []).append((one.alarm, each.rung, one.people[each.rung.number]))
    occasions = []
    for (_venue, who), told in reached.items():
        told.sort(key=lambda one: (one[0].level, one[0].alarm_id))
        within = min(rung.letter_within for _alarm, rung, _people in told if rung.letter_within is not None)
        alarms = tuple(alarm for alarm, _rung, _people in told)
        occasions.append(letters.Occasion(who, alarms, told[0][2], within))
    return occasions


def _audited(session: Session, ascents: Iterable[Ascent]) -> None:
    """One entry for each alarm that went beyond those who are told at once."""
    for one in ascents:
        beyond = [each for each in one.due if step_name(one.alarm.clock, each) in ("escalated", "nobody_to_tell")]
        if not beyond:
            continue
        audit.write(
            session,
            actor_id=None,
            actor_name="escalation",
            act="alarm escalated",
            subject=f"alarms/{one.alarm.alarm_id}",
            venue_id=one.alarm.venue_id,
            county=one.alarm.county,
            detail={
                "clock": one.alarm.clock.value,
                "rungs": [each.rung.number for each in beyond],
                "who": [each.rung.who.value for each in beyond],
                "holes": [each.rung.who.value for each in beyond if each.is_hole],
            },
        )
