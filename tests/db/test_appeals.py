"""Appeals: filed by a bureau, heard, decided; what is upheld puts history right, by the table, told and audited."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import appeals, overdue
from db.commands.appeals import FigureDoubt, VenueDoubt
from db.commands.history_corrections import Correction
from db.errors import AnwangError, InvalidInput, NotAllowed, NotFound, WrongState
from db.queries import appeals as queries
from db.queries import measures
from db.queries.appeals import AppealFilters
from db.rules.access_scope import EVERYTHING, Role
from db.rules.appeal_lifecycle import APPEAL_STEPS, DECIDED_WITHIN, ENDED, AppealAct, AppealState, Status
from db.rules.history_correction import Days, corrected
from db.rules.measures import MeasureKey
from tests.db.hazard_place import NOW, Place
from tests.plugins.services import Installation, TestRecord, copy_of

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def shared(installation: Installation) -> Iterator[TestRecord]:
    """One record for the file; each test stands in venues of its own."""
    yield from copy_of(installation, "template_empty")


@pytest.fixture(scope="module")
def owner(shared: TestRecord) -> Iterator[Connection]:
    engine = create_engine(shared.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def place(owner: Connection, shared: TestRecord) -> Place:
    return Place(owner, shared)


def doubt(place: Place, **changed: object) -> VenueDoubt:
    usual: dict[str, object] = {
        "venue_id": place.venue.id,
        "status": Status.ACCESS,
        "is_so": True,
        "since": date(2024, 8, 20),
        "until": date(2024, 10, 1),
    }
    return VenueDoubt(**{**usual, **changed})  # type: ignore[arg-type]


def filed(place: Place, role: Role = Role.COUNTY, about: VenueDoubt | FigureDoubt | None = None) -> int:
    with place.record.record.scoped(place.scope(role)) as session:
        return appeals.file(session, about or doubt(place), "设备8月20日已接入，见照片。", place.people[role], NOW)


def act(place: Place, role: Role, what: AppealAct, number: int, words: str = "见说明", **more: object) -> None:
    with place.record.record.scoped(place.scope(role)) as session:
        appeals.act(session, number, what, place.people[role], NOW + timedelta(hours=1), words, **more)  # type: ignore[arg-type]


def history(
    place: Place, table: str = "access_history", since: str = "accessed_from"
) -> list[tuple[date, date | None]]:
    until = since.replace("from", "until")
    rows = place.owner.execute(
        text(f"select {since}, {until} from {table} where venue_id = :v order by 1"), {"v": place.venue.id}
    )
    return [tuple(row) for row in rows]


def accessed(place: Place, day: date) -> int:
    with place.record.record.scoped(place.scope(Role.COUNTY)) as session:
        found = measures.figures(session, MeasureKey.ACCESS, day, "county", place.venue.county)
    return sum(f.numerator for f in found if f.category == "kindergarten")


def test_upheld_it_puts_history_right_and_says_where_from(place: Place) -> None:
    number = filed(place)
    assert accessed(place, date(2024, 9, 2)) == 0
    act(place, Role.PROVINCE, AppealAct.ASSIGN, number, "", assign_to=place.people[Role.ANALYST].person_id)
    act(place, Role.PROVINCE, AppealAct.UPHOLD, number, "照片与平台日志相符")
    assert history(place) == [(date(2024, 8, 20), date(2024, 10, 1))]
    assert accessed(place, date(2024, 9, 2)) == 1
    with place.record.record.scoped(place.scope(Role.COUNTY)) as session:
        detail = queries.one(session, number)
        found = queries.corrections_of_day(session, date(2024, 9, 2), NOW)
    assert detail.row.state == "upheld"
    assert [step.step for step in detail.steps] == ["filed", "assign", "uphold"]
    assert [c.appeal_id for c in detail.corrections] == [number]
    assert number in [c.appeal_id for c in found]
    audited = place.owner.execute(
        text("select act, detail from audit_log where subject = :s"), {"s": f"venues/{place.venue.id}"}
    ).one()
    assert audited.act == "history corrected"
    assert audited.detail["appeal"] == number
    told = place.owner.execute(
        text("select reason, person_id from notices where subject_kind = 'appeal' and subject_id = :id order by id"),
        {"id": number},
    ).all()
    assert ("appeal_upheld", place.people[Role.COUNTY].person_id) in [tuple(row) for row in told]
    assert {row.reason for row in told} == {"appeal_filed", "appeal_heard", "appeal_upheld"}


def test_a_day_that_never_was_is_taken_out(place: Place) -> None:
    place.owner.execute(
        text(
            "insert into duty_history (venue_id, county, category, declared_from)"
            " values (:v, :c, 'kindergarten', '2024-05-01')"
        ),
        {"v": place.venue.id, "c": place.venue.county},
    )
    about = doubt(place, status=Status.DUTY, is_so=False, since=date(2024, 6, 1), until=date(2024, 7, 1))
    number = filed(place, about=about)
    act(place, Role.PROVINCE, AppealAct.ASSIGN, number)
    act(place, Role.PROVINCE, AppealAct.UPHOLD, number)
    assert history(place, "duty_history", "declared_from") == [
        (date(2024, 5, 1), date(2024, 6, 1)),
        (date(2024, 7, 1), None),
    ]


def test_a_figure_is_put_right_venue_by_venue(place: Place) -> None:
    about = FigureDoubt(place.venue.county, MeasureKey.ACCESS, "kindergarten", date(2024, 9, 2))
    number = filed(place, about=about)
    act(place, Role.ANALYST, AppealAct.ASSIGN, number)
    wanted = Correction(place.venue.id, Status.ACCESS, True, date(2024, 9, 1), date(2024, 9, 3))
    act(place, Role.PROVINCE, AppealAct.UPHOLD, number, corrections=(wanted,))
    with place.record.record.scoped(EVERYTHING) as session:
        row = queries.one(session, number).row
    assert row.shown == "0/1"
    assert accessed(place, date(2024, 9, 2)) == 1


def test_a_question_stops_the_provinces_clock(place: Place) -> None:
    number = filed(place)
    act(place, Role.ANALYST, AppealAct.ASSIGN, number)
    act(place, Role.ANALYST, AppealAct.QUESTION, number, "请补充接入截图")
    with place.record.record.scoped(place.scope(Role.COUNTY)) as session:
        appeals.act(session, number, AppealAct.ANSWER, place.people[Role.COUNTY], NOW + timedelta(hours=49), "已上传")
        row = queries.one(session, number).row
    assert row.decide_by == NOW + DECIDED_WITHIN + timedelta(hours=48)
    assert row.act_by == row.decide_by


@pytest.mark.parametrize(
    ("role", "what", "error"),
    [
        (Role.ANALYST, AppealAct.UPHOLD, NotAllowed),
        (Role.COUNTY, AppealAct.REFUSE, NotAllowed),
        (Role.CITY, AppealAct.WITHDRAW, NotAllowed),
        (Role.PROVINCE, AppealAct.REFUSE, WrongState),
        (Role.COUNTY, AppealAct.ANSWER, WrongState),
    ],
)
def test_refused(place: Place, role: Role, what: AppealAct, error: type[AnwangError]) -> None:
    number = filed(place)
    with pytest.raises(error):
        act(place, role, what, number)


def test_what_cannot_be_filed(place: Place, shared: TestRecord, owner: Connection) -> None:
    with pytest.raises(NotAllowed):
        filed(place, Role.VENUE)
    with pytest.raises(InvalidInput):
        filed(place, about=doubt(place, since=TODAY + timedelta(days=9), until=None))
    with pytest.raises(NotAllowed):
        filed(place, about=FigureDoubt(360_000, MeasureKey.ACCESS, "all", date(2024, 9, 2)))
    filed(place)
    with pytest.raises(WrongState, match="open already"):
        filed(place, Role.CITY)
    elsewhere = Place(owner, shared)
    with pytest.raises(NotFound):
        filed(place, about=doubt(elsewhere))


def test_a_refused_decision_leaves_history_as_it_was(place: Place) -> None:
    number = filed(place, about=doubt(place, is_so=False))
    act(place, Role.PROVINCE, AppealAct.ASSIGN, number)
    with pytest.raises(WrongState, match="says so already"):
        act(place, Role.PROVINCE, AppealAct.UPHOLD, number)
    with place.record.record.scoped(EVERYTHING) as session:
        assert queries.one(session, number).row.state == "heard"


def test_overdue_is_told_once(place: Place) -> None:
    number = filed(place)
    late = NOW + DECIDED_WITHIN + timedelta(hours=1)
    for _turn in range(2):
        with place.record.record.scoped(EVERYTHING) as session:
            overdue.tell_overdue(session, late)
            page = queries.desk(session, AppealFilters("overdue", Role.PROVINCE, place.venue.id), late, 10)
    assert [row.id for row in page.rows] == [number]
    told = place.owner.scalar(
        text("select count(*) from notices where subject_id = :id and reason = 'appeal_overdue' and person_id = :p"),
        {"id": number, "p": place.people[Role.PROVINCE].person_id},
    )
    assert told == 1


def test_another_city_sees_none_of_it(place: Place, shared: TestRecord, owner: Connection) -> None:
    number = filed(place)
    elsewhere = Place(owner, shared)
    with shared.record.scoped(elsewhere.scope(Role.CITY)) as session, pytest.raises(NotFound):
        queries.one(session, number)
    with shared.record.scoped(elsewhere.scope(Role.CITY)) as session, pytest.raises(NotFound):
        appeals.act(session, number, AppealAct.WITHDRAW, elsewhere.people[Role.CITY], NOW)


ACTS = st.lists(st.tuples(st.sampled_from(list(AppealAct)), st.sampled_from(list(Role))), max_size=8)


@given(ACTS)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_tried_the_life_keeps_to_the_table(place: Place, tried: list[tuple[AppealAct, Role]]) -> None:
    place.owner.execute(text("update appeals set act_by = null where venue_id = :v"), {"v": place.venue.id})
    place.owner.execute(text("delete from access_history where venue_id = :v"), {"v": place.venue.id})
    number = filed(place)
    state = AppealState.FILED
    for what, role in tried:
        if role not in place.people:
            continue
        try:
            act(place, role, what, number)
        except AnwangError:
            continue
        state = APPEAL_STEPS[state, what]
    with place.record.record.scoped(EVERYTHING) as session:
        detail = queries.one(session, number)
    assert detail.row.state == state
    assert (detail.row.act_by is None) == (state in ENDED)
    assert len(history(place)) == (state is AppealState.UPHELD)


DAYS = st.integers(0, 30)


@st.composite
def stretches(draw: st.DrawFn) -> list[tuple[int, Days]]:
    edges = sorted(draw(st.sets(DAYS, max_size=8)))
    made = [
        (date(2024, 1, 1) + timedelta(a), date(2024, 1, 1) + timedelta(b))
        for a, b in zip(edges[::2], edges[1::2], strict=False)
    ]
    return [(n, Days(a, b)) for n, (a, b) in enumerate(made)]


@given(stretches(), DAYS, st.one_of(st.none(), st.integers(1, 20)), st.booleans())
def test_corrected_days_are_as_wanted_and_no_others_change(
    on_record: list[tuple[int, Days]], since: int, length: int | None, is_so: bool
) -> None:
    first = date(2024, 1, 1) + timedelta(since)
    days = Days(first, None if length is None else first + timedelta(length))
    done = corrected(on_record, days, is_so)
    changed = dict(done.changed)
    after = [changed.get(n, s) for n, s in on_record if n not in done.gone] + list(done.new)

    def on(listed: list[Days], day: date) -> int:
        return sum(s.since <= day and (s.until is None or day < s.until) for s in listed)

    for n in range(60):
        day = date(2024, 1, 1) + timedelta(n)
        inside = days.since <= day and (days.until is None or day < days.until)
        assert on(after, day) == (is_so if inside else on([s for _n, s in on_record], day))
    assert all(s.until is None or s.until > s.since for s in after)
