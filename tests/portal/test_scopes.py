"""Nobody is shown a row outside their scope, whichever way they ask: five people, every way in.

Each of the five levels logs in over HTTP and asks every API route, tile, live stream, page and raw table for rows that
are not theirs. A new API route must be added to `TRIED`, a new page to `PAGES`, a new table to `TABLES`.
"""

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import geopandas
import httpx
import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from db.commands import bulletins as bulletin_commands
from db.commands.acting import Acting
from db.evidence.store import EvidenceStore
from db.rules.access_scope import Scope, region_scope
from portal.api.doors import receipts, receivers
from tests.db.pictures import jpeg
from tests.portal.alarming import close, raise_alarm
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one, stored
from tests.portal.listening import listening
from tests.portal.patrolling import Patrolled, address_of, patrolled, token
from tests.portal.tile_reading import layers

LEVELS = ("leader", "ganzhou", "zhanggong", "venue", "maintainer")

PAGES = (
    *("/bulletins", "/bulletins?show=snapshots", "/bulletins/1"),
    *("/", "/alarms", "/rankings", "/wall", "/venues/{venue}", "/devices/{device}", "/ladders"),
    *("/ladders?tab=holes", "/ladders?tab=letters", "/devices", "/bind/{device}", "/labels"),
    *("/venues/{venue}?tab=space", "/venues/{venue}/plan"),
    *("/conformance", "/hazards", "/orders", "/duty", "/windows", "/outbox", "/messages", "/deadlines"),
    *("/cameras", "/cameras?venue={venue}", "/cameras/{camera}/zones", "/vision"),
    *("/patrol", "/patrol?tab=results", "/patrol?tab=figures", "/patrol?tab=plans", "/venues/{venue}?tab=history"),
    *("/audit", "/appeals"),
    *("/excused", "/rankings?measure=verified_duty"),
    "/wall/playlist",
)
"""Pages, as their addresses name them; every one is opened at what lies outside."""

TABLES = (
    *("venues", "venue_people", "access_history", "areas", "contracts", "duty_history"),
    *("devices", "device_latest", "device_addresses", "device_links", "device_states", "device_credentials"),
    *("signals", "readings_5min", "readings_daily", "alarms", "alarm_steps", "alarm_devices"),
    *("alarm_ladders", "chain_holes", "letters", "panel_questions", "alarm_silences", "hazards"),
    *("hazard_steps", "work_orders", "work_order_steps", "evidence_files", "windows", "duty_checks"),
    *("outbox", "notices", "deliveries", "alarm_stamps", "camera_streams", "standings"),
    *("excused_venues", "appeals", "appeal_steps", "history_corrections", "plans", "buildings"),
    *("floors", "floor_areas", "escape_routes", "device_places", "scene_links", "scene_visits"),
    *("timetable_periods", "camera_watches", "camera_zones", "camera_rules", "camera_frames", "vision_verdicts"),
    *("search_entries",),
    *("patrol_stops", "patrol_looks", "patrol_captures", "loudspeakers", "shouts"),
)


@dataclass(frozen=True)
class Level:
    """One person logged in, what is theirs, and two venues that are not: the nearest and a far one."""

    server: PortalServer
    login: str
    browser: httpx.Client
    scope: Scope
    theirs: frozenset[int]
    outside: tuple[int, ...]

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.browser.get(path, params=query)


def _near_and_far(server: PortalServer, theirs: frozenset[int]) -> tuple[int, ...]:
    """Venues that are not theirs: one in the county where theirs are, or the next, and one at the other end."""
    with server.owner.connect() as connection:
        rows = connection.execute(
            text("select id, county from venues where id <> all (:theirs) order by county, id"),
            {"theirs": list(theirs)},
        ).all()
        home = connection.scalar(
            text("select county from venues where id = any (:theirs) order by county limit 1"), {"theirs": list(theirs)}
        )
    if not rows:
        return ()
    nearest = min(rows, key=lambda row: abs(row.county - home))
    farthest = max(rows, key=lambda row: abs(row.county - home))
    return (nearest.id, farthest.id)


@pytest.fixture(scope="module")
def level_of(portal_server: PortalServer) -> Iterator[Callable[[str], Level]]:
    """Each person logs in once."""
    with ExitStack() as browsers:

        @cache
        def of(login: str) -> Level:
            cookies = portal_server.client(login).cookies
            origin = {"Origin": portal_server.url}
            browser = browsers.enter_context(
                httpx.Client(base_url=portal_server.url, headers=origin, cookies=cookies, timeout=20)
            )
            me = browser.get("/api/v1/me").json()
            scope = Scope(me["county_lo"], me["county_hi"], tuple(me["venues"]))
            with portal_server.owner.connect() as connection:
                theirs = _theirs(connection, login)
            assert theirs, "a level that reaches nothing proves nothing"
            return Level(portal_server, login, browser, scope, theirs, _near_and_far(portal_server, theirs))

        yield of


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest, level_of: Callable[[str], Level]) -> Level:
    return level_of(request.param)


def _theirs(connection: Any, login: str) -> frozenset[int]:
    """The venues that a person's grant reaches, worked out apart from the code under test."""
    grant = connection.execute(
        text("select g.* from grants g join accounts a using (person_id) where a.login = :login"), {"login": login}
    ).one()
    if grant.venue_id is not None:
        return frozenset({grant.venue_id})
    if grant.maintainer_id is not None:
        sql = (
            "select venue_id from contracts where maintainer_id = :id and current_date >= starts_on"
            " and current_date < coalesce(ends_on, 'infinity')"
        )
        return frozenset(connection.scalars(text(sql), {"id": grant.maintainer_id}))
    sql = "select id from venues where county between :lo and :hi"
    return frozenset(connection.scalars(text(sql), {"lo": grant.county_lo, "hi": grant.county_hi}))


def _all_rows(level: Level, path: str, **query: Any) -> tuple[int, list[dict[str, Any]]]:
    """Every row of a paged list, and the total it claims; the province's is cut short."""
    rows: list[dict[str, Any]] = []
    while True:
        page = level.get(path, **query, limit=500, offset=len(rows)).json()
        rows += page["rows"]
        if not page["rows"] or len(rows) >= min(page["total"], 4000):
            return page["total"], rows


def try_me(level: Level) -> None:
    me = level.get("/api/v1/me").json()
    assert (me["county_hi"] < me["county_lo"]) == bool(me["venues"])


def try_regions(level: Level) -> None:
    assert len(level.get("/api/v1/regions").json()) == one(level.server, "select count(*) from regions")


