"""A browser before the whole portal: server, gateway and broker, all real."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from ingest.mqtt.gateway import Gateway
from portal.bench.browser import chromium, log_in
from tests.portal.conftest import PortalServer, fresh_portal, own_portal, portal_server

__all__ = ["fresh_portal", "own_portal", "portal_server"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@dataclass
class Watched:
    """A page with everything that it complained about or asked of other machines."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go there as by a typed address, and wait until the page's content stands."""
        self.page.goto(self.base + path)
        self.page.wait_for_selector("#frame > *")
        self.page.wait_for_function(
            "() => (document.querySelector('.map-canvas')?.dataset.painted ?? '1') === '1'",
            timeout=60_000,
        )


def watch(page: Page, base: str) -> Watched:
    watched = Watched(page, base)
    # Chromium's own remark on its software drawing is none of ours.
    page.on(
        "console",
        lambda message: (
            watched.complaints.append(message.text)
            if message.type == "error" or (message.type == "warning" and "GPU stall" not in message.text)
            else None
        ),
    )
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            watched.complaints.append(f"leaves the machine: {request.url}")
            if not request.url.startswith((base, "data:", "blob:"))
            else None
        ),
    )
    page.on(
        "response",
        lambda response: (
            watched.complaints.append(f"{response.status} {response.url}") if response.status >= 500 else None
        ),
    )
    return watched


@pytest.fixture
def visit(browser: Browser, portal_server: PortalServer) -> Iterator[object]:
    """`visit(login, width, height)` opens a logged-in page of that size."""
    contexts = []

    def opened(login: str, width: int = 1440, height: int = 900, **options: object) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        log_in(page, portal_server.url, login, portal_server.passwords[login])
        return watch(page, portal_server.url)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def gateway(portal_server: PortalServer) -> Iterator[Gateway]:
    """The gateway on the portal's database."""
    record = portal_server.test_record
    running = Gateway(record.record, record.addresses.mqtt, portal_server.settings, client_id="journeys")
    thread = threading.Thread(target=running.run)
    thread.start()
    assert running.connection.is_listening.wait(60), "what is published before is heard by nobody"
    yield running
    running.stop()
    thread.join(20)
