"""A small province with a random past, kept as plain values too, so that every figure can be counted a second time."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, text

from db.rules.alarm_kinds import Verdict
from db.rules.measures import MeasureKey
from db.rules.standings import HERE, AlarmLife, Standing, is_proven, is_verified, of_alarm, of_hazard
from db.rules.venue_categories import BULLETIN_CATEGORIES, Category, SubType
from tests import factories

FIRST = date(2026, 1, 1)
TODAY = date(2026, 4, 20)
COUNTIES = (360_702, 360_703, 360_102)
DAY = timedelta(days=1)

Stretches = list[tuple[date, date | None]]


@dataclass
class Place:
    """One venue and everything that it is measured by."""

    id: int
    county: int
    category: Category
    sub_type: str | None
    in_scope: tuple[date, date | None]
    access: Stretches = field(default_factory=list)
    duty: Stretches = field(default_factory=list)
    devices: list[Stretches] = field(default_factory=list)
    """For each device in use, when it was proven."""
    evidence: list[tuple[datetime, bool]] = field(default_factory=list)
    alarms: list[AlarmLife] = field(default_factory=list)
    hazards: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    excused: list[tuple[MeasureKey | None, date, date, str]] = field(default_factory=list)


def made(owner: Connection, seed: int, venues: int = 48) -> list[Place]:
    """The province on record."""
    rng = random.Random(seed)
    places = [_place(owner, rng, n) for n in range(venues)]
    owner.execute(
        text(
            "insert into milestones (category, due_on) values (:c, :d) on conflict (category) do update set due_on = :d"
        ),
        [{"c": c.value, "d": FIRST + timedelta(days=20 * (n % 4))} for n, c in enumerate(Category)],
    )
    people = [factories.person(owner, name) for name in ("甲", "乙")]
    for place in places:
        _stretches(owner, place)
        _devices(owner, place, rng)
        _checks(owner, place, rng)
        _alarms(owner, place, rng)
        _hazards(owner, place, rng)
        _excused(owner, place, rng, people)
    return places


def _place(owner: Connection, rng: random.Random, n: int) -> Place:
    category = list(Category)[n % len(Category)] if n % 3 else Category.UNIVERSITY_OR_COLLEGE
    venue = factories.venue(owner, COUNTIES[rng.randrange(len(COUNTIES))], category)
    sub_type = rng.choice(list(SubType)).value if category is Category.UNIVERSITY_OR_COLLEGE else None
    since = FIRST + rng.randrange(40) * DAY
    until = since + rng.randrange(60, 90) * DAY if rng.random() < 0.15 else None
    owner.execute(
        text("update venues set sub_type = :s, in_scope_from = :f, in_scope_until = :u where id = :id"),
        {"s": sub_type, "f": since, "u": until, "id": venue.id},
    )
    place = Place(venue.id, venue.county, category, sub_type, (since, until))
    place.access, place.duty = _some(rng, since, until), _some(rng, since, until)
    return place


def _some(rng: random.Random, since: date, until: date | None) -> Stretches:
    """Some stretches within the scope, never overlapping."""
    made: Stretches = []
    at, end = since + rng.randrange(25) * DAY, until or TODAY
    while at < end and rng.random() < 0.85:
        over = at + rng.randrange(1, 60) * DAY
        if over >= end:
            return [*made, (at, until)]
        made.append((at, over))
        at = over + rng.randrange(1, 20) * DAY
    return made


def _stretches(owner: Connection, place: Place) -> None:
    for table, since, until, stretches in (
        ("access_history", "accessed_from", "accessed_until", place.access),
        ("duty_history", "declared_from", "declared_until", place.duty),
    ):
        for first, last in stretches:
            owner.execute(
                text(f"insert into {table} (venue_id, county, category, {since}, {until}) values (:v, :c, :k, :f, :l)"),
                {"v": place.id, "c": place.county, "k": place.category.value, "f": first, "l": last},
            )


def _devices(owner: Connection, place: Place, rng: random.Random) -> None:
    venue = factories.MadeVenue(place.id, place.county, owner.scalar(_AREA, {"v": place.id}) or 0)
    for kind in ("smoke_detector", "electricity_meter", "camera")[: rng.randrange(4)]:
        device, _code = factories.device(owner, venue, kind)
        at, states = TODAY - 30 * DAY, []
        while at < TODAY + DAY:
            over = at + rng.randrange(1, 15) * DAY
            state = rng.choice(("proven", "proven", "heard", "silent"))
            states.append((state, at, None if over > TODAY else over))
            at = over
        owner.execute(_STATE, [_of_state(place, device, *state) for state in states])
        if kind != "camera":
            place.devices.append([(since, until) for state, since, until in states if state == "proven"])


_AREA = text("select id from areas where venue_id = :v limit 1")
_STATE = text(
    "insert into device_states (device_id, since, until, venue_id, county, state) values (:d, :f, :l, :v, :c, :s)"
)


def _of_state(place: Place, device: int, state: str, since: date, until: date | None) -> dict[str, Any]:
    """Changes happen at noon."""
    return {
        "d": device,
        "f": noon(since),
        "l": None if until is None else noon(until),
        "v": place.id,
        "c": place.county,
        "s": state,
    }


def _checks(owner: Connection, place: Place, rng: random.Random) -> None:
    for _check in range(rng.randrange(14)):
        at = _moment(rng)
        state = rng.choice(("answered", "answered", "unanswered", "answered_late"))
        answered = None if state == "unanswered" else at + timedelta(minutes=3 if state == "answered" else 25)
        owner.execute(
            text(
                "insert into duty_checks (venue_id, county, way, asked_at, asked_by_name, minutes, state, sent_at,"
                " answered_at) values (:v, :c, 'people', :at, '', 10, :s, :at, :a)"
            ),
            {"v": place.id, "c": place.county, "at": at, "s": state, "a": answered},
        )
        if state != "answered_late":
            place.evidence.append((answered or at, state == "answered"))


def _alarms(owner: Connection, place: Place, rng: random.Random) -> None:
    for _alarm in range(rng.randrange(12)):
        at = _moment(rng)
        level = rng.randrange(1, 5)
        acknowledged = at + timedelta(minutes=rng.choice((1, 4, 20, 200)))
        closed = acknowledged + timedelta(hours=rng.choice((1, 5, 30, 400)))
        verdict = rng.choice((Verdict.FALSE, Verdict.REAL_HAZARD, Verdict.TEST_OR_DRILL))
        if rng.random() < 0.15 or closed > noon(TODAY):
            alarm = AlarmLife(level, at)
        else:
            alarm = AlarmLife(level, at, acknowledged, closed, verdict, closed)
        place.alarms.append(alarm)
        owner.execute(
            text(
                "insert into alarms (venue_id, county, kind, level, state, raised_at, recorded_at, last_signal_at,"
                " acknowledged_at, verified_at, verdict, closed_at, device_id, area_id)"
                " values (:v, :c, :kind, :level, :s, :at, :at, :at, :ack, :ver, :verdict, :closed, null, :area)"
            ),
            {
                "v": place.id,
                "c": place.county,
                "kind": "electrical",
                "level": level,
                "s": "closed" if alarm.closed_at else "raised",
                "at": at,
                "ack": alarm.acknowledged_at,
                "ver": alarm.verified_at,
                "verdict": alarm.verdict,
                "closed": alarm.closed_at,
                "area": owner.scalar(
                    text(
                        "insert into areas (venue_id, county, kind, floor, name) values (:v, :c, 'corridor', 1, 'x')"
                        " returning id"
                    ),
                    {"v": place.id, "c": place.county},
                ),
            },
        )


def _hazards(owner: Connection, place: Place, rng: random.Random) -> None:
    for n in range(rng.randrange(5)):
        found = _moment(rng)
        closed = found + timedelta(days=rng.randrange(1, 50))
        ends = closed if closed < noon(TODAY) and rng.random() < 0.8 else None
        place.hazards.append((found, ends))
        owner.execute(
            text(
                "insert into hazards (venue_id, county, spot_key, kind, grade, source, state, what, found_at,"
                " found_by_name, closed_at, acceptance) values (:v, :c, :key, 'equipment', 'general', 'inspection',"
                " :s, 'x', :f, 'x', :closed, 'x')"
            ),
            {
                "v": place.id,
                "c": place.county,
                "key": f"k{n}",
                "s": "closed" if ends else "found",
                "f": found,
                "closed": ends,
            },
        )


def _excused(owner: Connection, place: Place, rng: random.Random, people: list[int]) -> None:
    if rng.random() > 0.3:
        return
    since = FIRST + rng.randrange(100) * DAY
    measure = rng.choice((None, *MeasureKey))
    for state in ("approved", rng.choice(("asked", "refused", "approved"))):
        until = since + rng.randrange(5, 60) * DAY
        place.excused.append((measure, since, until, state))
        owner.execute(
            text(
                "insert into excused_venues (venue_id, county, measure, since, until, reason, state, asked_at,"
                " asked_by, asked_by_name, decided_by) values (:v, :c, :m, :f, :u, 'x', :s, now(), :a, '甲', :d)"
            ),
            {
                "v": place.id,
                "c": place.county,
                "m": measure,
                "f": since,
                "u": until,
                "s": state,
                "a": people[0],
                "d": people[1] if state in ("approved", "refused") else None,
            },
        )


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), HERE)


def _moment(rng: random.Random) -> datetime:
    return datetime.combine(FIRST, time(), HERE) + timedelta(minutes=rng.randrange((TODAY - FIRST).days * 1440))


def counted(places: list[Place], measure: MeasureKey, day: date, region: int, category: str) -> tuple[int, int, int]:
    """Numerator, denominator and excluded, venue by venue."""
    wide = 10_000 if region % 10_000 == 0 else 100 if region % 100 == 0 else 1
    sums = [0, 0, 0]
    for place in places:
        is_in_all = category == "all" and place.category in BULLETIN_CATEGORIES
        if place.county // wide * wide != region or not (is_in_all or category in (place.category, place.sub_type)):
            continue
        at = min(day, due(place.category)) if measure is MeasureKey.MILESTONE else day
        numerator, denominator, left_out = _one(place, measure, at)
        if any(m in (None, measure) and s <= at < u and state == "approved" for m, s, u, state in place.excused):
            numerator, left_out, denominator = 0, denominator + left_out, 0
        sums = [sums[0] + numerator, sums[1] + denominator, sums[2] + left_out]
    return sums[0], sums[1], sums[2]


def due(category: Category) -> date:
    return FIRST + timedelta(days=20 * (list(Category).index(category) % 4))


def _one(place: Place, measure: MeasureKey, day: date) -> tuple[int, int, int]:
    in_scope = int(_holds([place.in_scope], day))
    accessed, declared = _holds(place.access, day), _holds(place.duty, day)
    match measure:
        case MeasureKey.ACCESS | MeasureKey.MILESTONE:
            return int(accessed), in_scope, 0
        case MeasureKey.DECLARED_DUTY:
            return int(declared), in_scope, 0
        case MeasureKey.PROVEN_ONLINE:
            proven = sum(_holds(device, day) for device in place.devices)
            return int(accessed and is_proven(proven, len(place.devices))), in_scope, 0
        case MeasureKey.VERIFIED_DUTY:
            return int(declared and is_verified(place.evidence, day)), in_scope, 0
        case MeasureKey.HAZARDS_CLOSED:
            told = [of_hazard(*hazard, day) for hazard in place.hazards]
            closed = told.count(Standing.HAZARDS_CLOSED)
            return closed, closed + told.count(Standing.HAZARDS_OPEN), 0
    told = [of_alarm(alarm, day) for alarm in place.alarms]
    left_out = told.count(Standing.ALARMS_LEFT_OUT)
    return told.count(Standing(measure.value)), sum(one is not None for one in told) - left_out, left_out


def _holds(stretches: Any, day: date) -> bool:
    return any(since <= day and (until is None or day < until) for since, until in stretches)
