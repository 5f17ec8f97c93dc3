"""One turn of shouting: what is due is spoken and called out, several columns at once."""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db.commands import shouts
from db.errors import NotFound
from db.evidence.sounds import SoundStore
from db.key_file import LOUDSPEAKERS
from db.queries.shouts import DueShout
from db.rules.access_scope import EVERYTHING
from db.rules.gateway import Gateway, NotTaken
from db.rules.shouting import LONGEST_RECORDING_SECONDS, Unsaid
from db.session import Record
from ingest.shout.columns import Called, columns
from ingest.shout.speech import Speech, Unspoken, plain, spoken

log = logging.getLogger("anwang.shouts")


@dataclass(frozen=True, slots=True)
class Lane:
    """What a turn needs beside the record."""

    var_dir: Path
    sounds: SoundStore
    gateways: Mapping[str, Gateway]
    speech_command: str = ""


def turn(record: Record, lane: Lane) -> int:
    """Call out everything that is due; answers how many were taken."""
    with record.scoped(EVERYTHING) as session:
        due = shouts.take_due(session, datetime.now(UTC))
    if not due:
        return 0
    with ThreadPoolExecutor(len(due)) as pool:
        return sum(pool.map(lambda each: _one(record, lane, each), due))


def _one(record: Record, lane: Lane, due: DueShout) -> bool:
    """Every shout has its own transaction: one column's silence holds up nobody's answer."""
    speech: Speech | None = None
    try:
        speech = _speech(lane, due)
        column = columns(lane.gateways)[due.loudspeaker.adapter]
        told = column.call(due, speech, LOUDSPEAKERS.key_of(lane.var_dir, due.loudspeaker.id))
    except Unspoken as error:
        told = NotTaken(str(error), is_final=True)
    except NotFound:
        told = NotTaken(Unsaid.NO_SOUND.value, is_final=True)
    except Exception as error:  # whatever it was: told once, and not called out anew every minute
        log.exception("Shout %s stumbled", due.id)
        told = NotTaken(Unsaid.NO_ANSWER.with_words(type(error).__name__), is_final=True)
    seconds = None if speech is None else round(speech.seconds, 1)
    now = datetime.now(UTC)
    with record.scoped(EVERYTHING) as session:
        if isinstance(told, Called):
            shouts.taken(session, due.id, told.answer.replace("\x00", ""), seconds, now)
        else:
            shouts.not_taken(session, due, told.reason.replace("\x00", ""), seconds, now, is_final=told.is_final)
    return isinstance(told, Called)


def _speech(lane: Lane, due: DueShout) -> Speech:
    if due.recording is not None and due.recording_type is not None:
        return plain(lane.sounds.read(due.recording, due.recording_type), LONGEST_RECORDING_SECONDS)
    return spoken(due.words or "", lane.speech_command, LONGEST_RECORDING_SECONDS)
