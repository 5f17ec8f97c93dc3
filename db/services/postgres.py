"""A private PostgreSQL cluster with PostGIS."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from db.addresses import APP_ROLE, DATABASE, OWNER_ROLE, read_secrets
from db.errors import CannotStart
from db.services.data_folder import services_folder
from db.services.process import Identity, answers, binary, check_port_free, identity, last_line, spawn, stop, wait_until
from db.settings import Settings

SUPERUSER = "anwang_superuser"
PACKAGE = "postgresql postgresql-15-postgis-3"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "512MB",
    "work_mem": "24MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "2GB",
    "max_connections": "120",
    "jit": "off",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "timezone": "PRC",
    "log_timezone": "PRC",
    "password_encryption": "scram-sha-256",
    "max_parallel_workers_per_gather": "1",
}


def _bin(name: str) -> str:
    folders = sorted(
        (str(p) for p in Path("/usr/lib/postgresql").glob("*/bin")),
        key=lambda p: -int(Path(p).parent.name.split(".")[0]),
    )
    return binary(name, PACKAGE, folders)


class PrivatePostgres:
    """One cluster under the installation's folder, on loopback only."""

    name = "PostgreSQL"
    setting = "ANWANG_POSTGRES_PORT"

    def __init__(self, settings: Settings) -> None:
        self.port = settings.postgres_port
        self.settings = settings
        self.log = settings.var_dir / "logs" / "postgres.log"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        return services_folder(self.settings) / "postgres"

    def check(self) -> None:
        """`CannotStart` for a missing program or a taken port."""
        _bin("postgres"), _bin("initdb")
        extension = Path(_bin("pg_config")).name and self._extension_is_there()
        if not extension:
            raise CannotStart(f"PostGIS is missing; apt-get install {PACKAGE}.")
        if not self.is_running():
            check_port_free("127.0.0.1", self.port, self.setting)

    def _extension_is_there(self) -> bool:
        version = Path(_bin("postgres")).resolve().parent.parent.name
        return (
            Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists()
            or not Path(f"/usr/share/postgresql/{version}").exists()
        )

    def is_running(self) -> bool:
        """True where this installation's own cluster answers."""
        return (
            (self.folder / "data" / "postmaster.pid").exists() and answers("127.0.0.1", self.port) and self._is_ours()
        )

    def _is_ours(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def start(self) -> None:
        """Make the cluster on first use, start it, and see that roles and database are there."""
        who = identity()
        who.own(self.folder)
        data = self.folder / "data"
        if not (data / "PG_VERSION").exists():
            self._make(data, who)
        sockets = Path(tempfile.gettempdir())
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        command = [
            _bin("postgres"),
            "-D",
            str(data),
            "-p",
            str(self.port),
            f"-cunix_socket_directories={sockets}",
            *options,
        ]
        self.child = spawn(command, self.log, who, {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"})
        wait_until(self._is_ours, self.child, self.name, self.log, 60)
        self._furnish()

    def _make(self, data: Path, who: Identity) -> None:
        password = self.folder / "superuser-password"
        password.write_text(read_secrets(self.settings.var_dir)["postgres_superuser"])
        password.chmod(0o600)
        if who.uid is not None and who.gid is not None:
            os.chown(password, who.uid, who.gid)
        command = [
            *(_bin("initdb"), "-D", str(data), "-U", SUPERUSER, f"--pwfile={password}", "-A", "scram-sha-256"),
            *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        ]
        making = spawn(command, self.log, who, {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"})
        failed = making.wait(120)
        password.unlink()
        if failed:
            raise CannotStart(f"The private PostgreSQL could not be made: {last_line(self.log)}")

    def _connect(self, database: str) -> psycopg2.extensions.connection:
        return psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=SUPERUSER,
            password=read_secrets(self.settings.var_dir)["postgres_superuser"],
            dbname=database,
            connect_timeout=3,
        )

    def _furnish(self) -> None:
        known = read_secrets(self.settings.var_dir)
        connection = self._connect("postgres")
        connection.autocommit = True
        cursor = connection.cursor()
        for role, options, secret in (
            (OWNER_ROLE, "login createrole", known["postgres_owner"]),
            (APP_ROLE, "login noinherit", known["postgres_app"]),
        ):
            cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("create role {} " + options).format(sql.Identifier(role)))
            cursor.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(secret)))
        cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
        if cursor.fetchone() is None:
            self.create_database(DATABASE)
        connection.close()

    def create_database(self, name: str, template: str | None = None) -> None:
        """A database of the owner's with PostGIS in it; a copy of `template` where one is named."""
        connection = self._connect("postgres")
        connection.autocommit = True
        statement = sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE))
        if template is not None:
            statement += sql.SQL(" template {}").format(sql.Identifier(template))
        connection.cursor().execute(statement)
        connection.close()
        if template is None:
            self._add_postgis(name)

    def _add_postgis(self, database: str) -> None:
        connection = self._connect(database)
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("create extension if not exists postgis")
        # Under row-level security an index is used only through leakproof operators (ARCHITECTURE.md, decision 1).
        cursor.execute("alter function geometry_overlaps(geometry, geometry) leakproof")
        connection.close()

    def drop_database(self, name: str) -> None:
        connection = self._connect("postgres")
        connection.autocommit = True
        connection.cursor().execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        connection.close()

    def stop(self) -> None:
        """Fast shutdown: open sessions are ended, committed work is kept."""
        if self.child is not None:
            stop(self.child, signal.SIGINT, 20)
            self.child = None
