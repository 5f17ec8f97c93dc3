"""What the map asks for beside its pages: months, selections, answers, search, and the base map."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from db.settings import Settings
from portal import base_map
from portal.headers import content_policy
from tests.geodata.test_tile_archive import PNG, mbtiles
from tests.portal.conftest import PortalServer
from tests.portal.door import one

NANCHANG = "115.89,28.68,6000"


def rows_of(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.parametrize("layer", ["access", "duty", "alarms", "hazards"])
def test_a_layers_months_end_with_today(portal_server: PortalServer, layer: str) -> None:
    found = portal_server.client("leader").get("/api/v1/map/months", params={"layer": layer}).json()
    assert found["days"][0] == "2024-01-31"
    assert found["days"][-1] == str(one(portal_server, "select (now() at time zone 'Asia/Shanghai')::date"))
    assert len(found["colours"]) == 100
    assert {len(row) for row in (*found["colours"].values(), *found["texts"].values())} == {len(found["days"])}
    if layer == "access":
        rate = portal_server.client("leader").get("/api/v1/rankings", params={"as_of": "2024-08-31"}).json()["rows"]
        (whole,) = [row for row in rate if row["adcode"] == 360000 and row["category"] == "all"]
        shown = found["texts"]["360000"][found["days"].index("2024-08-31")]
        assert float(shown.rstrip("%")) == pytest.approx(100 * whole["accessed"] / whole["venues"], abs=0.06)


def test_a_layer_without_months_says_so(portal_server: PortalServer) -> None:
    answer = portal_server.client("leader").get("/api/v1/map/months", params={"layer": "proven"})
    assert answer.status_code == 422


def test_a_selection_is_what_lies_within(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    head, *rows = rows_of(browser.get("/api/v1/map/selection.csv", params={"near": NANCHANG}).content)
    inside = one(
        portal_server,
        "select count(*) from venues where in_scope_until is null and in_scope_from <= current_date and st_dwithin("
        "st_setsrid(point, 4326)::geography, st_setsrid(st_makepoint(115.89, 28.68), 4326)::geography, 6000, false)",
    )
    assert abs(len(rows) - inside) <= 2
    assert inside > 100
    assert head[:2] == ["代码", "名称"]
    square = "115.8,28.6;116,28.6;116,28.8;115.8,28.8"
    sheet = browser.get("/api/v1/map/selection.xlsx", params={"lasso": square, "category": "kindergarten"})
    listed = list(load_workbook(io.BytesIO(sheet.content)).worksheets[0].iter_rows(min_row=2, values_only=True))
    wanted = one(
        portal_server,
        "select count(*) from venues where in_scope_until is null and category = 'kindergarten'"
        " and st_x(point) between 115.8 and 116 and st_y(point) between 28.6 and 28.8",
    )
    assert len(listed) == wanted > 10
    crossed = "115.8,28.6;116,28.8;116,28.6;115.8,28.8"
    assert browser.get("/api/v1/map/selection.csv", params={"lasso": crossed}).status_code == 200


@pytest.mark.parametrize("query", [{}, {"near": "1,2,3"}, {"lasso": "115,28"}, {"near": "x" * 100}])
def test_what_is_no_shape_is_refused(portal_server: PortalServer, query: dict[str, str]) -> None:
    assert portal_server.client("leader").get("/api/v1/map/selection.csv", params=query).status_code == 422


@pytest.mark.parametrize("ask", ["smoke", "stations"])
def test_answers_can_be_taken_along(portal_server: PortalServer, ask: str) -> None:
    answer = portal_server.client("ganzhou").get(f"/api/v1/map/answers/{ask}.csv", params={"region": 360702})
    _head, *rows = rows_of(answer.content)
    assert rows
    assert {row[1] for row in rows} == {"章贡区"}


def test_a_search_leads_to_its_page(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    venue, name = portal_server.owner.connect().execute(_text()).one()
    first = browser.get("/api/v1/search", params={"q": name}).json()["rows"][0]
    assert (first["kind"], first["href"], first["alike"]) == ("venue", f"/venues/{venue}", False)
    code = one(portal_server, "select code from devices where retired_on is null order by id limit 1")
    (device,) = browser.get("/api/v1/search", params={"q": code}).json()["rows"]
    assert device["href"] == f"/devices/{code}"
    assert browser.get("/api/v1/search", params={"q": "x" * 61}).status_code == 422


def _text() -> object:
    from sqlalchemy import text

    return text("select id, name from venues order by id limit 1")


@pytest.fixture
def with_file(portal_server: PortalServer, tmp_path: Path) -> Iterator[Settings]:
    settings = portal_server.settings.model_copy(update={"base_map_file": str(mbtiles(tmp_path / "a.mbtiles"))})
    portal_server.app.state.settings = settings
    yield settings
    portal_server.app.state.settings = portal_server.settings


def test_the_portal_serves_its_base_map_itself(portal_server: PortalServer, with_file: Settings) -> None:
    browser = portal_server.client("leader")
    found = browser.get("/tiles/base/3/6/3")
    assert (found.content, found.headers["content-type"]) == (PNG + b"south up", "image/png")
    assert browser.get("/tiles/base/3/0/0").status_code == 204
    assert browser.get("/tiles/base/3/9/0").status_code == 204
    under = base_map.base_map(with_file)
    assert under is not None
    assert under["tiles"].startswith("/tiles/base/{z}/{x}/{y}?m=")
    assert portal_server.visitor().get("/tiles/base/3/6/3").status_code in (303, 401)


def test_one_server_may_be_asked_and_no_other() -> None:
    url = "https://t0.tianditu.gov.cn/vec_w/wmts?LAYER=vec&TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}&tk={key}"
    settings = Settings(base_map_url=url, base_map_key="a b&c")
    under = base_map.base_map(settings)
    assert under is not None
    assert under["tiles"].endswith("TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=a%20b%26c")
    policy = content_policy(settings, [])
    assert policy.count("https://t0.tianditu.gov.cn") == 2
    assert "https:" not in content_policy(Settings(), [])
    assert base_map.base_map(Settings()) is None
    assert base_map.straight_tiles(settings.model_copy(update={"base_map_datum": "gcj02"})) == ""
