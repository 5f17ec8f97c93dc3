"""Refused verdicts leave as a COCO data set: the province's alone, with every reason, and logged."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from PIL import Image

from db.commands import camera_verdicts, vision_reviews
from db.commands.actor import Actor
from db.commands.camera_verdicts import NewVerdict
from db.errors import InvalidInput
from db.evidence.store import EvidenceStore
from db.rules.access_scope import EVERYTHING
from db.rules.camera_rules import Mode, SeenBox, VisionRule
from db.rules.vision_review import Refused, Why, checked, interval
from tests.db.pictures import jpeg
from tests.portal.conftest import PortalServer
from tests.portal.door import one

CARTON = SeenBox("carton", 0.7, (0.25, 0.5, 0.5, 0.75))


def refused(server: PortalServer, why: Refused) -> int:
    """A verdict that somebody has refused."""
    store, now = EvidenceStore(server.settings.evidence_folder), datetime.now(UTC)
    camera = int(one(server, "select min(id) from devices where kind = 'camera' and retired_on is null"))
    actor = Actor(int(one(server, "select min(id) from people")), "测试员", "::1")
    new = NewVerdict(camera, VisionRule.ROUTE_BLOCKED, None, Mode.REVIEW, now, 0.7, 0.5, boxes=(CARTON,))
    with server.test_record.record.scoped(EVERYTHING) as session:
        given = camera_verdicts.give(session, new, store.keep(jpeg(seed="refused")), now)
        vision_reviews.judge(session, given.verdict_id, why, actor, now)
    return given.verdict_id


def test_refusals_leave_as_coco_and_it_is_logged(portal_server: PortalServer) -> None:
    verdict = refused(portal_server, checked(Why.OTHER, "  快递  当天取走 "))
    answer = portal_server.client("leader").get("/api/v1/vision/refusals.zip?days=1")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as files:
        told = json.loads(files.read("annotations.json"))
        (mine,) = [each for each in told["annotations"] if each["verdict"] == verdict]
        (image,) = [each for each in told["images"] if each["id"] == mine["image_id"]]
        with Image.open(io.BytesIO(files.read(image["file_name"]))) as picture:
            assert picture.size == (image["width"], image["height"])
    assert image["cause"] == "other: 快递 当天取走"
    assert mine["bbox"] == [
        0.25 * image["width"],
        0.5 * image["height"],
        *(0.25 * image[s] for s in ("width", "height")),
    ]
    logged = "select (detail->>'pictures')::int from audit_log where act = 'vision refusals exported' order by id desc"
    assert one(portal_server, f"{logged} limit 1") >= 1
    for login in ("zhanggong", "venue", "analyst", "admin"):
        assert portal_server.client(login).get("/api/v1/vision/refusals.zip").status_code == 403


@pytest.mark.parametrize(("why", "words"), [(Why.OTHER, " "), (Why.LIGHT, "x" * 201)])
def test_a_reason_that_says_nothing_is_refused(why: Why, words: str) -> None:
    with pytest.raises(InvalidInput):
        checked(why, words)


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (8, 10, 0.490, 0.943), (50, 100, 0.404, 0.596)],
)
def test_the_interval_is_wilsons(right: int, judged: int, low: float, high: float) -> None:
    assert interval(right, judged) == pytest.approx((low, high), abs=0.001)
    assert interval(0, 0) is None
