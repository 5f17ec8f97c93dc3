"""A confirmed fire from the record to the fire service and onto the page; a drill announced, a check answered."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from db.commands import duty_checks, fire_platforms, outbox
from db.commands.fire_platforms import NewPlatform
from db.commands.people import Operator
from db.rules.access_scope import EVERYTHING
from db.rules.outbox import WITHIN, Transport
from ingest.outbox import keys
from ingest.outbox.worker import Worker
from ingest.simulate.fire_platform import CityPlatform
from tests.journeys.conftest import Watched
from tests.portal.alarming import raise_alarm
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
    keys.keep(var_dir, number, SECRET)
    worker = Worker(record.record, record.app_url, var_dir)
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield platform
    worker.stop()
    thread.join(20)
    platform.stop()
    change(portal_server, "update fire_platforms set retired_at = now() where id = :id", id=number)


def confirm(server: PortalServer) -> int:
    """A confirmed fire in Zhanggong."""
    alarm = raise_alarm(server, county=360_702)
    with server.test_record.record.scoped(EVERYTHING) as session:
        outbox.put_confirmed_fire(session, alarm, datetime.now(UTC))
    return alarm


def test_a_confirmed_fire_reaches_the_city_and_the_page_says_so(
    visit: Callable[..., Watched], portal_server: PortalServer, city: CityPlatform
) -> None:
    watched = visit("zhanggong")
    watched.open("/outbox")
    row = watched.page.locator("tr", has_text="赣州市消防救援支队").filter(has_text="确认火警").first
    began = time.time()
    alarm = confirm(portal_server)
    expect(row).to_contain_text("收妥", timeout=20_000)
    (taken,) = [taken for taken in city.taken if taken.body["alarm"] == alarm]
    assert taken.at - began < WITHIN.total_seconds()
    assert watched.complaints == []


def test_after_an_outage_the_page_lets_somebody_try_at_once(
    visit: Callable[..., Watched], portal_server: PortalServer, city: CityPlatform
) -> None:
    watched = visit("zhanggong")
    city.stop()
    alarm = confirm(portal_server)
    watched.open("/outbox?show=open")
    row = watched.page.locator("tr", has_text="赣州市消防救援支队").filter(has_text="确认火警").first
    expect(row).to_contain_text("待送达", timeout=20_000)
    expect(row).to_contain_text("ConnectError", timeout=20_000)
    city.start()
    change(
        portal_server,
        "update outbox set next_try_at = now() + interval '1 hour' where alarm_id = :id and state = 'waiting'",
        id=alarm,
    )
    if (
        one(
            portal_server,
            "select state from outbox where alarm_id = :id and platform_id is not null order by id desc limit 1",
            id=alarm,
        )
        == "waiting"
    ):
        watched.page.locator("button", has_text="立即重发").first.click()
    expect(watched.page.locator("tr", has_text="赣州市消防救援支队").filter(has_text="确认火警")).to_have_count(
        0, timeout=20_000
    )
    assert [taken.body["alarm"] for taken in city.taken].count(alarm) == 1
    assert watched.complaints == []


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
