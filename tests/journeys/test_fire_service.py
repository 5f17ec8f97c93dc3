"""A fire confirmed on the desk, to the fire service and onto the page; a drill announced, a check answered."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, expect

from db.commands import duty_checks, fire_platforms
from db.commands.fire_platforms import NewPlatform
from db.commands.people import Operator
from db.key_file import FIRE_PLATFORMS
from db.rules.access_scope import EVERYTHING
from db.rules.outbox import WITHIN, Transport
from ingest.outbox.worker import Worker
from ingest.simulate.fire_platform import CityPlatform
from tests.journeys.conftest import Watched
from tests.journeys.test_alarm_desk import ring
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one

pytestmark = pytest.mark.browser

SECRET = "the city's key"


@pytest.fixture(scope="module")
def city(portal_server: PortalServer) -> Iterator[CityPlatform]:
    """The city's platform, and the worker that tells it."""
    platform = CityPlatform(SECRET)
    platform.start()
    record, var_dir = portal_server.test_record, portal_server.settings.var_dir
    with record.record.scoped(EVERYTHING) as session:
        new = NewPlatform("赣州市消防救援支队", 360_700, Transport.HTTP, platform.address)
        number = fire_platforms.add(session, new, Operator(None, "tests"), datetime.now(UTC))
    FIRE_PLATFORMS.keep(var_dir, number, SECRET)
    worker = Worker(record.record, record.app_url, var_dir)
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield platform
    worker.stop()
    thread.join(20)
    platform.stop()
    change(portal_server, "update fire_platforms set retired_at = now() where id = :id", id=number)


def confirm(desk: Watched, alarm: int) -> float:
    """The desk's red button, pressed and confirmed; answers when, by this machine's clock."""
    desk.open(f"/alarms?alarm={alarm}")
    desk.page.click("[data-opens=fire]")
    button = desk.page.locator(".act-form.open button:has-text('确认真实火情')")
    expect(button).to_be_visible()
    pressed_at = time.time()
    button.click()
    desk.page.wait_for_selector(".toast .said:has-text('真实火情已记录')")
    return pressed_at


def reports(watched: Watched, alarm: int) -> Locator:
    """The alarm's lines on the page of the outbox."""
    return watched.page.locator("tr", has_text="赣州市消防救援支队").filter(
        has=watched.page.locator(f"a[href='/alarms?alarm={alarm}']")
    )


def test_a_fire_confirmed_on_the_desk_is_at_the_city_within_three_seconds(
    visit: Callable[..., Watched], portal_server: PortalServer, city: CityPlatform
) -> None:
    (alarm,) = ring(portal_server, 1)
    desk, watched = visit("zhanggong"), visit("ganzhou")
    watched.open("/outbox")
    pressed_at = confirm(desk, alarm)
    expect(reports(watched, alarm)).to_contain_text("收妥", timeout=20_000)
    (taken,) = [taken for taken in city.taken if taken.body["alarm"] == alarm]
    print(f"from the button to the city's platform: {taken.at - pressed_at:.2f} s of {WITHIN.total_seconds():.0f}")
    # From the press, through the browser and the portal of a shared machine: only a stuck way fails here;
    # from the commit on, tests/ingest/test_outbox.py holds the three seconds.
    assert taken.at - pressed_at < 5 * WITHIN.total_seconds()
    assert desk.complaints == watched.complaints == []


@pytest.mark.parametrize("is_pressed", [False, True], ids=["by itself", "tried at once by hand"])
def test_a_fire_confirmed_while_the_city_is_away_arrives_once_when_it_is_back(
    visit: Callable[..., Watched], portal_server: PortalServer, city: CityPlatform, is_pressed: bool
) -> None:
    alarms = ring(portal_server, 2)
    desk = visit("zhanggong")
    city.stop()
    for alarm in alarms:
        confirm(desk, alarm)
    desk.open("/outbox?show=open")
    expect(reports(desk, alarms[0])).to_contain_text("ConnectError", timeout=20_000)
    for alarm in alarms:
        expect(reports(desk, alarm)).to_contain_text("待送达")
    if is_pressed:
        later = "update outbox set next_try_at = now() + interval '1 hour' where alarm_id = :id and state = 'waiting'"
        change(portal_server, later, id=alarms[0])
    city.start()
    if is_pressed:
        reports(desk, alarms[0]).locator("button", has_text="立即重发").click()
    for alarm in alarms:
        expect(reports(desk, alarm)).to_have_count(0, timeout=60_000)
    assert [taken.body["alarm"] for taken in city.taken if taken.body["alarm"] in alarms] == alarms, (
        "each once, in order"
    )
    assert desk.complaints == []


def test_a_drill_is_announced_and_ended(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    watched = visit("venue")
    watched.open("/windows")
    page = watched.page
    page.click("#window-announce")
    page.wait_for_selector("#window-said :text('请写明事由')")
    page.fill("#window-reason", "冬季消防演练")
    page.click("#window-announce")
    page.wait_for_selector("#window-said :text('已在 1 家场所发布')")
    card = page.locator(".window-card", has_text="冬季消防演练")
    expect(card).to_be_visible()
    page.fill("#window-reason", "再来一次")
    page.click("#window-announce")
    page.wait_for_selector("#window-said :text('已有同类')")
    assert page.input_value("#window-reason") == "再来一次"
    card.locator("summary").click()
    card.locator("button").click()
    expect(card).to_have_count(0)
    assert (
        one(portal_server, "select count(*) from windows where reason = '冬季消防演练' and ended_at is not null") == 1
    )
    assert watched.complaints == []


def test_a_check_is_answered_on_a_telephone(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    venue = one(portal_server, "select venue_id from grants where role = 'venue' order by id limit 1")
    change(
        portal_server,
        "update duty_checks set state = 'unanswered' where venue_id = :v and answered_at is null",
        v=venue,
    )
    with portal_server.test_record.record.scoped(EVERYTHING) as session:
        check = duty_checks.ask(session, venue, Operator(None, "演示·章贡区"), datetime.now(UTC))
    watched = visit("venue", 390, 844)
    watched.open(f"/duty?answer={check}")
    page = watched.page
    page.click(".duty-question .answer")
    page.wait_for_selector(".duty-question.done")
    assert (
        one(portal_server, "select state || answered_through from duty_checks where id = :id", id=check)
        == "answeredportal"
    )
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert watched.complaints == []


def test_a_roster_is_pasted(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    watched = visit("venue")
    watched.open("/duty")
    page = watched.page
    page.click("summary:has-text('粘贴排班表')")
    page.fill("#duty-pasted", "张三, 08:00-20:00\n李四, 晚上")
    page.click("#duty-import")
    page.wait_for_selector("#duty-said :text('第 2 行无法识别')")
    page.fill("#duty-pasted", "张三, 08:00-20:00, 周一至周五\n李四, 20:00-8:00")
    page.click("#duty-import")
    page.wait_for_selector("#duty-roster td:has-text('李四')")
    assert one(portal_server, "select count(*) from rosters where venue_id is not null") == 2
    page.locator("#duty-roster tr", has_text="李四").locator("summary").click()
    page.locator("#duty-roster tr", has_text="李四").locator("button").click()
    expect(page.locator("#duty-roster tr", has_text="李四")).to_have_count(0)
    assert watched.complaints == []
