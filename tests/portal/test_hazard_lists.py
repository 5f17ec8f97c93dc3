"""The two lists over HTTP: in the shape that officials file, of exactly what was asked for."""

import io
from urllib.parse import unquote

import pytest
from docx import Document
from openpyxl import load_workbook

from tests.portal.conftest import PortalServer
from tests.portal.door import change, one

HEADS = {
    "problems": [
        "序号",
        "场所名称",
        "所在县（市、区）",
        "部位",
        "存在问题",
        "问题类别",
        "隐患等级",
        "来源",
        "发现日期",
        "发现人",
    ],
    "measures": [
        *(
            "序号",
            "场所名称",
            "存在问题",
            "隐患等级",
            "整改措施",
            "整改要求",
            "责任人",
            "整改时限",
            "整改情况",
            "验收人",
        ),
        "销号日期",
    ],
}
TITLES = {"problems": "学生密集场所消防安全隐患问题清单", "measures": "学生密集场所消防安全隐患整改清单"}


@pytest.mark.parametrize("which", ["problems", "measures"])
def test_both_lists_in_both_formats(portal_server: PortalServer, which: str) -> None:
    browser = portal_server.client("zhanggong")
    asked = f"/api/v1/hazards/lists/{which}"
    query = {"show": "open", "grade": "major"}
    answer = browser.get(f"{asked}.xlsx", params=query)
    assert answer.status_code == 200
    assert TITLES[which] in unquote(answer.headers["content-disposition"])
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    table = Document(io.BytesIO(browser.get(f"{asked}.docx", params=query).content)).tables[0]
    cells, width = [cell.text for cell in table._cells], len(HEADS[which])
    n = one(
        portal_server, "select count(*) from hazards where county = 360702 and grade = 'major' and state <> 'closed'"
    )
    assert rows[0][0] == TITLES[which]
    assert "填报单位：章贡区" in rows[1][0]
    assert f"共 {n} 项" in rows[1][0]
    assert rows[2][:width] == HEADS[which] == cells[:width]
    body = [row[:width] for row in rows[3 : 3 + n]]
    assert [row[0] for row in body] == [str(number) for number in range(1, n + 1)]
    assert cells[width:] == [cell for row in body for cell in row]
    assert sheet.print_title_rows == "$3:$3"


def test_nothing_in_them_runs_as_a_formula(portal_server: PortalServer) -> None:
    hazard = one(
        portal_server,
        "select max(id) from hazards where county = 360702 and state <> 'closed' and act_by is not null",
    )
    what = one(portal_server, f"select what from hazards where id = {hazard}")
    change(portal_server, "update hazards set what = '=HYPERLINK(1)' where id = :h", h=hazard)
    answer = portal_server.client("zhanggong").get("/api/v1/hazards/lists/problems.xlsx")
    change(portal_server, "update hazards set what = :what where id = :h", what=what, h=hazard)
    cells = [cell for row in load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows() for cell in row]
    (cell,) = [cell for cell in cells if "HYPERLINK" in str(cell.value)]
    assert (cell.value, cell.data_type) == ("'=HYPERLINK(1)", "s")


def test_what_is_too_long_for_one_document_is_refused_in_a_sentence(portal_server: PortalServer) -> None:
    leader = portal_server.client("leader")
    answer = leader.get("/api/v1/hazards/lists/problems.docx", params={"show": "all"})
    assert (answer.status_code, "缩小范围" in answer.json()["error"]["message"]) == (422, True)
    assert leader.get("/api/v1/hazards/lists/problems.pdf").status_code == 422
