"""Every page, at its real sizes, in real Chromium: no error, nothing clipped, no request that leaves the machine."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from portal.authentication import LANGUAGE_COOKIE
from tests.journeys.conftest import Watched
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser

SIZES = [*(pytest.param(size, marks=pytest.mark.broad) for size in ((1920, 1080), (1440, 900))), (390, 844)]
"""On each desk page a picture is compared too (test_pictures), which complains of the same."""
PATHS = {
    "/": ".side h1",
    "/?area=360700&layer=duty": ".side h1",
    "/?area=360702&category=kindergarten&as_of=2024-09-02": ".side h1",
    "/rankings": ".ranking tbody tr",
    "/rankings?measure=alarms_on_time&category=kindergarten&unit=360700&show=counts": ".movers > li",
    "/excused": ".window-card",
    "/alarms": ".ag-row",
    "/hazards": ".ag-row",
    "/hazards?show=names": ".names tbody tr",
    "/hazards?new=1": "#hazard-new",
    "/orders": ".ag-row",
    "/duty": ".units tbody tr",
    "/windows": ".window-card",
    "/outbox": ".listing tbody tr",
    "/vision": "#vision-figures .panel",
    "/wall": "#wall-left .panel",
    "/venues/{venue}": ".state-sentence",
    "/venues/{venue}?tab=devices": ".venue-tabs",
    "/venues/{venue}?tab=history": ".venue-tabs",
    "/venues/{venue}?tab=duty": "#venue-duty .panel",
    "/venues/{venue}?tab=hazards": ".hazard-lines li",
    "/venues/{venue}?tab=space": ".scene[data-ready='1']",
    "/venues/{venue}/plan": ".plan[data-ready='1']",
}
STICKING_OUT = """() => {
  const found = [];
  for (const card of document.querySelectorAll('.panel, .figure, .desk-main, .wall-side')) {
    const edge = card.getBoundingClientRect();
    if (!edge.width || ['auto', 'scroll'].includes(getComputedStyle(card).overflowX)) continue;
    for (const node of card.querySelectorAll(':not(svg *)')) {
      const box = node.getBoundingClientRect();
      if (!box.width || box.right <= edge.right + 1) continue;
      let isHeld = false;  // by what scrolls, clips or floats
      for (let up = node; up !== card && !isHeld; up = up.parentElement) {
        const looks = getComputedStyle(up);
        isHeld = (up !== node && looks.overflowX !== 'visible') || ['fixed', 'absolute'].includes(looks.position);
      }
      if (!isHeld) found.push(`${node.className} ${node.textContent.slice(0, 30)} of ${card.className}`);
    }
  }
  return found.slice(0, 5);
}"""
ODD = {
    "/?as_of=2023-05-01&area=²&layer=x&category=y": ".side h1",
    "/rankings?as_of=0001-01-01&before=9999-12-31&within=²": ".ranking tbody tr",
    "/rankings?measure=x&unit=440100&show=y&category=z": ".ranking tbody tr",
    "/alarms?alarm=²": ".ag-row",
    "/hazards?hazard=²&show=x&grade=y&region=²&venue=99999999999&kind=": ".ag-row",
    "/orders?order=99999999&new=people:²&show=x": ".note",
    "/venues/{venue}?venue_id=2&tab=nothing": ".state-sentence",
}
"""Addresses that somebody typed, or that a link got wrong."""


def venue_of(server: PortalServer) -> int:
    return int(one(server, "select venue_id from grants where role = 'venue' order by id limit 1"))


@pytest.mark.parametrize("language", ["zh_CN", pytest.param("en", marks=pytest.mark.broad)])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_pages_stand_without_a_complaint(
    visit: Callable[..., Watched], portal_server: PortalServer, size: tuple[int, int], language: str
) -> None:
    watched = visit("leader", *size)
    watched.page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": portal_server.url}])
    for path, sign in PATHS.items():
        watched.open(path.format(venue=venue_of(portal_server)))
        watched.page.wait_for_selector(sign, timeout=30_000)
        wide = watched.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} px wider than the screen"
        sticking = watched.page.evaluate(STICKING_OUT)
        assert sticking == [], (path, sticking)
    assert watched.complaints == []


def test_what_an_address_gets_wrong_falls_back_to_the_usual(
    visit: Callable[..., Watched], portal_server: PortalServer
) -> None:
    watched = visit("leader")
    for path, sign in ODD.items():
        watched.open(path.format(venue=venue_of(portal_server)))
        watched.page.wait_for_selector(sign, timeout=30_000)
    assert watched.complaints == []


@pytest.mark.parametrize(
    ("path", "told", "onward"),
    [
        ("/?area=999999&as_of=2024-13-45", "地址中的 area=999999 & as_of=2024-13-45 无法显示", "/?layer=duty"),
        ("/rankings?as_of=2024-13-45", "地址中的 as_of=2024-13-45 无法显示", "/rankings?measure=duty"),
    ],
)
def test_a_page_that_shows_something_else_than_asked_says_so(
    visit: Callable[..., Watched], path: str, told: str, onward: str
) -> None:
    watched = visit("leader")
    watched.open(path)
    expect(watched.page.locator(".address-note")).to_contain_text(told)
    watched.open(onward)
    watched.page.wait_for_selector(".controls details")
    expect(watched.page.locator(".address-note")).to_have_count(0)
    assert watched.complaints == []


@pytest.mark.parametrize("login", ["ganzhou", "zhanggong", "venue", "maintainer", "analyst", "admin"])
def test_everybody_has_a_map_and_a_desk(visit: Callable[..., Watched], login: str) -> None:
    watched = visit(login)
    watched.open("/")
    watched.page.wait_for_selector(".side h1")
    watched.open("/alarms")
    watched.page.wait_for_selector(".ag-root")
    assert watched.complaints == []


def test_a_venue_sees_itself_only(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    own = venue_of(portal_server)
    watched = visit("venue")
    watched.open(f"/venues/{own}")
    watched.page.wait_for_selector(".state-sentence")
    watched.open(f"/venues/{own + 1}")
    assert "权限范围内没有" in watched.page.inner_text("#frame")
    assert watched.page.goto(watched.base + "/rankings").status == 403  # type: ignore[union-attr]


def test_the_address_bar_holds_the_view(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    watched.open("/?area=360700&layer=duty")
    page = watched.page
    page.wait_for_selector(".side h1:has-text('赣州市')")
    assert page.inner_text(".tabs a.here") == "值守覆盖率"
    page.click(".breadcrumb a:has-text('江西省')")
    page.wait_for_selector(".side h1:has-text('江西省')")
    assert page.url.endswith("/?layer=duty")
    page.go_back()
    page.wait_for_selector(".side h1:has-text('赣州市')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".side h1:has-text('江西省')")


def test_a_venue_is_found_by_its_initials(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    name, initials = (
        one(portal_server, f"select {column} from venues where id = :id", id=venue_of(portal_server))
        for column in ("name", "name_initials")
    )
    watched = visit("zhanggong")
    watched.open("/")
    page = watched.page
    page.keyboard.press("Control+k")
    page.keyboard.type(initials, delay=30)
    page.click(f".palette-option:has-text('{name}')")
    page.wait_for_url("**/venues/*")
    page.wait_for_selector(f"h1:has-text('{name}')")


def test_a_search_without_a_find_says_so(visit: Callable[..., Watched]) -> None:
    watched = visit("zhanggong")
    watched.open("/")
    watched.page.click("#find")
    watched.page.fill(".palette-input", "qqqq")
    watched.page.wait_for_selector(".palette-note:has-text('没有找到')")


def test_english_by_the_switch(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    watched.open("/rankings")
    watched.page.click(".language button")
    watched.page.wait_for_selector("h1:has-text('Rankings')")
    assert watched.page.get_attribute("html", "lang") == "en"


def test_demo_data_is_marked_on_every_screen(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    for path in ("/", "/alarms", "/rankings", "/wall"):
        watched.open(path)
        assert "演示数据" in watched.page.inner_text("#frame"), path


def test_rankings_of_the_bulletins_day(visit: Callable[..., Watched]) -> None:
    watched = visit("analyst")
    watched.open("/rankings?as_of=2024-09-02&category=kindergarten")
    page = watched.page
    page.wait_for_selector(".ranking tbody tr")
    first = page.inner_text(".ranking tbody tr:first-child")
    assert "景德镇市" in first
    assert "79.5%" in first
    page.wait_for_selector("#rankings-heat .heatmaplayer")
    page.click(".downloads summary")
    with page.expect_download() as download:
        page.click(".downloads button:has-text('排名表 · CSV')")
    assert download.value.suggested_filename == "anwang-ranking-access-360000-2024-09-02.csv"
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_page_whose_browser_says_not_where_it_came_from_stands_all_the_same(visit: Callable[..., Watched]) -> None:
    """The opened page comes with its frame only where the request says which page it is."""
    watched = visit("leader")
    layouts: list[str] = []

    def without_referer(route: Route) -> None:
        answer = route.fetch(headers={name: it for name, it in route.request.headers.items() if name != "referer"})
        layouts.append(answer.text())
        route.fulfill(response=answer)

    watched.page.route("**/_dash-layout", without_referer)
    for path, sign in (("/alarms", ".ag-row"), ("/", ".side h1")):
        watched.open(path)
        watched.page.wait_for_selector(sign, timeout=30_000)
    assert len(layouts) == 2
    assert not any('"pathname"' in layout for layout in layouts)
    assert watched.complaints == []


def test_what_a_page_begins_with_is_asked_for_once(visit: Callable[..., Watched]) -> None:
    """While its scripts come; what was asked for beforehand is what the scripts then take."""
    watched = visit("leader")
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url.removeprefix(watched.base)))
    watched.open("/alarms")
    watched.page.wait_for_selector(".ag-row", timeout=30_000)
    for path in ("/_dash-layout", "/_dash-dependencies"):
        assert asked.count(path) == 1
        assert asked.index(path) < next(n for n, each in enumerate(asked) if "renderer" in each)
    assert watched.complaints == []


def test_tables_come_once_their_library_is_there(visit: Callable[..., Watched]) -> None:
    """The map begins without the tables' library; who goes on to a table gets it, after a failure too."""
    watched = visit("leader")
    attempts: list[str] = []

    def failing_once(route: Route) -> None:
        attempts.append(route.request.url)
        if len(attempts) == 1:
            route.abort()
        else:
            route.continue_()

    watched.page.route("**/dash_ag_grid/dash_ag_grid.*.js", failing_once)
    watched.open("/")
    watched.page.click(".menu a[href='/alarms']")
    watched.page.wait_for_selector(".ag-row", timeout=60_000)
    assert len(attempts) == 2
    assert all("ERR_FAILED" in complaint for complaint in watched.complaints), watched.complaints


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_case_is_left_by_escape_and_by_its_link(visit: Callable[..., Watched], size: tuple[int, int]) -> None:
    """A list has the width of the screen, a case stands beside it or in its place, and the way back is always there."""
    watched = visit("leader", *size)
    page, side = watched.page, watched.page.locator(".desk-side")
    cases = {"alarms": ("alarm", ".case-place"), "hazards": ("hazard", ".case-what"), "orders": ("order", ".case-what")}
    for desk, (name, told) in cases.items():
        watched.open(f"/{desk}")
        page.wait_for_selector(".desk:not(.case-open) .ag-row .ag-cell")
        page.wait_for_selector(".desk-side .hint", state="attached")
        before = page.locator(".desk-main").bounding_box()
        for leave in (lambda: page.keyboard.press("Escape"), lambda: side.locator(".case-back, .back-to-list").click()):
            page.locator(".ag-row[row-index='0'] .ag-cell").nth(1).click()
            page.wait_for_selector(f".desk.case-open .desk-side {told}")
            leave()
            page.wait_for_selector(".desk:not(.case-open) .desk-side .hint", state="attached")
            assert page.locator(".desk-main").bounding_box() == before
        watched.open(f"/{desk}?{name}=99999999")
        expect(side).to_contain_text("范围内没有")
        side.locator(".case-back, .back-to-list").click()
        page.wait_for_selector(".desk:not(.case-open) .ag-row .ag-cell")
    assert watched.complaints == []


def test_escape_does_not_throw_away_what_is_typed(visit: Callable[..., Watched]) -> None:
    watched = visit("zhanggong")
    page = watched.page
    watched.open("/hazards?new=1")
    page.fill('[id*=\'"name":"what"\']', "后门堵塞")
    page.locator("h1").first.click()
    page.keyboard.press("Escape")
    assert page.input_value('[id*=\'"name":"what"\']') == "后门堵塞"
    watched.open("/alarms?alarm=99999999")
    page.wait_for_selector(".desk.case-open .case-back")
    page.click(".desk-menus details:first-of-type > summary")
    page.keyboard.press("Escape")
    page.wait_for_selector(".desk.case-open:not(:has(.desk-menus details[open]))")
    page.keyboard.press("Escape")
    page.wait_for_selector(".desk:not(.case-open)")
    assert watched.complaints == []
