"""How long a wall takes from switching on to its first full picture."""

import time

from playwright.sync_api import Browser

PAINTED = """() => document.querySelector('#wall-canvas')?.dataset.painted === '1'
  && document.querySelectorAll('#wall-left .panel').length > 0
  && document.querySelectorAll('#wall-right .panel').length > 0
  && document.querySelector('#wall-ticker')?.children.length > 0"""


def first_paint_seconds(browser: Browser, base: str, kiosk_path: str, runs: int = 5) -> list[float]:
    """Seconds from opening the wall, with an empty cache, to map, figures and ticker all drawn; sorted."""
    measured = []
    for _run in range(runs):
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
        page = context.new_page()
        started = time.perf_counter()
        page.goto(base + kiosk_path, wait_until="commit")
        page.wait_for_function(PAINTED, timeout=60_000)
        measured.append(round(time.perf_counter() - started, 2))
        context.close()
    return sorted(measured)
