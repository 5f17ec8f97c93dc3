"""Who is told in the demonstration: people with their numbers, two days of messages, every alarm's stamps."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection

from db.demo.alarms import DemoAlarm
from db.demo.copy import copy_rows
from db.demo.names import Names
from db.demo.venues import DUTIES, DemoVenue
from db.rules.alarm_kinds import AlarmKind
from db.rules.channels import DeliveryState
from db.rules.deadlines import SILENCES

FIRST_PERSON = 1001
"""Numbers below are for those who log in."""
TOLD_FOR = timedelta(hours=48)
ARRIVES = 0.97
CALLED = (AlarmKind.FIRE, AlarmKind.GAS)


def people(connection: Connection, made: list[DemoVenue], names: Names) -> None:
    """Three people a venue, each with a telephone number of the books."""
    entries = [(venue, duty, names.person(), names.phone()) for venue in made for duty in DUTIES]
    copy_rows(
        connection,
        "people",
        ("id", "name", "phone", "is_demo"),
        ((FIRST_PERSON + n, name, phone, True) for n, (_venue, _duty, name, phone) in enumerate(entries)),
    )
    copy_rows(
        connection,
        "venue_people",
        ("venue_id", "county", "duty", "name", "phone", "person_id"),
        (
            (venue.id, venue.county, duty, name, phone, FIRST_PERSON + n)
            for n, (venue, duty, name, phone) in enumerate(entries)
        ),
    )


def fill(
    connection: Connection, made: list[DemoVenue], alarms: list[DemoAlarm], now: datetime, rng: np.random.Generator
) -> None:
    """Stamps of every alarm, and what was sent about those of the last two days."""
    _stamps(connection, alarms, rng)
    place = {venue.id: n for n, venue in enumerate(made)}
    recent = [alarm for alarm in alarms if alarm.raised_at > now - TOLD_FOR]
    told = [
        (alarm, FIRST_PERSON + place[alarm.device.area.venue.id] * len(DUTIES) + duty)
        for alarm in recent
        for duty in ((1, 2) if alarm.level <= 2 else (1,))
    ]
    _notices(connection, told, rng)


def _stamps(connection: Connection, alarms: list[DemoAlarm], rng: np.random.Generator) -> None:
    columns = (
        *("alarm_id", "venue_id", "county", "begun_at", "received_at", "recorded_at", "streamed_at", "shown_at"),
        *("pushed_at", "phone_sent_at", "phone_at"),
    )
    copy_rows(connection, "alarm_stamps", columns, (_stamped(alarm, rng) for alarm in alarms))


def _stamped(alarm: DemoAlarm, rng: np.random.Generator) -> tuple[Any, ...]:
    venue, recorded = alarm.device.area.venue, alarm.recorded_at
    begun = alarm.raised_at
    if alarm.kind in SILENCES:
        begun -= timedelta(hours=float(rng.uniform(0.01, 22.0)))
    elif rng.random() < 0.012:  # a radio in a cellar sends late
        recorded = alarm.raised_at + timedelta(seconds=float(rng.uniform(10.5, 70)))
    received = recorded - (recorded - alarm.raised_at) * 0.2
    streamed = recorded + timedelta(seconds=float(rng.gamma(2, 0.06)))
    shown = streamed + timedelta(seconds=float(rng.gamma(2, 0.18))) if rng.random() < 0.9 else None
    pushed = sent = arrived = None
    if alarm.level <= 2 and rng.random() < 0.995:
        sent = recorded + timedelta(seconds=float(rng.gamma(2, 0.25)))
        slow = rng.random() < 0.02
        pushed = sent + timedelta(seconds=float(rng.uniform(15, 60) if slow else rng.gamma(2, 0.8)))
        if rng.random() < ARRIVES:
            arrived = sent + timedelta(seconds=float(rng.lognormal(np.log(1.7), 0.5)))
    return (
        *(alarm.id, venue.id, venue.county, begun, received, recorded, streamed, shown),
        *(pushed, sent if arrived else None, arrived),
    )


def _notices(connection: Connection, told: list[tuple[DemoAlarm, int]], rng: np.random.Generator) -> None:
    copy_rows(
        connection,
        "notices",
        (
            *("id", "key", "subject_kind", "subject_id", "venue_id", "county", "person_id", "reason", "level"),
            *("made_at", "taken_at", "read_at", "acknowledged_at"),
        ),
        (
            (
                *(n, f"demo/alarm/{alarm.id}/{person}", "alarm", alarm.id, alarm.device.area.venue.id),
                *(alarm.device.area.venue.county, person, "raised", alarm.level, alarm.recorded_at, alarm.recorded_at),
                *(alarm.acknowledged_at, alarm.acknowledged_at),
            )
            for n, (alarm, person) in enumerate(told, 1)
        ),
    )
    columns = (
        *("notice_id", "venue_id", "county", "person_id", "channel", "level", "state", "made_at", "tries"),
        *("sent_at", "delivered_at", "error"),
    )
    rows = (row for n, (alarm, person) in enumerate(told, 1) for row in _deliveries(n, alarm, person, rng))
    copy_rows(connection, "deliveries", columns, rows)


def _deliveries(notice: int, alarm: DemoAlarm, person: int, rng: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    venue = alarm.device.area.venue
    about = (notice, venue.id, venue.county, person)
    yield (*about, "portal", alarm.level, "sent", alarm.recorded_at, 0, alarm.recorded_at, None, None)
    channels = ("sms", "voice") if alarm.kind in CALLED else ("sms",) if alarm.level <= 2 else ()
    for channel in channels:
        sent = alarm.recorded_at + timedelta(seconds=float(rng.gamma(2, 0.5)))
        if rng.random() < ARRIVES:
            arrived = sent + timedelta(seconds=float(rng.lognormal(np.log(1.7), 0.5)))
            state, error = DeliveryState.DELIVERED, None
        else:
            state, arrived, error = DeliveryState.FAILED, None, "the carrier says UNDELIV"
        yield (*about, channel, alarm.level, state.value, alarm.recorded_at, 1, sent, arrived, error)
