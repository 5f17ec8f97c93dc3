"""A private mosquitto: the broker that devices publish to."""

import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from db.addresses import read_secrets
from db.errors import CannotStart
from db.services import broker_certificate
from db.services.broker_login import refusal
from db.services.identity import Identity, identity
from db.services.ports import answers, from_here
from db.services.process import binary
from db.services.service import Port, PrivateService
from db.settings import Settings

LOOPBACK = "127.0.0.1"
DEVICE_RIGHTS = """\
pattern write anwang/v1/%u/#
pattern read anwang/down/%u/#
"""
"""Who has a login of its own publishes as itself alone, and reads what is meant for it: %u is the login, which is the
device's number."""
RIGHTS = f"""\
user gateway
topic read anwang/v1/#
topic write anwang/down/#

user device
topic write anwang/v1/#

{DEVICE_RIGHTS}"""
OWN_LOGINS = 2
"""Lines of the gateway and of the demonstration's devices, at the head of the password file."""
RULES = """\
allow_anonymous false
persistence true
autosave_interval 5
persistent_client_expiration 14d
max_queued_messages 1000000
max_inflight_messages 60000
max_packet_size 262144
log_dest stderr
log_type error
log_type warning
log_type notice
log_timestamp_format %Y-%m-%dT%H:%M:%S
connection_messages false
"""


class PrivateMosquitto(PrivateService):
    """One broker; the gateway reads what devices write, and devices what the gateway has for each of them."""

    name = "mosquitto"
    program = "mosquitto"
    setting = "ANWANG_MQTT_PORT"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, settings.mqtt_port)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Loopback for the installation's own programs, and where devices come in unless they come over TLS."""
        chosen = LOOPBACK if self.settings.mqtt_tls_port else self.settings.bind_host
        return (chosen,) if from_here(chosen) == LOOPBACK else (LOOPBACK, chosen)

    @property
    def ports(self) -> tuple[Port, ...]:
        tls = Port(self.settings.bind_host, self.settings.mqtt_tls_port, "ANWANG_MQTT_TLS_PORT")
        return super().ports + ((tls,) if tls.number else ())

    def check(self) -> None:
        broker_certificate.check(self.settings)
        super().check()

    def find_programs(self) -> None:
        for name in ("mosquitto", "mosquitto_passwd"):
            binary(name, "mosquitto")

    def is_running(self) -> bool:
        secret = quote(read_secrets(self.settings.var_dir)["mqtt_gateway"], safe="")
        url = f"mqtt://gateway:{secret}@{LOOPBACK}:{self.port}"
        return answers(LOOPBACK, self.port) and refusal(url) is None

    def prepare(self, who: Identity) -> list[str]:
        passwords, rights, config = (self.folder / name for name in ("passwords", "rights", "mosquitto.conf"))
        self._write_passwords(passwords, who)
        who.write(rights, RIGHTS)
        listeners = "".join(f"listener {self.port} {host}\n" for host in self.hosts)
        if self.settings.mqtt_tls_port:
            broker_certificate.copy(self.settings, self.folder, who)
            listeners += broker_certificate.listener(self.settings, self.folder)
        files = f"password_file {passwords}\nacl_file {rights}\npersistence_location {self.folder}/\n"
        who.write(config, listeners + RULES + files)
        return [binary("mosquitto", "mosquitto"), "-c", str(config)]

    def _write_passwords(self, path: Path, who: Identity) -> None:
        known = read_secrets(self.settings.var_dir)
        who.write(path, f"gateway:{known['mqtt_gateway']}\ndevice:{known['mqtt_device']}\n")
        hashing = subprocess.run(  # noqa: S603 - our own service
            [binary("mosquitto_passwd", "mosquitto"), "-U", str(path)], capture_output=True, check=False
        )
        if hashing.returncode:
            raise CannotStart(f"mosquitto's passwords could not be written: {hashing.stderr.decode().strip()}")
        who.give(path, 0o600)
        self._add_issued(path, who)

    def let_in(self, logins: str) -> None:
        """From now on these devices' logins are valid, and no others: lines of a password file."""
        if self._issued.exists() and self._issued.read_text() == logins:
            return
        who = identity()
        who.make_folder(self.folder)
        who.write(self._issued, logins)
        passwords = self.folder / "passwords"
        if passwords.exists():
            self._add_issued(passwords, who)
            self.send(signal.SIGHUP)

    def tend(self) -> str | None:
        """Take a renewed certificate over, without a connection that breaks; answers what is worth saying."""
        if not self.settings.mqtt_tls_port:
            return None
        try:
            if not broker_certificate.is_renewed(self.settings, self.folder):
                return None
            broker_certificate.check(self.settings)
            broker_certificate.copy(self.settings, self.folder, identity())
        except (OSError, CannotStart) as error:
            return f"the renewed certificate is not taken over: {error}"
        self.send(signal.SIGHUP)
        return "the renewed certificate is taken over"

    def _add_issued(self, passwords: Path, who: Identity) -> None:
        """Beside the file first: mosquitto never reads half of it."""
        own = passwords.read_text().splitlines(keepends=True)[:OWN_LOGINS]
        fresh = passwords.with_suffix(".new")
        who.write(fresh, "".join(own) + (self._issued.read_text() if self._issued.exists() else ""))
        fresh.replace(passwords)

    @property
    def _issued(self) -> Path:
        return self.folder / "issued"
