"""The chart of a device's readings: what is asked of the record, what is drawn, and that a gap stays a gap."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from dash import Dash
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from db.queries import readings
from db.rules.access_scope import Role, Scope, region_scope
from db.rules.reading_spans import Grain, Range, Span, longest_step
from portal import asking
from portal.asking import Asker
from portal.figures.readings import Axis, Bar, readings_figure, stretches
from portal.pages.device import readings as chart
from portal.pages.device.readings import View
from portal.words import HERE
from tests.plugins.services import TestRecord

START = datetime(2024, 5, 4, tzinfo=UTC)
TODAY = date(2026, 1, 15)
HOUR = timedelta(hours=1)
PROVINCE = region_scope(360_000)


def span(**length: float) -> Span:
    return Span(START, START + timedelta(**length))


@pytest.mark.parametrize(
    ("signal", "asked", "grain"),
    [
        ("smoke", span(days=1), Grain.EACH),
        ("smoke", span(days=1, seconds=1), Grain.FIVE_MINUTES),
        ("smoke", span(days=31), Grain.FIVE_MINUTES),
        ("smoke", span(days=32), Grain.DAY),
        ("battery", span(days=1), Grain.DAY),
    ],
)
def test_the_longer_the_span_the_coarser(signal: str, asked: Span, grain: Grain) -> None:
    assert asked.grain(signal) is grain


@pytest.mark.parametrize(
    ("grain", "usual", "longest"),
    [
        (Grain.DAY, timedelta(days=5), timedelta(days=1)),
        (Grain.EACH, None, timedelta(hours=2)),
        (Grain.FIVE_MINUTES, timedelta(minutes=5), timedelta(hours=2)),
        (Grain.EACH, timedelta(hours=6), timedelta(hours=18)),
    ],
)
def test_what_counts_as_a_gap(grain: Grain, usual: timedelta | None, longest: timedelta) -> None:
    assert longest_step(grain, usual) == longest


def bars(*hours: float) -> list[Bar]:
    return [Bar(START + HOUR * hour, 1.0, 3.0, 2.0) for hour in hours]


@pytest.mark.parametrize(
    ("hours", "lengths"), [((), []), ((0,), [1]), ((0, 1, 3, 6, 7), [3, 2]), ((0, 5, 10), [1, 1, 1])]
)
def test_stretches_end_at_gaps(hours: tuple[float, ...], lengths: list[int]) -> None:
    assert [len(each) for each in stretches(bars(*hours), 2 * HOUR)] == lengths


@given(st.lists(st.integers(0, 500), unique=True).map(sorted), st.integers(1, 50))
def test_stretches_hold_everything_and_join_no_gap(hours: list[int], longest: int) -> None:
    pieces = list(stretches(bars(*hours), HOUR * longest))
    assert [bar for piece in pieces for bar in piece] == bars(*hours)
    assert all(b.at - a.at <= HOUR * longest for piece in pieces for a, b in pairwise(piece))
    assert all(b[0].at - a[-1].at > HOUR * longest for a, b in pairwise(pieces))


def test_the_line_breaks_at_a_gap_and_the_band_with_it() -> None:
    axis = Axis("温度", "°C", START, START + 24 * HOUR)
    drawn = readings_figure(bars(0, 1, 9), 2 * HOUR, axis, is_rolled_up=True)
    band, line, alone = drawn["data"]
    assert line["y"] == [2.0, 2.0, None, 2.0, None]
    assert line["connectgaps"] is False
    assert band["y"] == [3.0, 3.0, 1.0, 1.0, None, 3.0, 1.0, None]
    assert alone["x"] == ["2024-05-04 17:00:00"]  # Shanghai's time
    assert drawn["layout"]["xaxis"]["range"] == ["2024-05-04 08:00:00", "2024-05-05 08:00:00"]
    json.dumps(drawn)


def test_single_readings_have_no_band() -> None:
    drawn = readings_figure(bars(0, 1), 2 * HOUR, Axis("烟雾", "dB/m", START, START + HOUR), is_rolled_up=False)
    assert [trace["mode"] for trace in drawn["data"]] == ["lines", "markers"]


@pytest.mark.parametrize(
    ("search", "view"),
    [
        ("", (None, Range.WEEK, TODAY)),
        ("?reading=gas&range=year&upto=2024-12-31", ("gas", Range.YEAR, date(2024, 12, 31))),
        ("?range=century&upto=2031-01-01", (None, Range.WEEK, TODAY)),
        ("?upto=x&range=", (None, Range.WEEK, TODAY)),
    ],
)
def test_the_address_holds_the_view(search: str, view: tuple[str | None, Range, date]) -> None:
    found = View.parse("/devices/1", search, TODAY)
    assert (found.reading, found.range, found.upto) == view
    assert View.parse("/devices/1", found.href(TODAY).partition("?")[2], TODAY) == found


def test_other_parts_of_the_address_stay() -> None:
    view = View.parse("/devices/1", "?tab=life&range=day", TODAY)
    assert view.href(TODAY, range=Range.MONTH) == "/devices/1?tab=life&range=month"
    assert view.href(TODAY, range=Range.WEEK) == "/devices/1?tab=life"


def test_a_span_ends_now_or_with_its_last_day() -> None:
    now = datetime(2026, 1, 15, 10, tzinfo=HERE)
    assert View.parse("/", "?range=day", now.date()).span(now) == Span(now - timedelta(days=1), now)
    earlier = View.parse("/", "?range=day&upto=2026-01-10", now.date()).span(now)
    assert earlier == Span(datetime(2026, 1, 10, tzinfo=HERE), datetime(2026, 1, 11, tzinfo=HERE))


@pytest.fixture(scope="module")
def device(demo_record: TestRecord) -> int:
    """A heat detector of the demonstration province with a past."""
    with demo_record.record.scoped(PROVINCE) as session:
        found = session.scalar(
            text("select min(device_id) from readings_5min where signal = 'temperature' and since > now() - :d"),
            {"d": timedelta(days=2)},
        )
    assert found is not None
    return int(found)


def of_device(record: TestRecord, device: int, days: float, signal: str = "temperature") -> readings.Readings:
    now = datetime.now(UTC)
    with record.record.scoped(PROVINCE) as session:
        return readings.of_device(session, device, signal, Span(now - timedelta(days=days), now))


def test_the_demo_province_has_a_past(demo_record: TestRecord, device: int) -> None:
    year = of_device(demo_record, device, 366)
    assert year.grain is Grain.DAY
    assert len(year.rows) > 300
    assert all(row.lowest <= row.mean <= row.highest for row in year.rows)
    by_month = {month: [r.mean for r in year.rows if r.at.astimezone(HERE).month == month] for month in (1, 7)}
    assert sum(by_month[7]) / len(by_month[7]) > sum(by_month[1]) / len(by_month[1]) + 8
    assert len(of_device(demo_record, device, 31).rows) > 1000
    assert len(of_device(demo_record, device, 1).rows) > 20
    battery = of_device(demo_record, device, 366, "battery").rows
    assert all(0 <= row.lowest <= 100 for row in battery)


def asker(scope: Scope) -> Asker:
    return Asker(1, "测试", Role.PROVINCE, "江西省", 360_000, scope, "")


def test_the_chart_is_drawn_within_scope_alone(demo_record: TestRecord, device: int) -> None:
    now = datetime.now(HERE)
    for scope, words in ((PROVINCE, "五分钟均值"), (region_scope(361_100), "尚未上报")):
        with asking.asked_by(asker(scope), demo_record.record):
            shown = str(chart.shown(device, View.parse("/devices/1", "?range=month", now.date()), now).to_plotly_json())
        assert words in shown


def test_its_callback_registers_on_any_app(demo_record: TestRecord, device: int) -> None:
    app = Dash("anwang-test", add_log_handler=False, suppress_callback_exceptions=True)
    app.layout = chart.readings_chart(device)
    chart.register_callbacks(app)
    assert chart.BODY + ".children" in app.callback_map
    with asking.asked_by(asker(PROVINCE), demo_record.record):
        answer = app.callback_map[chart.BODY + ".children"]["callback"].__wrapped__("?range=year", device, "/devices/1")
    assert "日均值" in str(answer)
