"""A map in Chromium: seconds to its first picture, bytes on the wire, frames while a hand moves it."""

import time
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page

from portal.bench.browser import log_in

WIDTH, HEIGHT = 1440, 900


@dataclass(frozen=True, slots=True)
class MapPage:
    """Where a map is, and how to tell that it is drawn."""

    path: str
    painted: str


TILES = MapPage(
    "/",
    """() => document.querySelector('.map-canvas')?.dataset.painted === '1'
        && document.querySelectorAll('.side .figure').length > 0""",
)
CLUSTERS = MapPage("/", "() => document.querySelectorAll('.leaflet-marker-icon').length > 0")
DRAWN = "() => [...(window.anwang?.map?.maps.values() ?? [])][0]?.frames.drawn ?? null"
_COUNT = """() => {
    window.frameTimes = [];
    let last = performance.now();
    const tick = (now) => { window.frameTimes.push(now - last); last = now; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
}"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody before the screen would see."""

    first_paint_s: float
    paints_s: tuple[float, ...]
    first_visit_kb: float
    repeat_visit_kb: float
    frames_median: float
    frames_p5: float
    drawings_per_s: float | None
    """Of the frames those that the map was drawn anew for; in the others its last picture followed the hand."""


def look(
    browser: Browser, base: str, what: MapPage, seconds: float, paints: int, account: tuple[str, str] | None
) -> Seen:
    """Open it so many times with an empty cache, come back once, and move it for so long."""
    taken: list[float] = []
    first = repeat = 0.0
    frames: list[float] = []
    drawings: float | None = None
    for run in range(paints):
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
        _log_in(context, base, account)
        page = context.new_page()
        counter = _Bytes(context, page) if run == 0 else None
        taken.append(_paint(page, base, what))
        if counter is not None:
            page.wait_for_timeout(1500)
            first = counter.kilobytes()
            page.goto("about:blank")
            counter.reset()
            _paint(page, base, what)
            page.wait_for_timeout(1500)
            repeat = counter.kilobytes()
            drawn, began = page.evaluate(DRAWN), time.monotonic()
            frames = _moved(page, seconds)
            if drawn is not None:
                drawings = round((page.evaluate(DRAWN) - drawn) / (time.monotonic() - began), 1)
        context.close()
    taken.sort()
    rates = sorted(1000 / ms for ms in frames if ms > 0)
    return Seen(
        taken[len(taken) // 2],
        tuple(taken),
        first,
        repeat,
        round(rates[len(rates) // 2], 1),
        round(rates[len(rates) // 20], 1),
        drawings,
    )


def _log_in(context: BrowserContext, base: str, account: tuple[str, str] | None) -> None:
    """With a request of its own: the login page's files must not be in the browser's cache."""
    if account is None:
        return
    answer = context.request.post(
        f"{base}/login", form={"login": account[0], "password": account[1]}, headers={"Origin": base}
    )
    if not answer.ok:
        page = context.new_page()
        log_in(page, base, *account)
        page.close()


class _Bytes:
    """What came over the wire, headers included."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self._sum = 0.0
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, float]) -> None:
        self._sum += event.get("encodedDataLength", 0)

    def reset(self) -> None:
        self._sum = 0.0

    def kilobytes(self) -> float:
        return round(self._sum / 1024, 1)


def _paint(page: Page, base: str, what: MapPage) -> float:
    began = time.perf_counter()
    page.goto(base + what.path, wait_until="commit")
    page.wait_for_function(what.painted, timeout=120_000, polling=50)
    return round(time.perf_counter() - began, 2)


def _moved(page: Page, seconds: float) -> list[float]:
    """Milliseconds of each frame while the map is dragged about and zoomed by the wheel."""
    page.mouse.move(500, 480)
    page.evaluate(_COUNT)
    until = time.monotonic() + seconds
    turn = 0
    while time.monotonic() < until:
        page.mouse.move(500, 480)
        page.mouse.down()
        for step in range(12):
            page.mouse.move(500 + (-1) ** turn * step * 16, 480 + step * 6)
            page.wait_for_timeout(16)
        page.mouse.up()
        for _notch in range(3):
            page.mouse.wheel(0, -240 if turn % 4 < 2 else 240)
            page.wait_for_timeout(120)
        turn += 1
    frames: list[float] = page.evaluate("() => window.frameTimes.slice(1)")
    return frames
