"""The ledger's figures are those of the rule, alarm by alarm; stamps are written once."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from db.commands import alarm_stamps
from db.errors import NotFound
from db.queries import deadlines
from db.queries.deadlines import BY, Span
from db.rules.access_scope import EVERYTHING, region_scope
from db.rules.alarm_kinds import AlarmKind
from db.rules.deadlines import DEADLINES, Hop, Score, score
from tests import factories
from tests.ingest.notify.telling import Desk, desk_on
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
SPAN = Span(NOW - timedelta(days=3), NOW)


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def desk(record: TestRecord) -> Iterator[Desk]:
    with desk_on(record) as made:
        yield made


WINDOW = text(
    "insert into windows (venue_id, county, kind, device_kinds, starts_at, ends_at, reason, announced_at,"
    " announced_by_name) values (:v, :c, 'drill', '{smoke_detector}', :at, cast(:at as timestamptz) + interval '1 h',"
    " '演练', :at, '测试') returning id"
)


def alarms(desk: Desk, many: int = 300) -> None:
    """Alarms of every kind and level with stamps that are there, missing, late or before their time."""
    rng = random.Random(7)
    spans = (None, -5.0, -0.5, 0.0, 0.4, 4.9, 5.1, 9.9, 10.1, 14.9, 15.1, 99.0, 101.0, 86_399.0, 86_401.0)

    def after(at: datetime | None) -> datetime | None:
        span = rng.choice(spans)
        return None if at is None or span is None else at + timedelta(seconds=span)

    with desk.owner.begin() as connection:
        window = connection.scalar(WINDOW, {"v": desk.venue.id, "c": desk.venue.county, "at": NOW})
        for n in range(many):
            begun = NOW - timedelta(seconds=rng.uniform(5, 200_000))
            recorded = after(begun) or begun
            alarm = connection.scalar(
                text(
                    "insert into alarms (venue_id, county, device_id, kind, level, state, raised_at, recorded_at,"
                    " last_signal_at, verdict, closed_at, acknowledged_at, window_id)"
                    " values (:v, :c, :d, :kind, :level, 'closed', :begun, :recorded, :begun, 'false', :begun, :ack,"
                    " :window) returning id"
                ),
                {
                    "v": desk.venue.id,
                    "c": desk.venue.county,
                    "d": desk.device[0],
                    "kind": rng.choice(list(AlarmKind)).value,
                    "level": rng.randint(1, 4),
                    "begun": begun,
                    "recorded": recorded,
                    "ack": after(recorded),
                    "window": window if n % 50 == 0 else None,
                },
            )
            sent = after(recorded)
            connection.execute(
                text(
                    "update alarm_stamps set begun_at = :begun, received_at = :received, streamed_at = :streamed,"
                    " shown_at = :shown, pushed_at = :pushed, phone_sent_at = :sent, phone_at = :phone"
                    " where alarm_id = :id"
                ),
                {
                    "id": alarm,
                    "begun": begun,
                    "received": after(begun),
                    "streamed": after(begun),
                    "shown": after(recorded),
                    "pushed": after(recorded),
                    "sent": sent,
                    "phone": after(sent),
                },
            )


def test_figures_agree_with_the_rule_on_every_alarm(desk: Desk) -> None:
    alarms(desk)
    with desk.record.scoped(EVERYTHING) as session:
        counted = deadlines.figures(session, SPAN, NOW)
        ids = list(
            session.scalars(text("select id from alarms where window_id is null and recorded_at < :now"), {"now": NOW})
        )
        ways = [deadlines.one(session, each) for each in ids]
        worst = {row.hop: deadlines.worst(session, SPAN, row.hop, NOW, 1000) for row in DEADLINES}
        bins = {row.hop: deadlines.distribution(session, SPAN, row.hop, [timedelta()], NOW) for row in DEADLINES}
    for row, found in zip(DEADLINES, counted, strict=True):
        scores = {
            way.alarm_id: score(row, way.kind, way.level, way.stamps[row.since], way.stamps[row.until], NOW)
            for way in ways
        }
        told = Counter(scores.values())
        assert (found.met, found.missed, found.not_measured, found.clock_ahead) == (
            told[Score.MET],
            told[Score.MISSED],
            told[Score.NOT_MEASURED],
            told[Score.CLOCK_AHEAD],
        ), row.hop
        assert found.subject == len(ways) - told[Score.NOT_SUBJECT]
        listed = {each.alarm_id for each in worst[row.hop]}
        assert listed == {each for each, got in scores.items() if got in (Score.MET, Score.MISSED)}, row.hop
        missed = [each.alarm_id for each in worst[row.hop]][: told[Score.MISSED]]
        assert {scores[each] for each in missed} <= {Score.MISSED}, "missed ones stand first"
        never = sum(each.took is None for each in worst[row.hop])
        assert sum(each.alarms for each in bins[row.hop]) == told[Score.MET] + told[Score.MISSED] - never


@pytest.mark.parametrize("by", BY)
def test_every_ranking_leads_to_its_rows(desk: Desk, by: str) -> None:
    alarms(desk, 60)
    desk.change(
        "with unit as (insert into maintainers (name, city, phone) values ('维保', 360700, '') returning id)"
        " insert into contracts (venue_id, county, maintainer_id, number, starts_on)"
        " select :v, :c, id, 'n', '2024-01-01' from unit where not exists (select from contracts where venue_id = :v)",
        v=desk.venue.id,
        c=desk.venue.county,
    )
    with desk.record.scoped(EVERYTHING) as session:
        figures = next(each for each in deadlines.figures(session, SPAN, NOW) if each.hop is Hop.TO_CENTRE)
        (ranked,) = deadlines.ranking(session, SPAN, Hop.TO_CENTRE, by, NOW, 10)
        rows = deadlines.worst(session, SPAN, Hop.TO_CENTRE, NOW, 1000, within=f"{by}={ranked.key}")
        other = deadlines.worst(session, SPAN, Hop.TO_CENTRE, NOW, 1000, within=f"{by}=none")
    assert (ranked.subject, ranked.missed) == (figures.subject, figures.missed)
    assert len(rows) == figures.met + figures.missed
    assert other == []


def test_figures_keep_within_region_and_scope(desk: Desk) -> None:
    alarms(desk, 30)
    with desk.record.scoped(EVERYTHING) as session:
        elsewhere = deadlines.figures(session, Span(SPAN.since, SPAN.until, 360_100), NOW)
        here = deadlines.figures(session, Span(SPAN.since, SPAN.until, 360_700), NOW)
    assert {each.subject for each in elsewhere} == {0}
    assert here[0].subject > 0
    with desk.record.scoped(region_scope(360_100)) as session:
        assert deadlines.figures(session, SPAN, NOW)[0].subject == 0
        with pytest.raises(NotFound):
            deadlines.one(session, desk.one("select min(id) from alarms"))


def test_the_busiest_minute_is_found(desk: Desk) -> None:
    with desk.owner.begin() as connection:
        for n in range(25):
            at = NOW - timedelta(hours=1) + timedelta(seconds=2 * n)
            venue = factories.venue(connection)
            connection.execute(
                text(
                    "insert into alarms (venue_id, county, kind, level, state, raised_at, recorded_at, last_signal_at)"
                    " values (:v, :c, 'gas', 2, 'raised', :begun, :at, :at)"
                ),
                {"v": venue.id, "c": venue.county, "begun": at - timedelta(seconds=20 if n == 3 else 1), "at": at},
            )
    with desk.record.scoped(EVERYTHING) as session:
        found = deadlines.capacity(session, SPAN, NOW)
        nothing = deadlines.capacity(session, Span(NOW, NOW), NOW)
    assert (found.alarms, found.late) == (25, 1)
    assert nothing.alarms == 0


def test_stamps_are_written_once_and_only_within_scope(desk: Desk) -> None:
    alarm = desk.alarm()
    recorded = desk.one("select recorded_at from alarms where id = :id", id=alarm)
    first, later = recorded + timedelta(seconds=1), recorded + timedelta(seconds=9)
    with desk.record.scoped(region_scope(360_100)) as session:
        assert alarm_stamps.shown(session, {alarm: first}) == []
    with desk.record.scoped(region_scope(360_702)) as session:
        assert alarm_stamps.shown(session, {alarm: first, 999_999: first}) == [alarm]
        assert alarm_stamps.shown(session, {alarm: later}) == []
        alarm_stamps.streamed(session, [alarm], first)
        alarm_stamps.streamed(session, [alarm], later)
    assert desk.one("select shown_at from alarm_stamps where alarm_id = :id", id=alarm) == first
    assert desk.one("select streamed_at from alarm_stamps where alarm_id = :id", id=alarm) == first


def test_a_page_whose_clock_is_wrong_cannot_show_an_alarm_before_it_was_on_record(desk: Desk) -> None:
    alarm = desk.alarm()
    with desk.record.scoped(EVERYTHING) as session:
        alarm_stamps.shown(session, {alarm: datetime.now(UTC) - timedelta(hours=1)})
    assert desk.one("select shown_at = recorded_at from alarm_stamps where alarm_id = :id", id=alarm)
