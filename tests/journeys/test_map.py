"""The map in a browser: shapes, months, its address, the palette, print, and a base map in another datum."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from geodata.coordinates import Datum, from_cgcs2000
from tests.journeys.conftest import Watched
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser


def dragged(watched: Watched, *points: tuple[int, int]) -> None:
    """One stroke of the mouse over the map."""
    box = watched.page.locator("#map-canvas").bounding_box()
    assert box is not None
    mouse = watched.page.mouse
    mouse.move(box["x"] + points[0][0], box["y"] + points[0][1])
    mouse.down()
    for x, y in points[1:]:
        mouse.move(box["x"] + x, box["y"] + y, steps=3)
    mouse.up()


def taken_up(watched: Watched, tool: str, ask: Callable[[], None]) -> None:
    """A tool in hand: on a busy machine the map may not be there yet when it is asked for."""
    for _try in range(60):
        ask()
        if watched.page.locator(f"#map-canvas[data-tool={tool}]").count():
            return
        watched.page.wait_for_timeout(500)
    raise AssertionError(f"{tool} was not taken up")


def test_venues_are_chosen_by_a_radius_and_by_a_line(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    watched = visit("leader")
    watched.open("/?area=360102&at=115.89,28.68,12")
    page = watched.page
    page.wait_for_selector(".side h1")
    taken_up(watched, "radius", lambda: page.keyboard.press("r"))
    dragged(watched, (300, 300), (380, 300))
    page.wait_for_selector(".chosen h2:has-text('公里范围内')")
    assert "near=" in page.url
    chosen = int(page.inner_text(".chosen-told").split(" ")[0].replace(",", ""))
    with page.expect_download() as download:
        page.click(".chosen-tools a:has-text('CSV')")
    assert len(download.value.path().read_bytes().splitlines()) == chosen + 1 > 10
    taken_up(watched, "lasso", lambda: page.click(".tool-lasso"))
    dragged(watched, (250, 250), (450, 250), (450, 450), (250, 450))
    page.wait_for_selector(".chosen h2:has-text('圈选')")
    assert "near=" not in page.url
    told = page.inner_text(".chosen-told")
    page.reload()
    page.wait_for_selector(".chosen-told")
    assert page.inner_text(".chosen-told") == told
    page.click(".tool-lasso")
    page.keyboard.press("Escape")
    assert page.locator(".map-drawing").count() == 0
    page.click(".chosen-tools a:has-text('清除')")
    page.wait_for_selector(".chosen", state="detached")
    assert watched.complaints == []


def test_the_months_can_be_gone_through(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    watched.open("/")
    page = watched.page
    page.wait_for_selector(".months input")
    page.focus(".months input")
    page.evaluate(
        "() => { const slider = document.querySelector('.months input'); slider.value = 7;"
        " slider.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    page.wait_for_function("() => document.querySelector('#map-canvas').dataset.month === '2024-08-31'")
    page.evaluate("document.querySelector('.months input').dispatchEvent(new Event('change', { bubbles: true }))")
    page.wait_for_selector(".months-day:has-text('2024-08-31')")
    page.wait_for_selector(".pick summary:has-text('2024-08-31')")
    assert "as_of=2024-08-31" in page.url
    assert watched.complaints == []


def test_the_address_holds_where_the_map_looks(visit: Callable[..., Watched]) -> None:
    watched = visit("ganzhou")
    watched.open("/")
    page = watched.page
    page.wait_for_selector(".side h1")
    dragged(watched, (300, 300), (420, 340))
    page.wait_for_function("() => location.search.includes('at=')")
    where = page.url.partition("at=")[2].split("&")[0]
    page.click(".tabs a:has-text('未结隐患')")
    page.wait_for_selector(".tabs a.here:has-text('未结隐患')")
    page.wait_for_function("() => location.search.includes('at=')")
    assert f"at={where}" in page.url
    page.reload()
    page.wait_for_function("() => document.querySelector('#map-canvas')?.dataset.painted === '1'")
    centre = page.evaluate(
        "() => { const map = [...window.anwang.map.maps.values()][0].map;"
        " return [map.getCenter().lng, map.getCenter().lat, map.getZoom()]; }"
    )
    assert centre == pytest.approx([float(part) for part in where.split(",")], abs=0.01)


def test_a_question_is_answered_over_the_map(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    page = watched.page
    for ask, words in (("smoke", "无正常烟感"), ("stations", "范围之内"), ("hot", "每百家"), ("density", "四次核")):
        watched.open(f"/?area=360700&ask={ask}")
        page.wait_for_selector(f".page-map:has-text('{words}')")
    assert watched.complaints == []


def test_every_page_is_reached_by_keys(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    watched = visit("zhanggong")
    watched.open("/")
    page = watched.page
    page.keyboard.press("/")
    page.keyboard.type("yinhuan")
    page.wait_for_selector(".palette-option:has-text('隐患')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/hazards*")
    page.wait_for_selector("#find")
    page.keyboard.press("Control+k")
    code = one(portal_server, "select code from devices where county = 360702 and retired_on is null limit 1")
    page.keyboard.type(code)
    page.wait_for_selector(f".palette-option:has-text('{code}')")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.palette", state="detached")
    outside = one(portal_server, "select name from venues where county = 360102 order by length(name) desc limit 1")
    page.keyboard.press("Control+k")
    page.keyboard.type(outside)
    page.wait_for_selector(".palette-list[data-state=answered]")
    assert page.locator(f".palette-title:text-is('{outside}')").count() == 0
    assert watched.complaints == []


@pytest.mark.broad
def test_the_map_is_printed_at_300_dots_an_inch(visit: Callable[..., Watched], tmp_path: object) -> None:
    watched = visit("leader", 1000, 700)
    watched.open("/")
    page = watched.page
    page.wait_for_selector(".side h1")
    page.keyboard.press("p")
    with page.expect_download(timeout=240_000) as download:
        page.click(".print-png")
    with Image.open(download.value.path()) as picture:
        assert picture.size == (3508, 2480)
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        colours = picture.convert("RGB").resize((351, 248)).getcolors(100_000)
    assert colours is not None
    assert len(colours) > 200
    watched.open("/?at=116,27.3,5")  # on paper this is smaller than the smallest that the screen shows
    page.click(".tool-print")
    with page.expect_download(timeout=240_000) as download:
        page.click(".print-png")
    with Image.open(download.value.path()) as picture:
        middle = picture.convert("RGB").crop((1604, 1190, 1904, 1390)).resize((30, 20)).getcolors(1_000)
    assert middle is not None
    assert len(middle) > 20, "counties and their borders"
    page.click(".tool-print")
    with page.expect_download(timeout=240_000) as download:
        page.click(".print-pdf")
    body = download.value.path().read_bytes()
    assert body.startswith(b"%PDF-1.4")
    assert b"/MediaBox [0 0 841.89 595.28]" in body
    start = int(body.rsplit(b"startxref\n", 1)[1].split()[0])
    assert body[start : start + 4] == b"xref"
    assert watched.complaints == []


def test_a_base_map_in_gcj02_is_put_right(visit: Callable[..., Watched]) -> None:
    """The browser's own shift is the record's, to a metre."""
    watched = visit("leader")
    watched.open("/rankings")
    for lng, lat in ((113.6, 24.6), (115.89, 28.68), (118.4, 29.9)):
        found = watched.page.evaluate(f"() => window.anwang.baseMap.shifted({lng}, {lat})")
        wanted = from_cgcs2000(np.array([lng]), np.array([lat]), Datum.GCJ02)
        assert found["lng"] == pytest.approx(float(wanted.lng[0]), abs=1e-6)
        assert found["lat"] == pytest.approx(float(wanted.lat[0]), abs=1e-6)
