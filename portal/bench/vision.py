"""Cameras measured: what looking costs, how well the rules judge, and how long from the event to the open page."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import text

from db.errors import CannotStart
from db.rules.access_scope import EVERYTHING
from db.session import Record
from portal.bench.browser import chromium, log_in
from portal.bench.machine import machine
from portal.bench.own_installation import OwnInstallation, running

Report = Callable[[str], None]
PATIENCE_SECONDS = 60.0
TARGETS = {
    "cameras_per_core.still": 15,
    "cameras_per_core.key_frames": 150,
    "pipeline_overhead": 0.2,
    "motion_gate_saving": 10,
    "event_to_screen_ms.p95": 3000,
}
_SHOWN = text(
    """
    select s.shown_at from alarms a join alarm_stamps s on s.alarm_id = a.id
    where a.device_id = :device and a.kind = 'crowding' and a.recorded_at >= :at - interval '2 minutes'
        and s.shown_at is not null
    order by a.id limit 1
    """
)


def measure(seconds: float, films: int, events: int, report: Report) -> dict[str, Any]:
    """All figures with their targets; the cameras' own side runs as a program beside this one."""
    figures = _figures(seconds, films)
    figures["event_to_screen_ms"] = _to_screen(events, report) if events else None
    return figures | {"targets": TARGETS, "machine": machine()}


def _figures(seconds: float, films: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "vision.bench", str(seconds), str(films)]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own program
    if said.returncode:
        raise CannotStart("The cameras' side could not be measured; is the vision extra installed?")
    told: dict[str, Any] = json.loads(said.stdout)
    return told


def _to_screen(events: int, report: Report) -> dict[str, Any]:
    """From the picture that completes an event to the row on a page that somebody has open."""
    with (
        running(report, "bench-vision", is_fresh=True, simulate=False, gateways=0, cameras=1) as own,
        chromium() as browser,
    ):
        page = browser.new_page()
        leader = own.account("leader")
        log_in(page, own.base, leader.login, leader.password)
        page.goto(f"{own.base}/alarms")
        report(f"{events} cameras in which crowds gather")
        told = _events(own, events)
        taken = _shown(own, told, page.wait_for_timeout)
    waited = sorted(taken)
    if not waited:
        return {"p50": None, "p95": None, "events": len(told), "shown": 0}
    return {
        "p50": round(waited[len(waited) // 2]),
        "p95": round(waited[int(0.95 * (len(waited) - 1))]),
        "events": len(told),
        "shown": len(waited),
    }


def _events(own: OwnInstallation, events: int) -> list[tuple[int, datetime]]:
    """Play, and take down when each event was full."""
    command = [sys.executable, "-m", "vision.play.events", str(events), str(PATIENCE_SECONDS)]
    with subprocess.Popen(command, env=own.environment, stdout=subprocess.PIPE, text=True) as playing:  # noqa: S603
        assert playing.stdout is not None
        lines = [json.loads(line) for line in playing.stdout]
    return [(line["device"], datetime.fromisoformat(line["at"])) for line in lines]


def _shown(own: OwnInstallation, told: list[tuple[int, datetime]], wait: Callable[[float], None]) -> list[float]:
    """Milliseconds from each event to its row on the page; those that never came are left out."""
    record = Record(own.addresses.database_app, pool_size=1, application_name="anwang bench")
    deadline = time.monotonic() + PATIENCE_SECONDS
    found: dict[int, float] = {}
    try:
        while len(found) < len(told) and time.monotonic() < deadline:
            wait(500)
            with record.scoped(EVERYTHING) as session:
                for device, at in told:
                    shown = session.scalar(_SHOWN, {"device": device, "at": at})
                    if shown is not None:
                        found[device] = max(0.0, (shown - at).total_seconds() * 1000)
    finally:
        record.close()
    return list(found.values())
