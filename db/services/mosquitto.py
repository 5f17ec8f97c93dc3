"""A private mosquitto: the broker that devices publish to."""

import os
import signal
import subprocess
import time
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from db.addresses import read_secrets
from db.errors import CannotStart
from db.services.data_folder import services_folder
from db.services.process import Identity, answers, binary, check_port_free, identity, spawn, stop, wait_until
from db.settings import Settings

RIGHTS = """\
user gateway
topic read anwang/v1/#

user device
topic write anwang/v1/#
"""


class PrivateMosquitto:
    """One broker; the gateway may only read, devices may only write."""

    name = "mosquitto"
    setting = "ANWANG_MQTT_PORT"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = settings.mqtt_port
        self.log = settings.var_dir / "logs" / "mosquitto.log"
        self.child: subprocess.Popen[bytes] | None = None

    def check(self) -> None:
        binary("mosquitto", "mosquitto")
        binary("mosquitto_passwd", "mosquitto")
        if not self.is_running():
            check_port_free(self.settings.bind_host, self.port, self.setting)

    def is_running(self) -> bool:
        """True where the broker lets this installation's gateway in."""
        host = "127.0.0.1" if self.settings.bind_host == "0.0.0.0" else self.settings.bind_host  # noqa: S104
        return answers(host, self.port) and _lets_in(
            host, self.port, read_secrets(self.settings.var_dir)["mqtt_gateway"]
        )

    def start(self) -> None:
        who = identity()
        folder = services_folder(self.settings) / "mosquitto"
        who.own(folder)
        known = read_secrets(self.settings.var_dir)
        passwords = folder / "passwords"
        _write(passwords, f"gateway:{known['mqtt_gateway']}\ndevice:{known['mqtt_device']}\n", who)
        hashing = subprocess.run(  # noqa: S603 - our own service
            [binary("mosquitto_passwd", "mosquitto"), "-U", str(passwords)], capture_output=True, check=False
        )
        if hashing.returncode:
            raise CannotStart(f"mosquitto's passwords could not be written: {hashing.stderr.decode().strip()}")
        _give(passwords, who)
        _write(folder / "rights", RIGHTS, who)
        config = folder / "mosquitto.conf"
        _write(
            config,
            f"listener {self.port} {self.settings.bind_host}\nallow_anonymous false\npassword_file {passwords}\n"
            f"acl_file {folder / 'rights'}\npersistence true\npersistence_location {folder}/\nautosave_interval 30\n"
            "max_queued_messages 1000000\nmax_inflight_messages 1000\nmessage_size_limit 262144\n"
            "persistent_client_expiration 14d\nlog_type error\nlog_type warning\nlog_type notice\n",
            who,
        )
        self.child = spawn([binary("mosquitto", "mosquitto"), "-c", str(config)], self.log, who)
        wait_until(self.is_running, self.child, self.name, self.log)

    def stop(self) -> None:
        if self.child is not None:
            stop(self.child, signal.SIGTERM)
            self.child = None


def _write(path: Path, text: str, who: Identity) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    _give(path, who)


def _give(path: Path, who: Identity) -> None:
    if who.uid is not None and who.gid is not None:
        os.chown(path, who.uid, who.gid)


def _lets_in(host: str, port: int, password: str) -> bool:
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"anwang-check-{os.getpid()}")
    client.username_pw_set("gateway", password)
    verdict: list[bool] = []
    client.on_connect = lambda _client, _data, _flags, reason, _properties: verdict.append(not reason.is_failure)
    try:
        client.connect(host, port, keepalive=5)
        deadline = time.monotonic() + 3
        while not verdict and time.monotonic() < deadline:
            client.loop(timeout=0.1)
        client.disconnect()
    except OSError:
        return False
    return bool(verdict and verdict[0])
