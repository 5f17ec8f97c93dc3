"""The private services of an installation, under its own folder: PostgreSQL with PostGIS, Redis, mosquitto."""

from db.services.mosquitto import PrivateMosquitto
from db.services.postgres import PrivatePostgres
from db.services.redis import PrivateRedis
from db.services.service import PrivateService
from db.settings import Settings


def private_services(settings: Settings) -> list[PrivateService]:
    """The services that the settings do not name as external, in the order in which they start."""
    wanted: list[PrivateService] = []
    if not settings.database_url and not settings.database_app_url:
        wanted.append(PrivatePostgres(settings))
    if not settings.redis_url:
        wanted.append(PrivateRedis(settings))
    if not settings.mqtt_url:
        wanted.append(PrivateMosquitto(settings))
    return wanted
