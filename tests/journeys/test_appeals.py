"""A bureau doubts a venue's record and the province puts it right; a published bulletin is audited on its page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Watched
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser
PATIENCE = 60_000
PUBLISHED = Path(__file__).parents[1] / "db" / "bulletin_audit" / "files" / "2024-09.txt"
NEVER_ACCESSED = """
    select v.id from venues v where v.county = 360702
        and not exists (select from access_history h where h.venue_id = v.id) order by v.id limit 1
"""


def test_a_doubt_is_filed_heard_and_changes_the_record(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    venue = one(portal_server, NEVER_ACCESSED)
    county = visit("zhanggong")
    county.open(f"/venues/{venue}")
    county.page.click("a[href*='/appeals?new=venue:']")
    county.page.wait_for_selector("#appeal-new")
    county.page.click("#appeal-new")
    expect(county.page.locator("#toast")).to_contain_text("日期", timeout=PATIENCE)
    county.page.fill(".case-form input[type=date] >> nth=0", "2024-08-01")
    county.page.fill(".case-form textarea", "设备8月1日已装好并上传数据，见照片。")
    county.page.click("#appeal-new")
    county.page.wait_for_url("**/appeals?appeal=*", timeout=PATIENCE)
    number = county.page.url.rsplit("=", 1)[1]
    expect(county.page.locator("#appeal-side .case-what")).to_contain_text("设备8月1日已装好", timeout=PATIENCE)
    province = visit("leader")
    province.open(f"/appeals?appeal={number}")
    province.page.click("#appeal-side button:has-text('受理')")
    expect(province.page.locator("#appeal-side details.main summary")).to_contain_text("申诉成立", timeout=PATIENCE)
    province.page.fill("#appeal-side details.main textarea", "照片与平台日志相符")
    province.page.click("#appeal-side details.main button.primary")
    expect(province.page.locator("#appeal-side .case-head")).to_contain_text("成立，已更正", timeout=PATIENCE)
    since = one(portal_server, "select accessed_from::text from access_history where venue_id = :id", id=venue)
    assert since == "2024-08-01"
    assert county.complaints == province.complaints == []


def test_what_does_not_add_up_is_shown_at_its_sentence(visit: Callable[..., Watched]) -> None:
    watched = visit("analyst")
    watched.open("/audit?snapshot=²")
    page = watched.page
    page.fill("#audit-text", PUBLISHED.read_text(encoding="utf-8"))
    page.click("#audit-run")
    page.wait_for_selector(".audit-summary.bad", timeout=PATIENCE)
    assert page.locator(".audit-both ol > li").count() >= 6
    assert page.locator(".audit-marked mark").count() >= 6
    page.fill("#audit-text", "全省应接入100家，已接入40家，接入率40%。")
    page.click("#audit-run")
    page.wait_for_selector(".audit-summary.good", timeout=PATIENCE)
    assert watched.complaints == []
