"""The device list's files and labels, as people take them."""

import csv
import io

from openpyxl import load_workbook

from tests.portal.conftest import PortalServer
from tests.portal.door import one


def test_the_csv_is_exactly_what_is_asked_for(portal_server: PortalServer) -> None:
    county = portal_server.client("zhanggong")
    answer = county.get("/api/v1/devices.csv", params={"kind": "gas_detector", "sort": "code", "way": "desc"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    head, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[0] == "设备编号"
    sql = "select count(*) from devices where kind = 'gas_detector' and county = 360702 and retired_on is null"
    assert len(lines) == one(portal_server, sql)
    codes = [line[0] for line in lines]
    assert codes == sorted(codes, reverse=True)
    assert {line[1] for line in lines} == {"燃气探测器"}


def test_the_sheet_holds_the_same_and_a_longer_list_is_refused_in_words(portal_server: PortalServer) -> None:
    venue = portal_server.client("venue")
    book = load_workbook(io.BytesIO(venue.get("/api/v1/devices.xlsx").content))
    sheet = book.worksheets[0]
    sql = (
        "select count(*) from devices d join grants g on g.venue_id = d.venue_id"
        " join accounts a using (person_id) where a.login = 'venue' and d.retired_on is null"
    )
    assert sheet.max_row - 1 == one(portal_server, sql)
    refused = portal_server.client("leader").get("/api/v1/devices.xlsx")
    assert refused.status_code == 422
    assert "CSV" in refused.json()["error"]["message"]


def test_what_an_address_gets_wrong_is_refused(portal_server: PortalServer) -> None:
    leader = portal_server.client("leader")
    for query in ({"state": "dead"}, {"sort": "id; drop table"}, {"region": 1}, {"venue": 0}, {"q": "x" * 61}):
        assert leader.get("/api/v1/devices.csv", params=query).status_code == 422


def test_the_binding_page_alone_may_use_the_camera(portal_server: PortalServer) -> None:
    venue = portal_server.client("venue")
    assert "camera=(self)" in venue.get("/bind/sd-1").headers["permissions-policy"]
    assert "camera=()" in venue.get("/devices").headers["permissions-policy"]


def test_a_label_opens_the_binding_page_once_somebody_has_logged_in(portal_server: PortalServer) -> None:
    visitor = portal_server.visitor()
    answer = visitor.get("/bind/sd-360702-000001")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fbind%2Fsd-360702-000001")
    assert portal_server.client("analyst").get("/bind").status_code == 403
