"""The desks measured: a filter or a sort of alarms and hazards, as the browser asks for it, among a million rows."""

import http.cookiejar
import json
import os
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.request import OpenerDirector, Request

from db.demo import DemoAccount
from db.queries.alarm_desk import SORTS as ALARM_SORTS
from portal.bench.desk_rows import fill
from portal.bench.machine import machine
from portal.bench.own_installation import portal_alone
from portal.pages.alarms import ids as alarm_ids
from portal.pages.hazards import ids as hazard_ids

Report = Callable[[str], None]
LIMITS = {"filter_ms.p95": 300, "sort_ms.p95": 300}
BARE_ANSWERS = 100
READERS = {"county": "zhanggong", "province": "leader"}
COMMON, RARE = ("幼儿园", "中学", "学校"), ("章贡区棠", "yey")
"""Names that thousands of venues share, and some that few do."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk with what people ask of it: each filter is an address, each sort a head of the grid."""

    grid: str
    summary: str
    chips: str
    path: str
    block: int
    filters: tuple[str, ...]
    sorts: tuple[str, ...]
    sorted_views: tuple[str, ...]


ALARMS = Desk(
    *(alarm_ids.GRID, alarm_ids.SUMMARY, alarm_ids.CHIPS, "/alarms", 50),
    filters=(
        *("", "?show=mine", "?show=waiting", "?show=urgent", "?show=overdue", "?show=drill", "?show=closed"),
        *("?show=all", "?show=all&level=1", "?show=all&level=1,2&kind=fire", "?show=closed&kind=gas"),
        *("?show=closed&verdict=real_hazard", "?show=all&kind=camera_unfit&level=4", "?show=all&region=360700"),
        *(f"?show={show}&venue={urllib.parse.quote(name)}" for show, name in product(("open", "all"), COMMON + RARE)),
    ),
    sorts=tuple(ALARM_SORTS),
    sorted_views=("", "?show=closed", "?show=all", "?show=all&level=1"),
)
HAZARDS = Desk(
    *(hazard_ids.GRID, hazard_ids.SUMMARY, hazard_ids.CHIPS, "/hazards", 100),
    filters=(
        *("", "?show=mine", "?show=overdue", "?show=major", "?show=submitted", "?show=look_back", "?show=closed"),
        *("?show=all", "?show=open&grade=major", "?show=open&kind=gas", "?show=all&source=complaint"),
        *("?show=closed&grade=major&kind=gas", "?show=overdue&source=vision", "?show=open&region=360700"),
        *(
            f"?show={show}&q={urllib.parse.quote(name)}"
            for show, name in product(("open", "overdue", "closed", "all"), COMMON + RARE)
        ),
        *(f"?show=open&kind=gas&grade=major&q={urllib.parse.quote(name)}" for name in COMMON),
    ),
    sorts=("act_by", "found_at"),
    sorted_views=("", "?show=closed", "?show=all", "?show=overdue", "?show=all&grade=major"),
)
DESKS = {"alarms": ALARMS, "hazards": HAZARDS}


@dataclass(frozen=True, slots=True)
class Taken:
    """One answer: what was asked, how many milliseconds, how many rows came."""

    asked: str
    ms: float
    rows: int


def measure(alarms: int, hazards: int, runs: int, report: Report) -> dict[str, Any]:
    """Milliseconds of every filter and sort, by desk and reader, and of all together."""
    with portal_alone(report, "bench-desk") as own:
        assert own.addresses.database_owner is not None
        fill(own.addresses.database_owner, alarms, hazards, report)
        report(f"every filter and every sort, {runs} times")
        taken = {
            (desk, reader): _asked(own.base, own.account(login), DESKS[desk], runs)
            for desk, (reader, login) in product(DESKS, READERS.items())
        }
        bare = [_bare(own.base) for _run in range(BARE_ANSWERS)]
    told: dict[str, Any] = {"rows": {"alarms": alarms, "hazards": hazards, "hazard_steps": 2 * hazards}}
    for what in ("filter_ms", "sort_ms", "summary_ms"):
        told[what] = _spread([each for asked in taken.values() for each in asked[what]])
    for desk in DESKS:
        told[desk] = {reader: {what: _spread(each) for what, each in taken[desk, reader].items()} for reader in READERS}
    told["bare_answer_ms"] = _spread(bare)
    return {**told, "runs": runs, "limits": LIMITS, "load_1_5_15": os.getloadavg(), "ran_on": machine()}


