"""The bench, written: trials begun, what came to them, what was found. Nothing here is a venue's."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.commands.device_credentials import hashed
from db.errors import InvalidInput, NotFound, WrongState
from db.rules.conformance import MINUTES, MOST_FRAMES, MOST_GIVEN, Protocol

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
MOST_OPEN = 5
"""Live trials of one person at once."""
LARGEST_FRAME = 256 * 1024
LARGEST_SOURCE = (1 << 48) - 1


@dataclass(frozen=True, slots=True)
class Opened:
    """A live trial: where the device is to be pointed. The password stands nowhere else."""

    id: int
    key: str
    source: int | None
    password: str | None


@dataclass(frozen=True, slots=True)
class Caught:
    """Bytes that came for a trial, or that we answered."""

    key: str
    received_at: datetime
    peer: str
    payload: bytes
    is_ours: bool = False


_AS = text("select set_config('anwang.bench_person', :person, true)")
_OPEN_ONES = text("select count(*) from bench_trials where person_id = :person and state = 'open' and ends_at > :now")
_BEGIN = text(
    """
    insert into bench_trials (key, person_id, protocol, label, state, made_at, ends_at, given, source, login_hash)
    values (:key, :person, :protocol, :label, :state, :now, :ends, :given, :source, :hash) returning id
    """
)
_CLOSE = text("update bench_trials set ends_at = least(ends_at, :now) where id = :id and state = 'open' returning id")
_KEPT = text(
    """
    with told as (
        select * from unnest(cast(:keys as text[]), cast(:ats as timestamptz[]), cast(:peers as text[]),
                             cast(:payloads as bytea[]), cast(:ours as boolean[]))
            with ordinality as t (key, received_at, peer, payload, is_ours, place)
    ), counted as (
        update bench_trials b set frames = b.frames + n.n
        from (select key, count(*)::int as n from told group by 1) n
        where b.key = n.key and b.state = 'open' and b.ends_at > :now and b.frames < :most returning b.id, b.key
    ), written as (
        insert into bench_frames (trial_id, received_at, peer, is_ours, payload)
        select c.id, t.received_at, t.peer, t.is_ours, t.payload from told t join counted c using (key) order by t.place
    )
    select key from counted
    """
)
_DUE = text(
    """
    select id, protocol, given, state, dialect, frames, ends_at from bench_trials
    where state = 'waiting' or (state = 'open'
        and (frames is distinct from examined_frames and frames > 0 or ends_at <= :now))
    order by id limit 1 for update skip locked
    """
)
_FRAMES = text("select received_at, peer, is_ours, payload from bench_frames where trial_id = :id order by n")
_FOUND = text(
    """
    update bench_trials set state = :state, examined_frames = :frames, examined_at = :now,
        report = cast(:report as jsonb), dialect = :dialect where id = :id
    """
)
_FORGET = text("delete from bench_trials where made_at < :before")


def give(session: Session, person: int, protocol: Protocol, label: str, given: bytes, now: datetime) -> int:
    """Bytes to be examined; answers the trial's number."""
    if not given.strip():
        raise InvalidInput("There is nothing to examine: paste bytes or choose a file.")
    if len(given) > MOST_GIVEN:
        raise InvalidInput("More than 1 MiB cannot be examined at once.")
    told = {"state": "waiting", "ends": None, "given": given, "source": None, "hash": None}
    return _begin(session, person, protocol, label, now, told, _new_key())


def open_door(
    session: Session, person: int, protocol: Protocol, label: str, minutes: int, source: int | None, now: datetime
) -> Opened:
    """A live trial at the running doors, for some minutes."""
    if minutes not in MINUTES:
        raise InvalidInput("Choose how long the device may speak.")
    session.execute(_AS, {"person": str(person)})
    if (session.scalar(_OPEN_ONES, {"person": person, "now": now}) or 0) >= MOST_OPEN:
        raise WrongState("Five live trials are open already; end one first.")
    password = secrets.token_urlsafe(12) if protocol is Protocol.MQTT else None
    if protocol is Protocol.GB26875:
        source = _free_source(session, source)
    key = _new_key()
    told = {
        "state": "open",
        "ends": now + timedelta(minutes=minutes),
        "given": None,
        "source": source,
        "hash": hashed(password) if password else None,
    }
    return Opened(_begin(session, person, protocol, label, now, told, key), key, source, password)


