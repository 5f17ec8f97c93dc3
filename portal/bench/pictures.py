"""Every page as a picture: which ones there are, and how one is taken so that the next looks the same."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from playwright.sync_api import Browser, Page, Request

from portal.authentication import LANGUAGE_COOKIE
from portal.bench.browser import log_in

DESK, PHONE = (1440, 900), (390, 844)
WALLS = ((1920, 1080), (3840, 2160), (5120, 1440))
PAINTED = """() => [...document.querySelectorAll('.map-canvas, #wall-canvas')]
    .every((map) => map.dataset.painted === '1')"""
SETTLED_MS, STEP_MS = 900, 150
"""How long nothing is asked of the portal before a page is taken to be at rest."""
PATIENCE_SECONDS = 60
ENDLESS = ("eventsource", "media", "websocket")
STILL = """
    *, *::before, *::after { animation: none !important; transition: none !important; }
    * { caret-color: transparent !important; }
    .freshness, .my-bell, .count, .toast { visibility: hidden !important; }
"""


SILENT = (
    "* { color: transparent !important; -webkit-text-fill-color: transparent !important; } "
    "svg text { fill: transparent !important; }"
)
LIVE = ".map-canvas, canvas, .js-plotly-plot, .ag-row, tbody, .leaflet-container"
"""What a page draws of its rows: it differs from day to day."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture. `hidden`: CSS selectors of what differs from day to day; it keeps its place and is not seen."""

    name: str
    path: str
    size: tuple[int, int] = DESK
    scheme: str = "light"
    language: str = "zh_CN"
    login: str | None = "leader"
    hidden: str = ""
    letters: bool = True
    """Without them the page's form is left: boxes, lines, colours and signs, whatever today's figures are."""
    ready: str = "#frame > *"

    @property
    def file(self) -> str:
        width, height = self.size
        return f"{self.name}-{self.language}-{self.scheme}-{width}x{height}.png"


PLACES: Mapping[str, str] = {
    "map": "/?area=360700",
    "alarms": "/alarms",
    "hazards": "/hazards",
    "orders": "/orders",
    "devices": "/devices",
    "duty": "/duty",
    "windows": "/windows",
    "messages": "/messages",
    "rankings": "/rankings",
    "deadlines": "/deadlines",
    "ladders": "/ladders",
    "outbox": "/outbox",
    "conformance": "/conformance",
    "playlist": "/wall/playlist",
    "venue": "/venues/{venue}",
    "device": "/devices/{device}",
    "bind": "/bind",
    "labels": "/labels",
    "cameras": "/cameras",
    "vision": "/vision",
    "patrol": "/patrol",
    "bulletins": "/bulletins",
    "audit": "/audit",
    "appeals": "/appeals",
    "bulletin": "/bulletins/{bulletin}",
    "excused": "/excused",
    "plan": "/venues/{venue}/plan",
    "zones": "/cameras/{camera}/zones",
}
"""An address of every page with a frame, by the page's name."""


def every() -> Iterator[Picture]:
    """Each page at both sizes, light and dark, in Chinese; on a desk in English too; the wall at all of its sizes."""
    for name, path in PLACES.items():
        for size in (DESK, PHONE):
            for scheme in ("light", "dark"):
                yield Picture(name, path, size, scheme)
        yield Picture(name, path, DESK, "light", "en")
    for size in WALLS:
        yield Picture("wall", "/wall", size, "dark", ready="#wall-right .panel")
    yield Picture("wall", "/wall", WALLS[0], "dark", "en", ready="#wall-right .panel")
    for scheme in ("light", "dark"):
        yield Picture("login", "/login", DESK, scheme, login=None, ready=".door-card")


WALL_LIVE = (
    "#wall-canvas, .wall-head, .wall-foot, .wall b, .wall span, .wall td, .wall tbody th, .wall .hours, .wall-caption, "
    ".wall-lost, .wall-strip, .takeover, .wall-progress, .wall-places td"
)
_PLAYLIST = Picture("playlist", "/wall/playlist", ready=".playlist-line")
_LOGIN = Picture("login", "/login", login=None, ready=".door-card")
_WALL = Picture("wall", "/wall", WALLS[0], "dark", hidden=WALL_LIVE, ready="#wall-right .panel")
_BENCH = Picture("conformance", "/conformance", ready=".page h1")
FORMED = {name: PLACES[name] for name in PLACES if name not in ("playlist", "conformance", "zones")}
"""Zones are drawn upon a camera's picture: without one there is no page."""


def _forms() -> Iterator[Picture]:
    """Every other page without its letters and rows: light, and of those met on a phone one there, one in the dark."""
    for name, path in FORMED.items():
        size, scheme = (DESK, "light") if sum(name.encode()) % 2 else (PHONE, "dark")
        yield Picture(name, path, size, scheme, hidden=LIVE, letters=False)


COMPARED: tuple[Picture, ...] = (
    _LOGIN,
    replace(_LOGIN, scheme="dark", size=PHONE),
    replace(_LOGIN, language="en"),
    _PLAYLIST,
    replace(_PLAYLIST, scheme="dark"),
    replace(_PLAYLIST, size=PHONE, language="en"),
    _BENCH,
    replace(_BENCH, scheme="dark"),
    _WALL,
    replace(_WALL, size=WALLS[2]),
    *_forms(),
)
"""Those that look the same on every day: tests compare them with tests/pictures."""


def take(
    browser: Browser,
    base: str,
    picture: Picture,
    passwords: Mapping[str, str],
    names: Mapping[str, str],
    look: Callable[[Page], None] = lambda _page: None,
) -> bytes:
    """A PNG of the page once it has come to rest; `names` fill the address, `look` sees the page before it opens."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if picture.scheme == "dark" else "light",
        reduced_motion="reduce",
        is_mobile=picture.size == PHONE,
        has_touch=picture.size == PHONE,
    )
    try:
        context.add_cookies([{"name": LANGUAGE_COOKIE, "value": picture.language, "url": base}])
        page = context.new_page()
        if picture.login is not None:
            log_in(page, base, picture.login, passwords[picture.login])
        look(page)
        asked = _asked(page)
        page.goto(base + picture.path.format(**names))
        _rest(page, picture, asked)
        return page.screenshot(animations="disabled")
    finally:
        context.close()


def _asked(page: Page) -> set[Request]:
    """What the page waits for at each moment; streams, which never end, aside."""
    waiting: set[Request] = set()
    page.on("request", lambda request: waiting.add(request) if request.resource_type not in ENDLESS else None)
    page.on("requestfinished", lambda request: waiting.discard(request))
    page.on("requestfailed", lambda request: waiting.discard(request))
    return waiting


def _rest(page: Page, picture: Picture, asked: set[Request]) -> None:
    page.wait_for_selector(picture.ready, timeout=60_000)
    if "canvas" not in picture.hidden:
        page.wait_for_function(PAINTED, timeout=90_000)
    hidden = f"{picture.hidden} {{ visibility: hidden !important; }}" if picture.hidden else ""
    page.add_style_tag(content=STILL + hidden + ("" if picture.letters else SILENT))
    page.evaluate("document.fonts.ready")
    until, quiet_ms = time.monotonic() + PATIENCE_SECONDS, 0
    while quiet_ms < SETTLED_MS and time.monotonic() < until:
        page.wait_for_timeout(STEP_MS)
        quiet_ms = 0 if asked else quiet_ms + STEP_MS
