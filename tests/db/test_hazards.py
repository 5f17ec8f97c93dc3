"""Hazards: found, assigned, rectified, accepted, closed, come back; every step by the table, told and audited."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.commands import alarms, evidence, hazards, overdue
from db.commands.acting import Acting
from db.commands.alarms import Actor, AlarmSignal
from db.commands.evidence import NewEvidence
from db.commands.hazards import Assignment, How
from db.errors import AnwangError, InvalidInput, NotAllowed, NotFound, WrongState
from db.evidence.store import EvidenceStore, Stored
from db.queries import evidence as evidence_queries
from db.queries import hazards as queries
from db.queries.hazards import HazardFilters
from db.rules.access_scope import EVERYTHING, Role, region_scope
from db.rules.alarm_kinds import AlarmKind
from db.rules.evidence_checks import Doubt, Stage
from db.rules.hazard_kinds import Grade, HazardKind, Source
from db.rules.hazard_lifecycle import MAY, STEPS, HazardAct, HazardState
from tests import factories
from tests.db.hazard_place import NOW, Place
from tests.db.pictures import jpeg
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


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> EvidenceStore:
    return EvidenceStore(tmp_path_factory.mktemp("evidence"))


@pytest.fixture
def place(owner: Connection, shared: TestRecord) -> Place:
    return Place(owner, shared)


def test_the_whole_life(place: Place, store: EvidenceStore) -> None:
    """Found, assigned, begun, submitted with a picture, accepted, closed: each told to whoever is next."""
    hazard = place.found().id
    place.assigned(hazard)
    place.act(Role.VENUE, "start", hazard, "已安排")
    place.picture(store, hazard)
    place.act(Role.VENUE, "submit", hazard, "已清理")
    place.act(Role.COUNTY, "accept", hazard)
    place.act(Role.COUNTY, "close", hazard)
    with place.record.record.scoped(place.scope(Role.COUNTY)) as session:
        detail = queries.one(session, hazard)
    assert [step.step for step in detail.steps] == [
        *("found", "assign", "start", "evidence", "submit", "accept", "close")
    ]
    assert (detail.row.state, detail.row.act_by, detail.row.responsible) == ("closed", None, "安全员")
    assert detail.counter_evidence_id is not None
    entries = place.owner.execute(
        text("select act, actor_name, address from audit_log where subject = :s order by id"),
        {"s": f"hazards/{hazard}"},
    ).all()
    assert [entry.act.removeprefix("hazard ") for entry in entries] == [step.step for step in detail.steps]
    assert {entry.address for entry in entries} == {"192.0.2.1"}
    # Found by the only one at the county: nobody else there needs telling, and nobody above.
    assert place.told(hazard) == [
        ("hazard_assigned", "安全员"),
        ("hazard_assigned", "venue"),
        ("hazard_to_accept", "county"),
    ]


def test_a_major_hazard_is_told_to_the_city_and_owes_a_look_back(place: Place, store: EvidenceStore) -> None:
    hazard = place.found(role=Role.VENUE, source=Source.SELF_CHECK, grade=Grade.MAJOR).id
    assert place.told(hazard) == [("hazard_to_assign", "county"), ("hazard_to_assign", "city")]
    place.assigned(hazard)
    place.picture(store, hazard)
    for role, act in ((Role.VENUE, "submit"), (Role.COUNTY, "accept"), (Role.COUNTY, "close")):
        place.act(role, act, hazard)
    with place.record.record.scoped(place.scope(Role.COUNTY)) as session:
        page = queries.desk(session, HazardFilters("look_back", venue_id=place.venue.id), NOW, 10)
    assert [row.id for row in page.rows] == [hazard]
    with pytest.raises(DBAPIError, match="major_is_looked_back_at"), place.record.record.scoped(EVERYTHING) as session:
        session.execute(text("update hazards set look_back_on = null where id = :id"), {"id": hazard})
    late = NOW + timedelta(days=32)
    for now, n in ((late, 1), (late + timedelta(days=1), 0), (late + timedelta(days=8), 1)):
        with place.record.record.scoped(region_scope(place.venue.county)) as session:
            before = len(place.told(hazard))
            overdue.tell_overdue(session, now)
        assert [reason for reason, _name in place.told(hazard)[before:]] == ["look_back_due"] * 2 * n
    place.act(Role.COUNTY, "look_back", hazard, "未反弹", now=late)
    with pytest.raises(WrongState, match="No look-back is due"):
        place.act(Role.COUNTY, "look_back", hazard, "再看", now=late)


def test_closing_needs_a_picture_or_an_official_s_written_acceptance(place: Place, store: EvidenceStore) -> None:
    hazard = place.found().id
    place.assigned(hazard)
    with pytest.raises(WrongState, match="photograph"):
        place.act(Role.VENUE, "submit", hazard)
    stored = Stored(b"\1" * 32, "application/pdf", 1000, None)
    with place.record.record.scoped(place.scope(Role.VENUE)) as session:
        new = NewEvidence(Stage.AFTER, stored, "../整改报告.pdf")
        evidence.add_to_hazard(session, hazard, new, place.people[Role.VENUE], NOW)
    place.act(Role.VENUE, "submit", hazard)
    place.act(Role.COUNTY, "accept", hazard)
    with pytest.raises(WrongState, match="written acceptance"):
        place.act(Role.COUNTY, "close", hazard)
    with pytest.raises(DBAPIError, match="closed_with_evidence"), place.record.record.scoped(EVERYTHING) as session:
        session.execute(text("update hazards set state = 'closed', closed_at = now() where id = :h"), {"h": hazard})
    place.act(Role.COUNTY, "close", hazard, "现场复核，通道已畅通")
    kept = place.owner.scalar(text("select acceptance from hazards where id = :id"), {"id": hazard})
    assert kept == f"{place.people[Role.COUNTY].name}：现场复核，通道已畅通"
    assert (
        place.owner.scalar(text("select name from evidence_files where hazard_id = :h"), {"h": hazard})
        == "整改报告.pdf"
    )


def test_the_same_hazard_at_the_same_spot(place: Place, store: EvidenceStore) -> None:
    """Open: it is the same one, seen again. Closed within 90 days: it comes back, graver, its old pictures void."""
    first = place.found()
    assert first.how is How.NEW
    assert place.found(what="又被占用") == hazards.FoundHazard(first.id, How.AGAIN)
    assert place.found(kind=HazardKind.EQUIPMENT).how is How.NEW
    assert place.found(area_id=None, place="后门").how is How.NEW
    place.assigned(first.id)
    place.picture(store, first.id)
    for role, act in ((Role.VENUE, "submit"), (Role.COUNTY, "accept"), (Role.COUNTY, "close")):
        place.act(role, act, first.id)
    again = place.found(NOW + timedelta(days=89), what="通道再次堆物")
    assert again == hazards.FoundHazard(first.id, How.REOPENED)
    row = place.owner.execute(text("select * from hazards where id = :id"), {"id": first.id}).one()
    assert (row.state, row.grade, row.round, row.counter_evidence_id) == ("found", "major", 2, None)
    later = NOW + timedelta(days=89)
    place.assigned(first.id, later)
    with pytest.raises(WrongState, match="photograph"):
        place.act(Role.VENUE, "submit", first.id, now=later)


def test_after_ninety_days_it_is_another(place: Place, store: EvidenceStore) -> None:
    first = place.found()
    place.assigned(first.id)
    place.picture(store, first.id)
    for role, act in ((Role.VENUE, "submit"), (Role.COUNTY, "accept"), (Role.COUNTY, "close")):
        place.act(role, act, first.id)
    assert place.found(NOW + timedelta(days=91)).how is How.NEW


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"what": "  "}, InvalidInput),
        ({"what": "长" * 1001}, InvalidInput),
        ({"area_id": None}, InvalidInput),
        ({"area_id": 0}, InvalidInput),
        ({"found_at": NOW + timedelta(hours=1)}, InvalidInput),
        ({"source": Source.SELF_CHECK}, NotAllowed),
        ({"venue_id": 2_000_000}, NotFound),
    ],
    ids=lambda value: str(value)[:40],
)
def test_findings_that_are_refused(place: Place, changed: dict[str, object], error: type[AnwangError]) -> None:
    with pytest.raises(error):
        place.found(**changed)
    assert place.owner.scalar(text("select count(*) from hazards where venue_id = :v"), {"v": place.venue.id}) == 0


def test_deadlines_are_checked_and_moved_in_the_open(place: Place, store: EvidenceStore) -> None:
    hazard = place.found().id
    contact = f"contact:{place.contact}"
    for due_on in (date(2026, 3, 1), date(2026, 6, 1)):
        with pytest.raises(InvalidInput):
            place.act(Role.COUNTY, "assign", hazard, Assignment(contact, due_on, "清理"))
    for wrong in ("contact:0", "person:0", f"person:{place.people[Role.COUNTY].person_id}", "", "x:²"):
        with pytest.raises(InvalidInput, match="Choose who"):
            place.act(Role.COUNTY, "assign", hazard, Assignment(wrong, None, "清理"))
    place.act(Role.COUNTY, "assign", hazard, Assignment(contact, date(2026, 3, 4), "清理"))
    late = datetime(2026, 3, 4, 16, 0, 1, tzinfo=UTC)  # a second into the fifth, in Shanghai
    with place.record.record.scoped(place.scope(Role.COUNTY)) as session:
        filters = HazardFilters("overdue", venue_id=place.venue.id)
        assert queries.desk(session, filters, late - timedelta(seconds=2), 10).rows == ()
        assert len(queries.desk(session, filters, late, 10).rows) == 1
        (name,) = queries.overdue_by_name(session, late, 10, place.venue.county)
    assert (name.responsible, name.phone, name.n) == ("安全员", "13900000000", 1)
    place.act(Role.COUNTY, "extend", hazard, "等待材料", date(2026, 3, 20), now=late)
    facts = place.owner.scalar(
        text("select facts from hazard_steps where hazard_id = :h and step = 'extend'"), {"h": hazard}
    )
    assert facts["due_on"] == "2026-03-20"
    assert facts["due_before"] == "2026-03-04"


def test_overdue_is_told_once(place: Place) -> None:
    hazard = place.found().id
    place.assigned(hazard)
    late = NOW + timedelta(days=16)
    for now in (late, late + timedelta(hours=1), late + timedelta(days=9)):
        with place.record.record.scoped(region_scope(place.venue.county)) as session:
            overdue.tell_overdue(session, now)
    assert [each for each in place.told(hazard) if each[0] == "hazard_overdue"] == [
        ("hazard_overdue", "安全员"),
        ("hazard_overdue", "venue"),
        ("hazard_overdue", "county"),
    ]


def test_whoever_submitted_does_not_accept(place: Place, store: EvidenceStore) -> None:
    hazard = place.found().id
    place.assigned(hazard)
    place.picture(store, hazard)
    place.act(Role.VENUE, "submit", hazard)
    person = place.people[Role.VENUE]
    other_hat = Acting(person.person_id, person.name, Role.COUNTY)
    with pytest.raises(WrongState, match="submitted"), place.record.record.scoped(EVERYTHING) as session:
        hazards.accept(session, hazard, other_hat, NOW)


def test_an_alarm_s_hazard(place: Place) -> None:
    """Once for an alarm, however often it is verified; an open one at the spot is the same."""
    device = factories.device(place.owner, place.venue)
    signal = AlarmSignal(
        place.venue.id,
        place.venue.county,
        place.venue.area_id,
        *device,
        AlarmKind.ESCAPE_ROUTE_BLOCKED,
        None,
        None,
        NOW,
    )
    actor = Actor(place.people[Role.COUNTY].person_id or 0, "核实人", "::1")
    with place.record.record.scoped(EVERYTHING) as session:
        alarm = alarms.raise_alarm(session, signal, NOW).alarm_id
    with place.record.record.scoped(place.scope(Role.VENUE)) as session:
        hazard = hazards.find_from_alarm(session, alarm, actor, NOW)
        assert hazards.find_from_alarm(session, alarm, actor, NOW, "再次") == hazard
    assert hazard is not None
    row = place.owner.execute(text("select * from hazards where id = :id"), {"id": hazard}).one()
    assert (row.kind, row.source, row.grade, row.alarm_id) == ("escape_route", "alarm", "general", alarm)
    assert place.found() == hazards.FoundHazard(hazard, How.AGAIN)
    with place.record.record.scoped(region_scope(360_100)) as session, pytest.raises(NotFound):
        hazards.find_from_alarm(session, alarm, actor, NOW)


def test_doubtful_pictures_are_shown_as_such(place: Place, store: EvidenceStore) -> None:
    hazard = place.found().id
    before = place.picture(store, hazard, Stage.BEFORE, Role.COUNTY, taken=NOW, at=(114.94, 25.83), scene=1)
    place.assigned(hazard)
    good = place.picture(store, hazard, taken=NOW + timedelta(minutes=-5), at=(114.9405, 25.8302), scene=2)
    old = place.picture(store, hazard, taken=NOW - timedelta(days=3), scene=3)
    far = place.picture(store, hazard, taken=NOW, at=(116.0, 28.0), scene=4)
    bare = place.picture(store, hazard, scene=5)
    alike = place.picture(store, hazard, taken=NOW, scene=1)
    other = place.found(kind=HazardKind.GAS).id
    place.assigned(other)
    with place.record.record.scoped(place.scope(Role.VENUE)) as session:
        seen = {each.id: set(each.doubts) for each in evidence_queries.of_hazard(session, hazard)}
    assert seen == {
        before: set(),
        good: set(),
        old: {Doubt.TAKEN_BEFORE},
        far: {Doubt.FAR_AWAY},
        bare: {Doubt.NO_TIME},
        alike: {Doubt.LIKE_BEFORE},
    }


def test_the_same_file_is_taken_once_and_known_elsewhere(place: Place, store: EvidenceStore) -> None:
    stored = store.keep(jpeg(seed="same", taken=NOW))
    first, second = place.found().id, place.found(kind=HazardKind.GAS).id
    for hazard in (first, second):
        place.assigned(hazard)
        with place.record.record.scoped(place.scope(Role.VENUE)) as session:
            new = NewEvidence(Stage.AFTER, stored, "a.jpg")
            evidence.add_to_hazard(session, hazard, new, place.people[Role.VENUE], NOW)
    with pytest.raises(InvalidInput, match="already"), place.record.record.scoped(EVERYTHING) as session:
        evidence.add_to_hazard(session, first, new, place.people[Role.VENUE], NOW)
    with place.record.record.scoped(place.scope(Role.VENUE)) as session:
        (seen,) = evidence_queries.of_hazard(session, second)
    assert seen.doubts == (Doubt.USED_ELSEWHERE,)


ACTS = st.sampled_from(["find", "before", "after", *HazardAct])
ROLES = st.sampled_from(
    [Role.VENUE, Role.MAINTAINER, Role.COUNTY, Role.CITY, Role.PROVINCE, Role.ANALYST, Role.VENUE, Role.COUNTY]
)
WORDS = st.sampled_from(["", "说明", "说明一段话"])


def _try(place: Place, act: str, role: Role, words: str, hazard: int, n: int, now: datetime) -> None:
    """One act by one person; refusals are the record's business."""
    due_on = now.date() + timedelta(days=n % 9 - 1)
    if act == "find":
        source = Source.SELF_CHECK if role is Role.VENUE else Source.INSPECTION
        place.found(now, role, source=source, grade=Grade.MAJOR if n % 3 == 0 else Grade.GENERAL)
    elif act in ("before", "after"):
        stored = Stored(bytes([n % 256]) * 32, "image/jpeg" if n % 2 else "application/pdf", 10, None)
        with place.record.record.scoped(place.scope(role)) as session:
            evidence.add_to_hazard(session, hazard, NewEvidence(Stage(act), stored, "f"), place.people[role], now)
    elif act == HazardAct.ASSIGN:
        chosen = [f"contact:{place.contact}", f"person:{place.people[Role.MAINTAINER].person_id}", "person:0"][n % 3]
        place.act(role, act, hazard, Assignment(chosen, due_on, words), now=now)
    elif act == HazardAct.EXTEND:
        place.act(role, act, hazard, words, due_on, now=now)
    else:
        place.act(role, act, hazard, words, now=now)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(st.tuples(ACTS, ROLES, WORDS, st.integers(0, 300)), min_size=10, max_size=40))
