"""The REST interface: right answers, wrong input refused in one sentence, an honest description of itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from db.queries import coverage
from db.rules.access_scope import Role, region_scope
from portal.api import routes
from tests.portal.alarming import close, raise_alarm
from tests.portal.conftest import PortalServer
from tests.portal.door import PASSWORD, new_account, one


def get(server: PortalServer, path: str, login: str = "leader", **query: Any) -> Any:
    answer = server.client(login).get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_description_names_every_route_and_its_refusals(portal_server: PortalServer) -> None:
    described = get(portal_server, "/openapi.json")["paths"]
    routed = {
        (method.lower(), f"/api/v1{route.path.removeprefix('/api/v1')}")
        for router in (routes.router, *(part.router for part in vars(routes).values() if hasattr(part, "router")))
        for route in router.routes
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods
    }
    assert {(method, path) for path, methods in described.items() for method in methods} == {*routed}
    for methods in described.values():
        for act in methods.values():
            assert {"401", "403", "404", "422", "503"} <= set(act["responses"])
            assert act["description"], "every route says in a sentence what it is for"


def test_the_page_to_try_it_out_uses_files_of_our_own(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    page = browser.get("/api/v1/docs").text
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "<script>" not in page
    for part in page.split('src="')[1:] + page.split('href="')[1:]:
        assert browser.get(part.split('"')[0]).status_code == 200


def test_me(portal_server: PortalServer) -> None:
    assert get(portal_server, "/me", "zhanggong") | {"name": ""} == {
        "name": "",
        "role": "county",
        "place": "章贡区",
        "home": 360702,
        "county_lo": 360702,
        "county_hi": 360702,
        "venues": [],
        "language": "zh_CN",
    }
    venue = get(portal_server, "/me", "venue")
    assert (venue["home"], venue["county_lo"] > venue["county_hi"], len(venue["venues"])) == (360702, True, 1)


def test_boundaries_are_kept_by_their_content(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    for level, count in (("province", 1), ("city", 11), ("county", 100)):
        answer = browser.get("/api/v1/regions.geojson", params={"level": level})
        assert answer.headers["cache-control"] == "no-cache"
        features = answer.json()["features"]
        assert len(features) == count
        assert all(feature["properties"]["level"] == level for feature in features)
        assert features[0]["properties"]["parent"] == {"province": None, "city": 360000, "county": 360100}[level]
        etag = answer.headers["etag"]
        same = browser.get("/api/v1/regions.geojson", params={"level": level}, headers={"If-None-Match": etag})
        assert same.status_code == 304
        named = browser.get("/api/v1/regions.geojson", params={"level": level, "m": etag.strip('W/"')})
        assert "immutable" in named.headers["cache-control"]
        guessed = browser.get("/api/v1/regions.geojson", params={"level": level, "m": "0"})
        assert guessed.headers["cache-control"] == "no-cache"


def test_neighbours_share_one_line(portal_server: PortalServer) -> None:
    import shapely
    from shapely.geometry import shape

    counties = [shape(f["geometry"]) for f in get(portal_server, "/regions.geojson", level="county")["features"]]
    assert shapely.coverage_is_valid(counties)
    (province,) = get(portal_server, "/regions.geojson", level="province")["features"]
    assert shape(province["geometry"]).symmetric_difference(shapely.union_all(counties)).area < 0.01


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ({}, "true"),
        ({"region": 360700}, "county between 360700 and 360799"),
        ({"region": 360702, "category": "kindergarten"}, "county = 360702 and category = 'kindergarten'"),
        ({"category": "practice_base"}, "category = 'practice_base'"),
    ],
)
def test_venues_are_listed_by_region_and_category(
    portal_server: PortalServer, query: dict[str, Any], condition: str
) -> None:
    in_scope = "in_scope_from <= current_date and coalesce(in_scope_until, 'infinity') > current_date"
    page = get(portal_server, "/venues", **query, limit=3)
    assert page["total"] == one(portal_server, f"select count(*) from venues where {condition} and {in_scope}")
    assert len(page["rows"]) == min(3, page["total"])
    following = get(portal_server, "/venues", **query, limit=3, offset=1)
    assert following["rows"][:2] == page["rows"][1:3]


def test_venues_are_found_by_name_initials_address_and_code(portal_server: PortalServer) -> None:
    with portal_server.owner.connect() as connection:
        venue = connection.execute(
            text(
                "select id, code, name, name_initials, address from venues where county = 360702"
                " and in_scope_until is null order by id limit 1"
            )
        ).one()
    for typed in (
        venue.name,
        venue.name[1:4],
        venue.name_initials,
        venue.name_initials.upper(),
        venue.code,
        venue.address,
    ):
        found = get(portal_server, "/venues", "zhanggong", q=typed, limit=500)
        assert venue.id in [row["id"] for row in found["rows"]], typed
    for nothing in ("%", "_", "\\", "no such venue"):
        assert get(portal_server, "/venues", q=nothing)["total"] == 0


def test_a_venue_tells_its_history(portal_server: PortalServer) -> None:
    listed = get(portal_server, "/venues", region=360702, as_of="2024-09-02", limit=500)["rows"]
    for row in (next(r for r in listed if r["accessed"]), next(r for r in listed if not r["accessed"])):
        venue = get(portal_server, f"/venues/{row['id']}")
        on_the_day = [s for s in venue["access"] if s["since"] <= "2024-09-02" < (s["until"] or "9999")]
        assert bool(on_the_day) is row["accessed"]
        assert (venue["name"], venue["city"]) == (row["name"], 360700)


def test_devices_are_a_venues_own(portal_server: PortalServer) -> None:
    venue = one(portal_server, "select venue_id from devices where retired_on is null order by id limit 1")
    devices = get(portal_server, "/devices", venue=venue)
    wanted = "select count(*) from devices where venue_id = :id and retired_on is null"
    assert (devices["venue"], len(devices["rows"])) == (venue, one(portal_server, wanted, id=venue))


def test_feeds_come_with_what_the_workers_are_behind(portal_server: PortalServer) -> None:
    """Whoever asks, within whatever scope."""
    for login in ("leader", "venue"):
        told = portal_server.client(login).get("/api/v1/feeds").json()
        names = [each["name"] for each in told["background"]]
        assert names == ["roll-ups", "judging of devices", "inbox of platforms", "archive of signals"]
        assert all(each["behind_seconds"] >= 0 for each in told["background"])


def test_rankings_are_the_records_own(portal_server: PortalServer) -> None:
    answer = get(portal_server, "/rankings", as_of="2024-09-02", level="city", region=360700)
    with portal_server.test_record.record.scoped(region_scope(360000)) as session:
        day = session.scalar(text("select date '2024-09-02'"))
        wanted = coverage.ranking(session, day, levels=("city",), within=360700)
    assert answer["as_of"] == "2024-09-02"
    assert [(row["category"], row["venues"], row["accessed"], row["access_pct"]) for row in answer["rows"]] == [
        (row.category, row.venues, row.accessed, row.access_pct) for row in wanted
    ]
    levels = {row["level"] for row in get(portal_server, "/rankings")["rows"]}
    assert levels == {"province", "city"}


def test_alarms_are_filtered_and_taken_on_once(portal_server: PortalServer) -> None:
    alarm = raise_alarm(portal_server, county=360702)
    browser = portal_server.client("zhanggong")
    waiting = browser.get("/api/v1/alarms", params={"state": "raised", "level": [1, 2], "kind": "gas"}).json()
    assert alarm in [row["id"] for row in waiting["rows"]]
    assert {row["state"] for row in waiting["rows"]} == {"raised"}
    assert {row["level"] for row in waiting["rows"]} <= {1, 2}
    taken = browser.post(f"/api/v1/alarms/{alarm}/acknowledge", json={"note": "on the way"})
    assert taken.status_code == 200
    assert taken.json()["state"] == "acknowledged"
    assert taken.json()["steps"][-1]["note"] == "on the way"
    assert datetime.fromisoformat(taken.json()["acknowledged_at"]).tzinfo is not None
    again = browser.post(f"/api/v1/alarms/{alarm}/acknowledge")
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "wrong_state"
    acted = "select actor_name from audit_log where subject = :s order by id desc limit 1"
    assert one(portal_server, acted, s=f"alarms/{alarm}") == "演示·章贡区"
    close(portal_server, alarm)


def test_an_alarm_goes_its_way_by_the_interface(portal_server: PortalServer) -> None:
    alarm = raise_alarm(portal_server, county=360702)
    browser, city = portal_server.client("zhanggong"), portal_server.client("ganzhou")
    path = f"/api/v1/alarms/{alarm}"
    people = browser.get(f"{path}/people").json()
    mayor = one(portal_server, "select person_id from accounts where login = 'ganzhou'")
    assert (mayor, "city") in [(person["person_id"], person["role"]) for person in people]

    def refused(answer: httpx.Response, status: int) -> str:
        assert answer.status_code == status, answer.text
        return str(answer.json()["error"]["message"])

    assert "原因" in refused(browser.post(f"{path}/verify", json={"verdict": "false"}), 409)
    soon = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    taken = browser.post(f"{path}/acknowledge", json={"promised_for": soon}).json()
    assert taken["owner_name"] == "演示·章贡区"
    mine = browser.get("/api/v1/alarms", params={"mine": True}).json()
    assert alarm in [row["id"] for row in mine["rows"]]
    assert "演示·章贡区" in refused(city.post(f"{path}/acknowledge"), 409)
    assert "处置人" in refused(city.post(f"{path}/promise", json={"promised_for": soon}), 409)
    handed = browser.post(f"{path}/hand-over", json={"person": mayor, "owner_seen": taken["owner_id"]}).json()
    assert (handed["owner_id"], handed["promised_for"]) == (mayor, None)
    stale = browser.post(f"{path}/hand-over", json={"person": taken["owner_id"], "owner_seen": taken["owner_id"]})
    assert "演示·章贡区" in refused(stale, 409)
    false = {"verdict": "false", "cause": "cooking", "note": "油烟", "evidence": ["照片 7"]}
    assert city.post(f"{path}/verify", json=false).json()["cause"] == "cooking"
    assert "已有核实结论：演示·赣州市" in refused(browser.post(f"{path}/verify", json=false), 409)
    assert "只有场所人员" in refused(browser.post(f"{path}/silence", json={"condition": "value_back"}), 403)
    assert browser.post(f"{path}/comments", json={"words": "收到"}).json()["steps"][-1]["note"] == "收到"
    assert browser.post(f"{path}/close").json()["state"] == "closed"
    assert "告警已关闭：演示·章贡区" in refused(city.post(f"{path}/close"), 409)
    assert "理由" in refused(city.post(f"{path}/reopen", json={}), 409)
    reopened = city.post(f"{path}/reopen", json={"note": "又响了"}).json()
    assert (reopened["state"], reopened["verdict"], reopened["owner_id"]) == ("acknowledged", None, mayor)
    close(portal_server, alarm)


def test_many_alarms_by_the_interface(portal_server: PortalServer) -> None:
    numbers = [raise_alarm(portal_server, county=360702) for _n in range(2)]
    browser = portal_server.client("zhanggong")
    body = {"alarms": [*numbers, 9_999_999], "act": "verify", "verdict": "test_or_drill"}
    none = browser.post("/api/v1/alarms/acts", json=body | {"all_or_none": True}).json()
    assert (none["done"], [each["done"] for each in none["outcomes"]]) == (0, [False] * 3)
    each = browser.post("/api/v1/alarms/acts", json=body).json()
    assert (each["done"], [one["done"] for one in each["outcomes"]]) == (2, [True, True, False])
    assert "权限范围" in each["outcomes"][2]["refusal"]
    assert browser.post("/api/v1/alarms/acts", json=body | {"verdict": "real_fire"}).status_code == 422
    for alarm in numbers:
        close(portal_server, alarm)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMINISTRATOR, Role.WALL])
def test_roles_that_look_do_not_act(portal_server: PortalServer, role: Role) -> None:
    alarm = raise_alarm(portal_server)
    browser = portal_server.client(new_account(portal_server, role, 360000), PASSWORD)
    # A display in a public hall has the wall alone: its alarms come by the stream.
    assert browser.get(f"/api/v1/alarms/{alarm}").status_code == (403 if role is Role.WALL else 200)
    answer = browser.post(f"/api/v1/alarms/{alarm}/acknowledge")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
    assert one(portal_server, "select state from alarms where id = :id", id=alarm) == "raised"
    close(portal_server, alarm)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/venues?limit=0", 422),
        ("/venues?limit=501", 422),
        ("/venues?limit=ten", 422),
        ("/venues?offset=-1", 422),
        ("/venues?region=110000", 422),
        ("/venues?region=99999999999999999999", 422),
        ("/venues?category=castle", 422),
        ("/venues?as_of=2024-02-30", 422),
        ("/venues?as_of=1999-01-01", 422),
        ("/venues?as_of=2999-01-01", 422),
        ("/venues?q=" + "x" * 101, 422),
        ("/venues/0", 422),
        ("/venues/abc", 422),
        ("/venues/99999999999", 422),
        ("/venues/2147483647", 404),
        ("/devices", 422),
        ("/devices?venue=-1", 422),
        ("/devices?venue=2147483647", 404),
        ("/rankings?level=street", 422),
        ("/rankings?as_of=yesterday", 422),
        ("/regions?level=street", 422),
        ("/regions.geojson?level=../etc", 422),
        ("/alarms?state=burning", 422),
        ("/alarms?level=0", 422),
        ("/alarms?level=5", 422),
        ("/alarms?kind=flood", 422),
        ("/alarms/9223372036854775807", 404),
        ("/alarms/9223372036854775808", 422),
        ("/nothing", 404),
        ("/", 404),
        ("", 404),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(portal_server: PortalServer, path: str, status: int) -> None:
    answer = portal_server.client("leader").get(f"/api/v1{path}")
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["message"].endswith((".", "。"))
    assert "\n" not in error["message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"note": 7}', b'{"note": "' + b"x" * 501 + b'"}'])
def test_wrong_bodies_are_refused_in_one_sentence(portal_server: PortalServer, body: bytes) -> None:
    answer = portal_server.client("leader").post(
        "/api/v1/alarms/1/acknowledge", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].endswith((".", "。"))


def test_a_query_that_is_no_text_is_refused(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    for path in ("/api/v1/venues?q=%ff%fe", "/api/v1/venues?q=%00", "/?area=%ff", "/alarms?show=%00"):
        assert browser.get(path).status_code < 500, path
    assert portal_server.visitor().post("/login", data={"login": "a\0", "password": "b"}).status_code == 422
