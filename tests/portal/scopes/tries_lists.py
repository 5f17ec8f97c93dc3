"""Who one is, regions, venues, devices, rankings, the map, the search, and what is taken away of them."""

import io

import geopandas
import httpx
from openpyxl import load_workbook
from sqlalchemy import text

from tests.portal.door import one
from tests.portal.scopes.levels import Level, Tries, all_rows, refused


def try_me(level: Level) -> None:
    me = level.get("/api/v1/me").json()
    assert (me["county_hi"] < me["county_lo"]) == bool(me["venues"])


def try_regions(level: Level) -> None:
    assert len(level.get("/api/v1/regions").json()) == one(level.server, "select count(*) from regions")


def try_boundaries(level: Level) -> None:
    features = level.get("/api/v1/regions.geojson", level="city").json()["features"]
    assert {len(feature["properties"]) for feature in features} == {5}


def try_venues(level: Level) -> None:
    total, rows = all_rows(level, "/api/v1/venues")
    in_scope = (
        "select count(*) from venues where id = any (:ids) and in_scope_from <= current_date"
        " and coalesce(in_scope_until, 'infinity') > current_date"
    )
    assert total == one(level.server, in_scope, ids=list(level.theirs))
    assert {row["id"] for row in rows} <= level.theirs
    for outside in level.outside:
        name = one(level.server, "select name from venues where id = :id", id=outside)
        county = one(level.server, "select county from venues where id = :id", id=outside)
        for query in ({"q": name}, {"region": county}, {"region": county, "q": name, "as_of": "2024-09-02"}):
            _, found = all_rows(level, "/api/v1/venues", **query)
            assert {row["id"] for row in found} <= level.theirs


def try_one_venue(level: Level) -> None:
    assert level.get(f"/api/v1/venues/{min(level.theirs)}").status_code == 200
    for outside in level.outside:
        refused(level, level.get(f"/api/v1/venues/{outside}"), outside)


def try_devices(level: Level) -> None:
    assert level.get("/api/v1/devices", venue=min(level.theirs)).status_code == 200
    for outside in level.outside:
        refused(level, level.get("/api/v1/devices", venue=outside), outside)


def try_device_files(level: Level, ending: str) -> None:
    names = level.get(f"/api/v1/devices.{ending}", venue=min(level.theirs))
    assert names.status_code == 200
    for outside in level.outside:
        name = one(level.server, "select name from venues where id = :id", id=outside)
        code = one(level.server, "select coalesce(max(code), 'none') from devices where venue_id = :id", id=outside)
        for query in ({"venue": outside}, {"q": name}, {"q": code}):
            assert _listed(level.get(f"/api/v1/devices.{ending}", **query), ending) & {code} == set()


def _listed(answer: httpx.Response, ending: str) -> set[str]:
    """The numbers in a file."""
    assert answer.status_code == 200
    if ending == "xlsx":
        return {row[0] for row in load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)}
    return {line.partition(",")[0] for line in answer.content.decode("utf-8-sig").splitlines()}


def try_rankings(level: Level) -> None:
    rows = level.get("/api/v1/rankings", level=["province", "city", "county"]).json()["rows"]
    counties = "select distinct county from venues where id = any (:ids)"
    with level.server.owner.connect() as connection:
        reached = set(connection.scalars(text(counties), {"ids": list(level.theirs)}))
    assert {row["adcode"] for row in rows if row["level"] == "county"} <= reached
    (whole,) = [row for row in rows if row["level"] == "province" and row["category"] == "all"]
    assert whole["venues"] <= len(level.theirs)
    for outside in level.outside:
        county = one(level.server, "select county from venues where id = :id", id=outside)
        if county not in reached:
            assert level.get("/api/v1/rankings", region=county, level="county").json()["rows"] == []


def try_feeds(level: Level) -> None:
    assert set(level.get("/api/v1/feeds").json()) == {"at", "rows", "background"}


def try_search(level: Level) -> None:
    for outside in level.outside:
        name = one(level.server, "select name from venues where id = :id", id=outside)
        phone = one(level.server, "select max(phone) from venue_people where venue_id = :id", id=outside)
        code = one(
            level.server, "select coalesce(max(code), 'none-0000') from devices where venue_id = :id", id=outside
        )
        for typed in (name, phone, code, code[-6:]):
            found = {row["href"] for row in level.get("/api/v1/search", q=typed, limit=50).json()["rows"]}
            assert not found & {f"/venues/{outside}", f"/devices/{code}"}


def try_selection(level: Level) -> None:
    everywhere = "113,24;119,24;119,31;113,31"
    answer = level.get("/api/v1/map/selection.csv", lasso=everywhere)
    codes = {line.split(",")[0] for line in answer.content.decode("utf-8-sig").splitlines()[1:]}
    with level.server.owner.connect() as connection:
        theirs = set(
            connection.scalars(text("select code from venues where id = any (:ids)"), {"ids": list(level.theirs)})
        )
    assert codes <= theirs


def try_answers(level: Level) -> None:
    for outside in level.outside:
        county = one(level.server, "select county from venues where id = :id", id=outside)
        name = one(level.server, "select name from venues where id = :id", id=outside)
        for ask in ("smoke", "stations"):
            answer = level.get(f"/api/v1/map/answers/{ask}.csv", region=county)
            assert name not in [line.split(",")[0] for line in answer.content.decode("utf-8-sig").splitlines()]


def try_months(level: Level) -> None:
    counties = "select distinct county from venues where id = any (:ids)"
    with level.server.owner.connect() as connection:
        reached = set(connection.scalars(text(counties), {"ids": list(level.theirs)}))
    found = level.get("/api/v1/map/months").json()
    assert {int(adcode) for adcode in found["colours"]} <= reached


def try_taking_venues(level: Level) -> None:
    answer = level.get("/api/v1/away/venues.parquet", category="university_or_college")
    if answer.status_code == 404:
        return
    taken = geopandas.read_parquet(io.BytesIO(answer.content))
    assert set(taken["id"]) <= level.theirs


def try_taking_rankings(level: Level) -> None:
    """Within the scope however wide the region that is asked for."""
    answer = level.get("/api/v1/away/ranking.parquet", level="county", region=360_000, category="all")
    if not level.scope.is_regional:
        assert answer.status_code == 403
        return
    taken = geopandas.read_parquet(io.BytesIO(answer.content))
    assert len(taken) > 0
    assert all(level.scope.covers(int(code)) for code in taken["adcode"])


TRIED: Tries = {
    ("get", "/api/v1/me"): try_me,
    ("get", "/api/v1/regions"): try_regions,
    ("get", "/api/v1/regions.geojson"): try_boundaries,
    ("get", "/api/v1/venues"): try_venues,
    ("get", "/api/v1/venues/{venue_id}"): try_one_venue,
    ("get", "/api/v1/devices"): try_devices,
    ("get", "/api/v1/devices.csv"): lambda level: try_device_files(level, "csv"),
    ("get", "/api/v1/devices.xlsx"): lambda level: try_device_files(level, "xlsx"),
    ("get", "/api/v1/rankings"): try_rankings,
    ("get", "/api/v1/search"): try_search,
    ("get", "/api/v1/map/months"): try_months,
    ("get", "/api/v1/map/selection.{ending}"): try_selection,
    ("get", "/api/v1/map/answers/{ask}.csv"): try_answers,
    ("get", "/api/v1/feeds"): try_feeds,
    ("get", "/api/v1/away/venues.{ending}"): try_taking_venues,
    ("get", "/api/v1/away/ranking.{ending}"): try_taking_rankings,
}