def test_no_state_outside_the_table_and_no_step_without_its_entry(
    owner: Connection, shared: TestRecord, store: EvidenceStore, script: list[tuple[str, Role, str, int]]
) -> None:
    """Random people try random acts; whatever comes of it follows from the table, step by step, and is audited."""
    place, stranger = Place(owner, shared), Place(owner, shared)
    hazard = place.found().id
    for turn, (act, role, words, n) in enumerate(script):
        now = NOW + timedelta(days=turn * (n % 4), minutes=turn)
        with pytest.raises(NotFound), shared.record.scoped(stranger.scope(Role.COUNTY)) as session:
            hazards.raise_grade(session, hazard, place.people[Role.COUNTY], now, "别处")
        before = place.state(hazard)
        try:
            _try(place, act, role, words, hazard, n, now)
        except AnwangError:
            assert place.state(hazard) == before
            continue
        if act in list(HazardAct):
            assert role in MAY[HazardAct(act)]
            assert place.state(hazard) == STEPS[HazardState(before), HazardAct(act)]
    steps = owner.execute(
        text("select step, state, actor_id from hazard_steps where hazard_id = :h order by id"), {"h": hazard}
    ).all()
    entries = owner.execute(
        text("select act, actor_id, detail from audit_log where subject = :s order by id"), {"s": f"hazards/{hazard}"}
    ).all()
    assert [(f"hazard {s.step}", s.actor_id, s.state) for s in steps] == [
        (e.act, e.actor_id, e.detail["to"]) for e in entries
    ]
    assert steps[-1].state == place.state(hazard)
    rows = owner.execute(text("select * from hazards where venue_id = :v"), {"v": place.venue.id}).all()
    assert [row.id for row in rows] == [hazard]
    (row,) = rows
    assert (row.act_by is None) == (
        row.state == "closed" and (row.look_back_on is None or row.looked_back_at is not None)
    )
    with shared.record.scoped(stranger.scope(Role.COUNTY)) as session:
        for table in ("hazards", "hazard_steps", "evidence_files"):
            assert session.scalar(text(f"select count(*) from {table} where venue_id = :v"), {"v": place.venue.id}) == 0


