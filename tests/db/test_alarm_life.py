"""Alarms' lives through the real record: random steps by random people, many at once, silences, promises, views."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from db.commands import alarm_bulk, alarms, promises, saved_views, silences
from db.commands.alarms import Actor, AlarmSignal
from db.commands.silences import Ground
from db.errors import AnwangError, InvalidInput, NotAllowed, NotFound, WrongState
from db.frame_source import Frame, NoFrames
from db.queries import alarms as alarm_queries
from db.queries import saved_views as view_queries
from db.queries.who_acts import who_acts
from db.rules.access_scope import EVERYTHING, NOTHING, Role, Scope, region_scope, venues_scope
from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import AlarmKind, AlarmState, Verdict
from db.rules.alarm_lifecycle import STEPS, Act, Asked
from db.rules.remote_silence import Condition
from db.rules.role_acts import why_not
from db.session import Record
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture(scope="module")
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@dataclass(frozen=True)
class Someone:
    """A person with a role, and what they reach."""

    actor: Actor
    scope: Scope


def someone(owner: Connection, role: Role, scope: Scope, venue: int | None = None) -> Someone:
    name = f"{role.value}{next(factories._numbers)}"
    person = factories.person(owner, name)
    lo, hi = (scope.county_lo, scope.county_hi) if scope.is_regional else (360_702, 360_702)
    owner.execute(
        text("insert into grants (person_id, role, county_lo, county_hi, venue_id) values (:p, :r, :lo, :hi, :v)"),
        {"p": person, "r": role.value, "lo": lo, "hi": hi, "v": venue},
    )
    return Someone(Actor(person, name, "192.0.2.7", role), scope)


def ring(record: TestRecord, venue: MadeVenue, device: tuple[int, str], kind: AlarmKind = AlarmKind.FIRE) -> int:
    signal = "smoke" if kind is AlarmKind.FIRE else "gas"
    with record.record.scoped(EVERYTHING) as session:
        rung = AlarmSignal(venue.id, venue.county, venue.area_id, *device, kind, signal, 30.0, NOW)
        return alarms.raise_alarm(session, rung, NOW).alarm_id


def snapshot(owner: Connection, ids: list[int]) -> dict[int, Any]:
    rows = owner.execute(
        text(
            "select id, to_jsonb(a) as whole, (select count(*) from alarm_steps s where s.alarm_id = a.id) as steps,"
            " (select count(*) from audit_log l where l.subject = 'alarms/' || a.id) as entries"
            " from alarms a where id = any (:ids)"
        ),
        {"ids": ids},
    )
    return {row.id: (row.whole, row.steps, row.entries) for row in rows}


class Lives(RuleBasedStateMachine):
    """Anybody does anything to any of three alarms in two counties."""

    def __init__(self, record: TestRecord, owner: Connection) -> None:
        super().__init__()
        self.record, self.owner = record, owner
        self.now = NOW

    @initialize()
    def places(self) -> None:
        here, there = factories.venue(self.owner), factories.venue(self.owner, 360_703)
        self.ids = [
            ring(self.record, here, factories.device(self.owner, here)),
            ring(self.record, here, factories.device(self.owner, here, "gas_detector"), AlarmKind.GAS),
            ring(self.record, there, factories.device(self.owner, there)),
        ]
        self.people = [
            someone(self.owner, Role.PROVINCE, region_scope(360_000)),
            someone(self.owner, Role.COUNTY, region_scope(360_702)),
            someone(self.owner, Role.COUNTY, region_scope(360_703)),
            someone(self.owner, Role.VENUE, venues_scope((here.id,)), here.id),
            someone(self.owner, Role.VENUE, venues_scope((there.id,)), there.id),
            someone(self.owner, Role.ANALYST, region_scope(360_000)),
        ]

    @rule(
        who=st.integers(0, 5),
        alarm=st.integers(0, 2),
        act=st.sampled_from([*Act, Act.VERIFY, Act.CLOSE, Act.REOPEN]),
        verdict=st.sampled_from(Verdict),
        words=st.sampled_from([None, "去看了"]),
        to=st.integers(0, 5),
    )
    def anything(self, **drawn: Any) -> None:
        self.act(**drawn)

    def act(self, who: int, alarm: int, act: Act, verdict: Verdict, words: str | None, to: int) -> None:
        self.now += timedelta(minutes=1)
        person, alarm_id = self.people[who], self.ids[alarm]
        before = snapshot(self.owner, self.ids)
        try:
            with self.record.record.scoped(person.scope) as session:
                self._take(session, act, alarm_id, person.actor, verdict, words, to)
        except AnwangError:
            assert snapshot(self.owner, self.ids) == before, "what is refused leaves no trace"
            return
        after = snapshot(self.owner, self.ids)
        assert {key: row for key, row in after.items() if key != alarm_id} == {
            key: row for key, row in before.items() if key != alarm_id
        }, "no other row changes"
        (was, steps, entries), (now, steps_after, entries_after) = before[alarm_id], after[alarm_id]
        assert person.scope.covers(was["county"], was["venue_id"])
        assert person.actor.role is not None
        assert why_not(act, person.actor.role) is None
        took_on = act is Act.VERIFY and was["state"] == AlarmState.RAISED
        assert steps_after - steps == entries_after - entries == (2 if took_on else 1)
        state = AlarmState.ACKNOWLEDGED if took_on else AlarmState(was["state"])
        assert STEPS[state, act] == now["state"]

    @rule(alarm=st.integers(0, 2), upto=st.sampled_from([3, 4, 9]))
    def a_usual_life(self, alarm: int, upto: int) -> None:
        """The province goes through it by way of the same checks, whatever state it is in by now."""
        acts = (*(Act.ACKNOWLEDGE, Act.PROMISE, Act.COMMENT, Act.VERIFY, Act.HANDLE), Act.ATTACH, Act.CLOSE, Act.REOPEN)
        for act in (*acts, Act.HAND_OVER)[:upto]:
            self.act(0, alarm, act, Verdict.FALSE, "说明", 1)

    def _take(
        self, session: Session, act: Act, alarm_id: int, actor: Actor, verdict: Verdict, words: str | None, to: int
    ) -> None:
        if act is Act.ACKNOWLEDGE:
            alarms.acknowledge(session, alarm_id, actor, self.now, words, self.now + timedelta(hours=1))
        elif act is Act.PROMISE:
            alarms.promise(session, alarm_id, self.now + timedelta(minutes=5), actor, self.now)
        elif act is Act.VERIFY:
            cause = Cause.STEAM if verdict is Verdict.FALSE else None
            known = session.scalar(text("select verdict from alarms where id = :id"), {"id": alarm_id})
            corrects = Verdict(known) if known else None
            alarms.verify(session, alarm_id, verdict, actor, self.now, words, cause, corrects=corrects)
        elif act is Act.HAND_OVER:
            alarms.hand_over(session, alarm_id, self.people[to].actor.person_id, actor, self.now)
        elif act is Act.SILENCE:
            silences.silence(session, alarm_id, Ground(Condition.VALUE_BACK), actor, self.now, NoFrames())
        elif act is Act.COMMENT:
            alarms.comment(session, alarm_id, words or "", actor, self.now)
        elif act is Act.REOPEN:
            alarms.reopen(session, alarm_id, actor, self.now, words or "")
        elif act is Act.ATTACH:
            alarms.attach(session, alarm_id, ["照片 1"], actor, self.now)
        else:
            {Act.HANDLE: alarms.handle, Act.CLOSE: alarms.close}[act](session, alarm_id, actor, self.now, words)

    @invariant()
    def every_alarm_makes_sense(self) -> None:
        rows = self.owner.execute(text("select * from alarms where id = any (:ids)"), {"ids": getattr(self, "ids", [])})
        for row in rows:
            assert (row.state == AlarmState.CLOSED) == (row.closed_at is not None)
            assert (row.state in ("verified", "handled", "closed")) == (row.verdict is not None)
            assert (row.cause is not None) == (row.verdict == Verdict.FALSE)
            assert row.silenced_at is None, "nothing was said since that would allow it"


def test_random_lives_keep_to_the_table(record: TestRecord, owner: Connection) -> None:
    run_state_machine_as_test(
        lambda: Lives(record, owner),
        settings=settings(
            max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert owner.scalar(text("select audit_log_broken_at()")) is None
    reached = set(owner.scalars(text("select distinct act from audit_log")))
    assert {f"alarm {act.value}" for act in Act if act is not Act.SILENCE} <= reached, "deep states are reached"


@dataclass(frozen=True)
class Scene:
    """A venue with a smoke alarm, its county's clerk, its own man and its neighbour's."""

    record: Record
    owner: Connection
    venue: MadeVenue
    device: tuple[int, str]
    alarm: int
    clerk: Someone
    guard: Someone

    def state(self) -> Any:
        return self.owner.execute(text("select * from alarms where id = :id"), {"id": self.alarm}).one()


@pytest.fixture
def scene(record: TestRecord, owner: Connection) -> Scene:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)
    return Scene(
        record.record,
        owner,
        venue,
        device,
        ring(record, venue, device),
        someone(owner, Role.COUNTY, region_scope(360_702)),
        someone(owner, Role.VENUE, venues_scope((venue.id,)), venue.id),
    )


def test_two_verdicts_at_once_have_one_result(scene: Scene) -> None:
    refused: list[str] = []

    def judge(person: Someone, verdict: Verdict, cause: Cause | None) -> None:
        try:
            with scene.record.scoped(person.scope) as session:
                alarms.verify(session, scene.alarm, verdict, person.actor, NOW, cause=cause)
        except WrongState as refusal:
            refused.append(str(refusal))

    threads = [
        threading.Thread(target=judge, args=(scene.clerk, Verdict.REAL_FIRE, None)),
        threading.Thread(target=judge, args=(scene.guard, Verdict.FALSE, Cause.DUST)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (sentence,) = refused
    assert sentence.startswith(f"The alarm has a verdict already: {scene.state().owner_name}")


def test_a_verdict_is_corrected_knowingly_and_a_fire_is_not_taken_back(scene: Scene) -> None:
    with scene.record.scoped(scene.clerk.scope) as session:
        alarms.verify(session, scene.alarm, Verdict.FALSE, scene.clerk.actor, NOW, cause=Cause.COOKING)
        alarms.verify(session, scene.alarm, Verdict.REAL_FIRE, scene.clerk.actor, NOW, corrects=Verdict.FALSE)
        with pytest.raises(WrongState, match="not taken back"):
            alarms.verify(
                *(session, scene.alarm, Verdict.FALSE, scene.clerk.actor, NOW),
                cause=Cause.COOKING,
                corrects=Verdict.REAL_FIRE,
            )
    assert (scene.state().verdict, scene.state().cause) == ("real_fire", None)


def test_a_closed_alarm_is_not_opened_beside_a_newer_one(scene: Scene, record: TestRecord) -> None:
    person = scene.clerk
    with scene.record.scoped(person.scope) as session:
        alarms.verify(session, scene.alarm, Verdict.FALSE, person.actor, NOW, cause=Cause.DUST)
        alarms.close(session, scene.alarm, person.actor, NOW)
    newer = ring(record, scene.venue, scene.device)
    assert newer != scene.alarm
    with pytest.raises(WrongState, match="newer alarm"), scene.record.scoped(person.scope) as session:
        alarms.reopen(session, scene.alarm, person.actor, NOW, "又响了")
    with scene.record.scoped(person.scope) as session:
        alarms.verify(session, newer, Verdict.FALSE, person.actor, NOW, cause=Cause.DUST)
        alarms.close(session, newer, person.actor, NOW)
        alarms.reopen(session, scene.alarm, person.actor, NOW, "又响了")
    assert (scene.state().state, scene.state().verdict, scene.state().owner_id) == (
        "acknowledged",
        None,
        person.actor.person_id,
    )


def test_handing_over_tells_the_taker_and_reaches_past_the_givers_scope(scene: Scene) -> None:
    with scene.record.scoped(scene.guard.scope) as session:
        assert scene.clerk.actor.person_id in {each.person_id for each in who_acts(session, scene.venue.id, NOW)}
        alarms.acknowledge(session, scene.alarm, scene.guard.actor, NOW, promised_for=NOW + timedelta(hours=1))
        alarms.hand_over(session, scene.alarm, scene.clerk.actor.person_id, scene.guard.actor, NOW, "请接手")
    kept = scene.state()
    assert (kept.owner_id, kept.owner_name, kept.promised_for) == (
        scene.clerk.actor.person_id,
        scene.clerk.actor.name,
        None,
    )
    told = scene.owner.execute(
        text("select person_id, reason, facts from notices where subject_kind = 'alarm' and subject_id = :id"),
        {"id": scene.alarm},
    ).all()
    assert told == [(scene.clerk.actor.person_id, "handed_over", {"by": scene.guard.actor.name, "note": "请接手"})]


def test_nobody_is_handed_what_they_cannot_act_on(scene: Scene) -> None:
    stranger = someone(scene.owner, Role.COUNTY, region_scope(360_703))
    looker = someone(scene.owner, Role.ANALYST, region_scope(360_000))
    for other in (stranger, looker):
        with pytest.raises(InvalidInput), scene.record.scoped(scene.clerk.scope) as session:
            alarms.hand_over(session, scene.alarm, other.actor.person_id, scene.clerk.actor, NOW)
    for scope in (stranger.scope, NOTHING):
        with scene.record.scoped(scope) as session:
            assert who_acts(session, scene.venue.id, NOW) == []


def test_an_owner_is_reminded_of_a_promise_once(scene: Scene) -> None:
    due = NOW + timedelta(minutes=30)
    reminders = text("select count(*) from notices where subject_id = :id and reason = 'promise_due'")
    with scene.record.scoped(scene.clerk.scope) as session:
        alarms.acknowledge(session, scene.alarm, scene.clerk.actor, NOW, promised_for=due)
    for at, expected in ((due - timedelta(seconds=1), 0), (due, 1), (due + timedelta(minutes=9), 1)):
        with scene.record.scoped(EVERYTHING) as session:
            promises.remind(session, at)
        assert scene.owner.scalar(reminders, {"id": scene.alarm}) == expected
    with scene.record.scoped(scene.clerk.scope) as session:
        alarms.promise(session, scene.alarm, due + timedelta(hours=1), scene.clerk.actor, due)
    with scene.record.scoped(EVERYTHING) as session:
        promises.remind(session, due + timedelta(hours=2))
    told = scene.owner.execute(
        text("select person_id, reason from notices where subject_id = :id"), {"id": scene.alarm}
    )
    assert told.all() == [(scene.clerk.actor.person_id, "promise_due")] * 2


@pytest.mark.parametrize("all_or_none", [False, True])
def test_many_at_once_each_with_a_report(scene: Scene, record: TestRecord, all_or_none: bool) -> None:
    others = [factories.venue(scene.owner) for _n in range(2)]
    ids = [scene.alarm, *(ring(record, venue, factories.device(scene.owner, venue)) for venue in others)]
    far = factories.venue(scene.owner, 360_703)
    outside = ring(record, far, factories.device(scene.owner, far))
    with scene.record.scoped(scene.clerk.scope) as session:
        alarms.verify(session, ids[0], Verdict.REAL_HAZARD, scene.clerk.actor, NOW)
    steps = [Asked(Act.VERIFY, verdict=Verdict.FALSE, cause=Cause.DUST), Asked(Act.CLOSE)]
    with scene.record.scoped(scene.clerk.scope) as session:
        report = alarm_bulk.act_on_many(
            session, [*ids, outside], steps, scene.clerk.actor, NOW, all_or_none=all_or_none
        )
    assert [type(each.refusal) for each in report.outcomes] == [WrongState, type(None), type(None), NotFound]
    assert (report.is_done, report.done) == ((False, 0) if all_or_none else (True, 2))
    closed = scene.owner.scalars(
        text("select id from alarms where id = any (:ids) and closed_at is not null"), {"ids": ids}
    )
    assert set(closed) == (set() if all_or_none else set(ids[1:]))
    entries = text("select count(*) from audit_log where subject = any (:subjects)")
    subjects = [f"alarms/{each}" for each in ids[1:]]
    assert scene.owner.scalar(entries, {"subjects": subjects}) == (0 if all_or_none else 6)


def test_a_fire_is_not_confirmed_in_bulk(scene: Scene) -> None:
    asked = [Asked(Act.VERIFY, verdict=Verdict.REAL_FIRE)]
    with pytest.raises(InvalidInput), scene.record.scoped(scene.clerk.scope) as session:
        alarm_bulk.act_on_many(session, [scene.alarm], asked, scene.clerk.actor, NOW)


def say(scene: Scene, at: datetime, *, alarm: bool | None, value: float = 0.01) -> None:
    scene.owner.execute(
        text(
            "insert into signals (device_id, signal, observed_at, venue_id, county, received_at, value, alarm)"
            " values (:d, 'smoke', :at, :v, :c, :at, :value, :alarm)"
        ),
        {"d": scene.device[0], "at": at, "v": scene.venue.id, "c": scene.venue.county, "value": value, "alarm": alarm},
    )


class OnePicture:
    """A source that has a picture of every camera, taken a minute after the moment asked for."""

    def near(self, session: Session, camera_ids: Any, at: datetime) -> dict[int, Frame]:
        return {each: Frame(each, at + timedelta(minutes=1), each, "/x.jpg") for each in camera_ids}


def silence(scene: Scene, ground: Ground, who: Someone | None = None, frames: Any = None) -> Any:
    who = who or scene.guard
    with scene.record.scoped(who.scope) as session:
        return silences.silence(session, scene.alarm, ground, who.actor, NOW, frames or NoFrames())


def test_each_silence_needs_its_condition(scene: Scene) -> None:
    """GB/T 45839-2025: value back, video clear, or the registered person's word; nothing else opens it."""
    say(scene, NOW, alarm=True)
    for ground, why in (
        (Ground(Condition.VALUE_BACK), "not back below"),
        (Ground(Condition.VIDEO_CLEAR, words="看过"), "No picture"),
        (Ground(Condition.PERSON_CONFIRMS, words="电话"), "no registered person"),
    ):
        with pytest.raises(WrongState, match=why):
            silence(scene, ground)
    assert (
        scene.owner.scalar(text("select count(*) from alarm_silences where alarm_id = :id"), {"id": scene.alarm}) == 0
    )
    say(scene, NOW + timedelta(minutes=1), alarm=None)
    with pytest.raises(WrongState, match="not back below"):  # a reading that says nothing of the alarm
        silence(scene, Ground(Condition.VALUE_BACK))
    say(scene, NOW + timedelta(minutes=2), alarm=False)
    with pytest.raises(NotAllowed, match="own people"):
        silence(scene, Ground(Condition.VALUE_BACK), scene.clerk)
    done = silence(scene, Ground(Condition.VALUE_BACK))
    assert done.carried_by is None
    kept = scene.owner.execute(text("select * from alarm_silences where id = :id"), {"id": done.silence_id}).one()
    assert (kept.condition, kept.actor_name, kept.address) == ("value_back", scene.guard.actor.name, "192.0.2.7")
    assert kept.evidence["last_words"][0]["alarm"] is False
    with pytest.raises(WrongState, match="silenced already"):
        silence(scene, Ground(Condition.VALUE_BACK))


