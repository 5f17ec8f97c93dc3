"""Review by keys, and evidence that is masked until somebody says why faces must be seen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from db.commands import camera_verdicts, cameras, vision_models
from db.commands.actor import Actor
from db.commands.camera_verdicts import Given, NewVerdict
from db.commands.cameras import NewRule, NewStream
from db.evidence.store import EvidenceStore
from db.rules.access_scope import EVERYTHING
from db.rules.camera_rules import Mode, SeenBox, VisionRule
from tests.db.pictures import jpeg
from tests.portal.conftest import PortalServer
from tests.portal.door import change, one

pytestmark = pytest.mark.browser

CAMERA = "select id from devices where kind = 'camera' and county = 360702 and retired_on is null order by id desc"
PERSON = SeenBox("person", 0.8, (0.3, 0.2, 0.5, 0.9))
HEAD = (0.3, 0.2, 0.5, 0.4)


def found(server: PortalServer, rule: VisionRule, mode: Mode, minutes: float, n: int = 0) -> Given:
    """A camera's verdict of `minutes` ago, as its worker writes it down."""
    store, now = EvidenceStore(server.settings.evidence_folder), datetime.now(UTC)
    at = now - timedelta(minutes=minutes)
    number = int(one(server, f"{CAMERA} offset :n", n=n))
    actor = Actor(int(one(server, "select min(id) from people")), "测试员", "::1")
    with server.test_record.record.scoped(EVERYTHING) as session:
        cameras.connect(session, number, NewStream("file", "/nowhere.mp4"), actor, now)
        zone = cameras.draw_zone(session, number, "东侧走廊", [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]], actor, now)
        rule_id = cameras.add_rule(session, number, NewRule(rule, zone, mode), actor, now)
        card = {"is_synthetic": True, "trained_on": "x", "licence": "MIT", "measured": []}
        vision_models.register(session, "test-scenes", b"\1" * 32, card, now)
        verdict = NewVerdict(number, rule, rule_id, mode, at, 0.8, 0.35, 9.0, None, "test-scenes", (PERSON,))
        stored = store.keep(jpeg(seed=f"{rule}/{minutes}"))
        return camera_verdicts.give(session, verdict, stored, now, [HEAD])


@pytest.fixture
def alone(portal_server: PortalServer) -> None:
    """Nothing else waits for review in the district."""
    change(portal_server, "update vision_verdicts set outcome = 'confirmed' where outcome is null and alarm_id is null")
    change(
        portal_server,
        "update alarms set verdict = 'real_hazard', state = 'verified' where verdict is null"
        " and id in (select alarm_id from vision_verdicts)",
    )


def outcome(server: PortalServer, verdict: int) -> Any:
    with server.owner.connect() as connection:
        return tuple(
            connection.execute(
                text("select outcome, outcome_reason from vision_verdicts where id = :id"), {"id": verdict}
            ).one()
        )


def wait_for(page: Any, rule: str) -> None:
    page.wait_for_function(f"() => document.querySelector('.verdict-head h2')?.textContent === '{rule}'")