def test_the_app_may_not_rewrite_what_was_done(place: Place) -> None:
    place.found()
    for statement in (
        "update hazard_steps set note = ''",
        "delete from hazards",
        "update evidence_files set stage = ''",
    ):
        with pytest.raises(DBAPIError, match="permission denied"), place.record.record.scoped(EVERYTHING) as session:
            session.execute(text(statement))


def test_the_store_keeps_bytes_once_and_apart(store: EvidenceStore) -> None:
    content = jpeg(seed="kept", taken=NOW, at=(114.9, 25.8), size=(2400, 1800))
    kept = store.keep(content)
    assert kept == store.keep(content)
    assert store.read(kept.sha256, kept.media_type, "original") == (content, "image/jpeg")
    for form, edge in (("shown", 1600), ("thumbnail", 360)):
        shown, kind = store.read(kept.sha256, kept.media_type, form)
        assert (kind, b"Exif" in shown) == ("image/jpeg", False)
        assert max(opened(shown).size) == edge
    files = list(Path(store.folder).rglob(f"{kept.sha256.hex()}*"))
    assert len(files) == 3
    assert json.dumps(kept.picture.camera if kept.picture else None) == '"Anwang Test Phone"'


def opened(content: bytes):  # type: ignore[no-untyped-def]
    import io

    from PIL import Image

    return Image.open(io.BytesIO(content))
