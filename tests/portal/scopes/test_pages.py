"""Every page keeps within the scope."""

import json

import pytest

from tests.portal.door import one
from tests.portal.scopes.levels import Level

PAGES = (
    *("/bulletins", "/bulletins?show=snapshots", "/bulletins/1"),
    *("/", "/alarms", "/rankings", "/wall", "/venues/{venue}", "/devices/{device}", "/ladders"),
    *("/ladders?tab=holes", "/ladders?tab=letters", "/devices", "/bind/{device}", "/labels"),
    *("/venues/{venue}?tab=space", "/venues/{venue}/plan"),
    *("/conformance", "/hazards", "/orders", "/duty", "/windows", "/outbox", "/messages", "/deadlines"),
    *("/cameras", "/cameras?venue={venue}", "/cameras/{camera}/zones", "/vision"),
    *("/patrol", "/patrol?tab=results", "/patrol?tab=figures", "/patrol?tab=plans", "/venues/{venue}?tab=history"),
    *("/audit", "/appeals"),
    *("/excused", "/rankings?measure=verified_duty"),
    "/wall/playlist",
)
"""Pages, as their addresses name them; every one is opened at what lies outside."""


@pytest.mark.parametrize("page", PAGES)
def test_pages_keep_within_the_scope(level: Level, page: str) -> None:
    for outside in level.outside:
        name = one(level.server, "select name from venues where id = :id", id=outside)
        county = one(level.server, "select county from venues where id = :id", id=outside)
        alarm = one(level.server, "select max(id) from alarms where venue_id = :id", id=outside)
        device = one(level.server, "select coalesce(max(code), 'none') from devices where venue_id = :id", id=outside)
        camera = one(
            level.server, "select coalesce(max(device_id), 1) from camera_streams where venue_id = :v", v=outside
        )
        path, _question, asked = page.format(venue=outside, device=device, camera=camera).partition("?")
        search = f"?area={county}&alarm={alarm or 0}&region={county}&venue={outside}&{asked}"
        assert level.get(path + search).status_code in (200, 403)
        assert name not in level.get(path + search).text
        assert json.dumps(name)[1:-1] not in _routed(level, path, search)
        assert name not in _routed(level, path, search)
        assert "state-sentence" not in _routed(level, path, search) or "{" not in page


def _routed(level: Level, path: str, search: str) -> str:
    """What the pages' router answers for an address."""
    answer = level.browser.post(
        "/_dash-update-component",
        json={
            "output": "..frame.children...frame.className..",
            "outputs": [
                {"id": "frame", "property": "children"},
                {"id": "frame", "property": "className"},
            ],
            "inputs": [{"id": "address", "property": "pathname", "value": path}],
            "state": [{"id": "address", "property": "search", "value": search}],
            "changedPropIds": ["address.pathname"],
        },
    )
    assert answer.status_code == 200
    return answer.text
