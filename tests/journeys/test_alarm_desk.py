"""The desk as its people use it: a detector's alarm to its end, two people at once, keys alone, views, a phone."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from db.commands import alarms
from db.commands.actor import Actor
from db.commands.alarms import AlarmSignal
from db.rules.access_scope import EVERYTHING
from db.rules.alarm_kinds import AlarmKind
from ingest.mqtt.gateway import Gateway
from tests.journeys.conftest import Watched
from tests.journeys.test_alarm_on_screen import publish
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one

pytestmark = pytest.mark.browser

QUIET_CORRIDORS = text(
    """
    select distinct on (d.venue_id) d.venue_id, d.county, d.area_id, d.id, d.code from devices d
    where d.county = 360702 and d.kind = 'smoke_detector' and d.retired_on is null
        and not exists (select from alarms a where a.venue_id = d.venue_id and a.closed_at is null)
    order by d.venue_id limit :n
    """
)


@pytest.fixture(autouse=True)
def calm_county(portal_server: PortalServer) -> Iterator[None]:
    """Nothing rings in the county before and after."""
    end = (
        "update alarms set state = 'closed', closed_at = now(), verdict = coalesce(verdict, 'test_or_drill')"
        " where closed_at is null and county = 360702"
    )
    change(portal_server, end)
    yield
    change(portal_server, end)


def ring(server: PortalServer, n: int) -> list[int]:
    """Smoke at n venues of the county."""
    with server.test_record.record.scoped(EVERYTHING) as session:
        found = session.execute(QUIET_CORRIDORS, {"n": n}).all()
        now = datetime.now(UTC)
        signals = [AlarmSignal(*device, AlarmKind.FIRE, "smoke", 0.42, now, True) for device in found]
        return [raised.alarm_id for raised in alarms.raise_alarms(session, signals, now)]


def acknowledged_by_another(server: PortalServer, alarm: int) -> None:
    actor = Actor(int(one(server, "select min(id) from people")), "旁人", "::1")
    with server.test_record.record.scoped(EVERYTHING) as session:
        alarms.acknowledge(session, alarm, actor, datetime.now(UTC))


def on_desk(watched: Watched, path: str = "/alarms") -> Page:
    watched.open(path)
    watched.page.wait_for_selector(".alarm-desk .ag-row")
    return watched.page


def row(page: Page, alarm: int) -> str:
    return f'.alarm-desk .ag-row[row-id="{alarm}"]'


def state(server: PortalServer, alarm: int) -> str:
    return str(one(server, "select state from alarms where id = :id", id=alarm))


def test_from_a_detectors_word_to_a_closed_false_alarm(
    visit: Callable[..., Watched], portal_server: PortalServer, gateway: Gateway
) -> None:
    ring(portal_server, 1)
    watched = visit("zhanggong")
    page = on_desk(watched)
    code = one(
        portal_server,
        "select d.code from devices d where d.county = 360702 and d.kind = 'smoke_detector' and not exists"
        " (select from alarms a where a.venue_id = d.venue_id and a.closed_at is null) limit 1",
    )
    publish(portal_server, code, '{"alarm": true, "value": 0.42}')
    expect(page.locator(".alarm-desk .ag-row")).to_have_count(2, timeout=8000)
    alarm = int(one(portal_server, "select max(id) from alarms"))
    page.click(row(page, alarm) + " [col-id=where]")
    page.wait_for_selector(f'.acts[data-alarm="{alarm}"]')
    assert code in page.inner_text(".case-device")
    page.click("[data-opens=take]")
    page.click(".act-form.open button:has-text('30 分钟')")
    page.wait_for_selector(".case-owner:has-text('演示·章贡区')")
    assert one(
        portal_server, "select promised_for > now() + interval '25 minutes' from alarms where id = :id", id=alarm
    )
    page.click("[data-opens=false]")
    page.fill("#alarm-words", "厨房油烟")
    page.click(".act-form.open button:has-text('烹饪油烟')")
    page.wait_for_selector(".toast .said:has-text('已核实并关闭')")
    kept = "select state || ' ' || verdict || ' ' || cause from alarms where id = :id"
    assert one(portal_server, kept, id=alarm) == "closed false cooking"
    expect(page.locator(row(page, alarm))).to_have_count(0)
    page.wait_for_selector(".timeline:has-text('厨房油烟')")
    assert page.input_value("#alarm-words") == ""
    assert watched.complaints == []


def test_two_people_at_once_have_one_result_and_the_second_reads_who_was_first(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    (alarm,) = ring(portal_server, 1)
    pages = [on_desk(visit(login), f"/alarms?alarm={alarm}") for login in ("zhanggong", "ganzhou")]
    for page in pages:
        page.click("[data-opens=take]")
    second = pages[1]
    second.context.set_offline(True)  # it does not hear of the first one's act, and keeps what was typed
    second.fill("#alarm-words", "我去看")
    pages[0].click(".act-form.open button:has-text('15 分钟')")
    pages[0].wait_for_selector(".case-owner")
    second.context.set_offline(False)
    second.evaluate("() => { const b = document.querySelector('.act-form[data-form=take] button'); b && b.click(); }")
    second.wait_for_selector(".case-owner:has-text('演示·章贡区')")
    refused = second.locator(".toast .said.refused")
    if refused.count():  # its click came before the news
        assert "已被接手：演示·章贡区" in refused.inner_text()
    second.wait_for_selector("[data-opens=false]")  # its form is offered no more: the buttons that are have its room
    second.keyboard.type("f ")  # still typed, and no command: F and the space bar would confirm a fire
    assert second.input_value("#alarm-words") == "我去看f "
    assert state(portal_server, alarm) == "acknowledged"
    taken = "select count(*) from audit_log where subject = :s and act = 'alarm acknowledge'"
    assert one(portal_server, taken, s=f"alarms/{alarm}") == 1


def test_keys_alone(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    numbers = ring(portal_server, 3)
    watched = visit("zhanggong")
    page = on_desk(watched)
    expect(page.locator(".alarm-desk .ag-row")).to_have_count(3)
    page.keyboard.press("j")
    page.wait_for_selector(".ag-row.chosen")
    page.keyboard.press("j")
    page.keyboard.press("k")
    chosen = page.get_attribute(".ag-row.chosen", "row-id")
    assert chosen == page.get_attribute('.ag-row[row-index="0"]', "row-id")
    page.wait_for_selector(f'.acts[data-alarm="{chosen}"]')
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".case-owner")
    page.keyboard.press("x")
    for _press in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast .said:has-text('已核实并关闭')")
    assert one(portal_server, "select cause from alarms where id = :id", id=int(chosen or 0)) == "dust"
    # The other two together.
    expect(page.locator(".alarm-desk .ag-row")).to_have_count(2)
    for _other in range(2):
        page.keyboard.press("j")
        page.keyboard.press(" ")
    page.wait_for_selector(".acts .untick:has-text('2')")
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast .said:has-text('2 条中已完成 2 条')")
    assert {state(portal_server, alarm) for alarm in numbers} == {"closed"}
    page.keyboard.press("?")
    page.wait_for_selector(".key-help[open] .all-keys:visible")
    assert watched.complaints == []


def test_news_of_the_alarm_leave_the_keys_where_they_were(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    """The buttons are drawn anew under somebody's hand: Enter still presses the one that it was on."""
    (alarm,) = ring(portal_server, 1)
    page = on_desk(visit("zhanggong"), f"/alarms?alarm={alarm}")
    page.wait_for_selector(f'.acts[data-alarm="{alarm}"]')
    page.keyboard.press("x")
    for _press in range(2):
        page.keyboard.press("Tab")
    acknowledged_by_another(portal_server, alarm)
    page.wait_for_selector(".case-owner:has-text('旁人')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast .said:has-text('已核实并关闭')")
    assert one(portal_server, "select cause from alarms where id = :id", id=alarm) == "dust"


