"""Work orders: given, taken on, arrived, finished with a picture, confirmed; by the table, told and audited."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import evidence, overdue, work_orders
from db.commands.evidence import NewEvidence
from db.commands.work_orders import NewOrder
from db.commands.work_orders import Place as Spot
from db.errors import AnwangError, InvalidInput, NotAllowed, NotFound, WrongState
from db.evidence.store import Stored
from db.queries import work_orders as queries
from db.queries.work_orders import OrderFilters
from db.rules.access_scope import EVERYTHING, Role
from db.rules.evidence_checks import Stage
from db.rules.order_lifecycle import ENDED, ORDER_STEPS, GivenTo, OrderAct, OrderState, Urgency
from tests.db.hazard_place import NOW, Place
from tests.plugins.services import Installation, TestRecord, copy_of


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


def give(place: Place, role: Role = Role.COUNTY, **changed: object) -> int:
    usual: dict[str, object] = {
        "subject": "venue",
        "subject_id": place.venue.id,
        "given_to": GivenTo.MAINTAINER,
        "what": "更换灭火器",
        "maintainer_id": place.unit,
    }
    with place.record.record.scoped(place.scope(role)) as session:
        return work_orders.give(session, NewOrder(**{**usual, **changed}), place.people[role], NOW)  # type: ignore[arg-type]


def act(
    place: Place, role: Role, what: OrderAct, order: int, words: str = "", now: datetime = NOW, spot: Spot | None = None
) -> None:
    with place.record.record.scoped(place.scope(role)) as session:
        work_orders.act(session, order, what, place.people[role], now, words, spot)


def show(place: Place, order: int, role: Role = Role.MAINTAINER, n: int = 1, now: datetime = NOW) -> None:
    """A picture of the work."""
    with place.record.record.scoped(place.scope(role)) as session:
        new = NewEvidence(Stage.AFTER, Stored(bytes([n]) * 32, "image/jpeg", 10, None), "a.jpg")
        evidence.add_to_order(session, order, new, place.people[role], now)


def told(place: Place, order: int) -> list[tuple[str, str]]:
    rows = place.owner.execute(
        text(
            "select n.reason, p.name from notices n join people p on p.id = n.person_id"
            " where n.subject_kind = 'work_order' and n.subject_id = :id order by n.id"
        ),
        {"id": order},
    )
    return [(row.reason, row.name.rstrip("0123456789")) for row in rows]


def test_the_whole_life(place: Place) -> None:
    hazard = place.found().id
    order = give(place, subject="hazard", subject_id=hazard)
    act(place, Role.MAINTAINER, OrderAct.ACCEPT, order)
    act(place, Role.MAINTAINER, OrderAct.ARRIVE, order, spot=Spot(114.941, 25.83))
    with pytest.raises(WrongState, match="photograph"):
        act(place, Role.MAINTAINER, OrderAct.FINISH, order)
    show(place, order)
    act(place, Role.MAINTAINER, OrderAct.FINISH, order, "已更换两具")
    act(place, Role.COUNTY, OrderAct.CONFIRM, order)
    with place.record.record.scoped(place.scope(Role.COUNTY)) as session:
        detail = queries.one(session, order)
    steps = ["given", "accept", "arrive", "evidence", "finish", "confirm"]
    assert [step.step for step in detail.steps] == steps
    assert (detail.row.state, detail.row.act_by, detail.row.hazard_id) == ("confirmed", None, hazard)
    assert detail.row.arrived_metres is not None
    assert 90 < detail.row.arrived_metres < 110
    acts = place.owner.scalars(
        text("select act from audit_log where subject = :s order by id"), {"s": f"work_orders/{order}"}
    ).all()
    assert [each.removeprefix("work order ") for each in acts] == steps
    assert told(place, order) == [
        ("work_order", "maintainer"),
        ("work_order_finished", "county"),
        ("work_order_confirmed", "maintainer"),
    ]


def test_refused_given_again_handed_back_returned(place: Place) -> None:
    order = give(place, Role.VENUE)
    with pytest.raises(WrongState, match="Say why"):
        act(place, Role.MAINTAINER, OrderAct.REFUSE, order)
    act(place, Role.MAINTAINER, OrderAct.REFUSE, order, "不在合同范围")
    act(place, Role.VENUE, OrderAct.GIVE_AGAIN, order, "已补充约定")
    act(place, Role.MAINTAINER, OrderAct.ACCEPT, order)
    act(place, Role.MAINTAINER, OrderAct.HAND_BACK, order, "缺配件")
    later = NOW + timedelta(days=1)
    act(place, Role.VENUE, OrderAct.GIVE_AGAIN, order, now=later)
    for what in (OrderAct.ACCEPT, OrderAct.ARRIVE):
        act(place, Role.MAINTAINER, what, order, now=later)
    show(place, order, now=later)
    act(place, Role.MAINTAINER, OrderAct.FINISH, order, now=later)
    act(place, Role.VENUE, OrderAct.RETURN, order, "压力仍不足", now=later + timedelta(hours=1))
    again = later + timedelta(hours=2)
    act(place, Role.MAINTAINER, OrderAct.ARRIVE, order, now=again)
    with pytest.raises(WrongState, match="photograph"):  # the picture from before does not count
        act(place, Role.MAINTAINER, OrderAct.FINISH, order, now=again)
    reasons = [reason for reason, _name in told(place, order)]
    assert reasons == [
        *("work_order", "work_order_refused", "work_order", "work_order_handed_back", "work_order"),
        *("work_order_finished", "work_order_returned"),
    ]


@pytest.mark.parametrize(
    ("role", "changed", "error"),
    [
        (Role.VENUE, {"given_to": GivenTo.VENUE}, NotAllowed),
        (Role.MAINTAINER, {}, NotAllowed),
        (Role.ANALYST, {}, NotAllowed),
        (Role.COUNTY, {"what": " "}, InvalidInput),
        (Role.COUNTY, {"maintainer_id": 0}, InvalidInput),
        (Role.COUNTY, {"maintainer_id": None}, InvalidInput),
        (Role.COUNTY, {"subject": "people"}, InvalidInput),
        (Role.COUNTY, {"subject": "alarm", "subject_id": 0}, NotFound),
        (Role.COUNTY, {"finish_on": date(2026, 3, 1)}, InvalidInput),
    ],
    ids=lambda value: str(value)[:40],
)
def test_orders_that_are_refused(
    place: Place, role: Role, changed: dict[str, object], error: type[AnwangError]
) -> None:
    with pytest.raises(error):
        give(place, role, **changed)


def test_deadlines_are_columns_and_told_once(place: Place) -> None:
    order = give(place, urgency=Urgency.URGENT)
    late = NOW + timedelta(minutes=16)
    with place.record.record.scoped(place.scope(Role.COUNTY)) as session:
        filters = OrderFilters("overdue", venue_id=place.venue.id)
        assert queries.desk(session, filters, late - timedelta(minutes=2), 5).rows == ()
        assert len(queries.desk(session, filters, late, 5).rows) == 1
    for now in (late, late + timedelta(minutes=5)):
        with place.record.record.scoped(place.scope(Role.COUNTY)) as session:
            overdue.tell_overdue(session, now)
    assert [each for each in told(place, order) if each[0] == "work_order_overdue"] == [
        ("work_order_overdue", "maintainer"),
        ("work_order_overdue", "county"),
    ]


ROLES = st.sampled_from([Role.MAINTAINER, Role.MAINTAINER, Role.COUNTY, Role.COUNTY, Role.VENUE, Role.CITY])
SCRIPT = st.lists(
    st.tuples(st.sampled_from(["show", *OrderAct]), ROLES, st.sampled_from(["", "说明"]), st.integers(1, 255)),
    min_size=8,
    max_size=40,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=SCRIPT)
def test_no_state_outside_the_table_and_no_step_without_its_entry(
    owner: Connection, shared: TestRecord, script: list[tuple[str, Role, str, int]]
) -> None:
    place, stranger = Place(owner, shared), Place(owner, shared)
    order = give(place)
    for turn, (what, role, words, n) in enumerate(script):
        now = NOW + timedelta(hours=turn * (n % 5), minutes=turn)
        before = _state(owner, order)
        with pytest.raises(NotFound), shared.record.scoped(stranger.scope(Role.COUNTY)) as session:
            work_orders.act(session, order, OrderAct.CANCEL, place.people[Role.COUNTY], now, "别处")
        try:
            if what == "show":
                show(place, order, role, n, now)
            else:
                act(place, role, OrderAct(what), order, words, now)
        except AnwangError:
            assert _state(owner, order) == before
            continue
        if what != "show":
            assert _state(owner, order) == ORDER_STEPS[OrderState(before), OrderAct(what)]
            assert role is (
                Role.MAINTAINER if what in ("accept", "refuse", "arrive", "finish", "hand_back") else Role.COUNTY
            )
    steps = owner.execute(
        text("select step, state, actor_id from work_order_steps where order_id = :o order by id"), {"o": order}
    ).all()
    entries = owner.execute(
        text("select act, actor_id, detail from audit_log where subject = :s order by id"),
        {"s": f"work_orders/{order}"},
    ).all()
    assert [(f"work order {s.step}", s.actor_id, s.state) for s in steps] == [
        (e.act, e.actor_id, e.detail["to"]) for e in entries
    ]
    row = owner.execute(text("select state, act_by from work_orders where id = :o"), {"o": order}).one()
    assert (row.act_by is None) == (row.state in ENDED)
    with shared.record.scoped(stranger.scope(Role.COUNTY)) as session:
        for table in ("work_orders", "work_order_steps", "evidence_files"):
            assert session.scalar(text(f"select count(*) from {table} where venue_id = :v"), {"v": place.venue.id}) == 0


def _state(owner: Connection, order: int) -> str:
    return str(owner.scalar(text("select state from work_orders where id = :id"), {"id": order}))


def test_two_at_once_have_one_result_and_one_refusal(place: Place) -> None:
    from concurrent.futures import ThreadPoolExecutor

    order = give(place)

    def take(_n: int) -> str:
        try:
            act(place, Role.MAINTAINER, OrderAct.ACCEPT, order)
        except WrongState as refusal:
            return str(refusal)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, range(2))) == ["This step does not fit the order's state.", "done"]


def test_a_person_without_a_role_has_no_part(place: Place) -> None:
    order = give(place)
    with pytest.raises(NotAllowed), place.record.record.scoped(EVERYTHING) as session:
        work_orders.act(session, order, OrderAct.ACCEPT, place.people[Role.VENUE], datetime.now(UTC))