def close_door(session: Session, person: int, trial_id: int, now: datetime) -> None:
    """End a live trial before its time."""
    session.execute(_AS, {"person": str(person)})
    if session.scalar(_CLOSE, {"id": trial_id, "now": now}) is None:
        raise NotFound("There is no such open trial of yours.")


def keep(session: Session, caught: Sequence[Caught], now: datetime) -> set[str]:
    """Write down what came; answers the keys of trials that are open and have room. The session must see everything."""
    if not caught:
        return set()
    return set(
        session.scalars(
            _KEPT,
            {
                "keys": [each.key for each in caught],
                "ats": [each.received_at for each in caught],
                "peers": [each.peer.replace("\x00", "␀")[:300] for each in caught],
                "payloads": [each.payload[:LARGEST_FRAME] for each in caught],
                "ours": [each.is_ours for each in caught],
                "now": now,
                "most": MOST_FRAMES,
            },
        )
    )


def take_due(session: Session, now: datetime) -> tuple[Row[Any], list[Row[Any]]] | None:
    """A trial that has something to examine, locked, with its frames."""
    trial = session.execute(_DUE, {"now": now}).one_or_none()
    if trial is None:
        return None
    frames = [] if trial.given is not None else list(session.execute(_FRAMES, {"id": trial.id}))
    return trial, frames


def note_found(
    session: Session, trial: Row[Any], report: dict[str, Any] | None, dialect: str | None, now: datetime
) -> None:
    """Write the report down; None where examining failed. A live trial goes on until its end."""
    is_over = trial.ends_at is None or trial.ends_at <= now
    state = "failed" if report is None else "done" if is_over else "open"
    session.execute(
        _FOUND,
        {
            "id": trial.id,
            "state": state,
            "frames": trial.frames,
            "now": now,
            "report": None if report is None else json.dumps(report, ensure_ascii=False).replace("\\u0000", ""),
            "dialect": dialect or trial.dialect,
        },
    )


def forget(session: Session, before: datetime) -> int:
    """Trials of before that moment, with all that came to them."""
    return int(session.execute(_FORGET, {"before": before}).rowcount)  # type: ignore[attr-defined]


def _begin(
    session: Session, person: int, protocol: Protocol, label: str, now: datetime, told: dict[str, Any], key: str
) -> int:
    plain = " ".join(label.split())
    if len(plain) > 80 or not plain.isprintable():
        raise InvalidInput("The name of maker and model has at most 80 characters.")
    session.execute(_AS, {"person": str(person)})
    told = told | {"key": key, "person": person, "protocol": protocol.value, "label": plain, "now": now}
    try:
        with session.begin_nested():
            return int(session.execute(_BEGIN, told).scalar_one())
    except IntegrityError as error:
        raise WrongState("This source address cannot be used on the bench; choose another.") from error


def _free_source(session: Session, asked: int | None) -> int:
    """The address asked for unless it is some device's; one of our own where none is asked for."""
    if asked is None:
        return 900_000_000_000 + secrets.randbelow(10_000_000_000)
    if not 0 < asked <= LARGEST_SOURCE:
        raise InvalidInput("A source address is a whole number from 1 to 281474976710655.")
    if session.scalar(text("select bench_source_is_taken(:address)"), {"address": str(asked)}):
        raise WrongState("This source address cannot be used on the bench; choose another.")
    return asked


def _new_key() -> str:
    return "bench-" + "".join(secrets.choice(ALPHABET) for _place in range(16))