def try_boundaries(level: Level) -> None:
    features = level.get("/api/v1/regions.geojson", level="city").json()["features"]
    assert {len(feature["properties"]) for feature in features} == {5}


def try_venues(level: Level) -> None:
    total, rows = _all_rows(level, "/api/v1/venues")
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
            _, found = _all_rows(level, "/api/v1/venues", **query)
            assert {row["id"] for row in found} <= level.theirs


def try_one_venue(level: Level) -> None:
    assert level.get(f"/api/v1/venues/{min(level.theirs)}").status_code == 200
    for outside in level.outside:
        _refused(level, level.get(f"/api/v1/venues/{outside}"), outside)


def try_devices(level: Level) -> None:
    assert level.get("/api/v1/devices", venue=min(level.theirs)).status_code == 200
    for outside in level.outside:
        _refused(level, level.get("/api/v1/devices", venue=outside), outside)


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


def try_alarms(level: Level) -> None:
    _, rows = _all_rows(level, "/api/v1/alarms")
    assert {row["venue_id"] for row in rows} <= level.theirs
    for outside in level.outside:
        assert level.get("/api/v1/alarms", venue=outside).json() == {"total": 0, "limit": 50, "offset": 0, "rows": []}


def try_one_alarm(level: Level) -> None:
    for outside in level.outside:
        alarm = raise_alarm(level.server, venue=_ringing_place(level, outside))
        _refused(level, level.get(f"/api/v1/alarms/{alarm}"), outside)
        close(level.server, alarm)


def try_acknowledging(level: Level) -> None:
    for outside in level.outside:
        alarm = raise_alarm(level.server, venue=_ringing_place(level, outside))
        answer = level.browser.post(f"/api/v1/alarms/{alarm}/acknowledge", json={"note": "mine"})
        _refused(level, answer, outside)
        assert one(level.server, "select state from alarms where id = :id", id=alarm) == "raised"
        close(level.server, alarm)


def try_letters(level: Level) -> None:
    """A letter about a venue that is not theirs: as if there were none."""
    for outside in level.outside:
        alarm = one(level.server, "select max(id) from alarms where venue_id = :id", id=outside) or raise_alarm(
            level.server, venue=_ringing_place(level, outside)
        )
        change(level.server, LETTER, alarm=alarm)
        letter = one(level.server, "select max(id) from letters")
        _refused(level, level.get(f"/api/v1/letters/{letter}.pdf"), outside)


LETTER = """
    insert into letters (year, serial, alarm_id, alarm_ids, venue_id, county, who, made_at, due_at, facts, pdf, sha256)
    select 1, (select count(*) from letters), id, array[id], venue_id, county, 'city', now(), now(),
        '{"issuer": ""}', 'x', encode(sha256('x'), 'hex') from alarms where id = :alarm
"""


def _outside_alarms(level: Level) -> Iterator[tuple[int, int]]:
    """An alarm that is not theirs, with where it is; it is as it was afterwards."""
    for outside in level.outside:
        alarm = raise_alarm(level.server, venue=_ringing_place(level, outside))
        yield alarm, outside
        kept = (
            "select state || coalesce(owner_id::text, '') || coalesce(silenced_at::text, '') from alarms where id = :id"
        )
        assert one(level.server, kept, id=alarm) == "raised"
        assert one(level.server, "select count(*) from alarm_steps where alarm_id = :id", id=alarm) == 1
        close(level.server, alarm)


def trying(act: str, body: dict[str, Any]) -> Callable[[Level], None]:
    """An act upon alarms that are not theirs."""

    def tried(level: Level) -> None:
        for alarm, outside in _outside_alarms(level):
            _refused(level, level.browser.post(f"/api/v1/alarms/{alarm}/{act}", json=body), outside)

    return tried


def try_who_may_take(level: Level) -> None:
    for alarm, outside in _outside_alarms(level):
        _refused(level, level.get(f"/api/v1/alarms/{alarm}/people"), outside)


def try_many(level: Level) -> None:
    for alarm, outside in _outside_alarms(level):
        answer = level.browser.post("/api/v1/alarms/acts", json={"alarms": [alarm], "act": "acknowledge"})
        assert answer.json()["done"] == 0
        assert one(level.server, "select name from venues where id = :id", id=outside) not in answer.text


def try_hazard_lists(level: Level) -> None:
    names = "select distinct name from venues where id = any (:ids)"
    with level.server.owner.connect() as connection:
        theirs = set(connection.scalars(text(names), {"ids": list(level.theirs)}))
    answer = level.get("/api/v1/hazards/lists/problems.xlsx", show="all")
    assert answer.status_code == 200
    rows = load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(min_row=4, max_col=2, values_only=True)
    assert {row[1] for row in rows if row[1]} <= theirs
    for outside in level.outside:
        _put_hazard(level, outside)
        answer = level.get("/api/v1/hazards/lists/measures.docx", show="all", venue=outside)
        name = one(level.server, "select name from venues where id = :id", id=outside)
        assert name not in "".join(
            cell.text for row in Document(io.BytesIO(answer.content)).tables[0].rows for cell in row.cells
        )


def try_hazards(level: Level) -> None:
    _try_list(level, "/api/v1/hazards", _put_hazard)


def try_orders(level: Level) -> None:
    _try_list(level, "/api/v1/orders", _put_order)


def _put_order(level: Level, venue: int) -> int:
    change(level.server, ORDER, venue=venue)
    return int(one(level.server, "select max(id) from work_orders"))


ORDER = """
    insert into work_orders (venue_id, county, what, urgency, state, given_to, given_at, given_by, given_by_name,
        giver_role, accept_by, arrive_by, finish_by, evidence_since)
    select id, county, 'x', 'usual', 'given', 'venue', now(), (select min(id) from people), 'x', 'county', now(),
        now(), now(), now() from venues where id = :venue
"""


def _try_list(level: Level, path: str, put: Callable[[Level, int], int]) -> None:
    """All of it, page by page: only what is theirs, each once, and nothing of a venue that is named."""
    hidden = {put(level, outside) for outside in level.outside}
    mine = {put(level, venue) for venue in sorted(level.theirs)[:2]}
    seen, after = list[int](), None
    for _page in range(3):
        answer = level.get(path, limit=40, **({"after": after} if after else {})).json()
        assert {row["venue_id"] for row in answer["rows"]} <= level.theirs
        seen += [row["id"] for row in answer["rows"]]
        after = answer["next"]
        if after is None:
            break
    assert len(set(seen)) == len(seen)
    assert mine <= set(seen)
    assert not hidden & set(seen)
    for outside in level.outside:
        assert level.get(path, venue=outside).json() == {"rows": [], "next": None}


