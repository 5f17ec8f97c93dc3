"""A hazard from the county's desk to the venue's telephone and back: rectified with a photograph, accepted, closed."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.db.pictures import jpeg
from tests.journeys.conftest import Watched
from tests.portal.conftest import PortalServer
from tests.portal.door import one

pytestmark = pytest.mark.browser

WHAT = "后勤通道堆放旧桌椅"


def press(watched: Watched, act: str) -> None:
    """Press the button of an act's form, twice as some do, and wait until the panel tells of the one step."""
    steps = watched.page.locator(".timeline li").count()
    watched.page.dblclick(f'[data-press*=\'"act":"{act}"\']', delay=60)
    watched.page.wait_for_function(f"() => document.querySelectorAll('.timeline li').length > {steps}", timeout=60_000)


def fill(watched: Watched, act: str, name: str, words: str) -> None:
    watched.page.fill(f'[id*=\'"act":"{act}"\'][id*=\'"name":"{name}"\']', words)


def test_a_hazard_is_rectified_with_a_photograph(
    visit: Callable[..., Watched], portal_server: PortalServer, tmp_path: Path
) -> None:
    venue = one(portal_server, "select venue_id from grants where role = 'venue' order by id limit 1")
    at = one(portal_server, "select array[st_x(point), st_y(point)] from venues where id = :v", v=venue)
    county = visit("zhanggong")
    county.open(f"/hazards?new=1&venue={venue}")
    county.page.fill('[id*=\'"name":"place"\']', "后勤通道")
    county.page.click("#hazard-new")
    county.page.wait_for_selector("#toast .refused:has-text('请填写存在的问题')")  # and nothing that was typed is lost
    county.page.fill('[id*=\'"name":"what"\']', WHAT)
    assert county.page.input_value('[id*=\'"name":"place"\']') == "后勤通道"
    county.page.click("#hazard-new")
    county.page.wait_for_selector(f".case-what:has-text('{WHAT}')", timeout=60_000)
    hazard = one(portal_server, "select max(id) from hazards where what = :w", w=WHAT)
    fill(county, "assign", "measure", "清空并划线")
    press(county, "assign")

    phone = visit("venue", 390, 844, has_touch=True, is_mobile=True)
    phone.open("/hazards")
    phone.page.wait_for_selector(".ag-row")
    phone.open(f"/hazards?hazard={hazard}")
    phone.page.wait_for_selector(f".case-what:has-text('{WHAT}')")
    assert phone.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert phone.page.locator(".case-acts input[capture=environment]").count() == 1
    picture = tmp_path / "IMG_0001.jpg"
    picture.write_bytes(jpeg(seed="journey", taken=datetime.now(UTC), at=(at[0], at[1]), size=(3000, 2000)))
    fill(phone, "submit", "words", "已清空")
    phone.page.set_input_files(".case-acts .choose input", picture)
    phone.page.wait_for_selector(".gallery img", timeout=60_000)
    assert phone.page.input_value('[id*=\'"act":"submit"\'][id*=\'"name":"words"\']') == "已清空"
    assert phone.page.locator(".doubt").count() == 0
    press(phone, "submit")

    county.open(f"/hazards?show=submitted&hazard={hazard}")
    county.page.wait_for_selector(".gallery img")
    press(county, "accept")
    press(county, "close")
    county.page.wait_for_selector(".case-next:has-text('已销号')")
    row = one(
        portal_server,
        "select state || ' ' || (counter_evidence_id is not null) || ' ' || (select count(*) from audit_log"
        " where subject = 'hazards/' || h.id) from hazards h where id = :h",
        h=hazard,
    )
    assert row == "closed true 6"
    assert county.complaints == phone.complaints == []


def test_a_work_order_from_a_hazard(visit: Callable[..., Watched], portal_server: PortalServer) -> None:
    """Given from the hazard's panel, taken on by the unit, who says that it has arrived."""
    sql = """
        select h.id from hazards h join accounts a on a.login = 'maintainer' join grants g on g.person_id = a.person_id
        where h.state <> 'closed' and h.county = 360702 and exists (select from contracts c
            where c.venue_id = h.venue_id and c.maintainer_id = g.maintainer_id and c.ends_on is null)
        order by h.id desc limit 1
    """
    hazard = one(portal_server, sql) or one(portal_server, "select max(id) from hazards where county = 360702")
    county = visit("zhanggong")
    county.open(f"/hazards?hazard={hazard}")
    county.page.click("a:has-text('派发工单')")
    county.page.wait_for_selector("#order-new")
    county.page.click("#order-new")
    county.page.wait_for_selector(".case-next, .case-what", timeout=60_000)
    county.page.wait_for_selector(".timeline")
    order = one(portal_server, "select max(id) from work_orders where hazard_id = :h", h=hazard)
    unit = visit(
        "maintainer", 390, 844, geolocation={"longitude": 114.94, "latitude": 25.83}, permissions=["geolocation"]
    )
    unit.open(f"/orders?order={order}")
    unit.page.wait_for_selector(".case-what")
    press(unit, "accept")
    press(unit, "arrive")
    assert one(portal_server, "select state from work_orders where id = :o", o=order) == "arrived"
    assert one(portal_server, "select arrived_metres from work_orders where id = :o", o=order) is not None
    assert county.complaints == unit.complaints == []