def _asked(base: str, account: DemoAccount, desk: Desk, runs: int) -> dict[str, list[Taken]]:
    browser = _logged_in(base, account)
    views = [(search, None) for search in desk.filters]
    sorts = list(product(desk.sorted_views, product(desk.sorts, ("asc", "desc"))))
    for search, sort in (views[0], *views[1:3]):
        _rows(browser, base, desk, search, sort)  # the first ones open connections and load code
    return {
        "filter_ms": [_rows(browser, base, desk, *view) for _run, view in product(range(runs), views)],
        "sort_ms": [_rows(browser, base, desk, search, sort) for _run, (search, sort) in product(range(runs), sorts)],
        "summary_ms": [
            _summary(browser, base, desk, search) for _run, search in product(range(runs), desk.filters[:8])
        ],
    }


def _bare(base: str) -> Taken:
    """What any answer of this portal takes here and now, without a desk."""
    began = time.perf_counter()
    with urllib.request.urlopen(f"{base}/healthz") as answer:  # noqa: S310 - our own address
        answer.read()
    return Taken("/healthz", (time.perf_counter() - began) * 1000, 0)


def _logged_in(base: str, account: DemoAccount) -> OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    browser.addheaders = [("Origin", base)]
    said = urllib.parse.urlencode({"login": account.login, "password": account.password}).encode()
    browser.open(f"{base}/login", said).close()
    return browser


def _rows(browser: OpenerDirector, base: str, desk: Desk, search: str, sort: tuple[str, str] | None) -> Taken:
    """A block of the grid, as AG Grid asks for the first one."""
    model = [] if sort is None else [{"colId": sort[0], "sort": sort[1]}]
    request = {"startRow": 0, "endRow": desk.block, "sortModel": model, "filterModel": {}, "groupKeys": []}
    body = {
        "output": f"{desk.grid}.getRowsResponse",
        "outputs": {"id": desk.grid, "property": "getRowsResponse"},
        "inputs": [{"id": desk.grid, "property": "getRowsRequest", "value": request}],
        "changedPropIds": [f"{desk.grid}.getRowsRequest"],
        "state": [{"id": "address", "property": "search", "value": search}],
    }
    ms, answer = _ask(browser, base, body)
    rows = answer["response"][desk.grid]["getRowsResponse"]["rowData"]
    named = urllib.parse.unquote(search) or "–"
    return Taken(named if sort is None else f"{named} by {' '.join(sort)}", ms, len(rows))


def _summary(browser: OpenerDirector, base: str, desk: Desk, search: str) -> Taken:
    """The head and the chips with their counts."""
    inputs = {
        "/alarms": [("address", "search", search), ("live-alarm", "data", None), (alarm_ids.ACTED, "data", None)],
        "/hazards": [(hazard_ids.SUMMARY, "id", hazard_ids.SUMMARY), (hazard_ids.ACTED, "data", None)],
    }[desk.path]
    state = ("address", "pathname", desk.path) if desk.path == "/alarms" else ("address", "search", search)
    outputs = (desk.summary, desk.chips)
    body = {
        "output": f"..{'...'.join(f'{each}.children' for each in outputs)}..",
        "outputs": [{"id": each, "property": "children"} for each in outputs],
        "inputs": [{"id": of, "property": part, "value": value} for of, part, value in inputs],
        "changedPropIds": [f"{inputs[0][0]}.{inputs[0][1]}"],
        "state": [{"id": state[0], "property": state[1], "value": state[2]}],
    }
    ms, answer = _ask(browser, base, body)
    assert answer["response"][desk.chips]["children"], "the desk's head came empty"
    return Taken(urllib.parse.unquote(search) or "–", ms, 0)


def _ask(browser: OpenerDirector, base: str, body: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    asked = Request(  # noqa: S310 - our own address
        f"{base}/_dash-update-component", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    began = time.perf_counter()
    with browser.open(asked) as answer:
        content = answer.read()
    return (time.perf_counter() - began) * 1000, json.loads(content)


def _spread(taken: list[Taken]) -> dict[str, Any]:
    ordered = sorted(taken, key=lambda each: each.ms)
    return {
        "p50": round(ordered[len(ordered) // 2].ms, 1),
        "p95": round(ordered[int(0.95 * len(ordered))].ms, 1),
        "asked": len(ordered),
        "longest": dict(_longest(ordered)),
    }


def _longest(ordered: list[Taken]) -> Iterator[tuple[str, float]]:
    """The three slowest things asked, each once, by their worst answer."""
    told: set[str] = set()
    for each in reversed(ordered):
        if each.asked not in told:
            told.add(each.asked)
            yield f"{each.asked} ({each.rows} rows)", round(each.ms, 1)
        if len(told) == 3:
            return