def test_a_registered_person_or_a_picture_of_the_area_opens_it_too(scene: Scene) -> None:
    person = scene.owner.scalar(
        text(
            "insert into venue_people (venue_id, county, duty, name, phone)"
            " values (:v, :c, 'safety_officer', '王敏', '139') returning id"
        ),
        {"v": scene.venue.id, "c": scene.venue.county},
    )
    with pytest.raises(InvalidInput, match="registered person"):
        silence(scene, Ground(Condition.PERSON_CONFIRMS, person + 1, "电话确认"))
    with pytest.raises(InvalidInput, match="made sure"):
        silence(scene, Ground(Condition.PERSON_CONFIRMS, person))
    silence(scene, Ground(Condition.PERSON_CONFIRMS, person, "电话确认"))
    scene.owner.execute(text("update alarms set silenced_at = null where id = :id"), {"id": scene.alarm})
    with pytest.raises(WrongState, match="No picture"):  # no camera in this area
        silence(scene, Ground(Condition.VIDEO_CLEAR, words="无明火"), frames=OnePicture())
    _id, camera = factories.device(scene.owner, scene.venue, "camera")
    silence(scene, Ground(Condition.VIDEO_CLEAR, words="无明火"), frames=OnePicture())
    kept = scene.owner.execute(
        text("select condition, evidence from alarm_silences where alarm_id = :id order by id"), {"id": scene.alarm}
    ).all()
    assert [row.condition for row in kept] == ["person_confirms", "video_clear"]
    assert kept[0].evidence["name"] == "王敏"
    assert kept[1].evidence == {"cameras": [camera], "words": "无明火"}


