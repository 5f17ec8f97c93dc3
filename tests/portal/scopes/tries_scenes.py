"""Plans, scenes, and the links that share them."""

from collections.abc import Callable

from sqlalchemy import text

from tests.portal.door import one
from tests.portal.scopes.levels import Level, Tries, refused


def try_plans_and_scenes(part: str) -> Callable[[Level], None]:
    """What is drawn of a venue: theirs, and of others as if there were none."""

    def tried(level: Level) -> None:
        assert level.get(f"/api/v1/venues/{min(level.theirs)}/{part}").status_code == 200
        for outside in level.outside:
            refused(level, level.get(f"/api/v1/venues/{outside}/{part}"), outside)

    return tried


def try_drawing(level: Level) -> None:
    """Theirs they may draw; what others drew stays."""
    whole = level.get(f"/api/v1/venues/{min(level.theirs)}/plan/sketch").json()
    drawn = {"revision": _revision(level, min(level.theirs)), "buildings": whole["buildings"]}
    made = level.browser.post(f"/api/v1/venues/{min(level.theirs)}/plan", json=drawn)
    assert made.status_code == 200, made.text
    for outside in level.outside:
        before = _revision(level, outside)
        for revision in {0, before}:
            answer = level.browser.post(
                f"/api/v1/venues/{outside}/plan", json={"revision": revision, "buildings": whole["buildings"]}
            )
            refused(level, answer, outside)
        assert _revision(level, outside) == before


def _revision(level: Level, venue: int) -> int:
    return int(one(level.server, "select coalesce(max(revision), 0) from plans where venue_id = :v", v=venue))


def try_reading_a_file(level: Level) -> None:
    for outside in level.outside:
        refused(level, level.browser.post(f"/api/v1/plans/read?venue={outside}", content=b"{}"), outside)


def try_sharing(level: Level) -> None:
    """Whoever may share shares theirs alone."""
    body = {"purpose": f"tried by {level.login}", "hours": 1}
    mine = level.browser.post(f"/api/v1/venues/{min(level.theirs)}/scene/links", json=body)
    assert mine.status_code == (403 if level.login == "maintainer" else 201)
    for outside in level.outside:
        answer = level.browser.post(f"/api/v1/venues/{outside}/scene/links", json=body)
        assert answer.status_code == (403 if level.login == "maintainer" else 404)
        made = "select count(*) from scene_links where venue_id = :v and purpose = :p"
        assert one(level.server, made, v=outside, p=body["purpose"]) == 0


def try_links(level: Level) -> None:
    if level.login == "maintainer":
        assert level.get(f"/api/v1/venues/{min(level.theirs)}/scene/links").status_code == 403
        return
    try_plans_and_scenes("scene/links")(level)


def try_withdrawing(level: Level) -> None:
    for outside in level.outside:
        sql = """
            insert into scene_links (venue_id, county, token_hash, purpose, made_at, made_by_name, expires_at)
            select id, county, sha256(convert_to(clock_timestamp()::text, 'utf8')), 'x', now(), 'x',
                now() + interval '1 hour' from venues where id = :id returning id
        """
        with level.server.owner.begin() as connection:
            link = connection.scalar(text(sql), {"id": outside})
        answer = level.browser.post(f"/api/v1/venues/{outside}/scene/links/{link}/withdraw")
        assert answer.status_code == (403 if level.login == "maintainer" else 404)
        mine = level.browser.post(f"/api/v1/venues/{min(level.theirs)}/scene/links/{link}/withdraw")
        assert mine.status_code == (403 if level.login == "maintainer" else 404)
        assert one(level.server, "select withdrawn_at from scene_links where id = :id", id=link) is None


TRIED: Tries = {
    ("get", "/api/v1/venues/{venue_id}/scene"): try_plans_and_scenes("scene"),
    ("get", "/api/v1/venues/{venue_id}/scene/state"): try_plans_and_scenes("scene/state"),
    ("get", "/api/v1/venues/{venue_id}/plan.geojson"): try_plans_and_scenes("plan.geojson"),
    ("get", "/api/v1/venues/{venue_id}/plan/sketch"): try_plans_and_scenes("plan/sketch"),
    ("post", "/api/v1/venues/{venue_id}/plan"): try_drawing,
    ("post", "/api/v1/plans/read"): try_reading_a_file,
    ("get", "/api/v1/venues/{venue_id}/scene/links"): try_links,
    ("post", "/api/v1/venues/{venue_id}/scene/links"): try_sharing,
    ("post", "/api/v1/venues/{venue_id}/scene/links/{link_id}/withdraw"): try_withdrawing,
}
