"""How a map opens and changes: the last view counts, nothing is left behind, a tile that failed is asked for again."""

from collections.abc import Callable

import pytest

from tests.journeys.conftest import Watched

pytestmark = pytest.mark.browser

ENTRY = "const { map, view } = [...window.anwang.map.maps.values()][0];"
TWO_VIEWS = (
    ENTRY
    + """
    const county = { ...view };
    const bounds = [113.5, 24.4, 118.5, 30.1];
    const province = { ...view, area: 360000, level: "province", bounds, letters: "", at: null };
    const { show, maps } = window.anwang.map;
    const layers = (map) => map.getStyle().layers.map((layer) => layer.id);
"""
)


def test_of_views_that_overtake_each_other_the_last_is_shown(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    watched.open("/?area=360102")
    page = watched.page
    shown = page.evaluate(
        f"""async () => {{
            {TWO_VIEWS}
            const node = map.getContainer();
            const asked = [{{ ...county }}, {{ ...county }}, province];
            const all = await Promise.all(asked.map((view) => show(node, view)));
            await map.once("moveend");
            const wide = [layers(map).includes("venue-name"), map.getZoom() < 8];
            await show(node, {{ ...county }});
            return [all.map(Boolean), wide, layers(map).includes("venue-name"), maps.size];
        }}"""
    )
    assert shown == [[False, False, True], [False, True], True, 1]
    assert watched.complaints == []


def test_a_view_that_comes_while_a_map_opens_is_what_it_shows(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    watched.open("/?area=360102")
    found = watched.page.evaluate(
        f"""async () => {{
            {TWO_VIEWS}
            const place = () => document.body.appendChild(Object.assign(document.createElement("div"),
                {{ style: "position:fixed;inset:0 auto auto 0;width:500px;height:400px" }}));
            const node = place(), opening = show(node, county), overtaking = show(node, province);
            await Promise.all([opening, overtaking]);
            const entry = maps.get(node), kept = [entry.shown === province, layers(entry.map).includes("venue-name")];
            node.remove();
            const gone = place(), left = show(gone, county);
            gone.remove();
            const nothing = await left;
            return [kept, nothing, maps.size];
        }}"""
    )
    assert found == [[True, False], None, 1], "whoever leaves while it opens leaves no map"
    assert watched.complaints == []


def test_a_map_goes_with_its_page(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    watched.open("/")
    watched.page.click(".menu a[href='/duty']")
    watched.page.wait_for_selector(".page-duty")
    assert watched.page.evaluate("window.anwang.map.maps.size") == 0


def test_the_style_is_one_that_the_engine_would_pass(visit: Callable[..., Watched]) -> None:
    """Maps open without having their style examined: it is ours, and examined here."""
    watched = visit("leader")
    for path in ("/", "/?area=360102&at=115.89,28.68,16.5&near=115.89,28.68,300", "/?layer=alarms&ask=hot"):
        watched.open(path)
        faults = watched.page.evaluate(
            f"""async () => {{
                {ENTRY}
                const library = await window.anwang.map.loadEngine(), faults = [];
                const holder = document.body.appendChild(document.createElement("div"));
                const examined = new library.Map({{ container: holder, style: map.getStyle() }});
                examined.on("error", ({{ error }}) => faults.push(error.message));
                await new Promise((done) => {{ examined.once("style.load", done); setTimeout(done, 5000); }});
                const layers = examined.getStyle()?.layers.length;
                examined.remove();
                return [faults, layers];
            }}"""
        )
        assert faults[0] == []
        assert faults[1] > 7


def test_regions_that_failed_to_come_are_asked_for_again(visit: Callable[..., Watched]) -> None:
    watched = visit("leader")
    page, failed = watched.page, list[str]()

    def fail_at_first(route: object) -> None:
        if len(failed) < 2:
            failed.append("")
            route.abort()  # type: ignore[attr-defined]
        else:
            route.fallback()  # type: ignore[attr-defined]

    page.route("**/tiles/regions/**", fail_at_first)
    watched.open("/")
    page.wait_for_function(
        f"() => {{ {ENTRY} return new Set(map.queryRenderedFeatures({{ layers: ['county-fill'] }})"
        ".map((county) => county.id)).size === 100; }",
        timeout=60_000,
    )
    assert len(failed) == 2
