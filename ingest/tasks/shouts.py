"""Shouts leave for their loudspeakers as soon as somebody asks; the clock sees to what is to be tried again."""

import logging

from celery import Celery

from db import addresses, task_names
from db.evidence.sounds import SoundStore
from db.session import Record
from db.settings import load
from ingest.shout import gateway_file
from ingest.shout.lane import Lane, turn

log = logging.getLogger("anwang.shouts")


def register(app: Celery) -> None:
    app.task(say, name=task_names.SHOUT)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write addresses with their secrets


def say() -> None:
    """Call out what is due."""
    settings = load()
    record = Record(addresses.find(settings).database_app, pool_size=8, application_name="anwang shouts")
    sounds, gateways = SoundStore(settings.evidence_folder), gateway_file.read(settings.loudspeaker_path)
    try:
        taken = turn(record, Lane(settings.var_dir, sounds, gateways, settings.speech_command))
        if taken:
            log.info("%s shouts were taken by their loudspeakers", taken)
    finally:
        record.close()
