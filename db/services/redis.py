"""A private Redis: Celery's broker."""

import signal
import subprocess

import redis

from db.addresses import read_secrets
from db.services.data_folder import services_folder
from db.services.process import answers, binary, check_port_free, identity, spawn, stop, wait_until
from db.settings import Settings


class PrivateRedis:
    """One Redis on loopback, behind a password, with an append-only file."""

    name = "Redis"
    setting = "ANWANG_REDIS_PORT"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = settings.redis_port
        self.log = settings.var_dir / "logs" / "redis.log"
        self.child: subprocess.Popen[bytes] | None = None

    def check(self) -> None:
        binary("redis-server", "redis-server")
        if not self.is_running():
            check_port_free("127.0.0.1", self.port, self.setting)

    def is_running(self) -> bool:
        if not answers("127.0.0.1", self.port):
            return False
        client = redis.Redis(
            port=self.port,
            password=read_secrets(self.settings.var_dir)["redis"],
            socket_connect_timeout=2,
            socket_timeout=2,
        )
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def start(self) -> None:
        who = identity()
        folder = services_folder(self.settings) / "redis"
        who.own(folder)
        config = folder / "redis.conf"
        config.write_text(
            f"bind 127.0.0.1\nport {self.port}\nprotected-mode yes\ndir {folder}\nappendonly yes\nsave 300 1\n"
            f"requirepass {read_secrets(self.settings.var_dir)['redis']}\ndaemonize no\nmaxmemory 512mb\n"
            "maxmemory-policy noeviction\n"
        )
        config.chmod(0o600)
        if who.uid is not None and who.gid is not None:
            import os

            os.chown(config, who.uid, who.gid)
        self.child = spawn([binary("redis-server", "redis-server"), str(config)], self.log, who)
        wait_until(self.is_running, self.child, self.name, self.log)

    def stop(self) -> None:
        if self.child is not None:
            stop(self.child, signal.SIGTERM)
            self.child = None