def try_evidence(level: Level) -> None:
    for outside in level.outside:
        hazard = _put_hazard(level, outside)
        evidence = _put_evidence(level, hazard)
        for form in ("shown", "thumbnail", "original"):
            _refused(level, level.get(f"/api/v1/evidence/{evidence}", form=form), outside)


def try_frames(level: Level, which: str) -> None:
    """A camera's picture and its clip are there for whoever sees the venue, and for nobody else."""
    for venue in (min(level.theirs), *level.outside):
        answer = level.get(f"/api/v1/frames/{_put_frame(level, venue)}{which}")
        if venue in level.theirs and which and level.scope.is_regional:
            assert answer.status_code == 403  # a clip shows faces: offices say first why
        elif venue in level.theirs:
            assert answer.status_code == 200
            assert answer.headers["content-type"] == ("video/mp4" if which else "image/jpeg")
        else:
            _refused(level, answer, venue)


def try_unmasking(level: Level) -> None:
    for venue in level.outside:
        ask = {"csrf_token": _csrf(level), "reason": "no business of mine", "alarm": 1}
        _refused(level, level.browser.post(f"/api/v1/frames/{_put_frame(level, venue)}/unmask", json=ask), venue)
    assert one(level.server, "select count(*) from audit_log where detail->>'reason' = 'no business of mine'") == 0


def _put_frame(level: Level, venue: int) -> int:
    """A picture of a camera at a venue, with a clip, written by the owner; the files are real."""
    store = EvidenceStore(level.server.settings.evidence_folder)
    kept, clip = store.keep(jpeg(seed=str(venue))), store.keep_clip(f"clip of {venue}".encode())
    sql = """
        insert into camera_frames (device_id, venue_id, county, taken_at, sha256, width, height, clip, clip_from,
            clip_until)
        select d.id, v.id, v.county, now(), :sha256, 960, 720, :clip, now(), now()
        from venues v join lateral (select id from devices limit 1) d on true where v.id = :venue returning id
    """
    with level.server.owner.begin() as connection:
        return int(connection.scalar(text(sql), {"venue": venue, "sha256": kept.sha256, "clip": clip}) or 0)


def try_adding_evidence(level: Level) -> None:
    csrf = _csrf(level)
    for outside in level.outside:
        hazard = _put_hazard(level, outside)
        form = {"csrf_token": csrf, "subject": "hazard", "subject_id": str(hazard), "stage": "before"}
        before = one(level.server, "select count(*) from evidence_files")
        answer = level.browser.post("/api/v1/evidence", data=form, files={"file": ("a.jpg", jpeg(seed="x"))})
        _refused(level, answer, outside)
        assert one(level.server, "select count(*) from evidence_files") == before


def _csrf(level: Level) -> str:
    token = one(level.server, "select csrf_token from login_sessions where token_hash = :t", t=stored(level.browser))
    return str(token)


def _put_hazard(level: Level, venue: int) -> int:
    """A hazard at a venue, written by the owner."""
    sql = """
        insert into hazards (venue_id, county, place, spot_key, kind, grade, source, state, what, found_at,
            found_by_name, act_by)
        select id, county, '门厅', 'test/' || clock_timestamp(), 'other', 'general', 'inspection', 'found', '测试',
            now(), '测试', now() from venues where id = :venue returning id
    """
    with level.server.owner.begin() as connection:
        return int(connection.execute(text(sql), {"venue": venue}).scalar_one())


def _put_evidence(level: Level, hazard: int) -> int:
    sql = """
        insert into evidence_files (venue_id, county, hazard_id, stage, sha256, media_type, size_bytes, name,
            uploaded_at, uploaded_by_name)
        select venue_id, county, id, 'before', sha256('x'), 'image/jpeg', 1, 'x', now(), 'x' from hazards where id = :h
        returning id
    """
    with level.server.owner.begin() as connection:
        return int(connection.execute(text(sql), {"h": hazard}).scalar_one())


def try_showing(level: Level) -> None:
    """That a page of theirs drew an alarm is believed of their own alarms alone."""
    for outside in level.outside:
        alarm = raise_alarm(level.server, venue=_ringing_place(level, outside))
        answer = level.browser.post("/api/v1/alarms/shown", json={"alarms": [{"id": alarm, "ago_ms": 5}]})
        assert answer.status_code == 204
        assert one(level.server, "select shown_at is null from alarm_stamps where alarm_id = :id", id=alarm)
        close(level.server, alarm)


def try_feeds(level: Level) -> None:
    assert set(level.get("/api/v1/feeds").json()) == {"at", "rows", "background"}


def try_windows(level: Level) -> None:
    _, rows = _all_rows(level, "/api/v1/windows", show="all")
    assert {row["venue_id"] for row in rows} <= level.theirs
    for outside in level.outside:
        assert level.get("/api/v1/windows", show="all", venue=outside).json()["total"] == 0


def _with_cameras(level: Level) -> list[int]:
    """A camera with pictures at one venue of theirs and at those outside; answers those of the outside ones."""
    add = (
        "insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)"
        " select id, venue_id, county, 'file', '/nowhere.mp4', now() from devices"
        " where id = :id on conflict do nothing"
    )
    found = []
    for venue in (min(level.theirs), *level.outside):
        change(
            level.server,
            "insert into devices (code, venue_id, county, kind, model, installed_on)"
            " select 'cam-try-' || id, id, county, 'camera', 'T', '2024-03-01' from venues where id = :v"
            " on conflict do nothing",
            v=venue,
        )
        camera = one(level.server, "select id from devices where code = 'cam-try-' || cast(:v as int)", v=venue)
        change(level.server, add, id=camera)
        found.append(camera)
    return found[1:]


def try_cameras(level: Level) -> None:
    outside_cameras = _with_cameras(level)
    _, rows = _all_rows(level, "/api/v1/cameras")
    assert rows
    assert {row["venue_id"] for row in rows} <= level.theirs
    assert not {row["id"] for row in rows} & set(outside_cameras)
    for outside in level.outside:
        assert level.get("/api/v1/cameras", venue=outside).json()["total"] == 0


def try_play(level: Level) -> None:
    csrf = one(level.server, "select csrf_token from login_sessions where token_hash = :h", h=stored(level.browser))
    for camera in _with_cameras(level):
        answer = level.browser.post(f"/api/v1/cameras/{camera}/play", json={"csrf_token": csrf})
        assert answer.status_code == 404, answer.text


