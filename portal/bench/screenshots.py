"""`make screenshots`: the README's pictures, from the running demonstration or one of its own."""

from pathlib import Path

from playwright.sync_api import Browser

from portal.bench.browser import chromium, log_in
from portal.bench.own_installation import OwnInstallation, running

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "pictures"
PICTURES = (
    ("map", "/?area=360700", 1440, 900),
    ("rankings", "/rankings?as_of=2024-09-02", 1440, 900),
    ("alarms", "/alarms", 1440, 900),
    ("venue", "/venues/{venue}", 1440, 900),
    ("wall", "/wall", 1920, 1080),
    ("phone", "/venues/{venue}", 390, 844),
)
PAINTED = """() => [...document.querySelectorAll('.map-canvas, #wall-canvas')]
    .every((map) => map.dataset.painted === '1')"""


def main() -> None:
    """Write every picture to assets/pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running(print) as own, chromium() as browser:
        for name, path, width, height in PICTURES:
            take(browser, own, name, path, width, height)
            print(f"· {name}.png")


def take(browser: Browser, own: OwnInstallation, name: str, path: str, width: int, height: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    log_in(page, own.base, "leader", own.account("leader").password)
    venue = page.request.get(f"{own.base}/api/v1/venues?limit=1&region=360702&category=boarding_school").json()
    page.goto(own.base + path.format(venue=venue["rows"][0]["id"]))
    page.wait_for_selector("#frame > *")
    page.wait_for_function(PAINTED, timeout=60_000)
    page.wait_for_timeout(3000)
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


if __name__ == "__main__":
    main()
