"""A unit's roster from a spreadsheet, and a rule of notification written by whoever answers for the province."""

from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from db.roster_import.sheet import COLUMNS
from tests.journeys.conftest import Watched
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one

pytestmark = pytest.mark.browser


def form(path: Path, *rows: tuple[Any, ...]) -> Path:
    book = Workbook()
    sheet: Any = book.active
    sheet.append([headers[0] for headers in COLUMNS.values()])
    for row in rows:
        sheet.append([None, None, *row])
    book.save(path)
    return path


def test_a_roster_comes_from_a_spreadsheet(
    visit: Callable[..., Watched], portal_server: PortalServer, tmp_path: Path
) -> None:
    kept = "select count(*) from rosters where venue_id is not null and removed_at is null"
    before = one(portal_server, kept)
    watched = visit("venue", 390, 844)
    watched.open("/duty")
    page = watched.page
    page.click("summary:has-text('从表格导入')")
    with page.expect_download() as download:
        page.click("#duty-sheet-form")
    assert download.value.suggested_filename == "排班表导入模板.xlsx"
    (tmp_path / "notes.xlsx").write_bytes(b"no spreadsheet")
    page.set_input_files("#duty-sheet input", tmp_path / "notes.xlsx")
    page.wait_for_selector("#duty-said :text('读不出排班表')")
    rows = (("王保安", "13800000000", time(8), time(20), "周一至周五"), ("", "", "早上", "20:00", "偶尔"))
    page.set_input_files("#duty-sheet input", form(tmp_path / "表.xlsx", *rows))
    page.wait_for_selector("#duty-said :text('已导入 1 个班次')")
    expect(page.locator("#duty-said li")).to_contain_text("第 3 行")
    page.wait_for_selector("#duty-roster td:has-text('王保安')")
    assert one(portal_server, kept) == before + 1
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    change(portal_server, "delete from rosters where person_name = '王保安'")
    assert watched.complaints == []


def test_a_rule_is_written_and_taken_away(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    watched = visit("leader")
    watched.open("/messages?tab=rules")
    page = watched.page
    rows = page.locator("table.ledger", has=page.locator(".switch")).locator("tbody tr")
    stood = rows.count()
    page.click("summary:has-text('新增或修改规则')")
    page.click("#rule-save")  # everything over the portal alone, before all others
    page.wait_for_selector("#toast:has-text('两')")
    choose(page, "rule-reason", "整改")
    page.click("#rule-channels label:has-text('短信')")
    page.click("#rule-save")
    page.wait_for_selector("#toast:has-text('规则已生效')")
    expect(rows).to_have_count(stood + 1)
    written = "select id from notification_rules where reason like 'hazard%' order by position limit 1"
    rule = one(portal_server, written)
    assert rule is not None
    assert one(portal_server, "select position from notification_rules where id = :r", r=rule) == 10
    page.click("summary:has-text('新增或修改规则')")
    page.click("#rule-which")
    page.locator("[role=option], .dash-dropdown-option").nth(1).click()
    expect(page.locator("#rule-channels input:checked")).to_have_count(2)
    page.click("#rule-remove")
    page.wait_for_selector("#toast:has-text('规则已删除')")
    expect(rows).to_have_count(stood)
    assert watched.complaints == []


def choose(page: Any, key: str, words: str) -> None:
    """One of a drop-down's choices, by a part of its words."""
    page.click(f"#{key}")
    page.locator("[role=option], .dash-dropdown-option", has_text=words).first.click()