def try_zones(level: Level, which: str, body: dict[str, Any] | None) -> None:
    for camera in _with_cameras(level):
        address = f"/api/v1/cameras/{camera}/{which}"
        answer = level.get(address) if body is None else level.browser.post(address, json=body)
        assert answer.status_code == (403 if level.login == "maintainer" else 404), answer.text


def try_timetable(level: Level) -> None:
    for outside in level.outside:
        answer = level.browser.post(f"/api/v1/venues/{outside}/timetable", json={"before": [], "after": []})
        assert answer.status_code == (403 if level.login == "maintainer" else 404), answer.text


def try_refusals(level: Level) -> None:
    """The province's alone, which holds every venue."""
    assert level.get("/api/v1/vision/refusals.zip").status_code == (404 if level.login == "leader" else 403)


def _window(venue: int, reason: str) -> dict[str, Any]:
    begins = datetime.now(UTC) + timedelta(days=2)
    return {
        "kind": "drill",
        "venues": [venue],
        "device_kinds": ["smoke_detector"],
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=1)).isoformat(),
        "reason": reason,
    }


def try_announcing(level: Level) -> None:
    """Theirs they may announce once, end once; others' not at all."""
    reason = f"tried by {level.login}"
    for outside in level.outside:
        _refused(level, level.browser.post("/api/v1/windows", json=_window(outside, reason)), outside)
        assert (
            one(level.server, "select count(*) from windows where venue_id = :v and reason = :r", v=outside, r=reason)
            == 0
        )
    mine = min(level.theirs)
    made = level.browser.post("/api/v1/windows", json=_window(mine, reason))
    assert made.status_code == 200, made.text
    assert level.browser.post("/api/v1/windows", json=_window(mine, reason)).status_code == 409
    (number,) = made.json()["ids"]
    assert level.browser.post(f"/api/v1/windows/{number}/end").json() == {"ended": 1}
    assert level.browser.post(f"/api/v1/windows/{number}/end").status_code == 409


def try_ending(level: Level) -> None:
    for outside in level.outside:
        sql = """
            insert into windows (venue_id, county, kind, device_kinds, starts_at, ends_at, reason, announced_at,
                announced_by_name)
            select id, county, 'drill', '{smoke_detector}', now(), now() + interval '1 hour', '别人的', now(), 'x'
            from venues where id = :id returning id
        """
        with level.server.owner.begin() as connection:
            number = connection.scalar(text(sql), {"id": outside})
            connection.execute(text("update windows set together = id where id = :id"), {"id": number})
        _refused(level, level.browser.post(f"/api/v1/windows/{number}/end"), outside)
        assert one(level.server, "select ended_at from windows where id = :id", id=number) is None


def try_duty(level: Level) -> None:
    assert level.get("/api/v1/duty").json()["venues"] <= len(level.theirs)
    for outside in level.outside:
        figures = level.get("/api/v1/duty", venue=outside).json()
        assert (figures["venues"], figures["declared_minutes"]) == (0, 0)


def try_duty_checks(level: Level) -> None:
    rows = level.get("/api/v1/duty/checks", limit=500).json()["rows"]
    assert {row["venue_id"] for row in rows} <= level.theirs
    for outside in level.outside:
        assert level.get("/api/v1/duty/checks", venue=outside).json() == {"rows": []}


def try_answering(level: Level) -> None:
    for outside in level.outside:
        sql = """
            insert into duty_checks (venue_id, county, asked_at, asked_by_name, minutes, way, state, sent_at)
            select id, county, now(), '', 10, 'people', 'sent', now() from venues where id = :id returning id
        """
        with level.server.owner.begin() as connection:
            check = connection.scalar(text(sql), {"id": outside})
        _refused(level, level.browser.post(f"/api/v1/duty/checks/{check}/answer"), outside)
        assert one(level.server, "select state from duty_checks where id = :id", id=check) == "sent"


def try_outbox(level: Level) -> None:
    answer = level.get("/api/v1/outbox")
    if level.login in ("venue", "maintainer"):
        assert answer.status_code == 403
        return
    assert {row["venue_id"] for row in answer.json()["rows"]} <= level.theirs


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


def try_plans_and_scenes(part: str) -> Callable[[Level], None]:
    """What is drawn of a venue: theirs, and of others as if there were none."""

    def tried(level: Level) -> None:
        assert level.get(f"/api/v1/venues/{min(level.theirs)}/{part}").status_code == 200
        for outside in level.outside:
            _refused(level, level.get(f"/api/v1/venues/{outside}/{part}"), outside)

    return tried


def try_drawing(level: Level) -> None:
    """Theirs they may draw; what others drew stays."""
    whole = level.get(f"/api/v1/venues/{min(level.theirs)}/plan/sketch").json()
    drawn = {"revision": _revision(level, min(level.theirs)), "buildings": whole["buildings"]}
    made = level.browser.post(f"/api/v1/venues/{min(level.theirs)}/plan", json=drawn)
    assert made.status_code == 200, made.text
    for outside in level.outside:
        before = _revision(level, outside)
        for revision in {0, before}:
            answer = level.browser.post(
                f"/api/v1/venues/{outside}/plan", json={"revision": revision, "buildings": whole["buildings"]}
            )
            _refused(level, answer, outside)
        assert _revision(level, outside) == before


def _revision(level: Level, venue: int) -> int:
    return int(one(level.server, "select coalesce(max(revision), 0) from plans where venue_id = :v", v=venue))


def try_reading_a_file(level: Level) -> None:
    for outside in level.outside:
        _refused(level, level.browser.post(f"/api/v1/plans/read?venue={outside}", content=b"{}"), outside)


def try_sharing(level: Level) -> None:
    """Whoever may share shares theirs alone."""
    body = {"purpose": f"tried by {level.login}", "hours": 1}
    mine = level.browser.post(f"/api/v1/venues/{min(level.theirs)}/scene/links", json=body)
    assert mine.status_code == (403 if level.login == "maintainer" else 201)
    for outside in level.outside:
        answer = level.browser.post(f"/api/v1/venues/{outside}/scene/links", json=body)
        assert answer.status_code == (403 if level.login == "maintainer" else 404)
        made = "select count(*) from scene_links where venue_id = :v and purpose = :p"
        assert one(level.server, made, v=outside, p=body["purpose"]) == 0


def try_links(level: Level) -> None:
    if level.login == "maintainer":
        assert level.get(f"/api/v1/venues/{min(level.theirs)}/scene/links").status_code == 403
        return
    try_plans_and_scenes("scene/links")(level)


