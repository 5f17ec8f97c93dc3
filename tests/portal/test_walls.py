"""Walls: whose playlist plays, what a display in a public hall may ask, and light and dark by person."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from dash import html
from sqlalchemy.exc import OperationalError

from db.commands import wall_playlists as commands
from db.commands.actor import Actor
from db.errors import InvalidInput, NotAllowed, WrongState
from db.queries import wall_playlists
from db.rules.access_scope import EVERYTHING, Role, region_scope
from db.rules.wall_playlist import USUAL, Scene, SceneKind
from portal.locale import speaking
from portal.pages.playlist import draft
from portal.pages.wall import page as wall
from tests.plugins.services import TestRecord
from tests.portal.alarming import close, raise_alarm
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ACCESS, DUTY = Scene(SceneKind.ACCESS, 10), Scene(SceneKind.DUTY, 15, is_on=False)
CITY = 360700


def editor(role: Role = Role.CITY) -> Actor:
    return Actor(1, "Tester", "127.0.0.1", role)


def test_a_region_has_the_usual_playlist_until_it_makes_its_own(demo_record: TestRecord) -> None:
    with demo_record.record.scoped(region_scope(CITY)) as session:
        assert wall_playlists.of_region(session, CITY).scenes == USUAL
        commands.save(session, CITY, [ACCESS, DUTY, Scene(SceneKind.REGION, 30, 360702)], None, editor(), NOW)
        kept = wall_playlists.of_region(session, CITY)
        assert kept.scenes == (ACCESS, DUTY, Scene(SceneKind.REGION, 30, 360702))
        assert kept.played == (ACCESS, Scene(SceneKind.REGION, 30, 360702))
        commands.forget(session, CITY, editor())
        assert wall_playlists.of_region(session, CITY).scenes == USUAL


def test_a_city_neither_reads_nor_writes_what_is_not_its_own(demo_record: TestRecord) -> None:
    with demo_record.record.scoped(EVERYTHING) as session:
        commands.save(session, 360000, [ACCESS], None, editor(Role.PROVINCE), NOW)
    with demo_record.record.scoped(region_scope(CITY)) as session:
        assert wall_playlists.of_region(session, 360000).scenes == USUAL
    with (
        pytest.raises(Exception, match="row-level security"),
        demo_record.record.scoped(region_scope(CITY)) as session,
    ):
        commands.save(session, 360100, [ACCESS], None, editor(), NOW)
    with demo_record.record.scoped(EVERYTHING) as session:
        commands.forget(session, 360000, editor(Role.PROVINCE))


@pytest.mark.parametrize(
    ("scenes", "says"),
    [
        ([DUTY], "at least one"),
        ([], "at least one"),
        ([ACCESS] * 25, "24"),
        ([Scene(SceneKind.ACCESS, 4)], "5 to 600"),
        ([Scene(SceneKind.ACCESS, 601)], "5 to 600"),
        ([Scene(SceneKind.REGION, 20)], "Choose the region"),
        ([Scene(SceneKind.ACCESS, 20, 360702)], "Choose the region"),
        ([Scene(SceneKind.REGION, 20, 360102)], "own region"),
    ],
)
def test_what_no_wall_can_play_is_refused(demo_record: TestRecord, scenes: list[Scene], says: str) -> None:
    with demo_record.record.scoped(region_scope(CITY)) as session, pytest.raises(InvalidInput, match=says):
        commands.save(session, CITY, scenes, None, editor(), NOW)


@pytest.mark.parametrize("role", [Role.VENUE, Role.MAINTAINER, Role.ANALYST, Role.WALL])
def test_others_do_not_edit(demo_record: TestRecord, role: Role) -> None:
    with demo_record.record.scoped(region_scope(CITY)) as session, pytest.raises(NotAllowed):
        commands.save(session, CITY, [ACCESS], None, editor(role), NOW)


def test_who_comes_second_is_told_and_overwrites_nothing(demo_record: TestRecord) -> None:
    with demo_record.record.scoped(region_scope(CITY)) as session:
        commands.save(session, CITY, [ACCESS], None, editor(), NOW)
        with pytest.raises(WrongState):
            commands.save(session, CITY, [ACCESS, ACCESS], None, editor(), NOW)
        assert wall_playlists.of_region(session, CITY).scenes == (ACCESS,)
        commands.save(session, CITY, [ACCESS, ACCESS], NOW, editor(), NOW)
        commands.forget(session, CITY, editor())


LINES = [
    {"kind": "access", "seconds": 10, "area": None, "on": True},
    {"kind": "duty", "seconds": 20, "area": None, "on": True},
]


def test_a_draft_is_moved_timed_and_added_to() -> None:
    assert [line["kind"] for line in draft.moved(LINES, 1, -1)] == ["duty", "access"]
    assert draft.moved(LINES, 0, -1) == LINES
    assert draft.moved(LINES, 1, 1) == LINES
    assert draft.with_seconds(LINES, 0, 1)[0]["seconds"] == 5
    assert draft.with_seconds(LINES, 0, 9999)[0]["seconds"] == 600
    assert draft.with_seconds(LINES, 0, None) == LINES
    assert draft.with_new(LINES, "hour", 360702)[-1] == {"kind": "hour", "seconds": 20, "area": None, "on": True}
    with pytest.raises(InvalidInput):
        draft.with_new(LINES, "region", None)
    with pytest.raises(InvalidInput):
        draft.scenes({"lines": [LINES[0] | {"seconds": None}]})


@pytest.fixture(scope="module")
def display(portal_server: PortalServer) -> Iterator[httpx.Client]:
    """A wall that was opened by its token."""
    with httpx.Client(base_url=portal_server.url, headers={"Origin": portal_server.url}, timeout=20) as client:
        assert client.get(f"/kiosk/{portal_server.passwords['wall']}").status_code == 303
        yield client


def test_a_display_gets_the_evidence_and_nobodys_name(portal_server: PortalServer, display: httpx.Client) -> None:
    alarm = raise_alarm(portal_server)
    people = (
        "select p.name, p.phone from people p join venue_people v on v.person_id = p.id"
        " join alarms a using (venue_id) where a.id = :id"
    )
    change(
        portal_server,
        "insert into notices (key, subject_kind, subject_id, venue_id, county, person_id, reason, level, made_at)"
        " select 'test/' || p.person_id, 'alarm', a.id, a.venue_id, a.county, p.person_id, 'raised', 1, now()"
        " from alarms a join venue_people p using (venue_id) where a.id = :id and p.person_id is not null"
        " on conflict do nothing",
        id=alarm,
    )
    answer = display.get(f"/api/v1/wall/alarms/{alarm}")
    assert answer.status_code == 200
    body = answer.json()
    assert body["id"] == alarm
    assert body["steps"]
    assert sum(each["people"] for each in body["told"]) >= 1
    name, phone = one(portal_server, people, id=alarm), one(portal_server, people.replace("p.name, ", ""), id=alarm)
    assert name not in answer.text
    assert phone is None or phone not in answer.text
    close(portal_server, alarm)


@pytest.mark.parametrize("path", ["/", "/alarms", "/api/v1/alarms", "/wall/playlist", "/appearance", "/role"])
def test_a_display_asks_for_nothing_else(display: httpx.Client, path: str) -> None:
    assert display.get(path).status_code == 403


def test_light_and_dark_go_with_the_person(portal_server: PortalServer) -> None:
    here, there = portal_server.client("analyst"), portal_server.client("analyst")
    assert "data-scheme" not in here.get("/").text
    csrf = one(
        portal_server,
        "select csrf_token from login_sessions s join accounts a using (person_id) where a.login = 'analyst'"
        " order by s.opened_at desc limit 1",
    )
    for scheme, said in (("dark", 'data-scheme="dark"'), ("light", 'data-scheme="light"')):
        answer = there.post("/appearance", data={"scheme": scheme, "csrf_token": csrf})
        assert answer.status_code == 303
        assert said in here.get("/").text
    assert there.post("/appearance", data={"scheme": "pink", "csrf_token": csrf}).status_code == 422
    assert there.post("/appearance", data={"scheme": "dark", "csrf_token": "not theirs"}).status_code == 403
    there.post("/appearance", data={"scheme": "system", "csrf_token": csrf})
    assert "data-scheme" not in here.get("/").text
    with speaking("en"):
        assert "data-scheme" not in portal_server.client("leader").get("/").text


def test_the_portal_can_be_installed(portal_server: PortalServer) -> None:
    client = portal_server.client("venue")
    page = client.get("/").text
    assert 'rel="manifest"' in page
    manifest = client.get("/assets/manifest.webmanifest").json()
    assert (manifest["display"], manifest["scope"]) == ("standalone", "/")
    for icon in manifest["icons"]:
        picture = portal_server.visitor().get(icon["src"])
        assert picture.status_code == 200
        assert picture.headers["content-type"].startswith(icon["type"])
    worker = client.get("/assets/worker.js")
    assert worker.headers["service-worker-allowed"] == "/"
    assert worker.headers["cache-control"] == "no-cache"
    assert "data-owner" not in client.get("/login").text


def test_a_wall_whose_figures_cannot_be_read_is_there_to_ask_for_them_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody stands before it to open it anew."""

    def out_of_time(_now: datetime) -> None:
        raise OperationalError("select", {}, Exception("canceling statement due to statement timeout"))

    monkeypatch.setattr(wall, "read", out_of_time)
    monkeypatch.setattr(wall, "_head", html.Header)
    shown = wall.layout()
    assert {"wall-beat", "wall-again", "wall-left", "wall-canvas"} <= set(shown)
    assert shown["wall-data"].data is None
    assert "begins without its figures" in caplog.text
