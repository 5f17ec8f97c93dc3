"""Decisions at the door, as tables: lock-out, the life of a session, home regions, where a form may lead."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from db.commands import passwords
from db.commands.sessions import plain_login
from db.errors import InvalidInput
from db.queries.people import GrantRow, Reach, SessionRow
from db.rules.access_scope import EVERYTHING, Role, Scope, venues_scope
from db.rules.home_region import home_of, region_of_range
from db.rules.login_lockout import LockoutPolicy, Tries, after_failure, is_locked
from db.rules.session_life import SessionTerms, end_of, has_ended
from portal.authentication import Guest
from portal.compression import chosen
from portal.live.past import RESYNC, Event, Past
from portal.live.stream import QUEUE_LIMIT, Reader
from portal.login.next_page import after_login, local_page
from portal.login.throttle import TRIES, WINDOW_SECONDS, Throttle
from tests import loops

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = LockoutPolicy(failures=3, lasting=15 * MINUTE)
TERMS = SessionTerms(idle=60 * MINUTE, absolute=timedelta(hours=12), wall=timedelta(days=90))


@pytest.mark.parametrize(
    ("before", "after", "locked"),
    [
        (Tries(), Tries(1), False),
        (Tries(1), Tries(2), False),
        (Tries(2), Tries(3, NOW + 15 * MINUTE), True),
        (Tries(3, NOW + MINUTE), Tries(3, NOW + MINUTE), True),
        (Tries(3, NOW), Tries(1), False),
        (Tries(3, NOW - MINUTE), Tries(1), False),
    ],
)
def test_wrong_passwords_lock_and_locks_run_out(before: Tries, after: Tries, locked: bool) -> None:
    assert after_failure(before, POLICY, NOW) == after
    assert is_locked(after, NOW) is locked


@pytest.mark.parametrize(
    ("role", "seen_ago", "expires_in", "ended"),
    [
        (Role.CITY, 59 * MINUTE, MINUTE, False),
        (Role.CITY, 60 * MINUTE, MINUTE, True),
        (Role.CITY, timedelta(0), timedelta(0), True),
        (Role.WALL, timedelta(days=30), MINUTE, False),
        (Role.WALL, timedelta(0), -MINUTE, True),
    ],
)
def test_sessions_end_by_idleness_and_in_any_case(
    role: Role, seen_ago: timedelta, expires_in: timedelta, ended: bool
) -> None:
    assert has_ended(role, NOW - seen_ago, NOW + expires_in, NOW, TERMS) is ended


def test_walls_stay_longer_and_short_limits_are_noted_oftener() -> None:
    assert end_of(Role.CITY, NOW, TERMS) == NOW + timedelta(hours=12)
    assert end_of(Role.WALL, NOW, TERMS) == NOW + timedelta(days=90)
    assert TERMS.seen_every == MINUTE
    assert SessionTerms(MINUTE, MINUTE, MINUTE).seen_every == timedelta(seconds=12)


@pytest.mark.parametrize(
    ("counties", "home"),
    [
        ([], 360000),
        ([360702], 360702),
        ([360702, 360702], 360702),
        ([360702, 360721], 360700),
        ([360702, 360102], 360000),
    ],
)
def test_home_is_the_smallest_region_around_the_venues(counties: list[int], home: int) -> None:
    assert home_of(counties) == home


@pytest.mark.parametrize(
    ("lo", "hi", "region"),
    [(360000, 369999, 360000), (360700, 360799, 360700), (360702, 360702, 360702), (360701, 360799, 360700)],
)
def test_a_range_of_counties_is_a_region(lo: int, hi: int, region: int) -> None:
    assert region_of_range(lo, hi) == region


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("/", "/"),
        ("/alarms?show=closed", "/alarms?show=closed"),
        ("/?area=360700&as_of=2024-09-02", "/?area=360700&as_of=2024-09-02"),
        ("/venues/17", "/venues/17"),
        ("/api/v1/docs", "/api/v1/docs"),
        ("", "/"),
        ("alarms", "/"),
        ("//evil.example/", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/%0d%0aSet-Cookie:x=1", "/%0d%0aSet-Cookie:x=1"),
        ("/logout", "/"),
        ("/_dash-update-component", "/"),
        ("/kiosk/token", "/"),
        ("/" + "a" * 3000, "/"),
        ("/login?next=//evil.example", "/login"),
        ("/login?next=/alarms", "/login?next=%2Falarms"),
    ],
)
def test_forms_lead_to_pages_of_this_portal_only(asked: str, page: str) -> None:
    assert local_page(asked) == page
    assert after_login(asked) == ("/" if page.startswith("/login") else page)


def test_one_address_is_slowed_down_and_let_in_again() -> None:
    clock = [0.0]
    throttle = Throttle(lambda: clock[0])
    for _ in range(TRIES):
        assert not throttle.is_closed("10.0.0.1")
        throttle.failed("10.0.0.1")
    assert throttle.is_closed("10.0.0.1")
    assert not throttle.is_closed("10.0.0.2")
    clock[0] += WINDOW_SECONDS
    assert not throttle.is_closed("10.0.0.1")


@pytest.mark.parametrize("password", ["", "short", "x" * 9, "x" * 1001])
def test_passwords_too_short_or_too_long_are_refused(password: str) -> None:
    with pytest.raises(InvalidInput):
        passwords.kept(password)


def test_a_password_is_kept_so_that_only_it_fits() -> None:
    stored = passwords.kept("correct horse")
    assert passwords.is_right(stored, "correct horse")
    assert not passwords.is_right(stored, "correct horsf")
    assert not passwords.is_right(None, "correct horse")
    assert not passwords.is_right("no hash at all", "correct horse")
    assert passwords.renewed(stored, "correct horse") == stored
    assert len({passwords.invented() for _ in range(50)}) == 50


def test_logins_are_typed_in_any_case() -> None:
    assert plain_login("  GanZhou ") == "ganzhou"


def _event(past: Past, county: int, venue: int) -> Event:
    event = Event(past.next_number(), f"{county}/{venue}".encode(), county, venue)
    past.keep(event)
    return event


def test_a_returning_reader_is_told_what_it_missed_within_its_scope() -> None:
    clock = [1_000_000.0]
    past = Past(lambda: clock[0])
    clock[0] += 1
    first = _event(past, 360702, 1)
    second = _event(past, 360102, 2)
    third = _event(past, 360702, 3)
    assert past.since(str(first.number), EVERYTHING) == [second.message, third.message]
    assert past.since(str(first.number), Scope(360702, 360702)) == [third.message]
    assert past.since(str(first.number), venues_scope((2,))) == [second.message]
    assert past.since(str(third.number), EVERYTHING) == []


@pytest.mark.parametrize("last_id", ["0", "123", "99999"])
def test_a_reader_that_was_away_too_long_reads_everything_again(last_id: str) -> None:
    past = Past(lambda: 1_000_000.0)
    _event(past, 360702, 1)
    assert past.since(last_id, EVERYTHING) == [RESYNC]


@pytest.mark.parametrize("last_id", ["", "abc", "-1", "1e9", "9" * 40, "٣"])
def test_a_senseless_last_id_counts_as_none(last_id: str) -> None:
    past = Past(lambda: 1_000_000.0)
    event = _event(past, 360702, 1)
    assert past.since(last_id, EVERYTHING) == [event.message]


def test_what_was_missed_while_the_bell_was_silent_is_not_made_up() -> None:
    clock = [1_000_000.0]
    past = Past(lambda: clock[0])
    clock[0] += 1
    event = _event(past, 360702, 1)
    clock[0] += 60
    past.begin()
    assert past.since(str(event.number), EVERYTHING) == [RESYNC]


def _reader() -> Reader:
    grant = GrantRow(1, Role.CITY, 360700, 360799, None, None)
    session = SessionRow(b"", 1, "somebody", "", NOW, NOW, False, grant)
    return Reader(Guest(session, Reach("", "", 360700, Scope(360700, 360799))))


async def _everything(reader: Reader) -> list[bytes]:
    return [messages async for messages in reader.messages()]


def test_a_reader_that_keeps_up_is_told_everything_in_order() -> None:
    async def told() -> list[bytes]:
        reader = _reader()
        for number in range(QUEUE_LIMIT):
            reader.tell(b"%d," % number)
        listening = asyncio.create_task(_everything(reader))
        await asyncio.sleep(0)
        reader.let_go(b"end")
        return await listening

    assert b"".join(loops.run(told())) == b"".join(b"%d," % n for n in range(QUEUE_LIMIT)) + b"end"


def test_a_reader_that_cannot_keep_up_is_let_go() -> None:
    async def told() -> list[bytes]:
        reader = _reader()
        for _ in range(QUEUE_LIMIT + 1):
            reader.tell(b"x")
        return await asyncio.wait_for(_everything(reader), 5)

    assert b"".join(loops.run(told())) == b""


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br;q=0.9", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("br;q=x", ""),
        ("", ""),
        ("identity", ""),
        ("BR", "br"),
    ],
)
def test_browsers_are_sent_what_they_take(accepted: str, encoding: str) -> None:
    assert chosen(accepted) == encoding
