"""A device bound with a phone and heard at once; a list that is filtered; a device tried on the bench."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from db import demo
from ingest.mqtt.gateway import Gateway
from ingest.tasks.conformance import examine_one
from tests.ingest.gateways import wait_for
from tests.ingest.gb26875.vectors import SMOKE_FIRE
from tests.journeys.conftest import Watched
from tests.journeys.test_alarm_on_screen import publish
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser

IDENTITY = "ABCD01250301{:09d}010000"
PHONE = (390, 844)


def fits(watched: Watched) -> None:
    wide = watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{watched.page.url} is {wide} px wider than the screen"


def test_a_new_detector_is_bound_with_a_phone_and_heard_at_once(
    visit: Callable[..., Watched], portal_server: PortalServer, gateway: Gateway
) -> None:
    identity = IDENTITY.format(time.time_ns() % 10**9)
    watched = visit("venue", *PHONE)
    watched.open("/bind")
    page = watched.page
    page.fill("#bind-typed", f" {identity[:10]} {identity[10:]} ")
    page.press("#bind-typed", "Enter")
    page.wait_for_selector(".bind-facts:has-text('NB-IoT')")
    fits(watched)
    page.click("#bind-confirm")
    page.wait_for_selector("#bind-result:has-text('请选择设备所在的部位')")
    page.click(".bind-areas label:has-text('新建部位')")
    page.fill("#bind-area-name", "5楼器材室")
    page.fill("#bind-floor", "5")
    page.click("#bind-new-area label:has-text('教室')")
    page.click(".bind-kinds label:has-text('感烟探测器')")
    page.fill("#bind-model", "SD-9")
    page.dblclick("#bind-confirm")
    page.wait_for_selector("#bind-result:has-text('已登记')")
    publish(portal_server, identity, '{"value": 0.01, "battery_pct": 99, "rssi_dbm": -80}')
    heard = "select count(*) from signals s join devices d on d.id = s.device_id where d.code = :code"
    wait_for(lambda: one(portal_server, heard, code=identity) == 1)
    page.click("#bind-result a:has-text('查看设备')")
    page.wait_for_selector(f"h1:has-text('{identity}')")
    assert "SD-9" in page.inner_text("#frame")
    assert "5楼器材室" in page.inner_text("#frame")
    assert (
        one(
            portal_server,
            "select count(*) from audit_log where act = 'device registered' and detail->>'code' = :c",
            c=identity,
        )
        == 1
    )
    assert watched.complaints == []


@pytest.mark.broad
def test_a_label_opens_the_device_and_it_is_moved_once(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    sql = (
        "select d.code from devices d join grants g on g.venue_id = d.venue_id"
        " where g.role = 'venue' and d.area_id is not null order by d.id limit 1"
    )
    code = one(portal_server, sql)
    first, second = visit("venue", *PHONE), visit("zhanggong", *PHONE)
    for watched in (first, second):
        watched.open(f"/bind/{code}")
        watched.page.wait_for_selector(".bind-areas")
    first.page.click(".bind-areas label:last-child")
    first.page.click("#bind-confirm")
    first.page.wait_for_selector("#bind-result:has-text('现已绑定到')")
    second.page.click(".bind-areas label:first-child")
    second.page.click("#bind-confirm")
    second.page.wait_for_selector("#bind-result:has-text('刚刚已被他人绑定')")
    unknown = visit("venue", *PHONE)
    other = one(portal_server, "select code from devices where county = 361102 limit 1")
    said = []
    for number in (other, "nobody-knows-it"):
        unknown.open(f"/bind/{number}")
        said.append(unknown.page.inner_text(".note.error"))
    assert said[0] == said[1]
    assert [*first.complaints, *second.complaints] == []


def test_the_list_is_filtered_searched_and_leads_to_the_device(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    code = demo.sample_device(portal_server.test_record.owner_url)
    watched = visit("zhanggong")
    watched.open("/devices")
    page = watched.page
    page.wait_for_selector(".device-list .ag-row")
    page.fill("#device-search", code)
    page.wait_for_url(f"**q={code}")
    page.wait_for_selector(f".device-list .ag-row:has-text('{code}')")
    assert page.locator(".device-list .ag-row").count() == 1
    assert f"q={code}" in str(page.get_attribute("#device-csv", "href"))
    page.click(".chips .chip:has-text('静默')")
    page.wait_for_url("**state=silent*")
    page.click(".chips .chip.here:has-text('静默')")
    page.wait_for_selector(f".device-list .ag-row:has-text('{code}')")
    page.click(f".device-list .ag-row:has-text('{code}')")
    page.wait_for_url(f"**/devices/{code}")
    assert watched.complaints == []
    phone = visit("maintainer", *PHONE)
    phone.open("/devices")
    phone.page.wait_for_selector(".device-list .ag-row")
    fits(phone)
    assert phone.complaints == []


@pytest.mark.broad
def test_labels_are_printed_for_the_chosen_devices(visit: Callable[..., Watched]) -> None:
    watched = visit("venue")
    watched.open("/labels")
    page = watched.page
    page.wait_for_function("() => [...document.querySelectorAll('.label img')].every((i) => i.naturalWidth > 0)")
    page.click("#labels-all")
    page.wait_for_selector(".labels label:has(input:not(:checked))")
    page.click("#labels-pdf")
    page.wait_for_selector("#toast:has-text('请至少选择一台设备')")
    page.click(".labels label >> nth=0")
    with page.expect_download() as download:
        page.click("#labels-pdf")
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert watched.complaints == []


def test_a_vendor_tries_bytes_and_reads_what_is_wrong(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    record = portal_server.test_record
    watched = visit("maintainer")
    watched.open("/conformance")
    page = watched.page
    page.click("#bench-examine")
    page.wait_for_selector("#bench-refusal:has-text('没有可检查的内容')")
    page.fill("#bench-given", (SMOKE_FIRE + SMOKE_FIRE[:-2] + b"\x35\x35").hex(" "))
    page.fill("#bench-label", "示例 X1")
    page.click("#bench-examine")
    page.wait_for_url("**trial=*")
    wait_for(lambda: examine_one(record.record, record.settings, datetime.now(UTC)))
    page.wait_for_selector(".bench-rules tr:has-text('35 35'):has-text('错误')")
    with page.expect_download() as download:
        page.click("#bench-pdf")
    assert download.value.path().read_bytes().startswith(b"%PDF")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    fits(watched)
    page.click("summary:has-text('让设备连接测试台')")
    page.click("#bench-open")
    page.wait_for_selector(".bench-pointing code")
    page.click("#bench-close")
    wait_for(lambda: examine_one(record.record, record.settings, datetime.now(UTC)))
    page.wait_for_selector("#bench-report:has-text('没有可以检查的内容')")
    assert watched.complaints == []