def test_a_card_at_a_time_by_keys(visit: Any, alone: None, portal_server: PortalServer) -> None:
    oldest = found(portal_server, VisionRule.SMOKING, Mode.REVIEW, 30)
    middle = found(portal_server, VisionRule.ROUTE_BLOCKED, Mode.REVIEW, 20)
    rang = found(portal_server, VisionRule.CROWDING, Mode.RING, 10, n=1)
    watched = visit("zhanggong")
    watched.open("/vision")
    page = watched.page
    wait_for(page, "人员拥堵")  # an open alarm comes first
    assert "仅用合成场景训练" in page.inner_text(".verdict-model")
    page.keyboard.press("n")
    page.keyboard.press("6")  # another reason without words: refused, and nothing is lost
    page.wait_for_function("() => document.querySelector('#toast').textContent.includes('请写明')")
    assert one(portal_server, "select verdict from alarms where id = :id", id=rang.alarm_id) is None
    page.fill("#vision-words", "家长接送")
    page.press("#vision-words", "Enter")
    wait_for(page, "疏散通道占用")
    assert one(portal_server, "select verdict from alarms where id = :id", id=rang.alarm_id) == "false"
    assert outcome(portal_server, rang.verdict_id)[1] == "other: 家长接送"
    page.keyboard.press(" ")
    wait_for(page, "吸烟")
    page.keyboard.press("y")
    page.wait_for_selector(".vision-review [data-press*=again]")
    assert outcome(portal_server, oldest.verdict_id) == ("confirmed", None)
    page.click(".vision-review [data-press*=again]")
    wait_for(page, "疏散通道占用")
    page.keyboard.press("n")
    page.keyboard.press("3")
    page.wait_for_function("() => document.querySelector('.vision-review').textContent.includes('没有待复核')")
    assert outcome(portal_server, middle.verdict_id) == ("refused", "light")
    logged = "select detail->>'reason' from audit_log where act = 'vision review' order by id desc limit 1"
    assert one(portal_server, logged) == "light"
    assert watched.complaints == []


def test_precision_thresholds_and_models(visit: Any, alone: None, portal_server: PortalServer) -> None:
    given = found(portal_server, VisionRule.CROWDING, Mode.REVIEW, 5, n=2)
    change(
        portal_server,
        "update camera_rules set muted_at = now() where id = (select rule_id from vision_verdicts where id = :id)",
        id=given.verdict_id,
    )
    page = visit("zhanggong").page
    page.goto(f"{portal_server.url}/vision")
    page.wait_for_selector(".muted-rule")
    assert "静默" in page.inner_text(".muted-rule")
    assert "仅合成场景" in page.inner_text(".model-cards")
    page.fill(".muted-rule input", "0.95")
    page.press(".muted-rule input", "Tab")
    page.wait_for_function("() => document.querySelector('#toast').textContent.includes('阈值')")
    rule = "select threshold from camera_rules where id = (select rule_id from vision_verdicts where id = :id)"
    assert one(portal_server, rule, id=given.verdict_id) == pytest.approx(0.35)
    page.wait_for_function("() => document.querySelector('.muted-rule input').value === '0.35'")
    page.fill(".muted-rule input", "0.5")
    page.press(".muted-rule input", "Tab")
    page.wait_for_function("() => document.querySelector('#toast').textContent.includes('30 秒')")
    assert one(portal_server, rule, id=given.verdict_id) == pytest.approx(0.5)


def test_evidence_is_masked_until_a_reason_is_given(visit: Any, alone: None, portal_server: PortalServer) -> None:
    given = found(portal_server, VisionRule.ROUTE_BLOCKED, Mode.RING, 1, n=3)
    watched = visit("zhanggong")
    page = watched.page
    page.goto(f"{portal_server.url}/alarms?alarm={given.alarm_id}")
    box = f".unmask[data-frame='{given.frame_id}']"
    picture = page.locator(f".framed:has(+ {box}) img")
    page.click(f"{box} summary")
    page.click(f"{box} .unmask-go")
    page.wait_for_selector(f"{box} .unmask-said.bad")
    before = "select count(*) from audit_log where act = 'evidence unmasked' and subject = :s"
    assert one(portal_server, before, s=f"frames/{given.frame_id}") == 0
    page.fill(f"{box} input", "核实堵塞物归属")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{box}.opened")
    assert "leave=" in str(picture.get_attribute("src"))
    with portal_server.owner.connect() as connection:
        logged = connection.execute(
            text("select actor_name, detail from audit_log where act = 'evidence unmasked' order by id desc limit 1")
        ).one()
    assert logged.detail["reason"] == "核实堵塞物归属"
    assert logged.detail["alarm"] == given.alarm_id
    page.reload()  # another look at the alarm: masked again
    page.wait_for_selector(box)
    assert "leave=" not in str(picture.get_attribute("src"))
    assert [each for each in watched.complaints if "422" not in each] == []  # the refusal, as browsers note it