HOLD_ANSWERS = """() => {
  const ask = window.fetch;
  window.held = { panel: [], act: [] };
  window.fetch = async (...given) => {
    const answer = await ask(...given), asked = String(given[1]?.body).match(/"output":"..(alarm-side|alarm-acted)/);
    const waiting = asked && window.held[asked[1] === "alarm-side" ? "panel" : "act"];
    if (waiting) await new Promise((go) => waiting.push(go));
    return answer;
  };
}"""
LET_GO = "(what) => { const waiting = window.held[what]; window.held[what] = null; waiting.forEach((go) => go()); }"


def test_an_act_that_news_overtake_is_still_answered(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    """The buttons are drawn anew, because of what somebody else did, while an act is on its way."""
    (alarm,) = ring(portal_server, 1)
    page = on_desk(visit("zhanggong"), f"/alarms?alarm={alarm}")
    page.click("[data-opens=false]")
    page.fill("#alarm-words", "厨房油烟")
    page.evaluate(HOLD_ANSWERS)
    acknowledged_by_another(portal_server, alarm)
    page.wait_for_function("() => window.held.panel.length")
    page.click(".act-form.open button:has-text('烹饪油烟')")
    page.wait_for_function("() => window.held.act.length")
    page.evaluate(LET_GO, "panel")
    page.wait_for_selector("[data-opens=take]", state="detached")
    page.wait_for_timeout(500)  # a button that asked for something by being drawn would do so now
    page.evaluate(LET_GO, "act")
    page.wait_for_selector(".toast .said:has-text('已核实并关闭')")
    page.wait_for_selector("[data-opens=reopen]")
    assert page.input_value("#alarm-words") == ""


def test_a_live_row_leaves_ticks_and_place_alone(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    first, *_others = ring(portal_server, 3)
    watched = visit("zhanggong")
    page = on_desk(watched)
    page.click(row(page, first) + " .ag-selection-checkbox")
    page.wait_for_selector('.acts[data-alarm="0"]')
    (newer,) = ring(portal_server, 1)
    page.wait_for_selector(row(page, newer))
    expect(page.locator(row(page, first) + ".ag-row-selected")).to_have_count(1)
    page.click(".untick")
    expect(page.locator(".ag-row-selected")).to_have_count(0)
    assert watched.complaints == []


def test_a_view_is_saved_opened_and_forgotten(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    ring(portal_server, 1)
    watched = visit("zhanggong")
    page = on_desk(watched, "/alarms?show=urgent&kind=fire")
    assert page.inner_text(".desk-menus .pick.chosen summary") == "火警"
    page.click(".views summary")
    page.click("#alarms-view-save")
    page.wait_for_selector("#alarms-view-said:has-text('视图需要名称')")
    page.fill("#alarms-view-name", "红橙火警")
    page.keyboard.press("Enter")
    page.wait_for_selector(".saved-view a:has-text('红橙火警')")
    page.click(".chip:has-text('已关闭')")
    page.wait_for_url(re.compile("show=closed"))
    page.click(".views summary")
    page.click(".saved-view a")
    page.wait_for_url(re.compile(r"show=urgent&kind=fire$"))
    page.wait_for_selector(".chip.here:has-text('红色和橙色')")
    page.click(".views summary")
    page.click(".saved-view button")
    page.wait_for_selector(".saved-views:has-text('还没有')")
    assert watched.complaints == []


BOX_OF = """(selector) => {
  const box = document.querySelector(selector)?.getBoundingClientRect();
  return box?.height ? { y: box.y, height: box.height } : null;
}"""


def test_a_phone_in_one_hand(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    (alarm,) = ring(portal_server, 1)
    watched = visit("zhanggong", 390, 844)
    page = on_desk(watched)
    page.click(row(page, alarm))
    page.wait_for_selector(f'.acts[data-alarm="{alarm}"]')
    for opens, choice in (("take", "15 分钟"), ("false", "水蒸气")):
        button = page.locator(f"[data-opens={opens}]")
        box = page.wait_for_function(BOX_OF, arg=f"[data-opens={opens}]").json_value()
        assert box["y"] > 400, "within the thumb's reach"
        assert box["height"] >= 44
        button.click()
        page.click(f".act-form.open button:has-text('{choice}')")
        page.wait_for_selector(".toast .said")
        page.wait_for_function("(opens) => !document.querySelector(`.desk-acts[data-form=${opens}]`)", arg=opens)
    assert state(portal_server, alarm) == "closed"
    page.click(".case-back")
    page.wait_for_selector(".desk-side", state="hidden")
    assert watched.complaints == []
