"""The live stream over HTTP: who is told what, and when a stream is over."""

import time
from datetime import datetime

import pytest
from sqlalchemy import text

from db.commands.delivery_planning import ring
from db.rules.access_scope import EVERYTHING, NOTHING, Role
from tests.portal.alarming import close, raise_alarm
from tests.portal.conftest import PortalServer
from tests.portal.door import PASSWORD, change, new_account, one, stored
from tests.portal.listening import listening


def test_an_alarm_reaches_the_open_page(portal_server: PortalServer) -> None:
    with listening(portal_server.client("leader")) as page:
        page.wait_for("pulse")
        alarm = raise_alarm(portal_server)
        heard = page.wait_for("alarm", lambda data: data["alarm"]["id"] == alarm)
        assert heard.data["what"] == "raised"
        assert heard.id is not None
        card = heard.data["alarm"]
        assert (card["kind"], card["state"], card["value"]) == ("gas", "raised", 12.5)
        assert datetime.fromisoformat(card["raised_at"]).tzinfo is not None
        assert 113 < card["lng"] < 119
        close(portal_server, alarm)
        changed = page.wait_for("alarm", lambda data: data["alarm"]["id"] == alarm)
        assert (changed.data["what"], changed.data["alarm"]["state"]) == ("changed", "closed")


def test_many_alarms_at_once_are_all_told(portal_server: PortalServer) -> None:
    with listening(portal_server.client("leader")) as page:
        page.wait_for("pulse")
        raised = {raise_alarm(portal_server) for _ in range(20)}
        waiting = set(raised)
        while waiting:
            waiting.discard(page.wait_for("alarm").data["alarm"]["id"])
    for alarm in raised:
        close(portal_server, alarm)


def test_the_pulse_says_how_old_the_feeds_are(portal_server: PortalServer) -> None:
    change(portal_server, "delete from feeds where name like 'test-%'")
    change(
        portal_server,
        "insert into feeds (name, alive_at) values ('test-fresh', now() + interval '1 hour'),"
        " ('test-old', now() - interval '1 hour')",
    )
    with listening(portal_server.client("zhanggong")) as page:
        pulse = page.wait_for("pulse", lambda data: any(feed["name"] == "test-old" for feed in data["feeds"]))
    stale = {feed["name"]: feed["stale"] for feed in pulse.data["feeds"]}
    assert (stale["test-fresh"], stale["test-old"]) == (False, True)
    assert datetime.fromisoformat(pulse.data["at"]).tzinfo is not None
    change(portal_server, "delete from feeds where name like 'test-%'")


def test_a_page_that_comes_back_is_told_what_it_missed(portal_server: PortalServer) -> None:
    browser = portal_server.client("leader")
    with listening(browser) as page:
        page.wait_for("pulse")
        first = raise_alarm(portal_server)
        last_id = page.wait_for("alarm", lambda data: data["alarm"]["id"] == first).id
    second = raise_alarm(portal_server)
    with listening(browser, last_id) as page:
        heard = page.all_until("alarm", lambda data: data["alarm"]["id"] == second)
        assert first not in [event.data["alarm"]["id"] for event in heard if event.name == "alarm"]
    with listening(browser, "1000") as page:
        assert page.wait_for("resync").data == {}
    for alarm in (first, second):
        close(portal_server, alarm)


@pytest.mark.parametrize(
    "ending",
    [
        "delete from login_sessions where token_hash = :h",
        "update login_sessions set expires_at = now() where token_hash = :h",
        "update accounts set disabled = true where person_id = (select person_id from login_sessions"
        " where token_hash = :h)",
    ],
)
def test_the_stream_ends_with_the_session(portal_server: PortalServer, ending: str) -> None:
    browser = portal_server.client(new_account(portal_server), PASSWORD)
    with listening(browser) as page:
        page.wait_for("pulse")
        change(portal_server, ending, h=stored(browser))
        page.wait_for("ended")
        assert page.ended.wait(5)


def test_an_open_stream_is_no_use_of_the_session(portal_server: PortalServer) -> None:
    browser = portal_server.client(new_account(portal_server), PASSWORD)
    with listening(browser) as page:
        page.wait_for("pulse")
        change(
            portal_server,
            "update login_sessions set seen_at = now() - interval '59 minutes 59 seconds' where token_hash = :h",
            h=stored(browser),
        )
        page.wait_for("ended")


