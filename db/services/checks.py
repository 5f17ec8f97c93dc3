"""What the settings name as external, tried before anything starts: each refusal is one sentence."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import redis
from kombu.connection import Connection
from sqlalchemy import create_engine
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from db import migrations
from db.addresses import Addresses
from db.broker_trust import SYSTEM, BrokerTrust, trust_of
from db.errors import CannotStart
from db.services.broker_login import refusal
from db.services.database import check_answers
from db.settings import Settings


def check_external(settings: Settings, found: Addresses) -> None:
    """`CannotStart` where an external service does not answer, or its database is of a newer version."""
    if settings.database_url or settings.database_app_url:
        check_answers(found)
        _check_revision(found)
    if settings.redis_url:
        check_redis(settings.redis_url)
    if settings.mqtt_url:
        check_broker(settings.mqtt_url, trust_of(settings))


def _check_revision(found: Addresses) -> None:
    known, newest = revision(found), migrations.newest()
    migrations.check_not_newer(known)
    if found.database_owner is None and known not in (None, newest):
        raise CannotStart(
            f"The database is at revision {known}, this version needs {newest};"
            " run `anwang db upgrade` with ANWANG_DATABASE_URL."
        )


def revision(found: Addresses) -> str | None:
    """The revision that a running database is at; None for an empty one, or where the role may not know."""
    engine = create_engine(found.database_owner or found.database_app, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return migrations.current(connection)
    except ProgrammingError:
        return None
    finally:
        engine.dispose()


def check_redis(url: str) -> None:
    """Celery's broker: Redis, or RabbitMQ where the address says so."""
    if url.startswith("amqp"):
        return _check_rabbitmq(url)
    client = redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        why = str(error).strip().splitlines()[0].rstrip(".")
        raise CannotStart(f"Redis at {masked(url)} (ANWANG_REDIS_URL) does not answer: {why}.") from error
    finally:
        client.close()


def _check_rabbitmq(url: str) -> None:
    connection: Any = Connection(url, connect_timeout=3)  # type: ignore[no-untyped-call]
    try:
        connection.connect()
    except (OSError, *connection.connection_errors, *connection.channel_errors) as error:
        # A refused login is an error of a channel there.
        said = getattr(error, "reply_text", None) or getattr(error, "strerror", None) or str(error).strip()
        why = (said or type(error).__name__).splitlines()[0]
        raise CannotStart(
            f"RabbitMQ at {masked(url)} (ANWANG_REDIS_URL) does not let us in: {why.rstrip('.')}."
        ) from error
    finally:
        connection.release()


def check_broker(url: str, trust: BrokerTrust = SYSTEM) -> None:
    why = refusal(url, trust=trust)
    if why is not None:
        raise CannotStart(f"The broker {masked(url)} (ANWANG_MQTT_URL) does not let us in: {why}.")


def masked(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{parts.netloc.rpartition('@')[2]}"))