def try_withdrawing(level: Level) -> None:
    for outside in level.outside:
        sql = """
            insert into scene_links (venue_id, county, token_hash, purpose, made_at, made_by_name, expires_at)
            select id, county, sha256(convert_to(clock_timestamp()::text, 'utf8')), 'x', now(), 'x',
                now() + interval '1 hour' from venues where id = :id returning id
        """
        with level.server.owner.begin() as connection:
            link = connection.scalar(text(sql), {"id": outside})
        answer = level.browser.post(f"/api/v1/venues/{outside}/scene/links/{link}/withdraw")
        assert answer.status_code == (403 if level.login == "maintainer" else 404)
        mine = level.browser.post(f"/api/v1/venues/{min(level.theirs)}/scene/links/{link}/withdraw")
        assert mine.status_code == (403 if level.login == "maintainer" else 404)
        assert one(level.server, "select withdrawn_at from scene_links where id = :id", id=link) is None


def try_wall_evidence(level: Level) -> None:
    for alarm, outside in _outside_alarms(level):
        _refused(level, level.get(f"/api/v1/wall/alarms/{alarm}"), outside)


@pytest.fixture(scope="session")
def issued(portal_server: PortalServer) -> tuple[int, int]:
    """A bulletin issued over figures of the province, and its snapshot."""
    now = datetime.now(UTC)
    with portal_server.test_record.record.scoped(region_scope(360000)) as session:
        row = bulletin_commands.draft(session, date(2024, 9, 2), CLERK, now)
        ready = bulletin_commands.check(session, row.id, row.version, CLERK, now)
        made = bulletin_commands.issue(session, row.id, ready.version, CLERK, now)
    return made.id, made.snapshot_id


CLERK = Acting(None, "clerk", None)
OF_REGIONS = ("leader", "ganzhou", "zhanggong")
"""Whom bulletins are for."""


def try_bulletins(level: Level, path: str) -> None:
    answer = level.get(path)
    assert answer.status_code == (200 if level.login in OF_REGIONS else 403)
    if level.login in OF_REGIONS and path.endswith("bulletins"):
        assert level.login == "leader" or {row["state"] for row in answer.json()} <= {"issued"}


