"""Pushes to a trial's own address: answered as the platform would be, kept for the report alone."""

from datetime import UTC, datetime

import pytest

from db.commands import bench
from db.rules.access_scope import NOTHING
from db.rules.conformance import PUSHED, Protocol
from tests.portal.conftest import PortalServer
from tests.portal.door import one


def opened(server: PortalServer, protocol: Protocol) -> str:
    person = one(server, "select person_id from accounts where login = 'maintainer'")
    with server.test_record.record.scoped(NOTHING) as session:
        opened = bench.open_door(session, person, protocol, "", 10, None, datetime.now(UTC))
        bench.close_door(session, person, opened.id, datetime.now(UTC))
    return opened.key


@pytest.mark.parametrize("protocol", sorted(PUSHED))
def test_a_push_is_answered_and_kept_for_the_trial_alone(portal_server: PortalServer, protocol: Protocol) -> None:
    person = one(portal_server, "select person_id from accounts where login = 'maintainer'")
    with portal_server.test_record.record.scoped(NOTHING) as session:
        trial = bench.open_door(session, person, protocol, "", 10, None, datetime.now(UTC))
    before = one(portal_server, "select count(*) from inbox")
    visitor = portal_server.visitor()
    address = f"/api/v1/bench/{trial.key}/{protocol.value}"
    answer = visitor.post(address, content=b'{"not": "sound"}', headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    kept = one(portal_server, "select payload from bench_frames where trial_id = :id", id=trial.id)
    assert bytes(kept) == b'{"not": "sound"}'
    assert one(portal_server, "select count(*) from inbox") == before
    assert visitor.post(address, content=b"x" * 300_000).status_code == 413
    with portal_server.test_record.record.scoped(NOTHING) as session:
        bench.close_door(session, person, trial.id, datetime.now(UTC))
    assert visitor.post(address, content=b"{}").status_code == 404


def test_nobody_finds_a_trial_by_guessing(portal_server: PortalServer) -> None:
    visitor = portal_server.visitor()
    for rest in ("", "bench-" + "a" * 16 + "/ctwing", "bench-x/ctwing", "..%2f/ctwing", "bench-" + "a" * 16 + "/mqtt"):
        assert visitor.post(f"/api/v1/bench/{rest}", content=b"{}").status_code in (401, 403, 404)


def test_onenet_checks_a_trials_address_first(portal_server: PortalServer) -> None:
    key = opened(portal_server, Protocol.ONENET)
    answer = portal_server.visitor().get(f"/api/v1/bench/{key}/onenet", params={"msg": "abc", "nonce": "n"})
    assert (answer.status_code, answer.text) == (200, "abc")
