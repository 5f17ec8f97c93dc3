"""The list of devices: filtered and sorted by the database, within the scope alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from db.commands import device_states
from db.queries import device_list
from db.queries.device_list import WORST_FIRST, DeviceFilters, DeviceOrder, DeviceSort
from db.rules.access_scope import EVERYTHING, Scope, region_scope, venues_scope
from db.rules.online import DeviceState
from tests.plugins.services import TestRecord

CITY = region_scope(360_700)
LIMIT = {"limit": 300, "offset": 0}


@pytest.fixture(scope="module")
def judged(demo_record: TestRecord) -> TestRecord:
    with demo_record.record.scoped(EVERYTHING) as session:
        device_states.move(session, datetime.now(UTC))
    return demo_record


def test_the_worst_stand_first_and_longest(judged: TestRecord) -> None:
    with judged.record.scoped(CITY) as session:
        found = device_list.rows(session, DeviceFilters(), DeviceSort(), limit=500, offset=0)
    ranks = [(WORST_FIRST.index(DeviceState(each.state)), each.since, each.id) for each in found]
    assert ranks == sorted(ranks)
    assert found[0].state == "silent"


@pytest.mark.parametrize("by", DeviceOrder)
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_is_kept_and_what_is_absent_stands_last(
    judged: TestRecord, by: DeviceOrder, descending: bool
) -> None:
    with judged.record.scoped(region_scope(360_702)) as session:
        sort = DeviceSort(by, descending)
        whole = device_list.rows(session, DeviceFilters(), sort, limit=600, offset=0)
        second = device_list.rows(session, DeviceFilters(), sort, limit=100, offset=100)
    assert second == whole[100:200]
    if by in (DeviceOrder.STATE, DeviceOrder.AREA, DeviceOrder.VENUE):
        return
    values = [getattr(each, by.value) for each in whole]
    present = [value for value in values if value is not None]
    assert values[: len(present)] == present
    assert present == sorted(present, reverse=descending)


def test_filters_narrow_and_counts_agree_with_rows(judged: TestRecord) -> None:
    base = DeviceFilters(region=360_702, kind="smoke_detector")
    with judged.record.scoped(CITY) as session:
        counts = device_list.counts(session, base)
        for state in DeviceState:
            found = device_list.rows(session, replace(base, state=state), DeviceSort(), limit=10_000, offset=0)
            assert len(found) == counts.by_state.get(state, 0)
            assert {(each.kind, each.state) for each in found} <= {("smoke_detector", state.value)}
        kinds = device_list.kinds(session, base)
    assert kinds["smoke_detector"] == counts.total
    assert counts.proven_rate == counts.by_state[DeviceState.PROVEN] / counts.total


def test_words_find_by_number_name_and_initials(judged: TestRecord) -> None:
    with judged.record.scoped(CITY) as session:
        one = device_list.rows(session, DeviceFilters(), DeviceSort(DeviceOrder.CODE), limit=1, offset=0)[0]
        initials = session.scalar(text("select name_initials from venues where id = :id"), {"id": one.venue_id})
        for words in (one.code, one.code.upper(), one.venue_name[2:], initials):
            found = device_list.rows(session, DeviceFilters(words=words), DeviceSort(), limit=5000, offset=0)
            assert one.code in {each.code for each in found}, words
        assert device_list.rows(session, DeviceFilters(words="%"), DeviceSort(), **LIMIT) == []
        assert device_list.rows(session, DeviceFilters(words="100%_'\\"), DeviceSort(), **LIMIT) == []


@pytest.mark.parametrize("scope", [region_scope(360_702), venues_scope((3, 4, 5))])
def test_nothing_outside_the_scope_is_listed_or_counted(judged: TestRecord, scope: Scope) -> None:
    with judged.record.scoped(EVERYTHING) as session:
        sql = (
            "select count(*) from devices where retired_on is null"
            " and (county between :lo and :hi or venue_id = any (:ids))"
        )
        asked = {"lo": scope.county_lo, "hi": scope.county_hi, "ids": list(scope.venue_ids)}
        there = session.scalar(text(sql), asked)
        other = session.scalar(text("select code from devices where county = 361102 limit 1"))
    filters = DeviceFilters(among=scope.venue_ids)
    with judged.record.scoped(scope) as session:
        assert device_list.counts(session, filters).total == there
        assert len(list(device_list.every(session, filters, DeviceSort(), 100_000))) == there
        assert device_list.rows(session, replace(filters, words=other), DeviceSort(), **LIMIT) == []


def test_a_device_that_nobody_judged_yet_is_registered_only(demo_copy: TestRecord) -> None:
    with demo_copy.record.scoped(EVERYTHING) as session:
        session.execute(
            text(
                "insert into devices (code, venue_id, county, kind, model, installed_on)"
                " select 'fresh-1', id, county, 'hydrant', 'T', current_date from venues limit 1"
            )
        )
        filters = DeviceFilters(state=DeviceState.REGISTERED, words="fresh-1")
        assert [each.code for each in device_list.rows(session, filters, DeviceSort(), **LIMIT)] == ["fresh-1"]
        assert device_list.counts(session, filters).by_state == {DeviceState.REGISTERED: 1}
