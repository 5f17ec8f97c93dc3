"""A patrol as it stands on record at some venues: for whoever asks whether others see it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import text

from db.rules.play_address import Form, PlayAddress, Purpose, signed
from tests.portal.conftest import PortalServer
from tests.portal.door import one, stored


@dataclass(frozen=True)
class Patrolled:
    """What was done at one venue, by an official whose name is in nobody else's row."""

    venue: int
    county: int
    official: str
    camera: int
    round: int
    capture: int
    loudspeaker: int
    shout: int


_PERSON = text(
    "insert into people (name) select cast(:name as text)"
    " where not exists (select 1 from people where name = :name) returning id"
)
_ROUND = text(
    """
    insert into patrol_rounds (draw, person_id, person_name, role, home, county_lo, county_hi, day, seed, drawn_at)
    values ('random 1', :person, :name, 'county', :county, :county, :county, :day, 's', :now) returning id
    """
)
_STOP = text(
    "insert into patrol_stops (round_id, venue_id, county, position, ended_at, outcome)"
    " values (:round, :venue, :county, 1, :now, 'looked')"
)
_LOOK = text(
    "insert into patrol_looks (round_id, device_id, venue_id, county, person_id, looked_at, outcome, form)"
    " values (:round, :camera, :venue, :county, :person, :now, 'seen', 'masked')"
)
_CAPTURE = text(
    """
    insert into patrol_captures (round_id, device_id, venue_id, county, taken_at, captured_at, person_id, person_name,
        role, home, form, sha256, width, height)
    values (:round, :camera, :venue, :county, :now, :now, :person, :name, 'county', :county, 'plain', '\\x00', 4, 3)
    returning id
    """
)
_SPEAKER = text(
    "insert into loudspeakers (venue_id, county, name, adapter, address, added_at, added_by_name)"
    " values (:venue, :county, 'gate', 'http', 'http://127.0.0.1:9/', :now, 't') returning id"
)
_SHOUT = text(
    """
    insert into shouts (venue_id, county, loudspeaker_id, person_id, person_name, role, home, asked_at, recording,
        recording_type, key, state)
    values (:venue, :county, :speaker, :person, :name, 'county', :county, :now, '\\x00', 'audio/wav',
        cast(gen_random_uuid() as text), 'taken') returning id
    """
)


def patrolled(server: PortalServer, venue: int, camera: int) -> Patrolled:
    """A round, a look, a capture and a shout at this venue, today; the same ones when it is asked again."""
    now, name = datetime.now(UTC), f"巡查员-{venue}"
    with server.owner.begin() as connection:
        county = connection.scalar(text("select county from venues where id = :v"), {"v": venue})
        person = connection.scalar(_PERSON, {"name": name})
        facts = {"venue": venue, "county": county, "camera": camera, "now": now, "name": name, "day": now.date()}
        if person is not None:
            facts["person"] = person
            facts["round"] = connection.scalar(_ROUND, facts)
            connection.execute(_STOP, facts)
            connection.execute(_LOOK, facts)
            connection.execute(_CAPTURE, facts)
            facts["speaker"] = connection.scalar(_SPEAKER, facts)
            connection.execute(_SHOUT, facts)
        ids = connection.execute(
            text(
                """
                select c.round_id, c.id as capture, s.loudspeaker_id, s.id as shout from patrol_captures c
                join shouts s on s.person_id = c.person_id where c.person_name = :name order by c.id, s.id limit 1
                """
            ),
            {"name": name},
        ).one()
    return Patrolled(venue, int(county or 0), name, camera, *ids)


def token(server: PortalServer, browser: httpx.Client) -> str:
    return str(one(server, "select csrf_token from login_sessions where token_hash = :h", h=stored(browser)))


def address_of(server: PortalServer, browser: httpx.Client, camera: int, form: Form = Form.MASKED) -> str:
    """Where this camera's live picture plays for this browser's session."""
    until = datetime.now(UTC) + timedelta(minutes=5)
    word = signed(PlayAddress(camera, form, Purpose.LIVE, stored(browser), until), server.app.state.play_secret)
    return f"/play/{word}/index.m3u8"
