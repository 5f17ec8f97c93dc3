"""Excusing a venue: who may, what is refused, and what it does to a figure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import excused_venues as commands
from db.commands.actor import Actor
from db.commands.excused_venues import NewExcuse
from db.errors import AnwangError, InvalidInput, NotAllowed, NotFound, WrongState
from db.queries import excused_venues as queries
from db.queries import measures
from db.rules.access_scope import Role, Scope, region_scope
from db.rules.measures import MeasureKey
from db.rules.standings import HERE
from tests import factories
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

NOW = datetime(2026, 5, 10, 10, tzinfo=HERE)
TODAY, DAY = NOW.date(), timedelta(days=1)
PROVINCE = region_scope(360_000)
REASON = "停业改建，赣教字〔2026〕9 号"


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


class Office:
    """An analyst, two people of the province office, and a venue that is accessed."""

    def __init__(self, record: TestRecord, owner: Connection) -> None:
        self.record, self.owner = record, owner
        self.analyst = Actor(factories.person(owner, "析"), "析", "127.0.0.1", Role.ANALYST)
        self.leader = Actor(factories.person(owner, "省一"), "省一", "127.0.0.1", Role.PROVINCE)
        self.other = Actor(factories.person(owner, "省二"), "省二", "127.0.0.1", Role.PROVINCE)
        self.venue = factories.venue(owner)
        owner.execute(
            text(
                "insert into access_history (venue_id, county, category, accessed_from)"
                " select id, county, category, '2026-01-01' from venues where id = :id"
            ),
            {"id": self.venue.id},
        )

    def ask(self, actor: Actor | None = None, scope: Scope = PROVINCE, **changed: object) -> int:
        facts = {
            "venue_id": self.venue.id,
            "measure": MeasureKey.ACCESS,
            "since": TODAY - 10 * DAY,
            "until": TODAY + 20 * DAY,
            "reason": REASON,
        } | changed
        with self.record.record.scoped(scope) as session:
            return commands.ask(session, NewExcuse(**facts), actor or self.analyst, NOW)  # type: ignore[arg-type]

    def decide(self, number: int, actor: Actor, *, approve: bool = True, words: str = "") -> None:
        with self.record.record.scoped(PROVINCE) as session:
            commands.decide(session, number, actor, NOW, approve=approve, words=words)

    def end(self, number: int, actor: Actor) -> None:
        with self.record.record.scoped(PROVINCE) as session:
            commands.end(session, number, actor, NOW)

    def access(self, day: date, measure: MeasureKey = MeasureKey.ACCESS) -> tuple[int, int, int]:
        """Of this venue's county; other tests' venues stand there too, so the difference counts."""
        with self.record.record.scoped(PROVINCE) as session:
            found = [f for f in measures.figures(session, measure, day, "county") if f.category == "kindergarten"]
        return found[0].numerator, found[0].denominator, found[0].excluded

    def acts(self) -> list[str]:
        sql = text("select act from audit_log where venue_id = :id order by id")
        return list(self.owner.scalars(sql, {"id": self.venue.id}))


@pytest.fixture
def office(record: TestRecord, owner: Connection) -> Office:
    return Office(record, owner)


def test_an_excused_venue_stands_in_neither_part(office: Office) -> None:
    before, other = office.access(TODAY), office.access(TODAY, MeasureKey.DECLARED_DUTY)
    number = office.ask()
    assert office.access(TODAY) == before, "asking alone changes nothing"
    office.decide(number, office.leader)
    assert office.access(TODAY) == (before[0] - 1, before[1] - 1, before[2] + 1)
    assert office.access(TODAY, MeasureKey.DECLARED_DUTY) == other, "another measure is not concerned"
    for day in (TODAY - 11 * DAY, TODAY + 20 * DAY):
        assert office.access(day) == before, "neither before nor after"
    assert office.acts() == ["excuse asked for", "excuse approved"]


def test_whoever_asked_does_not_decide(office: Office) -> None:
    number = office.ask(office.leader)
    with pytest.raises(NotAllowed, match="Whoever asked"):
        office.decide(number, office.leader)
    with pytest.raises(NotAllowed, match="province office"):
        office.decide(number, office.analyst)
    with pytest.raises(InvalidInput, match="why"):
        office.decide(number, office.other, approve=False)
    office.decide(number, office.other, approve=False, words="证明不全")
    with pytest.raises(WrongState, match="already"):
        office.decide(number, office.other)
    with office.record.record.scoped(PROVINCE) as session:
        row = next(row for row in queries.listed(session, "past", TODAY) if row.id == number)
    assert (row.state, row.decided_by_name, row.decision) == ("refused", "省二", "证明不全")


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"until": TODAY - 10 * DAY}, InvalidInput, "ends before"),
        ({"until": TODAY + 400 * DAY}, InvalidInput, "a year at most"),
        ({"since": date(2023, 5, 1), "until": date(2023, 6, 1)}, InvalidInput, "January 2024"),
        ({"since": TODAY + 400 * DAY, "until": TODAY + 410 * DAY}, InvalidInput, "too far"),
        ({"reason": "  不 "}, InvalidInput, "reason"),
        ({"reason": "长" * 301}, InvalidInput, "reason"),
        ({"venue_id": 99_999_999}, NotFound, "no such venue"),
    ],
)
def test_what_is_refused_says_why(
    office: Office, changed: dict[str, object], error: type[AnwangError], says: str
) -> None:
    with pytest.raises(error, match=says):
        office.ask(**changed)


@pytest.mark.parametrize("role", [Role.CITY, Role.COUNTY, Role.VENUE, Role.MAINTAINER, Role.ADMINISTRATOR])
def test_others_do_not_ask(office: Office, role: Role) -> None:
    with pytest.raises(NotAllowed):
        office.ask(Actor(office.analyst.person_id, "析", "127.0.0.1", role))


def test_one_request_at_a_time(office: Office) -> None:
    office.ask()
    with pytest.raises(WrongState, match="already"):
        office.ask(office.leader, since=TODAY, until=TODAY + 5 * DAY)
    office.ask(measure=MeasureKey.DECLARED_DUTY)
    office.ask(since=TODAY + 20 * DAY, until=TODAY + 30 * DAY)


def test_taking_back_and_ending_early(office: Office) -> None:
    before = office.access(TODAY)
    number = office.ask()
    with pytest.raises(NotAllowed):
        office.end(number, Actor(office.other.person_id, "析二", "127.0.0.1", Role.ANALYST))
    office.end(number, office.analyst)
    again = office.ask()
    office.decide(again, office.leader)
    office.end(again, office.other)
    assert office.access(TODAY) == before
    assert office.access(TODAY - DAY) == (before[0] - 1, before[1] - 1, before[2] + 1), "what is past stays"
    with pytest.raises(WrongState):
        office.end(again, office.other)


def test_outside_the_scope_there_is_no_venue_and_no_request(office: Office) -> None:
    with pytest.raises(NotFound):
        office.ask(scope=region_scope(360_100))
    number = office.ask()
    with office.record.record.scoped(region_scope(360_100)) as session:
        assert queries.listed(session, "waiting", TODAY) == []
        with pytest.raises(NotFound):
            commands.decide(session, number, office.leader, NOW, approve=True)


def test_the_minimum_is_set_and_kept(office: Office) -> None:
    with office.record.record.scoped(PROVINCE) as session:
        assert queries.minimum(session, MeasureKey.MILESTONE) == 5
        commands.set_minimum(session, MeasureKey.MILESTONE, 8, office.analyst)
        assert queries.minimum(session, MeasureKey.MILESTONE) == 8
        for minimum, actor, error in ((0, office.analyst, InvalidInput), (9, _city(office), NotAllowed)):
            with pytest.raises(error):
                commands.set_minimum(session, MeasureKey.MILESTONE, minimum, actor)


def _city(office: Office) -> Actor:
    return Actor(office.analyst.person_id, "市", "127.0.0.1", Role.CITY)
