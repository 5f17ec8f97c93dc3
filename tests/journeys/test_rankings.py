"""A figure is doubted: from the ranking to its definition, its venues and its file; a venue is excused and shown so."""

import csv
import io
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page

from tests.journeys.conftest import Watched
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser


def test_a_figure_is_followed_to_its_definition_its_venues_and_its_file(visit: Callable[..., Watched]) -> None:
    watched = visit("analyst")
    watched.open("/rankings?as_of=2024-09-02&category=kindergarten&measure=declared_duty")
    page = watched.page
    page.wait_for_selector(".ranking tbody tr")
    page.click(".definition-pick summary")
    told = page.inner_text(".definition")
    assert "当日申报第三方 24 小时值守的场所" in told
    assert "分母" in told
    page.click(".definition-pick summary")
    page.click(".ranking a:has-text('赣州市')")
    page.wait_for_selector(".ranking tr.here:has-text('赣州市')")
    page.wait_for_selector(".unit-figure:has-text('579 / 1,498')")
    assert "+61.3 个百分点" in page.inner_text(".movers")
    page.click(".venue-tabs a:has-text('已计入')")
    page.wait_for_selector(".venue-tabs a.here:has-text('已计入 579')")
    seen = _seen(page)
    ranking = _downloaded(page, "排名表 · CSV")
    lines = list(csv.reader(io.StringIO(ranking.decode("utf-8-sig"))))
    assert [(line[4], line[7], f"{line[8]}%") for line in lines[1:12]] == seen
    sheet = load_workbook(io.BytesIO(_downloaded(page, "数字背后的场所 · XLSX"))).active
    assert sheet.max_row == 1 + 1498  # type: ignore[union-attr]
    assert watched.complaints == []


def _seen(page: Page) -> list[tuple[str, str, str]]:
    """Place, region and rate of each line of the table."""
    rows = page.query_selector_all(".ranking tbody tr:not(.total):not(.small-numbers)")
    return [
        (
            row.query_selector("td:nth-child(1) b").inner_text(),  # type: ignore[union-attr]
            row.query_selector("td:nth-child(2)").inner_text(),  # type: ignore[union-attr]
            row.query_selector("td:nth-child(3) .number").inner_text().split("\n")[0],  # type: ignore[union-attr]
        )
        for row in rows
    ]


def _downloaded(page: Page, name: str) -> bytes:
    page.click(".downloads summary")
    with page.expect_download() as download:
        page.click(f".downloads button:has-text('{name}')")
    page.click("h1")
    return download.value.path().read_bytes()


def test_a_venue_is_excused_by_two_people_and_told_as_left_out(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    name = one(
        portal_server,
        "select v.name from venues v where v.county = 360703 and v.category = 'boarding_school' order by v.id limit 1",
    )
    asking, deciding = visit("analyst"), visit("leader")
    asking.open("/excused")
    page = asking.page
    page.click("#excused-ask")
    page.wait_for_selector("#excused-said .note.error:has-text('请选择')")
    page.click("#excused-venue")
    page.fill(".dash-dropdown-search", name)
    page.click(f".dash-dropdown-content :text('{name}')")
    page.fill("#excused-reason", "整体搬迁，附文 12 号")
    page.click("#excused-ask")
    page.wait_for_selector("#excused-said .note:has-text('已提交')")
    page.wait_for_selector(f".window-card:has-text('{name}')")
    assert page.query_selector(f".window-card:has-text('{name}') button:has-text('批准')") is None
    deciding.open("/excused")
    deciding.page.click(f".window-card:has-text('{name}') button:has-text('批准')")
    deciding.page.wait_for_selector(f".window-card:has-text('{name}'):has-text('已批准')")
    deciding.open("/rankings?within=360700&unit=360703&category=boarding_school&show=excluded")
    deciding.page.wait_for_selector(f".venues a:has-text('{name}')")
    assert deciding.page.inner_text(".ranking tr.here td:nth-child(6)") == "1"
    assert asking.complaints + deciding.complaints == []
