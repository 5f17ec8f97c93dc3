"""The receivers over real HTTP: who may push, what is refused, and that an answer means: on record."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import text

from db.addresses import read_secrets
from portal.api.doors.receivers import BODY_LIMIT
from tests.ingest.platforms.bodies import ctwing, point, status, written
from tests.portal.conftest import PortalServer
from tests.portal.door import one

INSTALL, STATUS, ALARMS = "/api/v1/gbt45839/Install_info", "/api/v1/gbt45839/status_info", "/api/v1/gbt28181/alarms"
CAMERA = {"deviceId": "36070200001110000001", "channelId": "36070200001310000001", "alarmMethod": "5", "alarmType": "4"}


@pytest.fixture
def secrets(portal_server: PortalServer) -> dict[str, str]:
    return read_secrets(portal_server.settings.var_dir)


@pytest.fixture
def platform(portal_server: PortalServer) -> Iterator[httpx.Client]:
    """Neither cookie nor origin: a platform is no browser."""
    with httpx.Client(base_url=portal_server.url, timeout=20) as client:
        yield client


def stored(server: PortalServer, mark: str) -> int:
    return int(one(server, "select count(*) from inbox where position(cast(:m as bytea) in body) > 0", m=mark.encode()))


def signature(token: str, nonce: str, message: str) -> str:
    return base64.b64encode(hashlib.md5(f"{token}{nonce}{message}".encode()).digest()).decode()


def onenet(secrets: dict[str, str], message: str) -> bytes:
    right = signature(secrets["onenet_signature"], "abcdefgh", message)
    return written({"msg": message, "nonce": "abcdefgh", "signature": right, "time": 1, "id": "1"})


def test_ctwing_is_answered_once_the_body_is_on_record(
    portal_server: PortalServer, platform: httpx.Client, secrets: dict[str, str]
) -> None:
    body = written(ctwing(1, IMEI="mark-ctwing"))
    answer = platform.post(f"/api/v1/nbiot/ctwing/{secrets['ctwing_door']}", content=body, headers=JSON)
    assert (answer.status_code, answer.text) == (200, "ok")
    assert stored(portal_server, "mark-ctwing") == 1
    assert "set-cookie" not in answer.headers


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "path",
    ["/api/v1/nbiot/ctwing/wrong", "/api/v1/nbiot/ctwing/", "/api/v1/nbiot/onenet/é", "/api/v1/nbiot/other/x"],
)
def test_a_wrong_address_is_none(portal_server: PortalServer, platform: httpx.Client, path: str) -> None:
    answer = platform.post(path, content=b'{"mark-address": 1}', headers=JSON)
    assert answer.status_code == 404
    assert stored(portal_server, "mark-address") == 0


def test_onenet_checks_the_address(platform: httpx.Client, secrets: dict[str, str]) -> None:
    """With "+" in the signature as a browser would write it, or as it is."""
    path = f"/api/v1/nbiot/onenet/{secrets['onenet_door']}"
    for nonce in map(str, range(20)):
        right = signature(secrets["onenet_signature"], nonce, "hello")
        for told in (
            httpx.QueryParams(msg="hello", nonce=nonce, signature=right),
            f"msg=hello&nonce={nonce}&signature={right}",
        ):
            answer = platform.get(f"{path}?{told}")
            assert (answer.status_code, answer.text) == (200, "hello")
    assert platform.get(path, params={"msg": "hello", "nonce": "1", "signature": "wrong"}).status_code == 403


def test_onenet_pushes_under_its_signature(
    portal_server: PortalServer, platform: httpx.Client, secrets: dict[str, str]
) -> None:
    path = f"/api/v1/nbiot/onenet/{secrets['onenet_door']}"
    message = json.dumps(point(1, "mark-onenet", 1), separators=(",", ":"))
    assert platform.post(path, content=onenet(secrets, message), headers=JSON).status_code == 200
    right = signature(secrets["onenet_signature"], "n", message)
    before = f'{{"msg":{message},"msg_signature":"{right}","nonce":"n"}}'
    assert platform.post(path, content=before, headers=JSON).status_code == 200
    assert stored(portal_server, "mark-onenet") == 2
    for wrong in (before.replace("mark-onenet", "mark-forged"), message, "[]", "{", '{"msg":{},"nonce":"n"}'):
        assert platform.post(path, content=wrong, headers=JSON).status_code == 403
    assert stored(portal_server, "mark-forged") == 0


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        ({"X-API-Key": "{key}"}, True),
        ({"Authorization": "Bearer {key}"}, True),
        ({"Authorization": "Basic {basic}"}, True),
        ({}, False),
        ({"X-API-Key": "wrong"}, False),
        ({"Authorization": "Basic ???"}, False),
        ({"Authorization": "Basic"}, False),
        ({"Authorization": "Digest {key}"}, False),
    ],
)
@pytest.mark.parametrize(
    ("path", "name", "told"),
    [(INSTALL, "gbt45839_key", "success"), (STATUS, "gbt45839_key", "success"), (ALARMS, "gbt28181_key", "code")],
)
def test_by_key(
    platform: httpx.Client,
    secrets: dict[str, str],
    path: str,
    name: str,
    told: str,
    headers: dict[str, str],
    right: bool,
) -> None:
    key = secrets[name]
    basic = base64.b64encode(f"vendor:{key}".encode()).decode()
    given = {header: value.format(key=key, basic=basic) for header, value in headers.items()} | JSON
    answer = platform.post(path, content=written(status("C", "S", 1, "2026-06-01 08:00:00")), headers=given)
    assert answer.status_code == (200 if right else 401)
    if told == "success":
        assert answer.json()["success"] == int(right)


def test_a_key_opens_its_own_door_alone(platform: httpx.Client, secrets: dict[str, str]) -> None:
    headers = JSON | {"X-API-Key": secrets["gbt28181_key"]}
    assert platform.post(STATUS, content=b"{}", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("content", "headers", "code"),
    [
        (b"x" * (BODY_LIMIT + 1), JSON, 413),
        (b"{}", {"Content-Type": "multipart/form-data"}, 415),
        (b"[]", JSON, 400),
        (b"\xff", JSON, 400),
    ],
)
def test_what_annex_d_does_not_know_is_no_success(
    platform: httpx.Client, secrets: dict[str, str], content: bytes, headers: dict[str, str], code: int
) -> None:
    answer = platform.post(STATUS, content=content, headers=headers | {"X-API-Key": secrets["gbt45839_key"]})
    assert answer.status_code == code
    assert answer.json()["success"] == 0


def test_a_body_without_a_length_is_limited_too(platform: httpx.Client, secrets: dict[str, str]) -> None:
    def endless() -> Iterator[bytes]:
        for _part in range(BODY_LIMIT // 1000 + 2):
            yield b"x" * 1000

    headers = JSON | {"X-API-Key": secrets["gbt45839_key"]}
    assert platform.post(STATUS, content=endless(), headers=headers).status_code == 413


def test_doors_take_nothing_but_posts(platform: httpx.Client, secrets: dict[str, str]) -> None:
    path = f"/api/v1/nbiot/ctwing/{secrets['ctwing_door']}"
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        assert platform.request(method, path).status_code == 405


def test_two_hundred_in_parallel_are_all_stored(
    portal_server: PortalServer, platform: httpx.Client, secrets: dict[str, str]
) -> None:
    path = f"/api/v1/nbiot/ctwing/{secrets['ctwing_door']}"
    ready = threading.Barrier(20)

    def push(first: int) -> list[int]:
        ready.wait(20)
        return [
            platform.post(path, content=written(ctwing(1, IMEI=f"mark-many-{n:03d}")), headers=JSON).status_code
            for n in range(first, first + 10)
        ]

    with ThreadPoolExecutor(20) as pool:
        answers = [code for part in pool.map(push, range(0, 200, 10)) for code in part]
    assert answers == [200] * 200
    with portal_server.owner.connect() as connection:
        each = connection.execute(
            text(
                "select substring(convert_from(body, 'UTF8') from 'mark-many-[0-9]+') m, count(*) from inbox group by 1"
            )
        ).all()
    assert sum(count for mark, count in each if mark) == 200
    assert {count for mark, count in each if mark} == {1}
