"""Lists as GeoParquet and GeoPackage: what the portal counts, with geometry, and an entry of who took it."""

import io
import tempfile
from datetime import date
from typing import Any

import geopandas
import pytest

from tests.portal.conftest import PortalServer
from tests.portal.door import one

DAY = "2024-09-02"


def read(content: bytes, ending: str) -> Any:
    if ending == "parquet":
        return geopandas.read_parquet(io.BytesIO(content))
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(content)
        file.flush()
        return geopandas.read_file(file.name)


@pytest.mark.parametrize("ending", ["parquet", "gpkg"])
def test_venues(portal_server: PortalServer, ending: str) -> None:
    browser = portal_server.client("ganzhou")
    answer = browser.get(f"/api/v1/away/venues.{ending}", params={"as_of": DAY, "category": "kindergarten"})
    assert answer.status_code == 200, answer.text
    taken = read(answer.content, ending)
    assert (len(taken), int(taken["accessed"].sum()), int(taken["on_duty"].sum())) == (1498, 561, 579)
    assert taken.crs.to_epsg() == 4490
    assert set(taken.geometry.geom_type) == {"Point"}
    assert (taken["county"] // 100 == 3607).all()
    detail = one(
        portal_server,
        "select detail from audit_log where act = 'data taken away' and subject = 'exports/venues'"
        " order by id desc limit 1",
    )
    assert (detail["rows"], detail["category"], detail["as"]) == (1498, "kindergarten", ending)


@pytest.mark.parametrize("ending", ["parquet", "gpkg"])
def test_rankings(portal_server: PortalServer, ending: str) -> None:
    browser = portal_server.client("leader")
    answer = browser.get(f"/api/v1/away/ranking.{ending}", params={"as_of": DAY, "category": "kindergarten"})
    assert answer.status_code == 200, answer.text
    taken = read(answer.content, ending).set_index("adcode")
    assert len(taken) == 11
    assert (int(taken.loc[360_100, "numerator"]), float(taken.loc[360_100, "rate_pct"])) == (549, 45.6)
    assert set(taken.geometry.geom_type) == {"MultiPolygon"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/away/venues.shp", 422),
        ("/api/v1/away/venues.parquet?q=没有这样的名字", 404),
        ("/api/v1/away/ranking.parquet?measure=none", 422),
        ("/api/v1/away/ranking.parquet?as_of=2031-01-01", 422),
    ],
)
def test_refused(portal_server: PortalServer, path: str, status: int) -> None:
    assert portal_server.client("leader").get(path).status_code == status


def test_days_are_days(portal_server: PortalServer) -> None:
    answer = portal_server.client("leader").get(
        "/api/v1/away/ranking.parquet", params={"as_of": DAY, "category": "all"}
    )
    assert set(read(answer.content, "parquet")["as_of"]) == {date(2024, 9, 2)}
