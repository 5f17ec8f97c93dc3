"""Readers: logins of the database itself for analysts' own tools, made by the schema's owner."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from psycopg2 import extensions, sql
from sqlalchemy import Connection, text

from db.addresses import READER_ROLE
from db.errors import InvalidInput, NotFound, WrongState

NAME = re.compile(r"[a-z][a-z0-9_]{1,30}")
PREFIX = "reader_"
MOST_CONNECTIONS = 4
SETTINGS = {
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "5s",
    "default_transaction_read_only": "on",
    "search_path": "exit, public",
    "timezone": "Asia/Shanghai",
}
"""With which a reader's session begins."""

_KNOWN = text("select revoked_at from reader_logins where login = :login")
_EXISTS = text("select exists (select from pg_roles where rolname = :login)")
_ADD = text(
    """
    insert into reader_logins (login, label, county_lo, county_hi, made_at, made_by_name)
    values (:login, :label, :lo, :hi, :now, :by)
    on conflict (login) do update set label = excluded.label, county_lo = excluded.county_lo,
        county_hi = excluded.county_hi, made_at = excluded.made_at, made_by_name = excluded.made_by_name,
        revoked_at = null
    """
)
_REVOKE = text("update reader_logins set revoked_at = :now where login = :login and revoked_at is null returning 1")
_AUDIT = text(
    "insert into audit_log (actor_name, act, subject, county, detail)"
    " values (:by, :act, :subject, :county, jsonb_build_object('login', cast(:login as text), 'lo', cast(:lo as int),"
    " 'hi', cast(:hi as int)))"
)


@dataclass(frozen=True, slots=True)
class MadeReader:
    """A login and its password, which is kept nowhere else in words."""

    login: str
    password: str


def login_of(name: str) -> str:
    """reader_wang of wang; `InvalidInput` for what is no plain name."""
    plain = name.strip().lower().removeprefix(PREFIX)
    if NAME.fullmatch(plain) is None:
        raise InvalidInput("A reader's name is 2 to 31 small letters, digits and underscores, a letter first.")
    return PREFIX + plain


def add(owner: Connection, name: str, label: str, county_lo: int, county_hi: int, by: str, now: datetime) -> MadeReader:
    """A login that reads the views of `exit` within these counties. `WrongState` where it is there already."""
    login = login_of(name)
    known = owner.execute(_KNOWN, {"login": login}).one_or_none()
    if known is not None and known.revoked_at is None:
        raise WrongState(f"There is a reader {login} already; revoke it first, or give it a new password.")
    password = secrets.token_urlsafe(18)
    cursor = _raw(owner).cursor()
    if not owner.scalar(_EXISTS, {"login": login}):
        cursor.execute(sql.SQL("create role {} nologin").format(sql.Identifier(login)))
    _set_password(owner, login, password)
    cursor.execute(sql.SQL("grant {} to {}").format(sql.Identifier(READER_ROLE), sql.Identifier(login)))
    # Whoever keeps the record may end what a reader leaves running.
    cursor.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(login)))
    for setting, value in SETTINGS.items():
        cursor.execute(
            sql.SQL("alter role {} set {} = {}").format(
                sql.Identifier(login), sql.Identifier(setting), _value(setting, value)
            )
        )
    owner.execute(_ADD, {"login": login, "label": label, "lo": county_lo, "hi": county_hi, "now": now, "by": by})
    _note(owner, "reader made", login, by, county_lo, county_hi)
    return MadeReader(login, password)


def set_password(owner: Connection, name: str, by: str) -> MadeReader:
    """A new password; sessions that are open stay open."""
    login = _one(owner, name)
    password = secrets.token_urlsafe(18)
    _set_password(owner, login, password)
    _note(owner, "reader password set", login, by, None, None)
    return MadeReader(login, password)


def revoke(owner: Connection, name: str, by: str, now: datetime) -> str:
    """Let a reader log in no more; its open sessions see nothing from this moment. Answers the login."""
    login = _one(owner, name)
    owner.execute(_REVOKE, {"login": login, "now": now})
    _raw(owner).cursor().execute(sql.SQL("alter role {} nologin").format(sql.Identifier(login)))
    _note(owner, "reader revoked", login, by, None, None)
    return login


def _one(owner: Connection, name: str) -> str:
    login = login_of(name)
    known = owner.execute(_KNOWN, {"login": login}).one_or_none()
    if known is None or known.revoked_at is not None:
        raise NotFound(f"There is no reader {login}; `anwang reader list` shows them.")
    return login


def _set_password(owner: Connection, login: str, password: str) -> None:
    _raw(owner).cursor().execute(
        sql.SQL("alter role {} login connection limit {} password {}").format(
            sql.Identifier(login), sql.Literal(MOST_CONNECTIONS), sql.Literal(password)
        )
    )


def _value(setting: str, value: str) -> sql.Composable:
    if setting == "search_path":
        return sql.SQL(", ").join(sql.Identifier(part) for part in value.split(", "))
    return sql.Literal(value)


def _raw(owner: Connection) -> extensions.connection:
    """The driver's own connection: names of roles are no parameters."""
    found = owner.connection.driver_connection
    assert isinstance(found, extensions.connection)
    return found


def _note(owner: Connection, act: str, login: str, by: str, lo: int | None, hi: int | None) -> None:
    facts = {"by": by, "act": act, "subject": f"reader_logins/{login}", "county": None, "login": login, "lo": lo}
    owner.execute(_AUDIT, {**facts, "hi": hi})
