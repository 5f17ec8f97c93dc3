"""The portal as it runs: a real server on a database of its own, with the demonstration province."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from db.settings import Settings
from portal.front_door import create_app
from portal.live import stream
from tests.plugins.services import Installation, TestRecord, copy_of, free_port

_browsers: list[httpx.Client] = []


@pytest.fixture(autouse=True)
def closed_browsers() -> Iterator[None]:
    """Browsers that a test opened are closed after it."""
    yield
    while _browsers:
        _browsers.pop().close()


@dataclass(frozen=True)
class PortalServer:
    """Where the portal answers, what it stands on, and who may log in."""

    url: str
    app: FastAPI
    test_record: TestRecord
    settings: Settings
    owner: Engine
    """The database without scopes, to prepare and to look."""
    passwords: dict[str, str]
    """By demo login; the wall's is its device token."""

    def visitor(self, **cookies: str) -> httpx.Client:
        """A browser that has not logged in."""
        browser = httpx.Client(base_url=self.url, headers={"Origin": self.url}, cookies=cookies, timeout=20)
        _browsers.append(browser)
        return browser

    def client(self, login: str, password: str | None = None) -> httpx.Client:
        """A browser that has logged in."""
        client = self.visitor()
        password = password or self.passwords[login]
        answer = client.post("/login", data={"login": login, "password": password})
        assert answer.status_code == 303, answer.text
        return client


@contextmanager
def serving(app: Any, port: int) -> Iterator[str]:
    """The app behind uvicorn on a thread, until the block ends."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, port=port, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the portal did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="session")
def portal_server(installation: Installation, demo_template: str) -> Iterator[PortalServer]:
    """The portal on a copy of the province that all its tests write to."""
    yield from _portal_on_a_copy(installation, demo_template)


@pytest.fixture(scope="module")
def fresh_portal(installation: Installation, demo_template: str) -> Iterator[PortalServer]:
    """The portal on a copy that no test of another file has written to."""
    yield from _portal_on_a_copy(installation, demo_template)


@pytest.fixture
def own_portal(installation: Installation, demo_template: str) -> Iterator[PortalServer]:
    """The portal on a copy of its own, for a test that counts the whole province."""
    yield from _portal_on_a_copy(installation, demo_template)


def _portal_on_a_copy(installation: Installation, demo_template: str) -> Iterator[PortalServer]:
    accounts = json.loads((installation.settings.var_dir / "demo_accounts.json").read_text())
    stream.PULSE_SECONDS = 0.5  # tests wait for pulses
    port = free_port()
    settings = installation.settings.model_copy(update={"portal_port": port})
    for record in copy_of(installation, demo_template):
        owner = create_engine(record.owner_url, poolclass=NullPool)
        app = create_app(settings, record.addresses)
        with serving(app, port) as url:
            yield PortalServer(url, app, record, settings, owner, {a["login"]: a["password"] for a in accounts})
        owner.dispose()
