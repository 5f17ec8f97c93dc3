"""Bulletins and the snapshots they stand on."""

import csv
import io

from tests.portal.door import one
from tests.portal.scopes.levels import Level, Tries, refused

OF_REGIONS = ("leader", "ganzhou", "zhanggong")
"""Whom bulletins are for."""


def try_bulletins(level: Level, path: str) -> None:
    answer = level.get(path)
    assert answer.status_code == (200 if level.login in OF_REGIONS else 403)
    if level.login in OF_REGIONS and path.endswith("bulletins"):
        assert level.login == "leader" or {row["state"] for row in answer.json()} <= {"issued"}


def try_bulletin_file(level: Level, ending: str) -> None:
    bulletin, _snapshot = _issued(level)
    # A zip of many copies takes its time: here of one county, which has none inside.
    own = one(level.server, "select county from venues where id = :id", id=min(level.theirs))
    answer = level.get(f"/api/v1/bulletins/{bulletin}.{ending}", **({"region": own} if ending == "zip" else {}))
    if level.login not in OF_REGIONS:
        assert answer.status_code == 403
        return
    assert answer.status_code == 200
    for outside in level.outside:
        county = one(level.server, "select county from venues where id = :id", id=outside)
        for region in (county, county // 100 * 100, 360000):
            if not level.scope.covers(region):
                refused(level, level.get(f"/api/v1/bulletins/{bulletin}.{ending}", region=region), outside)
    if ending == "csv":
        listed = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
        assert listed
        assert all(level.scope.covers(int(row[0])) for row in listed)


def try_snapshot_figures(level: Level) -> None:
    _bulletin, snapshot = _issued(level)
    answer = level.get(f"/api/v1/snapshots/{snapshot}/figures")
    if level.login not in OF_REGIONS:
        assert answer.status_code == 403
        return
    assert answer.json()
    assert all(level.scope.covers(row["adcode"]) for row in answer.json())


def try_snapshot_behind(level: Level) -> None:
    _bulletin, snapshot = _issued(level)
    for outside in level.outside:
        county = one(level.server, "select county from venues where id = :id", id=outside)
        answer = level.get(f"/api/v1/snapshots/{snapshot}/behind.csv", region=county)
        if level.login not in OF_REGIONS:
            assert answer.status_code == 403
            continue
        listed = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
        assert {int(row[0]) for row in listed} <= level.theirs


def _issued(level: Level) -> tuple[int, int]:
    bulletin = one(level.server, "select max(id) from bulletins where state = 'issued'")
    return bulletin, one(level.server, "select snapshot_id from bulletins where id = :id", id=bulletin)


TRIED: Tries = {
    ("get", "/api/v1/bulletins"): lambda level: try_bulletins(level, "/api/v1/bulletins"),
    ("get", "/api/v1/snapshots"): lambda level: try_bulletins(level, "/api/v1/snapshots"),
    ("get", "/api/v1/bulletins/{bulletin_id}.{format}"): lambda level: try_bulletin_file(level, "csv"),
    ("get", "/api/v1/bulletins/{bulletin_id}.zip"): lambda level: try_bulletin_file(level, "zip"),
    ("get", "/api/v1/snapshots/{snapshot_id}/figures"): try_snapshot_figures,
    ("get", "/api/v1/snapshots/{snapshot_id}/behind.csv"): try_snapshot_behind,
}
