"""Where the services of this installation are, and the secrets that open them.

Secrets are made once per installation, in `var/secrets.json`, readable by its owner only.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from db.errors import CannotStart
from db.settings import Settings

DATABASE = "anwang"
OWNER_ROLE = "anwang_owner"
APP_ROLE = "anwang_app"
DOOR_ROLE = "anwang_door"
READER_ROLE = "anwang_reader"
"""What every reader's login is a member of; nobody logs in as it."""

SECRET_NAMES = (
    *("postgres_superuser", "postgres_owner", "postgres_app", "redis", "mqtt_gateway", "mqtt_device", "csrf"),
    *("ctwing_door", "onenet_door", "onenet_signature", "gbt45839_key", "gbt28181_key"),
    *("notify_receipts", "contact_codes", "web_push", "scene_links", "play_addresses"),
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """URLs with their passwords. `database_owner` is None where this process was given the application's only."""

    database_owner: URL | None
    database_app: URL
    redis: str
    mqtt: str
    """The gateway's own login on the broker."""
    mqtt_device: str
    """The login that demonstration devices share."""


def read_secrets(var_dir: Path) -> dict[str, str]:
    """The installation's secrets, made on first use; missing ones are added."""
    path = var_dir / "secrets.json"
    try:
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = [name for name in SECRET_NAMES if name not in known]
        if missing:
            known |= {name: secrets.token_urlsafe(24) for name in missing}
            _keep(path, known)
    except OSError as error:
        raise CannotStart(
            f"The folder {var_dir} cannot be used (ANWANG_VAR_DIR): {error.strerror or error}."
        ) from error
    return known


def _keep(path: Path, known: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(known, file, indent=2)
    fresh.replace(path)


def _database(text: str, setting: str) -> URL:
    try:
        url = make_url(text).set(drivername="postgresql+psycopg2")
        url.port  # noqa: B018 - parses the port
    except Exception as error:
        raise CannotStart(f"{setting} is not a database address: {error}.") from error
    if not url.database:
        raise CannotStart(f"{setting} names no database; write postgresql://user:password@host:port/database.")
    return url


def find(settings: Settings) -> Addresses:
    """The addresses that the settings ask for, private services where they name none."""
    known = read_secrets(settings.var_dir)
    owner: URL | None
    if settings.database_url:
        owner = _database(settings.database_url, "ANWANG_DATABASE_URL")
    elif settings.database_app_url:
        owner = None
    else:
        owner = URL.create(
            "postgresql+psycopg2", OWNER_ROLE, known["postgres_owner"], "127.0.0.1", settings.postgres_port, DATABASE
        )
    if settings.database_app_url:
        app = _database(settings.database_app_url, "ANWANG_DATABASE_APP_URL")
    else:
        assert owner is not None
        app = owner.set(username=APP_ROLE, password=known["postgres_app"])
    broker = f"mqtt://{{}}:{{}}@127.0.0.1:{settings.mqtt_port}"
    return Addresses(
        database_owner=owner,
        database_app=app,
        redis=settings.redis_url or f"redis://:{known['redis']}@127.0.0.1:{settings.redis_port}/0",
        mqtt=settings.mqtt_url or broker.format("gateway", known["mqtt_gateway"]),
        mqtt_device=settings.mqtt_url or broker.format("device", known["mqtt_device"]),
    )
