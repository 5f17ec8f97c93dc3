"""One detector's word, followed to the end by everybody whom it concerns: the county, the venue, the county again."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingest.mqtt.gateway import Gateway
from tests.db.pictures import jpeg
from tests.journeys.conftest import Watched
from tests.journeys.test_alarm_desk import row
from tests.journeys.test_alarm_on_screen import publish
from tests.journeys.test_hazard_rectified import fill, press
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one

pytestmark = pytest.mark.browser

DETECTOR = """
    select d.code from devices d join grants g on g.venue_id = d.venue_id and g.role = 'venue'
    where d.kind = 'smoke_detector' and d.retired_on is null and d.area_id is not null
        and not exists (select from hazards h where h.venue_id = d.venue_id and h.area_id = d.area_id)
    order by g.id, d.id limit 1
"""
WHAT = "走廊堆放的纸箱被烤焦"
QUIET = (
    "update alarms set state = 'closed', closed_at = now(), verdict = coalesce(verdict, 'test_or_drill')"
    " where closed_at is null and county = 360702"
)
ALARMS_LIFE = "select string_agg(step, ' ' order by at, id) from alarm_steps where alarm_id = :a"
HAZARDS_LIFE = "select string_agg(step, ' ' order by at, id) from hazard_steps where hazard_id = :h"


def test_from_a_detectors_word_to_a_hazard_that_is_closed(
    visit: Callable[..., Watched], portal_server: PortalServer, gateway: Gateway, tmp_path: Path
) -> None:
    change(portal_server, QUIET)
    code = one(portal_server, DETECTOR)
    at = one(
        portal_server,
        "select array[st_x(v.point), st_y(v.point)] from venues v join devices d on d.venue_id = v.id and d.code = :c",
        c=code,
    )
    county = visit("zhanggong")
    county.open("/alarms")
    county.page.wait_for_selector(".alarm-desk .ag-root")
    publish(portal_server, code, '{"alarm": true, "value": 0.42}')
    alarm = verified_as_hazard(county, portal_server)
    hazard = one(portal_server, "select id from hazards where alarm_id = :a", a=alarm)

    # It stands on the list of problems, and somebody is named to put it right.
    county.open("/hazards")
    county.page.click(f'.ag-row[row-id="{hazard}"]')
    county.page.wait_for_selector(f".case-what:has-text('{WHAT}')")
    assert county.page.locator(f".case-facts a[href='/alarms?alarm={alarm}']").count() == 1
    fill(county, "assign", "measure", "清走纸箱，加贴禁放标识")
    press(county, "assign")

    # Whoever holds the venue's telephone finds it, puts it right and shows it.
    phone = visit("venue", 390, 844, has_touch=True, is_mobile=True)
    phone.open("/hazards")
    phone.page.click(f'.ag-row[row-id="{hazard}"]')
    phone.page.wait_for_selector(f".case-what:has-text('{WHAT}')")
    assert phone.page.locator('[data-press*=\'"act":"accept"\']').count() == 0, "nobody accepts one's own work"
    picture = tmp_path / "IMG_0002.jpg"
    picture.write_bytes(jpeg(seed="to the end", taken=datetime.now(UTC), at=(at[0], at[1]), size=(2400, 1600)))
    fill(phone, "submit", "words", "纸箱已清走")
    phone.page.set_input_files(".case-acts .choose input", picture)
    phone.page.wait_for_selector(".gallery img", timeout=60_000)
    press(phone, "submit")

    # The county sees the photograph, accepts and closes; then it ends the alarm too.
    county.open(f"/hazards?show=submitted&hazard={hazard}")
    shown = county.page.locator(".gallery img").first
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.complete && image.naturalWidth > 0")
    press(county, "accept")
    press(county, "close")
    county.page.wait_for_selector(".case-next:has-text('回头看')")  # it was critical, so it is looked at again
    ended(county, alarm)

    assert one(portal_server, ALARMS_LIFE, a=alarm) == "raised acknowledged verified handled closed"
    assert one(portal_server, HAZARDS_LIFE, h=hazard) == "found assign evidence submit accept close"
    stands = "select a.state || ' ' || a.verdict || ' ' || h.state || ' ' || (h.counter_evidence_id is not null)"
    stands += " from alarms a join hazards h on h.alarm_id = a.id where a.id = :a"
    assert one(portal_server, stands, a=alarm) == "closed real_hazard closed true"
    assert one(portal_server, "select audit_log_broken_at()") is None
    assert county.complaints == phone.complaints == []


def verified_as_hazard(county: Watched, server: PortalServer) -> int:
    """The county takes the newest alarm on, looks, and finds that nothing burns but something is not right."""
    page = county.page
    page.wait_for_selector(".alarm-desk .ag-row[row-id]", timeout=20_000)
    alarm = int(one(server, "select max(id) from alarms"))
    page.click(row(page, alarm) + " [col-id=where]")
    page.wait_for_selector(f'.acts[data-alarm="{alarm}"]')
    page.click("[data-opens=take]")
    page.click(".act-form.open button:has-text('30 分钟')")
    page.wait_for_selector(".case-owner:has-text('演示·章贡区')")
    page.click("[data-opens=hazard]")
    page.fill("#alarm-words", WHAT)
    page.click(".act-form.open button:has-text('真实隐患')")
    page.wait_for_selector(".timeline:has-text('真实隐患')")
    return alarm


def ended(county: Watched, alarm: int) -> None:
    county.open(f"/alarms?alarm={alarm}")
    for form in ("handle", "close"):
        county.page.click(f"[data-opens={form}]")
        county.page.click(".act-form.open button")
        county.page.wait_for_function(
            "(form) => !document.querySelector(`.acts [data-opens=${form}]`)", arg=form, timeout=20_000
        )
