"""What happens if this device rings now: every message, person, channel and time, and nothing is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import InvalidInput, NotFound
from db.queries import channels_of, ladder_templates, responsible_people
from db.queries.due_ladders import DueAlarm
from db.queries.ladder_templates import Template
from db.queries.ladders import Foreseen, foreseen
from db.rules import ladder_words
from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level
from db.rules.device_kinds import DeviceKind
from db.rules.ladders import REHEARSED, Clock, Party, chain, reason_told

HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Message:
    """One message that one person would get; `person` is None for a level that nobody stands on."""

    at: datetime
    after: timedelta
    rung: int
    who: Party
    place: str
    person: str | None
    duty: str | None
    asks: bool
    channels: tuple[str, ...]
    title: str
    text: str
    hastened: bool
    has_letter: bool


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A device's alarm as it would be, the ladder that it would climb, and every message in order of time."""

    device_code: str
    kind: AlarmKind
    level: Level
    venue_id: int
    venue_name: str
    area_name: str | None
    place: str
    template: Template
    at: datetime
    messages: tuple[Message, ...]
    knows_channels: bool
    """False where the record has no contact points: then the channels say only that the portal shows it."""


_DEVICE = text(
    """
    select d.id, d.code, d.kind, d.venue_id, d.county, d.retired_on, v.is_demo, v.name as venue_name, v.category,
           area.name as area_name, county.name as county_name, city.name as city_name, province.name as province_name,
           (select string_agg(m.name, '、' order by m.name)
            from contracts c join maintainers m on m.id = c.maintainer_id
            where c.venue_id = v.id and c.starts_on <= :day and (c.ends_on is null or c.ends_on > :day)) as unit_name
    from devices d join venues v on v.id = d.venue_id left join areas area on area.id = d.area_id
    join regions county on county.adcode = d.county join regions city on city.adcode = v.city
    join regions province on province.level = 'province'
    where d.code = :code
    """
)


def rehearse(session: Session, device_code: str, now: datetime, level: Level | None = None) -> Rehearsed:
    """As if the device rang at `now`, at its kind's own level or another; `NotFound` outside the scope."""
    day = now.astimezone(HERE).date()
    device = session.execute(_DEVICE, {"code": device_code, "day": day}).one_or_none()
    if device is None:
        raise NotFound("There is no such device within your scope.")
    if device.retired_on is not None:
        raise InvalidInput("This device is out of use: it cannot ring.")
    kind = REHEARSED[DeviceKind(device.kind)]
    level = level or BY_KIND[kind].level
    template = ladder_templates.fitting(session, device.category, kind, level)
    first = chain(template.rungs, Clock.RAISED)[0]
    alarm = DueAlarm(
        alarm_id=0,
        venue_id=device.venue_id,
        county=device.county,
        template_id=template.id,
        clock=Clock.RAISED,
        round=1,
        reason="raised",
        base_at=now,
        next_rung=first.number,
        next_due_at=now,
        kind=kind,
        level=level,
        in_window=False,
        raised_at=now,
        acknowledged_at=None,
        promised_for=None,
        owner_id=None,
        owner_name=None,
        venue_name=device.venue_name,
        area_name=device.area_name,
        unit_name=device.unit_name,
        county_name=device.county_name,
        city_name=device.city_name,
        province_name=device.province_name,
        is_demo=device.is_demo,
    )
    steps = foreseen(alarm, template.rungs, responsible_people.of_venues(session, [device.venue_id], now))
    return Rehearsed(
        device.code,
        kind,
        level,
        device.venue_id,
        device.venue_name,
        device.area_name,
        f"{device.city_name}{device.county_name}",
        template,
        now,
        tuple(_messages(session, alarm, steps)),
        channels_of.are_known(session),
    )


def _messages(session: Session, alarm: DueAlarm, steps: Sequence[Foreseen]) -> list[Message]:
    points = channels_of.points(session, sorted({person.person_id for step in steps for person in step.people}))
    messages = []
    for step in steps:
        rung, at = step.reached.rung, step.reached.at
        reason = reason_told(alarm.clock, rung, alarm.reason)
        wanted = channels_of.wanted(session, reason, alarm.kind, alarm.level, rung.who)
        for person in step.people or (None,):
            has = (*points.get(person.person_id, ()), channels_of.BELL) if person else ()
            messages.append(
                Message(
                    at,
                    at - alarm.base_at,
                    rung.number,
                    rung.who,
                    alarm.place(rung.who),
                    person.name if person else None,
                    person.duty if person else None,
                    rung.asks,
                    tuple(channel for channel in wanted if channel in has),
                    ladder_words.title(alarm.kind, alarm.level),
                    ladder_words.sentence(reason, rung.who, asks=rung.asks),
                    step.reached.hastened,
                    rung.letter_within is not None,
                )
            )
    return messages
