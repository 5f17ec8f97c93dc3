"""An analyst drafts, edits, checks and issues a bulletin, follows a figure to its venues, and a city reads its copy."""

import pytest
from playwright.sync_api import Browser, expect

from portal.bench.browser import log_in
from tests.journeys.conftest import watch
from tests.portal.conftest import PortalServer

pytestmark = pytest.mark.browser
PATIENCE = 120_000


def test_from_frozen_figures_to_a_citys_copy(browser: Browser, own_portal: PortalServer) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    log_in(page, own_portal.url, "analyst", own_portal.passwords["analyst"])
    watched = watch(page, own_portal.url)
    watched.open("/bulletins")
    page.fill(".bulletin-drafting input", "2024-09-02")
    page.click("#bulletins-draft")
    expect(page.locator(".bulletin-sheet")).to_contain_text("已接入11907家，接入率63.2%")
    page.click("a[href$='?edit=requirement-access']")
    page.fill(".bulletin-sheet-text", "{nth}加快接入。全省还有6938家没有接入。")
    page.click("#bulletin-save")
    expect(page.locator("#bulletin-save-said")).to_contain_text("“6938家”是手工填写的数字")
    assert page.input_value(".bulletin-sheet-text").startswith("{nth}加快接入")
    page.fill(".bulletin-sheet-text", "{nth}加快接入。全省还有{late_access/here/all/count}家没有接入。")
    page.click("#bulletin-save")
    expect(page.locator(".bulletin-sheet")).to_contain_text("（一）加快接入。全省还有6938家没有接入。")
    page.click(".bulletin-sheet-figure:has-text('63.2%') >> nth=0")
    expect(page.locator(".bulletin-behind")).to_contain_text("11,907 / 18,845 家")
    page.click("button:has-text('核稿通过')")
    page.click("button:has-text('印发')")
    expect(page.locator(".bulletin-page aside")).to_contain_text("与印发时逐字一致")
    address = page.url.split("?")[0].removeprefix(own_portal.url)
    assert watched.complaints == []
    page.context.clear_cookies()
    log_in(page, own_portal.url, "ganzhou", own_portal.passwords["ganzhou"])
    watched.open(address)
    expect(page.locator(".bulletin-sheet")).to_contain_text("（赣州市分册）")
    expect(page.locator(".bulletin-sheet")).not_to_contain_text("南昌市")
    assert page.locator(".bulletin-sheet-edit").count() == 0
    assert watched.complaints == []
    page.close()
