"""On a telephone: told, "I have it"; a number added and verified. On a desk: the first screen is stamped."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from db import addresses
from db.commands import delivery_planning, notices, notify_channels
from db.commands.notices import NewNotice
from db.commands.notify_channels import ChannelSaid
from db.rules.access_scope import EVERYTHING
from db.rules.contact_address import code_for
from tests.journeys.conftest import Watched
from tests.portal.alarming import close, raise_alarm
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser


def tell(server: PortalServer, login: str, alarm: int) -> int:
    """What a ladder does, and the worker's first step."""
    person = one(server, "select person_id from accounts where login = :login", login=login)
    venue = one(server, "select venue_id from alarms where id = :id", id=alarm)
    county = one(server, "select county from alarms where id = :id", id=alarm)
    key = f"journey/{alarm}/{person}"
    now = datetime.now(UTC)
    with server.test_record.record.scoped(EVERYTHING) as session:
        notices.add(session, [NewNotice(key, "alarm", alarm, venue, county, person, "raised", 2)], now)
        delivery_planning.plan(session, now)
    return int(one(server, "select id from notices where key = :key", key=key))


def test_a_message_arrives_on_an_open_telephone_and_is_answered(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    phone = visit("zhanggong", 390, 844)
    phone.open("/messages")
    phone.page.wait_for_selector(".message-list, .note")
    before = phone.page.text_content("#unread-count") or "0"
    alarm = raise_alarm(portal_server, county=360_702)
    notice = tell(portal_server, "zhanggong", alarm)
    phone.page.wait_for_function(
        "before => (document.querySelector('#unread-count')?.textContent || '0') !== before", arg=before
    )
    button = f"[data-to=message-acknowledge][data-press*='{notice}']"
    phone.page.click(button)
    phone.page.wait_for_selector(button, state="detached")
    assert one(portal_server, "select acknowledged_over from notices where id = :id", id=notice) == "portal"
    proven = "select state from deliveries where notice_id = :id and channel = 'portal'"
    assert one(portal_server, proven, id=notice) == "delivered"
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    close(portal_server, alarm)
    assert phone.complaints == []


def test_a_number_is_added_and_verified_by_its_code(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    with portal_server.test_record.record.scoped(EVERYTHING) as session:
        said = [ChannelSaid("sms", True, True, "127.0.0.1", True, 10, 10)]
        notify_channels.say(session, said, datetime.now(UTC))
    phone = visit("venue", 390, 844)
    phone.open("/messages?tab=channels")
    phone.page.fill("#point-address", "12345")
    phone.page.click("#point-add")
    phone.page.wait_for_selector(".said .refused:has-text('电话号码不正确')")
    assert phone.page.input_value("#point-address") == "12345", "nothing typed is lost"
    phone.page.fill("#point-address", "139 8888 7777")
    phone.page.click("#point-add")
    phone.page.wait_for_selector(".code-field input")
    point = one(portal_server, "select id from contact_points where address = '13988887777'")
    asked_at = one(portal_server, "select code_asked_at from contact_points where id = :id", id=point)
    secret = addresses.read_secrets(portal_server.settings.var_dir)["contact_codes"]
    phone.page.fill(".code-field input", code_for(secret, point, asked_at))
    phone.page.click("button:has-text('验证'):not(:has-text('码'))")
    phone.page.wait_for_selector(".points li:has-text('139****7777') >> text=未测试")
    assert one(portal_server, "select verified_at is not null from contact_points where id = :id", id=point)
    assert phone.complaints == []


def test_the_first_screen_that_draws_an_alarm_is_stamped(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    desk = visit("zhanggong")
    desk.open("/alarms")
    desk.page.wait_for_selector(".ag-root")
    alarm = raise_alarm(portal_server, county=360_702)
    until = time.monotonic() + 30
    while one(portal_server, "select shown_at is null from alarm_stamps where alarm_id = :id", id=alarm):
        assert time.monotonic() < until
        desk.page.wait_for_timeout(100)
    assert one(portal_server, "select shown_at >= recorded_at from alarm_stamps where alarm_id = :id", id=alarm)
    desk.open(f"/deadlines?alarm={alarm}")
    desk.page.wait_for_selector(".ledger td:has-text('首个屏幕显示')")
    close(portal_server, alarm)
    assert desk.complaints == []
