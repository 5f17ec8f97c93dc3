"""A private PostgreSQL cluster with PostGIS."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from db.addresses import DATABASE, OWNER_ROLE, read_secrets
from db.errors import CannotStart
from db.services.identity import Identity
from db.services.ports import answers
from db.services.postgres_programs import PostgresPrograms, choose, installed
from db.services.process import last_words, spawn
from db.services.service import PrivateService
from db.settings import Settings

SUPERUSER = "anwang_superuser"
FILE_COPY_SINCE = 150000
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # Programs come in over loopback: a socket's path would be bound to a length, and its lock file left behind.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "120",
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "24MB",
    "maintenance_work_mem": "128MB",
    "max_parallel_workers_per_gather": "1",
    "random_page_cost": "1.1",
    "jit": "off",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "track_commit_timestamp": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "track_io_timing": "on",
    "log_checkpoints": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
}


class PrivatePostgres(PrivateService):
    """One cluster, on loopback only; the schema's owner is no superuser."""

    name = "PostgreSQL"
    program = "postgres"
    setting = "ANWANG_POSTGRES_PORT"
    gently = signal.SIGINT
    """Fast shutdown: open sessions are ended, committed work is kept."""
    patience_seconds = 60.0

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, settings.postgres_port)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _programs(self) -> PostgresPrograms:
        version = self.data / "PG_VERSION"
        return choose(installed(), int(version.read_text()) if version.exists() else None)

    def find_programs(self) -> None:
        self._programs()

    def is_running(self) -> bool:
        if not answers("127.0.0.1", self.port):
            return False
        try:
            with self._as_superuser("postgres"):
                return True
        except psycopg2.OperationalError:
            return False

    def prepare(self, who: Identity) -> list[str]:
        programs = self._programs()
        if not self.data.exists():
            self._make_cluster(programs, who)
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        return [programs.path("postgres"), "-D", str(self.data), "-p", str(self.port), *options]

    def _make_cluster(self, programs: PostgresPrograms, who: Identity) -> None:
        password, fresh = self.folder / "superuser-password", self.folder / "data.new"
        who.write(password, read_secrets(self.settings.var_dir)["postgres_superuser"])
        shutil.rmtree(fresh, ignore_errors=True)
        command = [
            *(programs.path("initdb"), "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={password}"),
            *("-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8"),
        ]
        failed = spawn(command, self.log, who=who).wait(180)
        password.unlink()
        if failed:
            raise CannotStart(f"The private PostgreSQL could not be made: {last_words(self.log)}")
        fresh.rename(self.data)

    def start(self) -> None:
        """Make the cluster on first use, start it, and see that owner and database are there."""
        super().start()
        try:
            self._furnish()
        except BaseException:
            self.stop()
            raise

    def end_leftovers(self) -> None:
        super().end_leftovers()
        # Nobody works here any more: a pid in this file, after a reboot, may be somebody else's.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _furnish(self) -> None:
        secret = read_secrets(self.settings.var_dir)["postgres_owner"]
        owner = sql.Identifier(OWNER_ROLE)
        with self._as_superuser("postgres") as cursor:
            cursor.execute("select 1 from pg_roles where rolname = %s", (OWNER_ROLE,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("create role {} login createrole").format(owner))
            cursor.execute(sql.SQL("alter role {} password {}").format(owner, sql.Literal(secret)))
            cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
            is_there = cursor.fetchone() is not None
        if is_there:
            self._add_postgis(DATABASE)
        else:
            self.create_database(DATABASE)

    def create_database(self, name: str, template: str | None = None) -> None:
        """A database of the owner's with PostGIS in it; a copy of `template` where one is named."""
        statement = sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE))
        with self._as_superuser("postgres") as cursor:
            if template is not None:
                statement += sql.SQL(" template {}").format(sql.Identifier(template))
                # Files copied whole are several times faster than page by page through the log.
                if cursor.connection.server_version >= FILE_COPY_SINCE:
                    statement += sql.SQL(" strategy file_copy")
            cursor.execute(statement)
        if template is None:
            self._add_postgis(name)

    def _add_postgis(self, database: str) -> None:
        with self._as_superuser(database) as cursor:
            cursor.execute("create extension if not exists postgis")
            # Under row-level security an index is used only through leakproof operators (ARCHITECTURE.md, decision 1).
            cursor.execute("alter function geometry_overlaps(geometry, geometry) leakproof")

    def drop_database(self, name: str) -> None:
        with self._as_superuser("postgres") as cursor:
            cursor.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    @contextmanager
    def _as_superuser(self, database: str) -> Iterator[psycopg2.extensions.cursor]:
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=SUPERUSER,
            password=read_secrets(self.settings.var_dir)["postgres_superuser"],
            dbname=database,
            connect_timeout=3,
        )
        connection.autocommit = True
        try:
            yield connection.cursor()
        finally:
            connection.close()
