"""Rounds and captures on a real record: drawn in turn, walked by their own people, made into hazards."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import patrol, patrol_captures, patrol_plans
from db.commands.acting import Acting
from db.commands.hazards import How
from db.commands.patrol import Look
from db.commands.patrol_captures import NewCapture, Reported
from db.commands.patrol_plans import NewPlan
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.evidence.marking import burnt
from db.evidence.store import EvidenceStore, Stored
from db.queries import patrol as queries
from db.queries import patrol_captures as captures
from db.queries import patrol_figures
from db.queries.patrol_captures import CaptureFilters
from db.rules.access_scope import EVERYTHING, Role
from db.rules.hazard_kinds import Grade, HazardKind
from db.rules.patrol import Outcome, Seen
from db.rules.patrol_marks import Mark, MarkKind
from db.rules.play_address import Form
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

NOW = datetime(2026, 11, 26, 1, tzinfo=UTC)
"""Nine in Shanghai, a Thursday."""
DAY = date(2026, 11, 26)
HOME = 360_702


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture(scope="module")
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture(autouse=True)
def afresh(owner: Connection) -> Iterator[None]:
    yield
    owner.execute(text("truncate patrol_plans, patrol_rounds, camera_streams, hazards, grants cascade"))


def official(owner: Connection, name: str = "县局张三") -> Acting:
    person = factories.person(owner, name)
    owner.execute(
        text("insert into grants (person_id, role, county_lo, county_hi) values (:p, 'county', :c, :c)"),
        {"p": person, "c": HOME},
    )
    return Acting(person, name, Role.COUNTY, "192.0.2.1")


def camera(owner: Connection, venue: MadeVenue, *, plays: bool = True) -> int:
    device, _code = factories.device(owner, venue, "camera")
    if plays:
        owner.execute(
            text(
                "insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)"
                " values (:d, :v, :c, 'file', '/film.mp4', now())"
            ),
            {"d": device, "v": venue.id, "c": venue.county},
        )
    return device


def venues(owner: Connection, count: int) -> list[int]:
    found = []
    for _each in range(count):
        venue = factories.venue(owner, HOME)
        camera(owner, venue)
        found.append(venue.id)
    return found


def drawn(record: TestRecord, who: Acting, count: int, now: datetime = NOW) -> list[int]:
    with record.record.scoped(EVERYTHING) as session:
        number = patrol.draw_at_random(session, who, HOME, count, now)
        return [stop.venue_id for stop in queries.stops(session, number)]


def look(record: TestRecord, who: Acting, round_id: int, device: int, outcome: Seen = Seen.SEEN) -> Outcome | None:
    with record.record.scoped(EVERYTHING) as session:
        return patrol.note_look(session, round_id, Look(device, outcome, "", Form.MASKED), who, NOW)


def only_round(record: TestRecord, who: Acting) -> int:
    with record.record.scoped(EVERYTHING) as session:
        return queries.rounds_of(session, who.person_id or 0, HOME, DAY)[0].id


def test_nobody_is_sent_where_somebody_goes_today(record: TestRecord, owner: Connection) -> None:
    there = venues(owner, 6)
    one, other = official(owner), official(owner, "县局李四")
    first, second = drawn(record, one, 3), drawn(record, other, 3)
    assert sorted(first + second) == sorted(there)
    assert set(drawn(record, one, 6)) == set(second)  # never twice on one list


def test_whoever_was_looked_at_waits_until_all_others_were(record: TestRecord, owner: Connection) -> None:
    there, who = venues(owner, 4), official(owner)
    first = drawn(record, who, 1)
    device = owner.scalar(text("select id from devices where venue_id = :v"), {"v": first[0]})
    assert look(record, who, only_round(record, who), device) is Outcome.LOOKED
    assert set(drawn(record, who, 3, NOW + timedelta(days=1))) == set(there) - set(first)


def test_venues_without_pictures_are_not_drawn(record: TestRecord, owner: Connection) -> None:
    camera(owner, factories.venue(owner, HOME), plays=False)
    with pytest.raises(WrongState):
        drawn(record, official(owner), 3)


def test_a_visit_ends_with_its_last_camera(record: TestRecord, owner: Connection) -> None:
    venue, who = factories.venue(owner, HOME), official(owner)
    first, second = camera(owner, venue), camera(owner, venue, plays=False)
    drawn(record, who, 1)
    number = only_round(record, who)
    assert look(record, who, number, first, Seen.UNPLAYABLE) is None
    assert look(record, who, number, second, Seen.UNPLAYABLE) is Outcome.UNPLAYABLE
    assert look(record, who, number, first) is Outcome.LOOKED  # it plays after all
    assert look(record, who, number, first, Seen.UNPLAYABLE) is Outcome.LOOKED  # what was seen stays seen
    with record.record.scoped(EVERYTHING) as session:
        row = queries.one_round(session, number)
    assert (row.ended, row.looked, row.unplayable, row.is_done) == (1, 1, 0, True)


def test_a_round_is_its_own_persons(record: TestRecord, owner: Connection) -> None:
    venue, who, other = factories.venue(owner, HOME), official(owner), official(owner, "县局李四")
    device = camera(owner, venue)
    drawn(record, who, 1)
    number = only_round(record, who)
    with pytest.raises(NotAllowed):
        look(record, other, number, device)
    with pytest.raises(NotAllowed):
        look(record, Acting(who.person_id, who.name, Role.ANALYST), number, device)
    with record.record.scoped(EVERYTHING) as session, pytest.raises(InvalidInput):
        patrol.skip(session, number, venue.id, "  ", who, NOW)
    with record.record.scoped(EVERYTHING) as session:
        patrol.skip(session, number, venue.id, "学校放假", who, NOW)
    with record.record.scoped(EVERYTHING) as session, pytest.raises(WrongState):
        patrol.skip(session, number, venue.id, "学校放假", who, NOW)


def plan(record: TestRecord, who: Acting, **other: object) -> int:
    given = {"name": "日常", "region": HOME, "per_day": 2, "weekdays": (4,), "role": Role.COUNTY} | other
    with record.record.scoped(EVERYTHING) as session:
        return patrol_plans.make(session, NewPlan(**given), who, HOME, NOW)  # type: ignore[arg-type]


def test_plans_send_people_out_once_a_day(record: TestRecord, owner: Connection) -> None:
    venues(owner, 5)
    who, other = official(owner), official(owner, "县局李四")
    number = plan(record, who)
    with record.record.scoped(EVERYTHING) as session:
        assert patrol.send_out(session, DAY, NOW) == 2
    with record.record.scoped(EVERYTHING) as session:
        assert patrol.send_out(session, DAY, NOW) == 0
        assert patrol.send_out(session, DAY + timedelta(days=1), NOW) == 0  # no Thursday
        patrol_plans.end(session, number, other, NOW)
        assert patrol.send_out(session, DAY + timedelta(days=7), NOW) == 0
        rows = patrol_figures.by_official(session, HOME, DAY, DAY, "day")
    assert [(row.rounds, row.rounds_done, row.venues) for row in rows] == [(1, 0, 2), (1, 0, 2)]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"name": " "}, InvalidInput),
        ({"region": 360_000}, NotAllowed),
        ({"per_day": 0}, InvalidInput),
        ({"weekdays": ()}, InvalidInput),
        ({"weekdays": (8,)}, InvalidInput),
        ({"role": None}, InvalidInput),
        ({"role": None, "person_id": 999_999}, InvalidInput),
        ({"venue_ids": (999_999,)}, InvalidInput),
    ],
)
def test_plans_that_cannot_be(record: TestRecord, owner: Connection, wrong: dict[str, object], error: type) -> None:
    factories.venue(owner, HOME)
    with pytest.raises(error):
        plan(record, official(owner), **wrong)


def test_a_plan_may_list_venues(record: TestRecord, owner: Connection) -> None:
    there, who = venues(owner, 4), official(owner)
    plan(record, who, venue_ids=tuple(there[:2]), per_day=5, role=None, person_id=who.person_id)
    with record.record.scoped(EVERYTHING) as session:
        (number,) = patrol.draw_planned(session, who, HOME, DAY, NOW)
        assert {stop.venue_id for stop in queries.stops(session, number)} == set(there[:2])


def picture(store: EvidenceStore, shade: int = 90) -> Stored:
    made = io.BytesIO()
    Image.new("RGB", (640, 360), (shade, 120, 150)).save(made, "JPEG")
    return store.keep(made.getvalue())


def test_a_capture_becomes_a_hazard_with_both_pictures(record: TestRecord, owner: Connection, tmp_path: Path) -> None:
    store, who, venue = EvidenceStore(tmp_path), official(owner), factories.venue(owner, HOME)
    device = camera(owner, venue)
    stored = picture(store)
    mark = Mark(MarkKind.RECTANGLE, 0.1, 0.1, 0.5, 0.5)
    marked = store.keep(burnt(store.read(stored.sha256, "image/jpeg", "original")[0], [mark], "测试场所"))
    with record.record.scoped(EVERYTHING) as session:
        number = patrol_captures.capture(session, NewCapture(device, Form.MASKED, NOW, stored), HOME, who, NOW)
        patrol_captures.mark(session, number, [mark], marked, who, NOW)
    told = Reported(HazardKind.ESCAPE_ROUTE, Grade.GENERAL, "通道堆物")
    with record.record.scoped(EVERYTHING) as session:
        found = patrol_captures.file_hazard(session, number, told, [stored, marked], who, NOW)
        assert found.how is How.NEW
        row = captures.one(session, number)
        assert (row.hazard_id, row.hazard_state, row.marks) == (found.id, "found", [mark.told()])
        assert len(captures.newest(session, CaptureFilters(show="open"), 10)) == 1
        figures = patrol_figures.by_official(session, HOME, DAY, DAY, "month")
    assert [(row.captures, row.hazards_found, row.hazards_closed) for row in figures] == [(1, 1, 0)]
    hazard = owner.execute(text("select source, area_id, found_by from hazards")).one()
    assert (hazard.source, hazard.area_id, hazard.found_by) == ("patrol", venue.area_id, who.person_id)
    assert owner.scalar(text("select count(*) from evidence_files where stage = 'before'")) == 2
    with record.record.scoped(EVERYTHING) as session, pytest.raises(WrongState):
        patrol_captures.file_hazard(session, number, told, [], who, NOW)
    with record.record.scoped(EVERYTHING) as session, pytest.raises(WrongState):
        patrol_captures.mark(session, number, [mark], marked, who, NOW)


def test_what_is_said_to_be_put_right_and_is_seen_again(record: TestRecord, owner: Connection, tmp_path: Path) -> None:
    """A picture of before comes too late then, and proves nothing as one of after: the step says what was seen."""
    store, who, venue = EvidenceStore(tmp_path), official(owner), factories.venue(owner, HOME)
    device, told = camera(owner, venue), Reported(HazardKind.ESCAPE_ROUTE, Grade.GENERAL, "通道堆物")
    numbers = []
    for shade in (90, 140):
        with record.record.scoped(EVERYTHING) as session:
            new = NewCapture(device, Form.PLAIN, NOW, picture(store, shade))
            numbers.append(patrol_captures.capture(session, new, HOME, who, NOW))
    with record.record.scoped(EVERYTHING) as session:
        first = patrol_captures.file_hazard(session, numbers[0], told, [picture(store)], who, NOW)
    owner.execute(text("update hazards set state = 'submitted', submitted_at = now()"))
    with record.record.scoped(EVERYTHING) as session:
        again = patrol_captures.file_hazard(session, numbers[1], told, [picture(store, 140)], who, NOW)
    assert (again.id, again.how) == (first.id, How.AGAIN)
    assert owner.scalar(text("select count(*) from evidence_files where hazard_id = :h"), {"h": first.id}) == 1


def test_a_picture_is_its_own_officials(record: TestRecord, owner: Connection, tmp_path: Path) -> None:
    store, who, venue = EvidenceStore(tmp_path), official(owner), factories.venue(owner, HOME)
    new = NewCapture(camera(owner, venue), Form.MASKED, NOW, picture(store))
    told = Reported(HazardKind.OTHER, Grade.GENERAL, "x")
    with record.record.scoped(EVERYTHING) as session:
        number = patrol_captures.capture(session, new, HOME, who, NOW)
    other = official(owner, "县局李四")
    with record.record.scoped(EVERYTHING) as session, pytest.raises(NotAllowed):
        patrol_captures.file_hazard(session, number, told, [], other, NOW)
    with record.record.scoped(EVERYTHING) as session, pytest.raises(NotFound):
        patrol_captures.file_hazard(session, number + 1, told, [], who, NOW)
    with record.record.scoped(EVERYTHING) as session, pytest.raises(NotAllowed):
        patrol_captures.capture(session, new, HOME, Acting(who.person_id, who.name, Role.VENUE), NOW)
