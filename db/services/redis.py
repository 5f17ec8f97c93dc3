"""A private Redis: Celery's broker."""

import redis

from db.addresses import read_secrets
from db.services.identity import Identity
from db.services.ports import answers
from db.services.process import binary
from db.services.service import PrivateService
from db.settings import Settings


class PrivateRedis(PrivateService):
    """One Redis on loopback, behind a password, with an append-only file."""

    name = "Redis"
    program = "redis-server"
    setting = "ANWANG_REDIS_PORT"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, settings.redis_port)

    def find_programs(self) -> None:
        binary("redis-server", "redis-server")

    def is_running(self) -> bool:
        if not answers("127.0.0.1", self.port):
            return False
        known = read_secrets(self.settings.var_dir)
        client = redis.Redis(port=self.port, password=known["redis"], socket_connect_timeout=2, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def prepare(self, who: Identity) -> list[str]:
        config = self.folder / "redis.conf"
        who.write(
            config,
            f"bind 127.0.0.1\nport {self.port}\nprotected-mode yes\ndaemonize no\n"
            f'dir "{self.folder}"\nappendonly yes\nsave 300 1\n'
            f"requirepass {read_secrets(self.settings.var_dir)['redis']}\n"
            "maxmemory 512mb\nmaxmemory-policy noeviction\n",
        )
        return [binary("redis-server", "redis-server"), str(config)]
