"""A detector speaks and nobody moves: city, province, and the letter in the browser; a ladder changed and rehearsed."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from db.rules.access_scope import EVERYTHING
from ingest.escalation.climber import Climber
from ingest.mqtt.gateway import Gateway
from tests.journeys.conftest import Watched
from tests.journeys.test_alarm_on_screen import publish
from tests.portal.alarming import close
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one

pytestmark = pytest.mark.browser
Visit = Callable[..., Watched]

QUIET = """
    select d.code from devices d join venues v on v.id = d.venue_id
    join contracts c on c.venue_id = v.id and c.ends_on is null and c.starts_on <= current_date
    where d.kind = 'smoke_detector' and d.retired_on is null and d.county = 360702
        and v.category = 'training_institution'
        and exists (select from venue_people p where p.venue_id = v.id and p.person_id is not null)
        and not exists (select from alarms a where a.venue_id = d.venue_id and a.closed_at is null)
    order by d.id desc limit 1
"""
PATIENCE_MS = 90_000
FIRE = "select id from ladder_templates where kind = 'fire' and category is null and replaced_at is null"


@pytest.fixture
def climber(portal_server: PortalServer) -> Iterator[Climber]:
    record = portal_server.test_record
    running = Climber(record.record, record.app_url)
    thread = threading.Thread(target=running.run)
    thread.start()
    assert running.listens.wait(30)
    yield running
    running.stop()
    thread.join(20)


def test_nobody_moves(visit: Visit, portal_server: PortalServer, gateway: Gateway, climber: Climber) -> None:
    code = str(one(portal_server, QUIET))
    change(
        portal_server, f"update ladder_rungs set after_seconds = 2 where number in (4, 5) and template_id = ({FIRE})"
    )
    office = visit("leader")
    office.open("/ladders?tab=letters")
    _until(portal_server, "select true from feeds where alive_at > now() - interval '10 s' limit 1")
    publish(portal_server, code, '{"alarm": true, "value": 0.42}')
    alarm = _until(portal_server, SETTLED, code=code)
    steps = "select string_agg(step, ' ' order by id) from alarm_steps where alarm_id = :id"
    assert one(portal_server, steps, id=alarm) == "raised told told told escalated escalated"

    office.page.click(".venue-tabs a:has-text('通知谁')")
    office.page.wait_for_selector(".ladder-chain")
    office.page.click(".venue-tabs a:has-text('督办单')")
    office.page.wait_for_selector(".letter-list")
    number = office.page.inner_text(".letter-list li:first-child a")
    assert number.startswith("安督〔")
    issuers = office.page.locator(".letter-list li small").all_inner_texts()
    assert {"江西省教育厅", "赣州市教育局"} <= set(issuers)
    href = office.page.get_attribute(".letter-list li:first-child a", "href")
    answer = office.page.request.get(portal_server.url + str(href))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.body().startswith(b"%PDF-")
    assert office.complaints == []
    close(portal_server, alarm)


SETTLED = """
    select a.id from alarms a join devices d on d.id = a.device_id join alarm_ladders l on l.alarm_id = a.id
    where d.code = :code and l.state = 'ended'
        and 2 = (select count(*) from letters t where t.alarm_id = a.id and t.sha256 is not null)
"""
"""The device's alarm, once its ladder has ended and its letters are drawn."""


def _until(server: PortalServer, sql: str, **values: object) -> int:
    """What the query answers, once it answers something."""
    tick = threading.Event()
    for _look in range(600):
        found = one(server, sql, **values)
        if found is not None:
            return int(found)
        tick.wait(0.1)
    pytest.fail(f"nothing came of: {sql}")


def test_a_ladder_is_changed_and_rehearsed(visit: Visit, portal_server: PortalServer) -> None:
    before = one(portal_server, FIRE)
    office = visit("leader")
    office.open(f"/ladders?tab=templates&ladder={before}&edit=1")
    minutes = office.page.locator(".ladder-form tbody tr:nth-child(4) td:nth-child(2) input")
    minutes.fill("-5")
    office.page.click("#ladder-save")
    office.page.wait_for_selector("#ladder-refusal:has-text('整分钟')", timeout=PATIENCE_MS)
    assert minutes.input_value() == "-5"
    assert one(portal_server, FIRE) == before
    minutes.fill("7")
    office.page.click("#ladder-save")
    office.page.wait_for_selector(".ladder-chain li:has-text('7 分钟后'):has-text('市级')", timeout=PATIENCE_MS)
    after = one(portal_server, FIRE)
    assert after != before
    assert one(portal_server, "select count(*) from audit_log where act = 'ladder changed'") == 1

    code = str(one(portal_server, QUIET))
    county = visit("zhanggong", 390, 844)
    county.open(f"/ladders?tab=rehearsal&device={code}")
    row = county.page.locator(".rehearsal-table tr:has-text('市级')").first
    assert "7 分钟" in row.inner_text()
    assert one(portal_server, "select count(*) from notices where made_at > :t", t=datetime.now(UTC)) == 0
    county.open("/ladders?tab=templates&edit=1")
    assert county.page.locator("#ladder-save").count() == 0
    assert office.complaints == county.complaints == []
    with portal_server.test_record.record.scoped(EVERYTHING) as session:
        assert session.scalar(text("select version from ladder_templates where id = :id"), {"id": after}) == 2
