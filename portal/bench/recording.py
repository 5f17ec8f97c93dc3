"""What a person's clicks ask of the portal, recorded once in a real browser to be replayed by many."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request

from portal.bench.browser import log_in


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: a callback with its body, or a tile."""

    method: str
    path: str
    body: bytes | None


@dataclass(slots=True)
class Recording:
    """The requests of one walk through the pages, in order."""

    callbacks: list[Asked] = field(default_factory=list)
    tiles: list[Asked] = field(default_factory=list)

    def take(self, request: Request, base: str) -> None:
        path = request.url.removeprefix(base)
        if path.startswith("/_dash-update-component"):
            self.callbacks.append(Asked("POST", path, (request.post_data or "").encode()))
        elif path.startswith("/tiles/"):
            self.tiles.append(Asked("GET", path, None))


WALK = (
    "/",
    "/?area=360700",
    "/?area=360702",
    "/?area=360100&layer=duty",
    "/?category=kindergarten&as_of=2024-09-02",
    "/rankings",
    "/rankings?as_of=2024-09-02&measure=duty",
    "/alarms",
    "/alarms?show=closed",
    "/wall",
)


def walk(browser: Browser, base: str, login: str, password: str) -> Recording:
    """Log in, visit every page, and keep what the browser asked for."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    log_in(page, base, login, password)
    recording = Recording()
    page.on("request", lambda request: recording.take(request, base))
    for address in WALK:
        _visit(page, base + address)
    venue = page.request.get(f"{base}/api/v1/venues?limit=1").json()["rows"][0]["id"]
    for tab in ("overview", "devices", "alarms"):
        _visit(page, f"{base}/venues/{venue}?tab={tab}")
    context.close()
    return recording


def _visit(page: Page, url: str) -> None:
    """Stay until the map, where there is one, is painted: a slow machine must not leave before its tiles are asked."""
    page.goto(url)
    page.wait_for_selector("#frame > *")
    if urlsplit(url).path in ("/", "/wall"):
        page.wait_for_selector('.map-canvas[data-painted="1"]', timeout=60_000)
    page.wait_for_timeout(1500)
