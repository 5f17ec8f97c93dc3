"""Hazards, work orders, and the evidence of both."""

import io
from collections.abc import Callable

from docx import Document
from openpyxl import load_workbook
from sqlalchemy import text

from tests.db.pictures import jpeg
from tests.portal.door import change, one
from tests.portal.scopes.levels import Level, Tries, csrf_token, refused


def try_hazard_lists(level: Level) -> None:
    names = "select distinct name from venues where id = any (:ids)"
    with level.server.owner.connect() as connection:
        theirs = set(connection.scalars(text(names), {"ids": list(level.theirs)}))
    answer = level.get("/api/v1/hazards/lists/problems.xlsx", show="all")
    assert answer.status_code == 200
    rows = load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(min_row=4, max_col=2, values_only=True)
    assert {row[1] for row in rows if row[1]} <= theirs
    for outside in level.outside:
        _put_hazard(level, outside)
        answer = level.get("/api/v1/hazards/lists/measures.docx", show="all", venue=outside)
        name = one(level.server, "select name from venues where id = :id", id=outside)
        assert name not in "".join(
            cell.text for row in Document(io.BytesIO(answer.content)).tables[0].rows for cell in row.cells
        )


def try_hazards(level: Level) -> None:
    _try_list(level, "/api/v1/hazards", _put_hazard)


def try_orders(level: Level) -> None:
    _try_list(level, "/api/v1/orders", _put_order)


def _put_order(level: Level, venue: int) -> int:
    change(level.server, ORDER, venue=venue)
    return int(one(level.server, "select max(id) from work_orders"))


ORDER = """
    insert into work_orders (venue_id, county, what, urgency, state, given_to, given_at, given_by, given_by_name,
        giver_role, accept_by, arrive_by, finish_by, evidence_since)
    select id, county, 'x', 'usual', 'given', 'venue', now(), (select min(id) from people), 'x', 'county', now(),
        now(), now(), now() from venues where id = :venue
"""


def _try_list(level: Level, path: str, put: Callable[[Level, int], int]) -> None:
    """All of it, page by page: only what is theirs, each once, and nothing of a venue that is named."""
    hidden = {put(level, outside) for outside in level.outside}
    mine = {put(level, venue) for venue in sorted(level.theirs)[:2]}
    seen, after = list[int](), None
    for _page in range(3):
        answer = level.get(path, limit=40, **({"after": after} if after else {})).json()
        assert {row["venue_id"] for row in answer["rows"]} <= level.theirs
        seen += [row["id"] for row in answer["rows"]]
        after = answer["next"]
        if after is None:
            break
    assert len(set(seen)) == len(seen)
    assert mine <= set(seen)
    assert not hidden & set(seen)
    for outside in level.outside:
        assert level.get(path, venue=outside).json() == {"rows": [], "next": None}


def try_evidence(level: Level) -> None:
    for outside in level.outside:
        hazard = _put_hazard(level, outside)
        evidence = _put_evidence(level, hazard)
        for form in ("shown", "thumbnail", "original"):
            refused(level, level.get(f"/api/v1/evidence/{evidence}", form=form), outside)


def try_adding_evidence(level: Level) -> None:
    csrf = csrf_token(level)
    for outside in level.outside:
        hazard = _put_hazard(level, outside)
        form = {"csrf_token": csrf, "subject": "hazard", "subject_id": str(hazard), "stage": "before"}
        before = one(level.server, "select count(*) from evidence_files")
        answer = level.browser.post("/api/v1/evidence", data=form, files={"file": ("a.jpg", jpeg(seed="x"))})
        refused(level, answer, outside)
        assert one(level.server, "select count(*) from evidence_files") == before


def _put_hazard(level: Level, venue: int) -> int:
    """A hazard at a venue, written by the owner."""
    sql = """
        insert into hazards (venue_id, county, place, spot_key, kind, grade, source, state, what, found_at,
            found_by_name, act_by)
        select id, county, '门厅', 'test/' || clock_timestamp(), 'other', 'general', 'inspection', 'found', '测试',
            now(), '测试', now() from venues where id = :venue returning id
    """
    with level.server.owner.begin() as connection:
        return int(connection.execute(text(sql), {"venue": venue}).scalar_one())


def _put_evidence(level: Level, hazard: int) -> int:
    sql = """
        insert into evidence_files (venue_id, county, hazard_id, stage, sha256, media_type, size_bytes, name,
            uploaded_at, uploaded_by_name)
        select venue_id, county, id, 'before', sha256('x'), 'image/jpeg', 1, 'x', now(), 'x' from hazards where id = :h
        returning id
    """
    with level.server.owner.begin() as connection:
        return int(connection.execute(text(sql), {"h": hazard}).scalar_one())


TRIED: Tries = {
    ("get", "/api/v1/hazards"): try_hazards,
    ("get", "/api/v1/orders"): try_orders,
    ("get", "/api/v1/hazards/lists/{which}.{format}"): try_hazard_lists,
    ("get", "/api/v1/evidence/{evidence_id}"): try_evidence,
    ("post", "/api/v1/evidence"): try_adding_evidence,
}