def try_bulletin_file(level: Level, ending: str) -> None:
    bulletin, _snapshot = _issued(level)
    # A zip of many copies takes its time: here of one county, which has none inside.
    own = one(level.server, "select county from venues where id = :id", id=min(level.theirs))
    answer = level.get(f"/api/v1/bulletins/{bulletin}.{ending}", **({"region": own} if ending == "zip" else {}))
    if level.login not in OF_REGIONS:
        assert answer.status_code == 403
        return
    assert answer.status_code == 200
    for outside in level.outside:
        county = one(level.server, "select county from venues where id = :id", id=outside)
        for region in (county, county // 100 * 100, 360000):
            if not level.scope.covers(region):
                _refused(level, level.get(f"/api/v1/bulletins/{bulletin}.{ending}", region=region), outside)
    if ending == "csv":
        listed = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
        assert listed
        assert all(level.scope.covers(int(row[0])) for row in listed)


def try_snapshot_figures(level: Level) -> None:
    _bulletin, snapshot = _issued(level)
    answer = level.get(f"/api/v1/snapshots/{snapshot}/figures")
    if level.login not in OF_REGIONS:
        assert answer.status_code == 403
        return
    assert answer.json()
    assert all(level.scope.covers(row["adcode"]) for row in answer.json())


def try_snapshot_behind(level: Level) -> None:
    _bulletin, snapshot = _issued(level)
    for outside in level.outside:
        county = one(level.server, "select county from venues where id = :id", id=outside)
        answer = level.get(f"/api/v1/snapshots/{snapshot}/behind.csv", region=county)
        if level.login not in OF_REGIONS:
            assert answer.status_code == 403
            continue
        listed = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
        assert {int(row[0]) for row in listed} <= level.theirs


def _issued(level: Level) -> tuple[int, int]:
    bulletin = one(level.server, "select max(id) from bulletins where state = 'issued'")
    return bulletin, one(level.server, "select snapshot_id from bulletins where id = :id", id=bulletin)


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


def _patrols(level: Level) -> list[Patrolled]:
    """Patrols at one venue of theirs and at those outside; answers the outside ones."""
    outside = _with_cameras(level)
    mine = one(level.server, "select id from devices where code = :c", c=f"cam-try-{min(level.theirs)}")
    patrolled(level.server, min(level.theirs), mine)
    return [patrolled(level.server, *each) for each in zip(level.outside, outside, strict=True)]


def try_rounds(level: Level) -> None:
    _patrols(level)
    rows = level.get("/api/v1/patrol/rounds", limit=500).json()["rows"]
    assert bool(rows) == level.scope.is_regional
    assert all(level.scope.covers(row["home"]) for row in rows)


def try_patrol_list(level: Level, path: str) -> None:
    outside = _patrols(level)
    rows = level.get(path, limit=500).json()["rows"]
    assert rows
    assert {row["venue_id"] for row in rows} <= level.theirs
    assert all(level.get(path, venue=each.venue).json()["rows"] == [] for each in outside)


def try_patrol_figures(level: Level) -> None:
    outside = _patrols(level)
    answer = level.get("/api/v1/patrol/figures.csv")
    assert answer.status_code == (200 if level.scope.is_regional else 403)
    assert all(each.official not in answer.text for each in outside)
    mine = f"巡查员-{min(level.theirs)}"
    assert (mine in answer.text) == level.scope.is_regional


def try_patrol_file(level: Level, path: str, name: str) -> None:
    for each in _patrols(level):
        assert level.get(path.format(getattr(each, name))).status_code == 404


def try_patrol_act(level: Level, path: str) -> None:
    """Every act of a patrol upon what lies outside; nothing of it happens."""
    for each in _patrols(level):
        address = address_of(level.server, level.browser, each.camera)
        body = {
            "csrf_token": token(level.server, level.browser),
            "address": address,
            "round_id": each.round,
            "camera_id": each.camera,
            "marks": [{"kind": "rectangle", "x": 0, "y": 0, "x2": 1, "y2": 1}],
        }
        answer = level.browser.post(path.format(capture_id=each.capture), json=body)
        assert answer.status_code in (403, 404, 409), answer.text
        assert one(level.server, "select marks::text from patrol_captures where id = :id", id=each.capture) == "[]"
        made = "select count(*) from patrol_captures where device_id = :c"
        assert one(level.server, made, c=each.camera) == 1


def try_shouting(level: Level) -> None:
    for each in _patrols(level):
        form = {"csrf_token": token(level.server, level.browser), "loudspeaker": each.loudspeaker, "words": "mine"}
        assert level.browser.post("/api/v1/patrol/shouts", data=form).status_code == 404
    assert one(level.server, "select count(*) from shouts where words = 'mine'") == 0


TRIED: dict[tuple[str, str], Callable[[Level], None]] = {
    ("get", "/api/v1/patrol/rounds"): try_rounds,
    ("get", "/api/v1/patrol/captures"): lambda level: try_patrol_list(level, "/api/v1/patrol/captures"),
    ("get", "/api/v1/patrol/shouts"): lambda level: try_patrol_list(level, "/api/v1/patrol/shouts"),
    ("get", "/api/v1/patrol/figures.csv"): try_patrol_figures,
    ("get", "/api/v1/patrol/captures/{capture_id}"): lambda level: try_patrol_file(
        level, "/api/v1/patrol/captures/{}", "capture"
    ),
    ("get", "/api/v1/patrol/shouts/{shout_id}/voice"): lambda level: try_patrol_file(
        level, "/api/v1/patrol/shouts/{}/voice", "shout"
    ),
    **{
        ("post", path): lambda level, path=path: try_patrol_act(level, path)  # type: ignore[misc]
        for path in (
            *("/api/v1/patrol/looks", "/api/v1/patrol/looks/none", "/api/v1/patrol/captures"),
            "/api/v1/patrol/captures/{capture_id}/marks",
        )
    },
    ("post", "/api/v1/patrol/shouts"): try_shouting,
    ("get", "/api/v1/cameras"): try_cameras,
    ("post", "/api/v1/cameras/{camera_id}/play"): try_play,
    ("get", "/api/v1/cameras/{camera_id}/zones"): lambda level: try_zones(level, "zones", None),
    ("post", "/api/v1/cameras/{camera_id}/zones"): lambda level: try_zones(
        level, "zones", {"revision": 0, "zones": []}
    ),
    ("post", "/api/v1/cameras/{camera_id}/ground"): lambda level: try_zones(level, "ground", {}),
    ("post", "/api/v1/venues/{venue_id}/timetable"): try_timetable,
    ("get", "/api/v1/vision/refusals.zip"): try_refusals,
    ("get", "/api/v1/me"): try_me,
    ("get", "/api/v1/regions"): try_regions,
    ("get", "/api/v1/regions.geojson"): try_boundaries,
    ("get", "/api/v1/venues"): try_venues,
    ("get", "/api/v1/venues/{venue_id}"): try_one_venue,
    ("get", "/api/v1/devices"): try_devices,
    ("get", "/api/v1/devices.csv"): lambda level: try_device_files(level, "csv"),
    ("get", "/api/v1/devices.xlsx"): lambda level: try_device_files(level, "xlsx"),
    ("get", "/api/v1/rankings"): try_rankings,
    ("get", "/api/v1/bulletins"): lambda level: try_bulletins(level, "/api/v1/bulletins"),
    ("get", "/api/v1/snapshots"): lambda level: try_bulletins(level, "/api/v1/snapshots"),
    ("get", "/api/v1/bulletins/{bulletin_id}.{format}"): lambda level: try_bulletin_file(level, "csv"),
    ("get", "/api/v1/bulletins/{bulletin_id}.zip"): lambda level: try_bulletin_file(level, "zip"),
    ("get", "/api/v1/snapshots/{snapshot_id}/figures"): try_snapshot_figures,
    ("get", "/api/v1/snapshots/{snapshot_id}/behind.csv"): try_snapshot_behind,
    ("get", "/api/v1/search"): try_search,
    ("get", "/api/v1/map/months"): try_months,
    ("get", "/api/v1/map/selection.{ending}"): try_selection,
    ("get", "/api/v1/map/answers/{ask}.csv"): try_answers,
    ("get", "/api/v1/alarms"): try_alarms,
    ("get", "/api/v1/alarms/{alarm_id}"): try_one_alarm,
    ("post", "/api/v1/alarms/{alarm_id}/acknowledge"): try_acknowledging,
    ("get", "/api/v1/alarms/{alarm_id}/people"): try_who_may_take,
    ("post", "/api/v1/alarms/acts"): try_many,
    **{
        ("post", f"/api/v1/alarms/{{alarm_id}}/{act}"): trying(act, body)
        for act, body in (
            ("promise", {"promised_for": "2099-01-01T00:00:00+08:00"}),
            ("verify", {"verdict": "false", "cause": "dust"}),
            ("handle", {}),
            ("close", {}),
            ("reopen", {"note": "x"}),
            ("hand-over", {"person": 1}),
            ("comments", {"words": "mine"}),
            ("evidence", {"evidence": ["mine"]}),
            ("silence", {"condition": "value_back"}),
        )
    },
    ("post", "/api/v1/alarms/shown"): try_showing,
    ("get", "/api/v1/feeds"): try_feeds,
    ("get", "/api/v1/letters/{letter_id}.pdf"): try_letters,
    ("get", "/api/v1/hazards"): try_hazards,
    ("get", "/api/v1/orders"): try_orders,
    ("get", "/api/v1/hazards/lists/{which}.{format}"): try_hazard_lists,
    ("get", "/api/v1/evidence/{evidence_id}"): try_evidence,
    ("post", "/api/v1/evidence"): try_adding_evidence,
    ("get", "/api/v1/frames/{frame_id}"): lambda level: try_frames(level, ""),
    ("get", "/api/v1/frames/{frame_id}/clip"): lambda level: try_frames(level, "/clip"),
    ("post", "/api/v1/frames/{frame_id}/unmask"): try_unmasking,
    ("get", "/api/v1/windows"): try_windows,
    ("post", "/api/v1/windows"): try_announcing,
    ("post", "/api/v1/windows/{window_id}/end"): try_ending,
    ("get", "/api/v1/duty"): try_duty,
    ("get", "/api/v1/duty/checks"): try_duty_checks,
    ("post", "/api/v1/duty/checks/{check_id}/answer"): try_answering,
    ("get", "/api/v1/outbox"): try_outbox,
    ("get", "/api/v1/away/venues.{ending}"): try_taking_venues,
    ("get", "/api/v1/away/ranking.{ending}"): try_taking_rankings,
    ("get", "/api/v1/venues/{venue_id}/scene"): try_plans_and_scenes("scene"),
    ("get", "/api/v1/venues/{venue_id}/scene/state"): try_plans_and_scenes("scene/state"),
    ("get", "/api/v1/venues/{venue_id}/plan.geojson"): try_plans_and_scenes("plan.geojson"),
    ("get", "/api/v1/venues/{venue_id}/plan/sketch"): try_plans_and_scenes("plan/sketch"),
    ("post", "/api/v1/venues/{venue_id}/plan"): try_drawing,
    ("post", "/api/v1/plans/read"): try_reading_a_file,
    ("get", "/api/v1/venues/{venue_id}/scene/links"): try_links,
    ("post", "/api/v1/venues/{venue_id}/scene/links"): try_sharing,
    ("post", "/api/v1/venues/{venue_id}/scene/links/{link_id}/withdraw"): try_withdrawing,
    ("get", "/api/v1/wall/alarms/{alarm_id}"): try_wall_evidence,
}


def _refused(level: Level, answer: httpx.Response, outside: int) -> None:
    """404, and not a word about what is there."""
    assert answer.status_code == 404
    assert one(level.server, "select name from venues where id = :id", id=outside) not in answer.text


def _ringing_place(level: Level, outside: int) -> int:
    """A venue like this one that has a device to ring with, and is not theirs either."""
    sql = """
        select d.venue_id from devices d join venues v on v.id = d.venue_id join venues o on o.id = :outside
        where d.retired_on is null and v.id <> all (:theirs)
            and not exists (select from alarms a where a.venue_id = v.id and a.closed_at is null)
        order by abs(v.county - o.county), d.id limit 1
    """
    venue = one(level.server, sql, outside=outside, theirs=list(level.theirs))
    assert isinstance(venue, int)
    return venue


def test_every_route_of_the_interface_is_tried(portal_server: PortalServer) -> None:
    described = portal_server.client("leader").get("/api/v1/openapi.json").json()["paths"]
    assert {(method, path) for path, methods in described.items() for method in methods} == set(TRIED)


@pytest.mark.parametrize("route", TRIED, ids=lambda route: " ".join(route))
def test_the_interface_keeps_within_the_scope(level: Level, route: tuple[str, str], issued: tuple[int, int]) -> None:
    TRIED[route](level)


def test_tiles_keep_within_the_scope(level: Level) -> None:
    for venue in (min(level.theirs), *level.outside):
        lng = one(level.server, "select st_x(point) from venues where id = :id", id=venue)
        lat = one(level.server, "select st_y(point) from venues where id = :id", id=venue)
        for z in (8, 10, 12, 14):
            n = 1 << z
            y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
            answer = level.get(f"/tiles/venues/{z}/{int((lng + 180) / 360 * n)}/{y}.mvt")
            found = layers(answer.content)[0].features if answer.content else []
            if z < 10:
                assert sum(feature["n"] for feature in found) <= len(level.theirs)
            else:
                assert {feature["id"] for feature in found} <= level.theirs


def test_the_live_stream_keeps_within_the_scope(level: Level) -> None:
    near = [_ringing_place(level, outside) for outside in level.outside]
    with_device = (
        "select venue_id from devices d where retired_on is null and venue_id = any (:ids)"
        " and not exists (select from alarms a where a.venue_id = d.venue_id and closed_at is null) limit 1"
    )
    inside = one(level.server, with_device, ids=list(level.theirs))
    with listening(level.browser) as page:
        page.wait_for("pulse")
        outside = [raise_alarm(level.server, venue=venue) for venue in dict.fromkeys(near)]
        mine = raise_alarm(level.server, venue=inside)
        heard = page.all_until("alarm", lambda data: data["alarm"]["id"] == mine)
        last_id = heard[-1].id
    told = {event.data["alarm"]["venue_id"] for event in heard if event.name == "alarm"}
    assert told <= level.theirs
    with listening(level.browser, str(int(last_id or 0) - 1)) as page:
        again = page.all_until("alarm", lambda data: data["alarm"]["id"] == mine)
    assert {event.data["alarm"]["venue_id"] for event in again if event.name == "alarm"} <= level.theirs
    for alarm in (*outside, mine):
        close(level.server, alarm)


@pytest.mark.parametrize("page", PAGES)
def test_pages_keep_within_the_scope(level: Level, page: str) -> None:
    for outside in level.outside:
        name = one(level.server, "select name from venues where id = :id", id=outside)
        county = one(level.server, "select county from venues where id = :id", id=outside)
        alarm = one(level.server, "select max(id) from alarms where venue_id = :id", id=outside)
        device = one(level.server, "select coalesce(max(code), 'none') from devices where venue_id = :id", id=outside)
        camera = one(
            level.server, "select coalesce(max(device_id), 1) from camera_streams where venue_id = :v", v=outside
        )
        path, _question, asked = page.format(venue=outside, device=device, camera=camera).partition("?")
        search = f"?area={county}&alarm={alarm or 0}&region={county}&venue={outside}&{asked}"
        assert level.get(path + search).status_code in (200, 403)
        assert name not in level.get(path + search).text
        assert json.dumps(name)[1:-1] not in _routed(level, path, search)
        assert name not in _routed(level, path, search)
        assert "state-sentence" not in _routed(level, path, search) or "{" not in page


def _routed(level: Level, path: str, search: str) -> str:
    """What the pages' router answers for an address."""
    answer = level.browser.post(
        "/_dash-update-component",
        json={
            "output": "..frame.children...frame.className..",
            "outputs": [
                {"id": "frame", "property": "children"},
                {"id": "frame", "property": "className"},
            ],
            "inputs": [{"id": "address", "property": "pathname", "value": path}],
            "state": [{"id": "address", "property": "search", "value": search}],
            "changedPropIds": ["address.pathname"],
        },
    )
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("table", TABLES)
def test_raw_queries_keep_within_the_scope(level: Level, table: str) -> None:
    key = "id" if table == "venues" else "venue_id"
    with level.server.test_record.record.scoped(level.scope) as session:
        seen = set(session.scalars(text(f"select distinct {key} from {table} where {key} is not null")))
        assert seen <= level.theirs
        if table in ("notices", "deliveries"):  # what is about a region, and no venue
            regions = session.scalars(text(f"select distinct county from {table} where venue_id is null"))
            assert all(level.scope.covers(county) for county in regions if county is not None)
        for outside in level.outside:
            assert session.scalar(text(f"select count(*) from {table} where {key} = :id"), {"id": outside}) == 0


def test_raw_writes_keep_within_the_scope(level: Level) -> None:
    for outside in level.outside:
        with level.server.test_record.record.scoped(level.scope) as session:
            written = session.execute(
                text("update venues set name = 'mine' where id = :id returning 1"), {"id": outside}
            )
            assert written.all() == []
        county = one(level.server, "select county from venues where id = :id", id=outside)
        insert = "insert into areas (venue_id, county, kind, floor, name) values (:venue, :county, 'corridor', 1, 'x')"
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            level.server.test_record.record.scoped(level.scope) as session,
        ):
            session.execute(text(insert), {"venue": outside, "county": county})