def test_a_confirmed_fire_is_not_silenced(scene: Scene) -> None:
    say(scene, NOW + timedelta(minutes=2), alarm=False)
    with scene.record.scoped(scene.clerk.scope) as session:
        alarms.verify(session, scene.alarm, Verdict.REAL_FIRE, scene.clerk.actor, NOW)
    with pytest.raises(WrongState, match="confirmed fire"):
        silence(scene, Ground(Condition.VALUE_BACK))


def test_steps_tell_who_when_from_where_in_which_role(scene: Scene) -> None:
    with scene.record.scoped(scene.guard.scope) as session:
        alarms.verify(
            *(session, scene.alarm, Verdict.FALSE, scene.guard.actor, NOW, " 蒸汽 ", Cause.STEAM),
            evidence=["现场照片 IMG-1"],
        )
        steps = alarm_queries.one(session, scene.alarm).steps
    assert [step.step for step in steps] == ["raised", "acknowledged", "verified"]
    assert (steps[-1].role, steps[-1].address, steps[-1].note) == ("venue", "192.0.2.7", "蒸汽")
    assert steps[-1].facts == {"verdict": "false", "cause": "steam", "evidence": ["现场照片 IMG-1"]}


def test_views_are_their_owners_alone(scene: Scene) -> None:
    mine, other = scene.clerk.actor.person_id, scene.guard.actor.person_id
    with scene.record.scoped(EVERYTHING) as session:
        saved_views.save(session, mine, "alarms", " 红色 ", "level=1", NOW)
        saved_views.save(session, mine, "alarms", "红色", "level=1,2", NOW)
        (view,) = view_queries.of_person(session, mine, "alarms")
        assert (view.name, view.query) == ("红色", "level=1,2")
        assert view_queries.of_person(session, mine, "hazards") == []
        assert view_queries.of_person(session, other, "alarms") == []
        saved_views.forget(session, other, view.id)
        assert len(view_queries.of_person(session, mine, "alarms")) == 1
        for name in ("", "字" * 41):
            with pytest.raises(InvalidInput):
                saved_views.save(session, mine, "alarms", name, "", NOW)
        saved_views.forget(session, mine, view.id)
        assert view_queries.of_person(session, mine, "alarms") == []
    with scene.record.scoped(EVERYTHING) as session:
        assert session.scalar(text("select count(*) from saved_views")) == 0
