"""Celery: `celery -A ingest.worker worker`, and its clock `celery -A ingest.worker beat`."""

from typing import Any

from celery import Celery
from celery.schedules import crontab

from db import addresses, task_names
from db.settings import load
from ingest.tasks import (
    bulletins,
    conformance,
    duty,
    inbox,
    ladders,
    measures,
    online,
    overdue,
    patrol,
    promises,
    shouts,
    telemetry,
    upkeep,
)

SWEEP_SECONDS = 10
"""Who pushes has a worker told at once; the clock sees to what was not told."""


def schedule() -> dict[str, dict[str, Any]]:
    """What happens when, in Shanghai's time; a turn that was missed for long is left out rather than made up for."""
    turns = (
        (task_names.TAKE_INBOX, SWEEP_SECONDS, SWEEP_SECONDS),
        (task_names.BENCH_TURN, SWEEP_SECONDS, SWEEP_SECONDS),
        (task_names.FORGET_TRIALS, crontab(hour=3, minute=50), 6 * 3600),
        (task_names.CLOSE_GAPS, crontab(minute="*"), 50),
        (task_names.WATCH_DUTY, SWEEP_SECONDS, SWEEP_SECONDS),
        (task_names.ASK_THE_WATCH, crontab(minute="*"), 50),
        (task_names.JUDGE_DEVICES, crontab(minute="*"), 50),
        (task_names.REMIND_OF_PROMISES, crontab(minute="*"), 50),
        (task_names.TELL_OVERDUE, crontab(minute="*/5"), 280),
        (task_names.ENSURE_PARTITIONS, crontab(minute=7), 1800),
        (task_names.END_LONG_READINGS, crontab(minute="*"), 50),
        (task_names.END_SESSIONS, crontab(minute="*/10"), 300),
        (task_names.ROLL_UP, crontab(minute="*/5"), 280),
        (task_names.SETTLE, crontab(minute="*/10"), 580),
        (task_names.KEEP_MONTHS, crontab(hour=3, minute=10), 6 * 3600),
        (task_names.RETIRE_SIGNALS, crontab(hour=3, minute=20), 6 * 3600),
        (task_names.DROP_OLD_RAW, crontab(hour=3, minute=30), 6 * 3600),
        (task_names.DROP_OLD_DEAD_LETTERS, crontab(hour=3, minute=35), 6 * 3600),
        (task_names.DROP_OLD_INBOX, crontab(hour=3, minute=37), 6 * 3600),
        (task_names.REHEARSE, crontab(hour=4, minute=10), 6 * 3600),
        (task_names.FORGET_DEVICE_STATES, crontab(hour=3, minute=45), 6 * 3600),
        (task_names.SHOUT, SWEEP_SECONDS, SWEEP_SECONDS),
        (task_names.DRAW_PATROLS, crontab(hour=5, minute=40), 6 * 3600),
        (task_names.DRAFT_BULLETIN, crontab(hour=5, minute=10), 6 * 3600),
        (task_names.CHECK_AUDIT_LOG, crontab(hour=3, minute=40), 6 * 3600),
    )
    return {name: {"task": name, "schedule": when, "options": {"expires": expires}} for name, when, expires in turns}


def configuration() -> dict[str, Any]:
    """Read when a worker starts, not when this module is imported."""
    settings = load()
    return {
        "broker_url": addresses.find(settings).redis,
        "broker_connection_retry_on_startup": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_concurrency": settings.worker_processes,
        "timezone": "Asia/Shanghai",
        "beat_schedule": schedule(),
        "beat_schedule_filename": str(settings.var_dir / "beat-schedule"),
    }


app = Celery("anwang", set_as_current=False)
app.add_defaults(configuration)
upkeep.register(app)
telemetry.register(app)
inbox.register(app)
online.register(app)
duty.register(app)
promises.register(app)
overdue.register(app)
ladders.register(app)
conformance.register(app)
bulletins.register(app)
measures.register(app)
patrol.register(app)
shouts.register(app)
