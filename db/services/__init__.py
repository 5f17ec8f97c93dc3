"""The private services of an installation, under its own folder: PostgreSQL with PostGIS, Redis, mosquitto."""

from typing import Protocol

from db.services.mosquitto import PrivateMosquitto
from db.services.postgres import PrivatePostgres
from db.services.redis import PrivateRedis
from db.settings import Settings


class Service(Protocol):
    """What `anwang up` and the tests need of a private service."""

    name: str
    setting: str
    port: int

    def check(self) -> None: ...
    def is_running(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


def private_services(settings: Settings) -> list[Service]:
    """The services that the settings do not name as external, in the order in which they start."""
    wanted: list[Service] = []
    if not settings.database_url and not settings.database_app_url:
        wanted.append(PrivatePostgres(settings))
    if not settings.redis_url:
        wanted.append(PrivateRedis(settings))
    if not settings.mqtt_url:
        wanted.append(PrivateMosquitto(settings))
    return wanted