@pytest.mark.parametrize("table", ["accounts", "login_sessions", "wall_tokens"])
def test_nobody_reads_accounts_but_the_door(level: Level, table: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        level.server.test_record.record.scoped(level.scope) as session,
    ):
        session.execute(text(f"select * from {table}"))


def test_people_and_maintainers_are_seen_where_the_scope_meets_them(level: Level) -> None:
    if level.login == "leader":
        return
    with level.server.test_record.record.scoped(level.scope) as session:
        names = set(session.scalars(text("select name from people")))
        units = session.scalar(text("select count(*) from maintainers"))
        wide = session.scalar(text("select count(*) from dead_letters"))
        foreign = session.scalar(
            text("select count(*) from audit_log where venue_id = any (:ids)"), {"ids": list(level.outside)}
        )
    assert (
        one(level.server, "select p.name from people p join accounts a on a.person_id = p.id where login = 'leader'")
        not in names
    )
    assert units < one(level.server, "select count(*) from maintainers")
    assert (wide, foreign) == (0, 0)


OF_THE_PROVINCE = (
    *("rehearsals", "inbox", "platform_gaps", "installations", "dead_letters", "bench_trials", "bench_frames"),
    "receipts",
)
"""What came from outside and is of no venue yet, or of many."""


OF_A_REGION = {"snapshot_figures": "adcode", "snapshot_venues": "county", "bulletin_copies": "region"}
"""Rows of a region, and the column that says of which."""