def test_a_scope_that_shrinks_under_an_open_stream_counts_at_once(portal_server: PortalServer) -> None:
    login = new_account(portal_server, Role.CITY, 360700)
    browser = portal_server.client(login, PASSWORD)
    with listening(browser) as page:
        page.wait_for("pulse")
        change(
            portal_server,
            "update grants set county_lo = 360102, county_hi = 360102 where person_id = (select person_id from accounts"
            " where login = :l)",
            l=login,
        )
        page.wait_for("pulse")
        page.wait_for("pulse")
        outside, inside = raise_alarm(portal_server, county=360702), raise_alarm(portal_server, county=360102)
        heard = page.all_until("alarm", lambda data: data["alarm"]["id"] == inside)
    assert outside not in [event.data["alarm"]["id"] for event in heard if event.name == "alarm"]
    for alarm in (outside, inside):
        close(portal_server, alarm)


def test_a_lost_bell_is_shown_as_stale_and_comes_back(portal_server: PortalServer) -> None:
    change(portal_server, "delete from feeds where name like 'test-%'")
    change(portal_server, "insert into feeds (name, alive_at) values ('test-fresh', now() + interval '1 hour')")
    with listening(portal_server.client("leader")) as page:
        page.wait_for("pulse")
        with portal_server.test_record.record.scoped(NOTHING) as session:
            session.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'anwang live'"
                    " and datname = current_database()"
                )
            )
        page.wait_for("resync")
        alarm = raise_alarm(portal_server)
        page.wait_for("alarm", lambda data: data["alarm"]["id"] == alarm)
    close(portal_server, alarm)
    change(portal_server, "delete from feeds where name like 'test-%'")


def test_nothing_is_told_to_whoever_has_not_logged_in(portal_server: PortalServer) -> None:
    assert portal_server.visitor().get("/live").status_code == 401


def test_what_is_rolled_back_never_rings(portal_server: PortalServer) -> None:
    quiet = one(portal_server, "select min(id) from alarms")
    with listening(portal_server.client("leader")) as page:
        page.wait_for("pulse")
        with portal_server.owner.connect() as connection:
            connection.execute(text("update alarms set value = 1 where id = :id"), {"id": quiet})
            connection.rollback()
        alarm = raise_alarm(portal_server)
        heard = page.all_until("alarm", lambda data: data["alarm"]["id"] == alarm)
    assert quiet not in [event.data["alarm"]["id"] for event in heard if event.name == "alarm"]
    close(portal_server, alarm)


def test_what_was_sent_to_open_pages_is_stamped(portal_server: PortalServer) -> None:
    with listening(portal_server.client("leader")) as page:
        page.wait_for("pulse")
        alarm = raise_alarm(portal_server)
        page.wait_for("alarm", lambda data: data["alarm"]["id"] == alarm)
        page.wait_for("pulse")
    until = time.monotonic() + 20
    while one(portal_server, "select streamed_at is null from alarm_stamps where alarm_id = :id", id=alarm):
        assert time.monotonic() < until
        time.sleep(0.05)
    assert one(portal_server, "select streamed_at >= recorded_at from alarm_stamps where alarm_id = :id", id=alarm)
    close(portal_server, alarm)


def test_a_person_is_rung_for_messages_of_theirs_alone(portal_server: PortalServer) -> None:
    county, city = portal_server.client("zhanggong"), portal_server.client("ganzhou")
    person = "select person_id from accounts where login = :login"
    mine, theirs = (one(portal_server, person, login=login) for login in ("zhanggong", "ganzhou"))
    with listening(county) as page, listening(city) as other:
        page.wait_for("pulse")
        other.wait_for("pulse")
        for _time in range(5):
            with portal_server.test_record.record.scoped(EVERYTHING) as session:
                ring(session, [mine])
        page.wait_for("notice")
        later = [*page.all_until("pulse"), *page.all_until("pulse")]
        assert sum(event.name == "notice" for event in later) < 2, "told together, asked to look together"
        with portal_server.test_record.record.scoped(EVERYTHING) as session:
            ring(session, [theirs])
        heard = other.all_until("notice")
        assert sum(event.name == "notice" for event in heard) == 1