@pytest.mark.parametrize("table", OF_A_REGION)
def test_frozen_rows_keep_within_the_scope(level: Level, table: str, issued: tuple[int, int]) -> None:
    with level.server.test_record.record.scoped(level.scope) as session:
        seen = set(session.scalars(text(f"select distinct {OF_A_REGION[table]} from {table}")))
        drafts = session.scalar(text("select count(*) from bulletins where state <> 'issued'"))
    assert bool(seen) == level.scope.is_regional
    assert all(level.scope.covers(region) for region in seen)
    assert not drafts or level.login == "leader"


OF_A_PERSON = ("contact_points", "quiet_hours")
"""Theirs, wherever they are; those who supervise them may look at the first."""


def test_addresses_are_seen_with_their_people_alone(level: Level) -> None:
    with level.server.test_record.record.scoped(level.scope) as session:
        people = set(session.scalars(text("select distinct person_id from contact_points")))
        assert session.scalar(text("select count(*) from quiet_hours")) == 0
    if level.scope.is_regional:
        assert people
    names = "select distinct p.person_id from venue_people p where p.venue_id = any (:ids)"
    with level.server.owner.connect() as connection:
        outside = set(connection.scalars(text(names), {"ids": list(level.outside)}))
    assert not people & outside


@pytest.mark.parametrize(
    "table",
    [
        *(*TABLES, *OF_THE_PROVINCE, *OF_A_PERSON, *OF_A_REGION, "snapshots", "bulletins"),
        *("maintainers", "people", "grants", "audit_log", "saved_views", "rosters"),
        *("coverage_steps", "standing_steps", "wall_scenes", "appearances", "patrol_plans", "patrol_rounds"),
    ],
)
def test_without_a_scope_there_are_no_rows(portal_server: PortalServer, table: str) -> None:
    with portal_server.test_record.record.engine.connect() as connection:
        assert connection.scalar(text(f"select count(*) from {table}")) == 0


STANDS_OPEN = {
    "/api/v1/nbiot/ctwing/{secret}": "CTWing has no session; the address itself is the secret",
    "/api/v1/nbiot/onenet/{secret}": "OneNET neither; its signature is checked besides",
    "/api/v1/gbt45839/Install_info": "vendors' platforms show a key (GB/T 45839-2025 annex D)",
    "/api/v1/gbt45839/status_info": "the same",
    "/api/v1/gbt28181/alarms": "a video platform shows a key",
    "/api/v1/bench/{key}/ctwing": "a trial's own address is its key, and leads nowhere but to its report",
    "/api/v1/notify/receipts/sms/{secret}": "gateways have no session; the address itself is the secret",
    "/api/v1/notify/push/received": "a telephone whose session is over shows the message's own token",
}
"""Addresses of the interface that know no session, and why: they take bodies, and tell nothing of the record."""


@pytest.mark.parametrize("path", STANDS_OPEN)
def test_what_stands_open_takes_no_session_for_a_key(level: Level, path: str) -> None:
    assert path.startswith((*receivers.FOLDERS, receipts.FOLDER))
    for method in ("GET", "POST"):
        answer = level.browser.request(method, path, content=b'{"mark-session": 1}')
        assert answer.status_code in (401, 404)
        assert set(answer.json()) <= {"error", "success"}
    assert one(level.server, "select count(*) from inbox where position('mark-session'::bytea in body) > 0") == 0


def test_nothing_else_stands_open(portal_server: PortalServer) -> None:
    """Every other address of the interface asks who is there, spelt as it may be."""
    visitor = portal_server.visitor()
    near = ("/api/v1/nbiot", "/api/v1/gbt45839", "/api/v1//nbiot/ctwing/x", "/api/v1/GBT45839/status_info")
    for path in (*(path for _method, path in TRIED), *near):
        assert visitor.get(path).status_code == 401, path
    for path in ("/api/v1/nbiot/../alarms", "/api/v1/nbiot/%2e%2e/alarms"):
        assert visitor.get(path).status_code in (401, 404), path


FOR_EVERYBODY = {
    *("regions", "milestones", "feeds", "ladder_templates", "ladder_rungs", "fire_platforms", "turns"),
    *("settlings", "ranking_minimums"),
    *("vision_models", "vision_workers", "map_versions", "fire_stations"),
}
"""Tables that hold nothing of any venue."""


def test_every_table_that_the_application_reads_is_scoped(portal_server: PortalServer) -> None:
    unscoped = """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm')
            and has_any_column_privilege('anwang_app', c.oid, 'select') and not c.relrowsecurity
            and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    """
    with portal_server.owner.connect() as connection:
        assert set(connection.scalars(text(unscoped))) == FOR_EVERYBODY
